import { oneOf, type Codec } from "../codecs";

/** Returns the seconds of `[d.]hh:mm:ss[.fff]` (the form for writing) or of a duration such as `PT4H` (returned by Exchange, observed). */
export function secondsOf(text: string): number | undefined {
  const clock = /^(?:(\d{1,8})\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.0{1,7})?$/.exec(
    text,
  );
  const iso =
    /^P(?:(\d{1,8})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})S)?)?$/.exec(
      text,
    );
  const parts = clock ?? iso;
  if (!parts || !/\d/.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/**
 * Returns the codec for one of several time spans in Exchange's format. `1.00:00:00`, `24:00:00`, `P1D` and `PT24H` are equal.
 *
 * @param named the time spans by their names in SDKs: `04:00:00` cannot be a name
 */
export function timeSpan<const T extends string>(
  named: Readonly<Record<string, T>>,
): Codec<T> {
  const spans = Object.values(named);
  const known = (text: string): T | undefined => {
    const seconds = secondsOf(text.trim());
    return seconds === undefined
      ? undefined
      : spans.find((span) => secondsOf(span) === seconds);
  };
  const names = oneOf(...spans);
  return {
    ...names,
    schema: {
      type: "string",
      enum: Object.entries(named).map(([name, value]) => ({ value, name })),
    },
    refuse: (value) =>
      typeof value === "string" && known(value)
        ? undefined
        : names.refuse(value),
    normalize: (value) => known(value) ?? value,
    decode: (wire) =>
      typeof wire === "string" && wire !== ""
        ? (known(wire) ?? (wire as T))
        : wire === null
          ? null
          : undefined,
    key: (value) => secondsOf(value.trim()) ?? value,
  };
}

import { oneOf, type Codec } from "../codecs";

/** Seconds of `[d.]hh:mm:ss[.fff]` (how it is set) or of an ISO 8601 duration such as `PT4H` (how it reads back, observed). */
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

/** One of a few time spans, spelled the way Exchange takes them; `1.00:00:00`, `24:00:00`, `P1D` and `PT24H` are the same. */
export function timeSpan<const T extends string>(...spans: T[]): Codec<T> {
  const known = (text: string): T | undefined => {
    const seconds = secondsOf(text.trim());
    return seconds === undefined
      ? undefined
      : spans.find((span) => secondsOf(span) === seconds);
  };
  const names = oneOf(...spans);
  return {
    ...names,
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

import { isMark, withoutState } from "../../providers/mark";

/** Returns plain data as a text, independent of the order of members and of the random id of a restore point. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : isMark(member)
        ? withoutState(member)
        : member,
  )?.replace(/"restore-point-[0-9a-f]{12}"/g, '"restore-point"') ?? "undefined";

/** Whether two values are equal as JSON. */
export const isAlike = (a: unknown, b: unknown): boolean =>
  canonical(a) === canonical(b);

/** Returns the first difference between two values as JSON. */
export function difference(wanted: unknown, found: unknown): string {
  const [a, b] = [canonical(wanted), canonical(found)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 80);
  return `${b.slice(from, at + 80)}, not ${a.slice(from, at + 80)}`;
}

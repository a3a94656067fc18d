/** Plain data as a text that does not depend on the order of members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(
          Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : member,
  ) ?? "undefined";

/** Whether two things are the same as JSON. */
export const isAlike = (a: unknown, b: unknown): boolean =>
  canonical(a) === canonical(b);

/** Where two things begin to differ, as JSON. */
export function difference(wanted: unknown, found: unknown): string {
  const [a, b] = [canonical(wanted), canonical(found)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 80);
  return `${b.slice(from, at + 80)}, not ${a.slice(from, at + 80)}`;
}

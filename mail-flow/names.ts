/** How many names {@link list} lists. */
const listed = 4;

/** Lists names for people: the first of them, and how many more there are. */
export function list(names: readonly string[]): string {
  const more = names.length - listed;
  return more > 1
    ? `${names.slice(0, listed).join(", ")} and ${more} more`
    : names.join(", ");
}

/** Whether two names are one: vendors do not mind the case. */
export const same = (one: unknown, other: unknown): boolean =>
  typeof one === "string" &&
  typeof other === "string" &&
  one.toLowerCase() === other.toLowerCase();

/** A parameter's name as programs write it: `SCLOver` is `sclOver`, `ADComparisonAttribute` is `adComparisonAttribute`. */
export function propertyOf(parameter: string): string {
  const capitals = /^[A-Z]+(?=[A-Z][a-z]|$)/.exec(parameter)?.[0];
  const head = capitals ?? parameter.slice(0, 1);
  return head.toLowerCase() + parameter.slice(head.length);
}

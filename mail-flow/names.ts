/** The number of names that {@link list} lists. */
const listed = 4;

/** Returns a list of names for people: the first ones, and the number of the others. */
export function list(names: readonly string[]): string {
  const more = names.length - listed;
  return more > 1
    ? `${names.slice(0, listed).join(", ")} and ${more} more`
    : names.join(", ");
}

/** Returns whether two names are equal. Case does not matter, as for the vendors. */
export const same = (one: unknown, other: unknown): boolean =>
  typeof one === "string" &&
  typeof other === "string" &&
  one.toLowerCase() === other.toLowerCase();

/**
 * Returns a parameter's name as in programs: `SCLOver` becomes `sclOver`, `SenderADAttributeContainsWords` becomes
 * `senderAdAttributeContainsWords`, `RemoveOMEv2` becomes `removeOmeV2`.
 */
export function propertyOf(parameter: string): string {
  const words = parameter
    .replace(
      /[A-Z]{2,}(?=v\d|[A-Z](?!v\d)[a-z]|$)/g,
      (capitals) => capitals.slice(0, 1) + capitals.slice(1).toLowerCase(),
    )
    .replace(/v(?=\d)/, "V");
  return words.slice(0, 1).toLowerCase() + words.slice(1);
}

/**
 * Returns the name that a misspelt one probably stands for: the same letters (`tenantID`, `tenant_id`), or else one with a letter more, less
 * or different, or with two letters swapped.
 */
export function nearestName(
  misspelt: string,
  names: readonly string[],
): string | undefined {
  const letters = lettersOf(misspelt);
  return (
    names.find((name) => lettersOf(name) === letters) ??
    names.find((name) => isNear(lettersOf(name), letters))
  );
}

const lettersOf = (name: string): string =>
  name.toLowerCase().replace(/[^a-z\d]/g, "");

/** Returns whether two texts differ in one place only. */
function isNear(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  let start = 0;
  while (start < shorter && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end))
    end += 1;
  const [of1 = "", of2 = ""] = [one, other].map((text) =>
    text.slice(start, text.length - end),
  );
  return (
    Math.max(of1.length, of2.length) === 1 ||
    (of1.length === 2 && of1 === `${of2[1]}${of2[0]}`)
  );
}

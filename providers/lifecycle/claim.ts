import type { Value } from "../codecs";
import { UserError } from "../errors";
import { equal, isEmpty, type Values } from "../field";
import type { Kind } from "../kind";
import { isMark, nameIn, otherOwners, ownerOf } from "../mark";

/** What an object that was found under the wanted name is to us. */
export type Claim = "ours" | "adopted";

/** What a restore point says of an object: its previous values, false where it did not exist, undefined where there is none. */
export type Slice = Values | false | undefined;

/**
 * Decides whether a found object may be taken, before anything is written.
 *
 * @throws UserError when it may not: it says whose it is or how it differs, and what to do.
 */
export function claim(
  kind: Kind,
  name: string,
  live: Values,
  wanted: Values,
  expected: Values,
  { adopt, slice }: { adopt: boolean; slice: Slice },
): Claim {
  // The restore point was taken before our first write: what did not exist then is what an interrupted run of ours made.
  const madeSince = slice === false;
  const differing = differences(kind, live, wanted, expected, "adopted");
  if (kind.alwaysExists(name))
    return madeSince && differing.length === 0 ? "ours" : "adopted";
  const cannot = `Cannot adopt ${kind.noun} "${name}":`;
  const mark = kind.markField;
  const foundMark = mark && live[mark];
  const owner = mark ? ownerOf(foundMark, wanted[mark]) : "nobody";
  switch (owner) {
    case "us":
      return "ours";
    case "thisStack":
      throw new UserError(
        `${cannot} it belongs to another resource of this stack (${nameIn(String(foundMark))}). Choose another name; if you renamed the resource in the program, give it an alias to its old name.`,
      );
    case "namesake":
    case "anotherStack":
      if (!adopt)
        throw new UserError(
          `${cannot} it belongs to ${otherOwners[owner]} (${nameIn(String(foundMark))}). Choose another name, or set adopt: true if nobody manages it there any more.`,
        );
      return "adopted";
    case "nobody":
      break;
  }
  if (differing.length === 0) return madeSince ? "ours" : "adopted";
  if (adopt) return "adopted";
  const shown = differing.map(
    (property) =>
      `${property} (${live[property] === undefined ? "not returned" : show(live[property])}, wanted ${show(wantedOf(kind, property, live, wanted, expected))})`,
  );
  throw new UserError(
    `Cannot create ${kind.noun} "${name}": one of that name exists and differs in ${shown.join(", ")}. Set adopt: true to adopt it, or choose another name.`,
  );
}

/**
 * The properties in which an object is not what is wanted, among those that are managed: the given ones, and the implied
 * ones of those left out. A given one that the vendor does not tell may be anything, so it counts; a default mark does so on
 * what is ours only.
 */
export function differences(
  kind: Kind,
  live: Values,
  wanted: Values,
  expected: Values,
  whose: Claim,
): string[] {
  return Object.entries(kind.fields).flatMap(([property, field]) => {
    const value = live[property];
    const wish = wanted[property];
    if (field.onlyOnCreate || field.neverReturned) return [];
    if (property === kind.markField && isMark(wish) && whose === "adopted")
      return [];
    if (wish !== undefined)
      return value !== undefined && equal(field, value, wish) ? [] : [property];
    // What is not returned may be anything, where it is known what it should be.
    if (value === undefined)
      return field.implied && (expected[property] ?? null) !== null
        ? [property]
        : [];
    return !field.implied ||
      field.implied.holds(value, expected[property] ?? null)
      ? []
      : [property];
  });
}

/** What a property should be: given, or what remedies the implied rule. */
export function wantedOf(
  kind: Kind,
  property: string,
  live: Values,
  wanted: Values,
  expected: Values,
): Value {
  const given = wanted[property];
  if (given !== undefined) return given;
  return (
    kind.fields[property]?.implied?.remedy(
      live[property] ?? null,
      expected[property] ?? null,
    ) ?? null
  );
}

/** A value as messages show it. */
export function show(value: Value): string {
  if (isEmpty(value) && value !== false) return "none";
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, 5).join(", ");
  return value.length > 5 ? `${shown} and ${value.length - 5} more` : shown;
}

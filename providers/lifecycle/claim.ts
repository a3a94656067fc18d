import type { Value } from "../codecs";
import { UserError } from "../errors";
import { equal, isEmpty, type Values } from "../field";
import type { Kind } from "../kind";
import { isMark, nameIn, otherOwners, ownerOf } from "../mark";
import { liveValue } from "./list-views";

/** How an existing object with the requested name is taken into the state. */
export type Claim = "ours" | "adopted";

/** The entry of an object in a restore point: its previous values, false if it did not exist, undefined without a restore point. */
export type Slice = Values | false | undefined;

/**
 * Decides, before anything is written, whether an existing object may be adopted.
 *
 * @throws UserError if it may not. The message contains its owner or its differences, and what to do.
 */
export function claim(
  kind: Kind,
  name: string,
  live: Values,
  wanted: Values,
  expected: Values,
  { adopt, slice }: { adopt: boolean; slice: Slice },
): Claim {
  // The restore point was taken before our first write. An object that did not exist then was created by an interrupted run of ours.
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
 * Returns the managed properties in which an object differs from the desired one. Managed are the given properties, and the omitted ones
 * with an implied value. A given property that the vendor does not return counts as different. A default mark counts only if the object
 * is ours.
 */
export function differences(
  kind: Kind,
  live: Values,
  wanted: Values,
  expected: Values,
  whose: Claim,
): string[] {
  return Object.entries(kind.fields).flatMap(([property, field]) => {
    const wish = wanted[property];
    const value = liveValue(kind, property, live, wish);
    if (field.onlyOnCreate || field.neverReturned) return [];
    if (property === kind.markField && isMark(wish) && whose === "adopted")
      return [];
    if (wish !== undefined)
      return value !== undefined && equal(field, value, wish) ? [] : [property];
    // A property that is not returned counts as different if its expected value is known.
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

/** Returns the desired value of a property: the given one, or the one that makes the implied rule hold. */
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

/** Returns a value as messages show it. */
export function show(value: Value): string {
  if (isEmpty(value) && value !== false) return "none";
  if (!Array.isArray(value)) return String(value);
  const shown = value.slice(0, 5).join(", ");
  return value.length > 5 ? `${shown} and ${value.length - 5} more` : shown;
}

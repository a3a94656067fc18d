import { UserError } from "../errors";
import { equal, isEmpty, type Other, type Values } from "../field";
import type { Failure, Form, Kind } from "../kind";
import { labelOf } from "./state";

/** The number of alternatives up to which errors name all of them. */
const mostNamed = 4;

/** A requirement of the field table that the values do not meet. */
interface Unmet extends Failure {
  /** The property that has the requirement. */
  readonly by: string;
  /** The properties of which one would meet it. */
  readonly anyOf: readonly string[];
}

/**
 * Checks the inputs against the field table. Returns at most one failure per missing property.
 *
 * @param isKnown returns false for an input that is unknown in a preview: it is not in `inputs`, but may have any value.
 */
export function relationFailures(
  kind: Form,
  inputs: Values,
  isKnown: (property: string) => boolean,
): Failure[] {
  const is = ({ property, is }: Other): boolean =>
    has(kind, inputs, property, is);
  const failures: Failure[] = [];
  const isGiven = (property: string): boolean =>
    inputs[property] !== undefined || !isKnown(property);
  const { atLeastOneOf = [] } = kind;
  const [first] = atLeastOneOf;
  if (first !== undefined && !atLeastOneOf.some(isGiven))
    failures.push({
      property: first,
      reason: `must be given, or ${atLeastOneOf.slice(1).join(" or ")}: without any of them, the resource manages nothing`,
    });
  for (const [property, field] of Object.entries(kind.fields)) {
    const whole = field.view?.of;
    if (whole !== undefined && isGiven(property) && isGiven(whole))
      failures.push({
        property,
        reason: `cannot be given together with ${whole}, which manages the whole list; leave one of them out`,
      });
    if (inputs[property] === undefined) continue;
    const { onlyWith, conflictsWith } = field;
    if (onlyWith && isKnown(onlyWith.property) && !is(onlyWith))
      failures.push({
        property,
        reason: `has no effect unless ${onlyWith.property} is ${JSON.stringify(onlyWith.is)}; set that too, or leave it out`,
      });
    if (
      conflictsWith &&
      isKnown(conflictsWith.property) &&
      is(conflictsWith) &&
      (conflictsWith.when === undefined ||
        is({ property, is: conflictsWith.when }))
    )
      failures.push({ property, reason: conflictsWith.why });
  }
  // A requirement that only one property can meet gives the more specific message, so it comes first.
  const missing = unmet(kind, inputs, isKnown).sort(
    (a, b) => a.anyOf.length - b.anyOf.length,
  );
  for (const { property, reason } of missing)
    if (!failures.some((failure) => failure.property === property))
      failures.push({ property, reason });
  return failures;
}

/**
 * Returns the requirements that an object would not meet after an update, of those that involve a changed property. A property that
 * the vendor does not return may have any value.
 */
function unmetAfter(kind: Form, live: Values, changes: Values): Unmet[] {
  const after: Values = { ...live, ...changes };
  return unmet(kind, after, (property) => after[property] !== undefined).filter(
    ({ by, anyOf }) => [by, ...anyOf].some((property) => property in changes),
  );
}

/** Returns the changes that a destroy can restore: without those after which the object would not meet its requirements. */
export function restorable(kind: Form, live: Values, changes: Values): Values {
  const [unmet] = unmetAfter(kind, live, changes);
  if (!unmet) return changes;
  const required = [unmet.by, ...unmet.anyOf];
  const others = Object.entries(changes).filter(
    ([property]) => !required.includes(property),
  );
  return restorable(kind, live, Object.fromEntries(others));
}

/** @throws UserError if the object would not meet the requirements of the field table after an update. */
export function refuseUnmet(
  kind: Kind,
  name: string,
  live: Values,
  changes: Values,
): void {
  const [first] = unmetAfter(kind, live, changes);
  if (first)
    throw new UserError(
      `${first.property} ${first.reason}. The ${labelOf(kind, name)} would have none, so nothing was written`,
    );
}

function unmet(
  kind: Form,
  values: Values,
  isKnown: (property: string) => boolean,
): Unmet[] {
  return Object.entries(kind.fields).flatMap(([by, { requires = [] }]) =>
    requires.flatMap(({ when, unless, anyOf, why }) => {
      const value = values[by] ?? null;
      const isRequired =
        when === undefined
          ? !isEmpty(value) &&
            (unless === undefined || !has(kind, values, by, unless))
          : has(kind, values, by, when);
      const isMet = anyOf.some(
        (property) => !isKnown(property) || !isEmpty(values[property] ?? null),
      );
      const [property = by, ...others] = anyOf;
      const alternatives =
        others.length > mostNamed
          ? `, or ${others[0]} or another one`
          : others
              .map((other, index) => `${index === 0 ? "," : ""} or ${other}`)
              .join("");
      const reason =
        why ?? (when === undefined ? "" : `${by} is ${JSON.stringify(when)}`);
      return isRequired && !isMet
        ? [
            {
              property,
              reason: `must be given${reason ? `${alternatives}: ${reason}` : ` with ${by}`}`,
              by,
              anyOf,
            },
          ]
        : [];
    }),
  );
}

const has = (
  { fields }: Form,
  values: Values,
  property: string,
  wanted: Values[string],
): boolean => {
  const field = fields[property];
  const value = values[property];
  return !!field && value !== undefined && equal(field, value, wanted);
};

import deepEqual from "fast-deep-equal";

import type { ListView } from "../mail-flow/list-views";
import type { Codec, Value } from "./codecs";

/** A rule for the live value of a property that the program omits. Its violation is drift. */
export interface Implied {
  /** @param expected the expected value that the kind determined for this resource, see `Kind.expect`. */
  holds(live: Value, expected: Value): boolean;
  /** Returns the value that makes the rule hold. */
  remedy(live: Value, expected: Value): Value;
}

/** A requirement that a property has on other properties, as the vendor documents it. */
export interface Requirement {
  /** The value of the property that has the requirement; if missing, every value has it. */
  readonly when?: Value;
  /** The value of the property that does not have the requirement. */
  readonly unless?: Value;
  /** Properties of which at least one must have a value; errors name the first one. */
  readonly anyOf: readonly string[];
  /** The reason in errors, if the property and its value do not explain enough. */
  readonly why?: string;
}

/** A value of another property that a property requires or excludes. */
export interface Other {
  readonly property: string;
  readonly is: Value;
}

/** The description of one property, used by the lifecycle, the documentation and the tests. */
export interface Field {
  /** The vendor's name. */
  readonly wire: string;
  readonly codec: Codec;
  /** The value if the program omits the property. */
  readonly default?: Value;
  /** Whether the program must give the property. */
  readonly required?: true;
  /** The property that is always sent with this one, even if it has not changed. */
  readonly with?: string;
  /** Requirements. They are checked for the inputs and, before an update, for the values that the object would have. */
  readonly requires?: readonly Requirement[];
  /** The property has no effect without this value. Checked for inputs only, because the vendor keeps such values. */
  readonly onlyWith?: Other;
  /** The property cannot have a value, or the value `when`, together with this value. Checked for inputs only. */
  readonly conflictsWith?: Other & {
    readonly when?: Value;
    readonly why: string;
  };
  /** Whether a change replaces the object. */
  readonly replaces?: true;
  /** Whether the vendor accepts the property only on creation: it is never compared and never causes an update. */
  readonly onlyOnCreate?: true;
  readonly implied?: Implied;
  /** Whether the vendor never returns it, because it is the place of the object (its account) and not a value of it. */
  readonly neverReturned?: true;
  /**
   * What the property manages of the list of another property. The vendor has no such property: its value is the part of the program's
   * value for which the list is as the program wants it.
   */
  readonly view?: ListView;
  /**
   * Returns the value of a property that the vendor does not have: it follows from the other values of the object, or from the vendor's
   * object itself, and is never written.
   */
  readonly derived?: (
    values: Values,
    item: Readonly<Record<string, unknown>>,
  ) => Value;
  /**
   * Whether most objects have no value. Previous values in states omit it then, which keeps states small, and an answer without it means
   * that there is none.
   */
  readonly sparse?: true;
}

/** The properties of a kind, by their names in programs. */
export type Fields<Name extends string = string> = Readonly<
  Record<Name, Field>
>;

/** Values of properties, by their names in programs. */
export type Values = Readonly<Record<string, Value>>;

/**
 * Declares a field. The type of the codec's values is dropped here; that is safe, because a field's values are used only with its own
 * codec.
 */
export function field<T extends Value>(
  wire: string,
  codec: Codec<T>,
  rules: Omit<Field, "wire" | "codec"> = {},
): Field {
  return { wire, codec: codec, ...rules };
}

/** The rule that there is no value, for conditions, exceptions and schedules that somebody else may add to our object. */
export const noneIsImplied: Implied = {
  holds: isEmpty,
  remedy: () => null,
};

/** Returns whether a value is null, empty, or false. */
export function isEmpty(value: Value): boolean {
  return (
    value === null ||
    value === "" ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** Returns an object's values as a state stores them: without the empty ones of sparse properties. */
export const stored = (
  { fields }: { readonly fields: Fields },
  values: Values,
): Values =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([property, value]) => !(fields[property]?.sparse && isEmpty(value)),
    ),
  );

/** Returns a property's value among stored values. A sparse property that is missing has no value. */
export const storedValue = (
  values: Values,
  property: string,
  { sparse }: Pick<Field, "sparse"> = {},
): Value | undefined =>
  property in values ? values[property] : sparse ? null : undefined;

/** Returns whether two values are equivalent for the vendor. */
export function equal({ codec }: Field, a: Value, b: Value): boolean {
  const key = (value: Value): unknown => {
    const known = value ?? codec.none;
    return known === null ? null : codec.key(known);
  };
  return deepEqual(key(a), key(b));
}

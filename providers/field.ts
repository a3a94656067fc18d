import deepEqual from "fast-deep-equal";

import type { Codec, Value } from "./codecs";

/** What must hold of a property that the program leaves out; its violation is drift. */
export interface Implied {
  /** @param expected what the kind found out for this resource, see `Kind.expect`. */
  holds(live: Value, expected: Value): boolean;
  /** The value that makes it hold. */
  remedy(live: Value, expected: Value): Value;
}

/** What a property requires of the others, as the vendor documents it. */
export interface Requirement {
  /** The value of the property that has the requirement; every value where this is missing. */
  readonly when?: Value;
  /** The value of the property that does not have it. */
  readonly unless?: Value;
  /** The properties of which one must have a value; the first one is named in errors. */
  readonly anyOf: readonly string[];
  /** The reason in errors, where the property and its value do not say enough. */
  readonly why?: string;
}

/** A value of another property, with or without which a property cannot be given. */
export interface Other {
  readonly property: string;
  readonly is: Value;
}

/** One property: everything that the lifecycle, the documentation and the tests know of it. */
export interface Field {
  /** The vendor's name. */
  readonly wire: string;
  readonly codec: Codec;
  /** Filled in where the program leaves the property out. */
  readonly default?: Value;
  /** Must be given. */
  readonly required?: true;
  /** The property that is sent with this one, also where it has not changed. */
  readonly with?: string;
  /** Checked among the inputs, and before an update among the values that the object would have. */
  readonly requires?: readonly Requirement[];
  /** The property has no effect without this. Checked among the inputs alone: the vendor keeps such values. */
  readonly onlyWith?: Other;
  /** The property cannot be given with this. Checked among the inputs alone. */
  readonly conflictsWith?: Other & { readonly why: string };
  /** A change replaces the object. */
  readonly replaces?: true;
  /** Taken by the vendor only when the object is made: never compared and never a reason to do anything. */
  readonly onlyOnCreate?: true;
  readonly implied?: Implied;
  /** Where the object is, not what it has: no answer tells it. */
  readonly neverReturned?: true;
  /** No input of programs: reported when somebody else sets it. */
  readonly foreign?: true;
}

/** The properties of a kind, by their names in programs. */
export type Fields<Name extends string = string> = Readonly<
  Record<Name, Field>
>;

/** Values of properties, by their names in programs. */
export type Values = Readonly<Record<string, Value>>;

/**
 * Declares a field. The type of the codec's values is forgotten here, once: a field's values only ever meet its own codec.
 */
export function field<T extends Value>(
  wire: string,
  codec: Codec<T>,
  rules: Omit<Field, "wire" | "codec"> = {},
): Field {
  return { wire, codec: codec, ...rules };
}

/** There must be none: conditions, exceptions and schedules that somebody adds to an object of ours. */
export const noneIsImplied: Implied = {
  holds: isEmpty,
  remedy: () => null,
};

/** Null, empty, or a flag that is not set. */
export function isEmpty(value: Value): boolean {
  return (
    value === null ||
    value === "" ||
    value === false ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** A property's value among those of an object, which do not list the conditions that nobody has set. */
export const valueIn = (
  values: Values,
  property: string,
  { foreign }: Field,
): Value | undefined =>
  property in values ? values[property] : foreign ? null : undefined;

/** True when two values mean the same to the vendor. */
export function equal({ codec }: Field, a: Value, b: Value): boolean {
  const key = (value: Value): unknown => {
    const known = value ?? codec.none;
    return known === null ? null : codec.key(known);
  };
  return deepEqual(key(a), key(b));
}

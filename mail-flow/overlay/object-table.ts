import type { ListView } from "../list-views";
import { same } from "../names";
import { valueOf } from "../part";
import type { Values } from "../preview";
import type { Part, RuleValue } from "../snapshot";

/** Access to the objects of one class in a snapshot, and to their properties. */
export interface ObjectTable {
  /** The name of the snapshot's part, for messages. */
  part: string;
  /** The reason why the part could not be read; undefined if it was read. */
  unavailable: string | undefined;
  /** The input with the object's name; empty if a tenant has only one such object. */
  nameField: string;
  /** A note for an object that did not exist before. */
  madeNote?: string;
  find(name: string): Values | undefined;
  /** Adds an object with Microsoft's or Cloudflare's defaults. */
  make(name: string): Values;
  /** Removes an object. @returns the reason if the object stays */
  remove(object: Values, before: Values): string | undefined;
  /** Returns whether a property decides where mail goes. */
  has(property: string): boolean;
  read(object: Values, property: string): unknown;
  /** Sets a property; null clears it, as if it had never been set. */
  put(object: Values, property: string, value: RuleValue | null): void;
  /** Returns the properties of an object that an `up` sets even if the program leaves them out. */
  impliedOf(object: Values): readonly string[];
  /**
   * Returns the value that an `up` sets for a property that the program leaves out: null clears it. Undefined if there is no such value.
   *
   * @param now the current value, or the previous one
   * @param resource the inputs or outputs of the resource
   */
  implied(
    property: string,
    now: unknown,
    resource: Values,
  ): RuleValue | null | undefined;
  /** Returns the value with which a destroy restores a previous one; undefined if the property stays as it is. */
  restored(property: string, previous: unknown): unknown;
  /** The properties that manage a part of a list. Only whole lists can be put. */
  readonly views?: Readonly<Record<string, ListView>>;
  /** Returns the properties of an object that the previous values in a state omit if they are empty. */
  sparse(object: Values): readonly string[];
  /** Records that the preview does not contain a property's value. @returns the consequence, if there is one */
  obscure(object: Values, property: string): string | undefined;
}

/** Returns the table of a list of objects whose properties have their own names. */
export function list<T extends object>(
  part: Part<T[]>,
  noun: string,
  nameField: keyof T & string,
  properties: readonly string[],
  make: (name: string) => T,
): ObjectTable {
  const all = valueOf(part) as Values[];
  return {
    part: noun,
    unavailable: reasonOf(part),
    nameField,
    find: (name) => all.find((one) => same(one[nameField], name)),
    make: (name) => {
      const made = make(name) as Values;
      all.push(made);
      return made;
    },
    remove: (object) => void all.splice(all.indexOf(object), 1),
    has: (property) => properties.includes(property),
    read: (object, property) => object[property],
    put: (object, property, value) => {
      if (value !== null) object[property] = value;
      else if (Array.isArray(object[property])) object[property] = [];
      else delete object[property];
    },
    impliedOf: () => [],
    implied: () => undefined,
    restored: (_property, previous) => previous,
    sparse: () => [],
    obscure: () => "it is taken as it is now",
  };
}

/** Returns the table of an object that every tenant has exactly once. It has no name in programs and cannot be removed. */
export const single = (
  part: Part<unknown>,
  noun: string,
  properties: readonly string[],
  find: () => Values | undefined,
  make: () => Values,
): ObjectTable => ({
  ...list<Values>({ value: [] }, noun, "", properties, make),
  unavailable: reasonOf(part),
  find,
  remove: () => undefined,
});

/** Sets the properties that the program leaves out but an `up` sets anyway. */
export function settle(
  table: ObjectTable,
  object: Values,
  given: Values,
): void {
  for (const property of table.impliedOf(object)) {
    if (given[property] !== undefined) continue;
    const value = table.implied(property, table.read(object, property), given);
    if (value !== undefined) table.put(object, property, value);
  }
}

/** Returns the reason why a part could not be read; undefined if it was read. */
export const reasonOf = (part: Part<unknown>): string | undefined =>
  "unavailable" in part ? part.unavailable : undefined;

import { same } from "../names";
import { valueOf } from "../part";
import type { Values } from "../preview";
import type { Part, RuleValue } from "../snapshot";

/** Where objects of one class stand in a snapshot, and how their properties are written there. */
export interface ObjectTable {
  /** What the part of the snapshot is, for people. */
  part: string;
  /** Why it could not be read; undefined where it was. */
  unavailable: string | undefined;
  /** The input that names the object; empty where a tenant has one. */
  nameField: string;
  /** What is worth saying of an object that did not exist. */
  madeNote?: string;
  find(name: string): Values | undefined;
  /** Adds one with Microsoft's or Cloudflare's defaults. */
  make(name: string): Values;
  /** @returns why it stays, if it does */
  remove(object: Values, before: Values): string | undefined;
  /** Whether it decides where mail goes. */
  has(property: string): boolean;
  read(object: Values, property: string): unknown;
  /** Null: as if it had never been set. */
  put(object: Values, property: string, value: RuleValue | null): void;
  /** What an object has of which something must hold where its program leaves it out. */
  impliedOf(object: Values): readonly string[];
  /**
   * Returns what an `up` makes of a property that the program leaves out although something must hold of it: null takes it away.
   * Undefined where nothing must hold of it.
   *
   * @param now what it is, or was first
   * @param resource the inputs or outputs of the resource
   */
  implied(
    property: string,
    now: unknown,
    resource: Values,
  ): RuleValue | null | undefined;
  /** Returns the value with which a destroy restores a previous one; undefined where the property stays as it is. */
  restored(property: string, previous: unknown): unknown;
  /** Takes note that a preview does not say a property. @returns what follows from that, if anything does */
  obscure(object: Values, property: string): string | undefined;
}

/** A list of objects whose properties stand under their own names. */
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
    obscure: () => "it is taken as it is now",
  };
}

/** An object that every tenant has exactly once: it has no name in programs, and nobody removes it. */
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

/** Writes what an `up` writes besides what is given: what must hold of properties that the program leaves out. */
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

/** Why a part could not be read. */
export const reasonOf = (part: Part<unknown>): string | undefined =>
  "unavailable" in part ? part.unavailable : undefined;

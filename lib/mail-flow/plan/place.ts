import type { Values } from "../preview";
import type { Part, RuleValue } from "../snapshot";

/** Where objects of one class stand in a snapshot, and how their properties are written there. */
export interface Place {
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
  /** Takes away what would narrow it, before it is taken over. */
  clear(object: Values): void;
  /** @returns why it stays, if it does */
  remove(object: Values, before: Values): string | undefined;
  /** Whether it decides where mail goes. */
  has(property: string): boolean;
  read(object: Values, property: string): unknown;
  /** Null: as if it had never been set. */
  put(object: Values, property: string, value: RuleValue | null): void;
  /** What becomes of a property that is no longer in the program; undefined: nothing. */
  unset(property: string): null | undefined;
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
): Place {
  const all = "value" in part ? (part.value as Values[]) : [];
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
    clear: () => undefined,
    remove: (object) => void all.splice(all.indexOf(object), 1),
    has: (property) => property === nameField || properties.includes(property),
    read: (object, property) => object[property],
    put: (object, property, value) => {
      if (value === null) delete object[property];
      else object[property] = value;
    },
    unset: () => undefined,
    obscure: () => "it is taken as it is now",
  };
}

/** Why a part could not be read. */
export const reasonOf = (part: Part<unknown>): string | undefined =>
  "unavailable" in part ? part.unavailable : undefined;

/** Names are compared as the vendors do, in any case. */
export const same = (one: unknown, other: unknown): boolean =>
  typeof one === "string" &&
  typeof other === "string" &&
  one.toLowerCase() === other.toLowerCase();

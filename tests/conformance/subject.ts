import { kinds, type KindName } from "../../providers/kinds";
import type { Value } from "../../providers/codecs";
import { equal, type Field } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import type { Fault, Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import type { ExampleCase } from "../examples/example";
import type { Meaning } from "../promises/meanings";
import type { Properties } from "./platform";

/** Changes of a kind's objects by somebody else at the vendor, with values in the vendor's names and form. */
export interface ByHand {
  add(simulator: Simulator, name: string, values: JsonObject): void;
  /** Returns a copy of the object as the vendor stores it; undefined if it does not exist. */
  find(simulator: Simulator, name: string): JsonObject | undefined;
  edit(simulator: Simulator, name: string, values: JsonObject): void;
  remove(simulator: Simulator, name: string): void;
  /** Replaces the object by another one with the same name and values. Missing if the object can be neither deleted nor created. */
  readonly replace?: (simulator: Simulator, name: string) => void;
}

/** A kind's data for the tests. */
export interface KindUnderTest {
  /** An example for each {@link Existence} of the kind's objects. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly byHand: ByHand;
  /** Returns the noun of the vendor's records that have a property. */
  nounOf(wire: string): string;
  /** Matches the requests that only resources of this kind send, by cmdlet or by method and vendor. */
  readonly requests: RegExp;
  /** Meaning of each property's values, written from the vendor's documentation. */
  readonly meanings: Readonly<Record<string, Meaning>>;
  /** Properties whose change makes another object, or that no answer contains. */
  readonly withoutMeaning: readonly string[];
  /** The expected result of the kind's example in `examples/`. */
  readonly example: ExampleCase;
}

/** Who creates and deletes an object. */
export type Existence =
  /** A program creates and deletes it, and adopts a different existing one only with `adopt`. */
  | "made"
  /** The same, but an existing one is always adopted, and destroy does not delete it. */
  | "adopted"
  /** Every tenant has it exactly once; it can be neither created nor deleted. */
  | "once";

/** An example of a kind, with the data that the suites for all kinds need. */
export interface Subject {
  readonly kind: KindName;
  /** Distinguishes a kind's subjects in the titles of tests. */
  readonly label?: string;
  readonly existence: Existence;
  /** As many of the kind's inputs as may be combined. */
  readonly inputs: Properties;
  /** The required inputs. */
  readonly least: Properties;
  /** The property that carries the mark of an object that we created. */
  readonly mark?: "comments" | "comment" | "adminDisplayName";
  /** The object's name at the vendor, if programs give it none. */
  readonly vendorName?: string;
  /** Other names that tests give to the object. */
  readonly otherNames?: readonly string[];
  /** Other valid values, for properties whose codec leads to none that the vendor accepts together with `inputs`. */
  readonly others?: Properties;
  /** Values that violate a property's implied value, for properties whose value in `inputs` does not. */
  readonly broken?: Properties;
  /** Inputs that must be removed when another one is changed, by the changed one. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** Properties that a program cannot set for this object, or that this example leaves out. */
  readonly absent?: readonly string[];
  /** Properties that are unsuitable as samples, because a change of them changes other objects, or cannot be undone. */
  readonly notSamples?: readonly string[];
  /** Inputs that destroy needs to delete an object that we created. */
  readonly removable?: Properties;
  /** The requests with which the first `up` creates the object, or changes the one that exists once. */
  readonly makes: readonly [Match, ...Match[]];

  /** Creates the objects that the subject depends on. */
  prepare?(simulator: Simulator): void;
  /** Creates the object as somebody else would, with the values of `inputs` except the given ones, which have the vendor's names. */
  add(simulator: Simulator, different?: JsonObject): void;
  /** Returns the object as the vendor stores it; undefined if it does not exist. */
  live(simulator: Simulator): JsonObject | undefined;
  /** Changes a member of it as somebody else would. */
  edit(simulator: Simulator, wire: string, value: unknown): void;
  /** Deletes it as somebody else would. */
  remove(simulator: Simulator): void;
  /** Deletes it and creates another one with the same name and values, as somebody else would. Missing if that is impossible. */
  remake?(simulator: Simulator): void;
}

/** Selects the requests that a fault affects. */
type Match = NonNullable<Fault["match"]>;

/** Returns the subject's kind. */
export const kindOf = ({ kind }: Pick<Subject, "kind">): Kind => kinds[kind];

/** Returns the base name of a class's files and of its example, in every folder. */
export const fileNameOf = (name: string): string =>
  name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();

/** Returns a subject's name for the titles of tests. */
export const titleOf = ({ kind, label }: Subject): string =>
  label === undefined ? kind : `${kind} (${label})`;

/** Returns the object's name in programs; empty if every tenant has exactly one. */
export function nameOf({ inputs }: Pick<Subject, "inputs">): string {
  const name = inputs["name"] ?? inputs["domain"];
  return typeof name === "string" ? name : "";
}

/** Returns the properties, except mark and name, that can be changed in place, alone, and restored. */
export function samples(subject: Subject): [string, Field][] {
  const { nameField } = kindOf(subject);
  const found = ownFields(subject).filter(
    ([name, { replaces, onlyOnCreate }]) =>
      !replaces &&
      !onlyOnCreate &&
      name !== subject.mark &&
      name !== nameField &&
      !subject.notSamples?.includes(name) &&
      !(name in (subject.without ?? {})),
  );
  if (found.length === 0)
    throw new Error(`${titleOf(subject)} has nothing that can be changed`);
  return found;
}

/** Returns the first property of {@link samples}. */
export const sampleOf = (subject: Subject): string =>
  samples(subject)[0]?.[0] ?? "";

/** Returns the property that the vendor requires together with the given one, if any. */
export const pairOf = (subject: Subject, property: string): string[] => {
  const partner = kindOf(subject).fields[property]?.with;
  return partner === undefined ? [] : [partner];
};

/** Returns the fields that programs may set, with their names. */
export const ownFields = (subject: Subject): [string, Field][] =>
  Object.entries(kindOf(subject).fields).filter(
    ([name]) => !subject.absent?.includes(name),
  );

/** Returns a valid value of a property that differs from the one in `inputs`. */
export function anotherValue(subject: Subject, property: string): Value {
  const given = subject.others?.[property];
  if (given !== undefined) return given as Value;
  const field = kindOf(subject).fields[property];
  if (!field) throw new Error(`${subject.kind} has no ${property}`);
  const now = (subject.inputs[property] ?? null) as Value;
  const names = [...field.codec.type.matchAll(/`([^`]+)`/g)].map(
    ([, name]) => name ?? "",
  );
  const candidates: Value[] = [
    ...names,
    ...names.map((name) => [name]),
    true,
    false,
    7,
    1,
    "other.example",
    "another text",
    ["other.example"],
    ["192.0.2.0/24"],
  ];
  const found = candidates.find(
    (value) =>
      field.codec.refuse(value) === undefined && !equal(field, value, now),
  );
  if (found === undefined)
    throw new Error(`no other value of ${subject.kind}.${property} is known`);
  return found;
}

/** Returns a property's value in the vendor's form. */
export const wireValue = (field: Field, value: Value): unknown =>
  value === null ? null : field.codec.encode(value);

/** Returns an object without the members that change by themselves. */
export function settled(live: JsonObject | undefined): JsonObject | undefined {
  if (!live) return undefined;
  const moving = ["WhenChanged", "modified_at", "LastModifiedBy"];
  return Object.fromEntries(
    Object.entries(live)
      .filter(([name]) => !moving.includes(name))
      // The order of an array does not matter.
      .map(([name, value]) => [
        name,
        Array.isArray(value) ? [...value].sort() : value,
      ]),
  );
}

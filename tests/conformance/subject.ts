import { kinds, type KindName } from "../../providers/kinds";
import type { Value } from "../../providers/codecs";
import { equal, type Field } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { conditions } from "../../simulator/exchange/parameters";
import type { Fault, Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import type { ExampleCase } from "../examples/example";
import type { Meaning } from "../promises/meanings";
import type { Properties } from "./platform";

/** How somebody else handles the objects of a kind at the vendor, with values in the vendor's names and form. */
export interface ByHand {
  add(simulator: Simulator, name: string, values: JsonObject): void;
  /** A copy of the object as the vendor keeps it; undefined when it is not there. */
  find(simulator: Simulator, name: string): JsonObject | undefined;
  edit(simulator: Simulator, name: string, values: JsonObject): void;
  remove(simulator: Simulator, name: string): void;
  /** Puts another object with the same name and values in its place. Absent where the vendor has one for ever. */
  readonly replace?: (simulator: Simulator, name: string) => void;
}

/** What the tests must know of a kind. */
export interface KindUnderTest {
  /** An example for each way in which objects of the kind come and go. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly byHand: ByHand;
  /** The noun of the records of an answer that have a property. */
  nounOf(wire: string): string;
  /** The requests that resources of the kind make for themselves, by cmdlet or by method and vendor. */
  readonly requests: RegExp;
  /** What the values of a property mean, written from the vendor's documentation. */
  readonly meanings: Readonly<Record<string, Meaning>>;
  /** Properties that make another object when they change, or that no answer tells. */
  readonly withoutMeaning: readonly string[];
  /** What becomes of the kind's example in `examples/`. */
  readonly example: ExampleCase;
}

/** How objects come and go. */
export type Existence =
  /** A program makes and removes them, and adopts what it finds only if it says so. */
  | "made"
  /** The same, but what is found is always adopted, and destroy leaves it. */
  | "adopted"
  /** Every tenant has the object exactly once: nobody makes or removes it. */
  | "once";

/** An example of a kind, and what the suites that are the same for all kinds must know of it. */
export interface Subject {
  readonly kind: KindName;
  /** In the titles of tests, where a kind has several subjects. */
  readonly label?: string;
  readonly existence: Existence;
  /** Every input that this kind has and that goes together. */
  readonly inputs: Properties;
  /** What must be given. */
  readonly least: Properties;
  /** The mark is this property of the object, when it is made by us. */
  readonly mark?: "comments" | "adminDisplayName";
  /** What the vendor calls the object, where programs give it no name. */
  readonly vendorName?: string;
  /** Names that the object gets in tests besides its own. */
  readonly otherNames?: readonly string[];
  /** Another valid value, where the codec does not lead to one that the vendor takes beside `inputs`. */
  readonly others?: Properties;
  /** Values that break what must hold of properties that a program leaves out, where those of `inputs` do not. */
  readonly broken?: Properties;
  /** Inputs that cannot stay when another is changed. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** Properties that `inputs` lacks because a program cannot have them here. */
  readonly absent?: readonly string[];
  /** Properties that stand for no others: a change of them changes other objects, or cannot be undone. */
  readonly notSamples?: readonly string[];
  /** What somebody else adds to an object of ours; absent where a kind has no foreign fields. */
  readonly foreign?: {
    /** A condition or exception, which is taken away. */
    readonly condition: JsonObject;
    /** An action, which is left. */
    readonly action: JsonObject;
    /** Names of foreign parameters that go in pairs, or that no cmdlet sets to nothing. */
    readonly notAlone: RegExp;
  };
  /** Inputs with which destroy removes what was made, where it does not without. */
  readonly removable?: Properties;
  /** The requests with which the first `up` makes the object, or changes the one that exists once. */
  readonly makes: readonly [Match, ...Match[]];

  /** What must be there before. */
  prepare?(simulator: Simulator): void;
  /** Makes the object as somebody else would, with our inputs' values except those given by the vendor's names. */
  add(simulator: Simulator, different?: JsonObject): void;
  /** The object as the vendor keeps it; undefined when it is not there. */
  live(simulator: Simulator): JsonObject | undefined;
  /** Somebody else changes a member of it. */
  edit(simulator: Simulator, wire: string, value: unknown): void;
  /** Somebody else removes it. */
  remove(simulator: Simulator): void;
  /** Somebody else removes it and makes another with the same name and values. Absent where the vendor has one for ever. */
  remake?(simulator: Simulator): void;
}

/** Which requests a fault is for. */
type Match = NonNullable<Fault["match"]>;

/** The kind's table. */
export const kindOf = ({ kind }: Pick<Subject, "kind">): Kind => kinds[kind];

/** How the files and the example of a class are called, in every room. */
export const fileNameOf = (name: string): string =>
  name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();

/** A subject in the titles of tests. */
export const titleOf = ({ kind, label }: Subject): string =>
  label === undefined ? kind : `${kind} (${label})`;

/** What programs call the object; empty where a tenant has one. */
export function nameOf({ inputs }: Pick<Subject, "inputs">): string {
  const name = inputs["name"] ?? inputs["domain"];
  return typeof name === "string" ? name : "";
}

/** The properties that can be changed in place, alone, and restored. The mark and the name are none of them. */
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

/** The first of {@link samples}. */
export const sampleOf = (subject: Subject): string =>
  samples(subject)[0]?.[0] ?? "";

/** The other half of a property that the vendor takes only together with another. */
export const pairOf = (subject: Subject, property: string): string[] => {
  const partner = kindOf(subject).fields[property]?.with;
  return partner === undefined ? [] : [partner];
};

/** The fields that programs may give, with their names. */
export const ownFields = (subject: Subject): [string, Field][] =>
  Object.entries(kindOf(subject).fields).filter(
    ([name, { foreign }]) => !foreign && !subject.absent?.includes(name),
  );

/** The fields that only somebody else sets. */
export const foreignFields = (subject: Subject): [string, Field][] =>
  Object.entries(kindOf(subject).fields).filter(([, { foreign }]) => foreign);

/** A valid value of a property that is not the one of `inputs`. */
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

/** A value of a foreign condition or date, by the type of the vendor's parameter. */
export function foreignValue(wire: string): unknown {
  if (/Date$/.test(wire)) return "2027-01-31T12:00:00.000Z";
  const type = conditions[wire.replace(/^ExceptIf/, "")]?.type;
  if (typeof type === "object") return type.values[0];
  switch (type) {
    case "flag":
      return true;
    case "integer":
    case "scl":
      return 3;
    case "texts":
    case "words":
      return ["somebody"];
    case "ipRanges":
      return ["198.51.100.0/24"];
    case "tables":
      return [{ name: "somebody" }];
    default:
      return "somebody";
  }
}

/** What somebody else would have to write for a property to have a value, in the vendor's form. */
export const wireValue = (field: Field, value: Value): unknown =>
  value === null ? null : field.codec.encode(value);

/** Without what moves by itself. */
export function settled(live: JsonObject | undefined): JsonObject | undefined {
  if (!live) return undefined;
  const moving = ["WhenChanged", "modified_at", "LastModifiedBy"];
  return Object.fromEntries(
    Object.entries(live)
      .filter(([name]) => !moving.includes(name))
      // An array that was never set and an empty one are the same.
      .map(([name, value]) => [
        name,
        Array.isArray(value) ? [...value].sort() : value,
      ]),
  );
}

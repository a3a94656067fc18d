import { kinds } from "../../providers";
import type { Value } from "../../providers/codecs";
import { equal, type Field } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { conditions } from "../../simulator/exchange/parameters";
import type { Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import type { Properties } from "./platform";

/** What the suite must know of a kind: an example, and how somebody else handles its objects at the vendor. */
export interface Subject {
  /** `TransportRule`, …, as `provider()` takes it. */
  readonly kind: string;
  /** In the titles of tests, where a kind has several subjects. */
  readonly label?: string;
  /** Every input that this kind has and that goes together. */
  readonly inputs: Properties;
  /** What must be given. */
  readonly least: Properties;
  /** The mark is this property of the object, when it is made by us. */
  readonly mark?: "comments" | "adminDisplayName";
  /** Exists before us and is never removed. */
  readonly given?: true;
  /** Another valid value, where the codec does not lead to one that the vendor takes beside `inputs`. */
  readonly others?: Properties;
  /** Inputs that cannot stay when another is changed. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
  /** Properties that `inputs` lacks because a program cannot have them here. */
  readonly absent?: readonly string[];

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

/** The kind's table. */
export function kindOf({ kind }: Pick<Subject, "kind">): Kind {
  const found = kinds[kind];
  if (!found) throw new Error(`there is no kind ${kind}`);
  return found;
}

/** What the object is called; empty where a tenant has one. */
export function nameOf({ inputs }: Pick<Subject, "inputs">): string {
  const name = inputs["name"] ?? inputs["domain"];
  return typeof name === "string" ? name : "";
}

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

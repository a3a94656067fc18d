import type { Value } from "./codecs";
import { isEmpty, type Values } from "./field";
import type { Form, Identity, Item, State } from "./form";
import type { Listing } from "./session/shared-list";
import type { Operation } from "./session/session";

export type { Failure, Form, Identity, Item, State } from "./form";

/** What every kind is: data and four verbs. `lifecycle.ts` does the rest, the same for all. */
export interface Kind extends Form {
  /** In messages: `transport rule`. */
  readonly noun: string;
  /** What the resource's id is. */
  readonly idIs: "name" | "guid";
  /** True where a member that an answer leaves out says nothing, as with Cloudflare. */
  readonly missingMeansUnknown?: true;

  /**
   * Whether a property decides where mail goes, so that the exposure guard judges a change of it; absent where none does.
   * @param property undefined: that the object exists at all.
   */
  decides?(property: string | undefined): boolean;

  identify(item: Item): Identity;

  /** All objects, complete or an error; at least the one of this name. */
  list(
    operation: Operation,
    name: string,
    newerThan?: number,
  ): Promise<Listing<Item>>;
  create(operation: Operation, wanted: Values): Promise<void>;
  /**
   * One write, and one Enable or Disable where the vendor has a cmdlet of its own for it.
   * @param changes null clears.
   */
  update(operation: Operation, item: Item, changes: Values): Promise<void>;
  /** @returns why it was left where it is, or nothing when it is gone. */
  remove(
    operation: Operation,
    item: Item,
    state: State,
  ): Promise<string | undefined>;

  /** What properties that the program left out are held against; asks the vendors. */
  expect?(
    operation: Operation,
    inputs: State,
    listing: Listing<Item>,
    state?: State,
  ): Promise<Values>;
  /** The same, as it was last known. */
  expected?(state: State): Values;
  /** Outputs besides those of all kinds. `state`: the old outputs when it is only read. */
  outputs?(
    operation: Operation,
    item: Item,
    expected: Values,
    inputs: State,
    state?: State,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** A previous value that cannot be restored as it was: another one, and why. */
  restoredValue?(
    operation: Operation,
    property: string,
    value: Value,
  ): Promise<{ readonly value?: Value; readonly warning: string } | undefined>;
}

/** What the object has, by the names of programs: null where it has none, absent where the answer does not say. */
export function valuesOf(
  kind: Pick<Kind, "fields" | "missingMeansUnknown">,
  item: Item,
): Values {
  const values: Record<string, Value> = {};
  for (const [name, { wire, codec, foreign }] of Object.entries(kind.fields)) {
    const said = item[wire];
    const value =
      said === undefined && codec.emptyWhenMissing && !kind.missingMeansUnknown
        ? null
        : codec.decode(said);
    // A condition that nobody set is not worth a line in every state.
    if (value !== undefined && !(foreign && isEmpty(value)))
      values[name] = value;
  }
  return values;
}

/** Changes, and beside each that the vendor takes only together with another property what that one has. */
export function together(
  kind: Pick<Kind, "fields">,
  changes: Values,
  live: Values,
): Values {
  const partners = Object.keys(changes).flatMap(
    (property) => kind.fields[property]?.with ?? [],
  );
  return {
    ...Object.fromEntries(
      partners.map((property) => [property, live[property] ?? null]),
    ),
    ...changes,
  };
}

/** Values in the vendor's names and form; null stays null. */
export function encode(
  kind: Pick<Kind, "fields">,
  values: Values,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const field = kind.fields[name];
      return field
        ? [[field.wire, value === null ? null : field.codec.encode(value)]]
        : [];
    }),
  );
}

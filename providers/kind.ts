import type { Value } from "./codecs";
import type { Field, Values } from "./field";
import type { Form, Identity, Item, State } from "./form";
import type { Listing } from "./session/shared-list";
import type { Operation } from "./session/session";

export type { Failure, Form, Identity, Item, State } from "./form";

/** A kind of object: data and four verbs. `lifecycle/` does the rest, in the same way for all kinds. */
export interface Kind extends Form {
  /** The kind's name in messages: `transport rule`. */
  readonly noun: string;
  /** The property that is the resource's id. */
  readonly idIs: "name" | "guid";
  /** The values of a new object for properties that the program omits, and that have no default. */
  readonly initial?: Values;
  /** Whether a member that is missing in a response has an unknown value, as with Cloudflare. */
  readonly missingMeansUnknown?: true;

  /**
   * Returns whether a property decides where mail goes, so that the exposure guard checks its changes. Missing if no property does.
   * @param property undefined for the existence of the object.
   */
  decides?(property: string | undefined): boolean;

  identify(item: Item): Identity;

  /** Returns all objects, or at least the one with this name. Never returns a part of the list, but fails. */
  list(
    operation: Operation,
    name: string,
    newerThan?: number,
  ): Promise<Listing<Item>>;
  create(operation: Operation, wanted: Values): Promise<void>;
  /**
   * Changes an object with one write, and one Enable or Disable if the vendor has separate cmdlets for it.
   * @param changes the new values; null clears a value.
   * @param inPart the lists among them of which only the difference from the item may be written, because the program manages a part.
   */
  update(
    operation: Operation,
    item: Item,
    changes: Values,
    inPart?: ReadonlySet<string>,
  ): Promise<void>;
  /** @returns the reason why the object was not removed, or undefined if it was. */
  remove(
    operation: Operation,
    item: Item,
    state: State,
  ): Promise<string | undefined>;

  /** Returns the expected values of properties that the program omits. Reads them from the vendors. */
  expect?(
    operation: Operation,
    inputs: State,
    listing: Listing<Item>,
    state?: State,
  ): Promise<Values>;
  /** Returns the last known expected values. */
  expected?(state: State): Values;
  /** Returns the outputs that only this kind has. @param state the old outputs, if the object is only read. */
  outputs?(
    operation: Operation,
    item: Item,
    expected: Values,
    inputs: State,
    state?: State,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Returns the replacement for a previous value that cannot be restored, and a warning with the reason. */
  restoredValue?(
    operation: Operation,
    property: string,
    value: Value,
  ): Promise<{ readonly value?: Value; readonly warning: string } | undefined>;
}

/** Returns the names of a resource's outputs besides its inputs. */
export const outputNames = (form: Form | Kind): string[] => [
  ...("list" in form ? ["adopted", "previous", form.scopeId] : []),
  ...form.computed,
];

/**
 * Returns an object's values by the names of programs: null for no value, missing if the vendor does not return it. Without views, whose
 * values depend on the program's.
 */
export function valuesOf(
  kind: Pick<Kind, "fields" | "missingMeansUnknown">,
  item: Item,
): Values {
  const values: Record<string, Value> = {};
  const following: [string, NonNullable<Field["derived"]>][] = [];
  for (const [name, field] of Object.entries(kind.fields)) {
    const { wire, codec, sparse, view, derived } = field;
    if (derived) following.push([name, derived]);
    if (view || derived) continue;
    const said = item[wire];
    const value =
      said === undefined &&
      (codec.emptyWhenMissing || sparse) &&
      !kind.missingMeansUnknown
        ? null
        : codec.decode(said);
    if (value !== undefined) values[name] = value;
  }
  for (const [name, derived] of following) values[name] = derived(values, item);
  return values;
}

/** Returns the changes. For a change that the vendor accepts only together with another property, adds that property's live value. */
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

/** Returns the values with the vendor's names and in its format; null stays null, but a flag of Exchange has no null (type Boolean). */
export function encode(
  kind: Pick<Kind, "fields"> & Partial<Pick<Kind, "scopeId">>,
  values: Values,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const field = kind.fields[name];
      if (!field || field.view || field.derived) return [];
      const { wire, codec } = field;
      const isSwitch =
        codec.schema.type === "boolean" && kind.scopeId !== "accountId";
      const known = value ?? (isSwitch ? codec.none : null);
      return [[wire, known === null ? null : codec.encode(known)]];
    }),
  );
}

import { isDeepStrictEqual } from "node:util";
import { addressesIn, withWholeLists } from "./list-views";
import { tablesOf } from "./overlay";
import { partnerOf } from "./condition-pairs";
import { same } from "./names";
import { settle, type ObjectTable } from "./overlay/object-table";
import {
  changesOf,
  hidden,
  part,
  textsIn,
  type Change,
  type Values,
} from "./preview";
import type { RuleValue, Snapshot } from "./snapshot";

/** The effect of an `up` on a snapshot. */
export interface Plan {
  /** The snapshot after the `up`. */
  snapshot: Snapshot;
  /** What cannot be predicted: one sentence each, without a full stop. */
  notes: string[];
}

/**
 * Applies a program's preview to a snapshot, as `pulumi up` would: changed properties are set, and properties that are removed from the
 * program are restored to their previous values. Values that are known only during an `up` (computed values, secrets) stay as they are, and
 * a note says so.
 *
 * @param preview the document that `pulumi preview --json` prints, parsed
 * @throws Error if it is not such a document, if the preview failed, or if it is of another tenant or account than the snapshot
 */
export function plan(snapshot: Snapshot, preview: unknown): Plan {
  const after = structuredClone(snapshot);
  const tables = tablesOf(after);
  const notes = new Set<string>();
  const changes = changesOf(preview, Object.keys(tables));
  // `changesOf` returns only changes of these classes.
  const tableOf = ({ kind }: Change): ObjectTable =>
    tables[kind as keyof typeof tables];
  // Returns a key of the object that a change concerns, independent of the resource's name.
  const objectOf = (change: Change): string => {
    const values = change.op === "delete" ? change.before : change.after;
    const name = values[tableOf(change).nameField];
    return `${change.kind} ${String(name)}`.toLowerCase();
  };
  const kept = new Set(
    changes.filter(({ op }) => op !== "delete").map(objectOf),
  );
  for (const change of changes) {
    refuseAnother(snapshot, change);
    // If another change creates or updates the same object, the object was adopted and is not deleted.
    if (change.op === "delete" && kept.has(objectOf(change))) continue;
    const table = tableOf(change);
    if (table.unavailable !== undefined) {
      notes.add(
        `${labelOf(change)} is left out: ${table.part} could not be read`,
      );
      continue;
    }
    const note = (text: string): void =>
      void notes.add(`${labelOf(change)}: ${text}`);
    operations[change.op](table, change, note);
  }
  return { snapshot: after, notes: [...notes] };
}

type Note = (text: string) => void;

/** Creates the object, or adopts an existing one with the same name. */
function create(table: ObjectTable, { after }: Change, note: Note): void {
  const name = after[table.nameField];
  if (hidden(name)) {
    note("is left out, as its name is not known before an up");
    return;
  }
  const found = table.find(String(name));
  if (!found && table.madeNote) note(table.madeNote);
  const object = found ?? table.make(String(name));
  settle(table, object, after);
  const values = inWholeLists(table, object, after, {}, note);
  for (const [property, value] of Object.entries(values))
    put(table, object, property, value, note);
}

function update(
  table: ObjectTable,
  { before, after, changed }: Change,
  note: Note,
): void {
  const object = table.find(String(before[table.nameField]));
  if (!object || isAnother(object, before)) {
    note("is left out: the snapshot does not hold it");
    return;
  }
  const previous = previousOf(table, object, before);
  const values: Values = {};
  for (const property of changed) {
    if (property in (table.views ?? {})) {
      values[property] = after[property] ?? null;
      continue;
    }
    const now = table.read(object, property);
    const implied = table.implied(property, now, after);
    const value =
      property in after
        ? after[property]
        : implied === undefined
          ? previous[property]
          : implied;
    if (value !== undefined) values[property] = value;
  }
  for (const [property, value] of Object.entries(
    inWholeLists(table, object, values, before, note),
  ))
    put(table, object, property, value, note);
}

/** Restores the previous values of an adopted object; deletes an object that the program created. */
function remove(table: ObjectTable, { before }: Change, note: Note): void {
  const object = table.find(String(before[table.nameField]));
  if (!object) return;
  if (isAnother(object, before)) {
    note("is left alone: somebody made it anew");
    return;
  }
  if (before["adopted"] !== true) {
    const reason = table.remove(object, before);
    if (reason) note(reason);
    return;
  }
  const back = new Map<string, unknown>();
  const changedSince: string[] = [];
  for (const [property, first] of Object.entries(
    previousOf(table, object, before),
  )) {
    const written = writtenTo(table, property, first, before);
    const now = table.read(object, property);
    if (!table.has(property) || written === undefined || isEqual(now, first))
      continue;
    if (isEqual(now, written)) back.set(property, first);
    else changedSince.push(property);
  }
  // Values that were changed by hand since are not restored. Of two conditions that Exchange accepts only together, one alone is not
  // restored.
  for (const property of changedSince) {
    const partner = partnerOf(property) ?? "";
    const isCleared = isEqual(table.read(object, property), null);
    if (isEqual(back.get(partner), null) !== isCleared) back.delete(partner);
  }
  const dropped = Object.fromEntries(
    Object.keys(table.views ?? {})
      .filter((view) => view in before)
      .map((view) => [view, null]),
  );
  for (const [property, list] of Object.entries(
    inWholeLists(table, object, dropped, before, note),
  ))
    put(table, object, property, list, note);
  for (const [property, first] of back) {
    const value = table.restored(property, first);
    if (value !== undefined) put(table, object, property, value, note);
  }
}

/** Returns the values with whole lists in the place of properties that manage a part of a list. @param before the resource's outputs. */
function inWholeLists(
  table: ObjectTable,
  object: Values,
  values: Values,
  before: Values,
  note: Note,
): Values {
  const { views } = table;
  if (!views) return values;
  const known = Object.entries(values).filter(([property, value]) => {
    const isHidden = property in views && hidden(value) !== undefined;
    if (isHidden)
      note(
        `${property} is not known before an up: the list is taken as it is now`,
      );
    return !isHidden;
  });
  return withWholeLists(
    views,
    (of) => addressesIn(table.read(object, of)) ?? [],
    Object.fromEntries(known),
    {
      given: (view) => addressesIn(part(before, "wrote")[view] ?? before[view]),
      previous: (of) => addressesIn(part(before, "previous")[of]) ?? [],
    },
  );
}
/** Returns the previous values of an adopted object, with those that a state omits; none of an object that the program created. */
const previousOf = (
  table: ObjectTable,
  object: Values,
  state: Values,
): Values => ({
  ...(state["adopted"] === true &&
    Object.fromEntries(
      table.sparse(object).map((property) => [property, null]),
    )),
  ...part(state, "previous"),
});

/** Returns the value that the stack wrote, as a refresh may have recorded it; undefined if it wrote none. */
function writtenTo(
  table: ObjectTable,
  property: string,
  first: unknown,
  state: Values,
): unknown {
  const managed = textsIn(state, "reported").includes(property)
    ? undefined
    : (part(state, "wrote")[property] ?? state[property]);
  return managed ?? table.implied(property, first, state);
}

/** Returns whether an object is not the one of a state, but was created later with the same name. */
const isAnother = (object: Values, state: Values): boolean =>
  ["guid", "domainId"].some((id) => {
    const [live, known] = [object[id], state[id]];
    return Boolean(live && known) && !same(live, known);
  });

function put(
  table: ObjectTable,
  object: Values,
  property: string,
  value: unknown,
  note: Note,
): void {
  if (!table.has(property)) return;
  const reason = hidden(value);
  if (reason === undefined) {
    table.put(object, property, value as RuleValue | null);
    return;
  }
  const consequence = table.obscure(object, property);
  const why = reason === "secret" ? "is a secret" : "is not known before an up";
  if (consequence) note(`${property} ${why}: ${consequence}`);
}

const operations = { create, update, delete: remove };

function refuseAnother(snapshot: Snapshot, { before }: Change): void {
  for (const [property, noun] of [
    ["tenantId", "tenant"],
    ["accountId", "account"],
  ] as const) {
    const [theirs, known] = [before[property], snapshot[property]];
    if (typeof theirs === "string" && known !== undefined && theirs !== known)
      throw new Error(
        `The preview is of ${noun} ${theirs}, the snapshot of ${known}: they cannot be laid over each other`,
      );
  }
}

const labelOf = ({ kind, resource }: Change): string => `${kind} "${resource}"`;

/** Returns a form in which equal values compare as equal: sets are sorted, case is ignored, and null, missing, empty and false are the same. */
const comparable = (value: unknown): string[] =>
  [value]
    .flat()
    .map((one) => JSON.stringify(one ?? "").toLowerCase())
    .filter((one) => one !== '""' && one !== "false")
    .sort();

const isEqual = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(comparable(one), comparable(other));

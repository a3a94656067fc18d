import { isDeepStrictEqual } from "node:util";
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

/** What an `up` would make of a snapshot. */
export interface Plan {
  /** As it would be afterwards. */
  snapshot: Snapshot;
  /** What could not be foreseen, a sentence each without a full stop. */
  notes: string[];
}

/**
 * Lays a program's preview over a snapshot: what each change asks is set, what is taken out of the program gets its previous
 * value back, as `pulumi up` does it. What only an `up` finds out (computed values, secrets) stays as it is, and a note says so.
 *
 * @param preview the document that `pulumi preview --json` prints, parsed
 * @throws Error when it is no such document, failed, or is of another tenant or account than the snapshot
 */
export function plan(snapshot: Snapshot, preview: unknown): Plan {
  const after = structuredClone(snapshot);
  const tables = tablesOf(after);
  const notes = new Set<string>();
  const changes = changesOf(preview, Object.keys(tables));
  // A preview is read for these classes alone.
  const tableOf = ({ kind }: Change): ObjectTable =>
    tables[kind as keyof typeof tables];
  // Which object a change is about, whichever resource asks.
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
    // What was replaced by itself, or moved to another resource, was adopted.
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

/** Makes the object, or adopts the one of that name. */
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
  for (const [property, value] of Object.entries(after))
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
  const previous = part(before, "previous");
  for (const property of changed) {
    const now = table.read(object, property);
    const implied = table.implied(property, now, after);
    const value =
      property in after
        ? after[property]
        : implied === undefined
          ? previous[property]
          : implied;
    if (value !== undefined) put(table, object, property, value, note);
  }
}

/** Restores what was there before; removes what the program had made. */
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
  for (const [property, first] of Object.entries(part(before, "previous"))) {
    const written = writtenTo(table, property, first, before);
    const now = table.read(object, property);
    if (!table.has(property) || written === undefined || isEqual(now, first))
      continue;
    if (isEqual(now, written)) back.set(property, first);
    else changedSince.push(property);
  }
  // What somebody else has changed since is left alone; and half of what Exchange takes only together is not restored.
  for (const property of changedSince) {
    const partner = partnerOf(property) ?? "";
    const isCleared = isEqual(table.read(object, property), null);
    if (isEqual(back.get(partner), null) !== isCleared) back.delete(partner);
  }
  for (const [property, first] of back) {
    const value = table.restored(property, first);
    if (value !== undefined) put(table, object, property, value, note);
  }
}

/** What the stack wrote, as a refresh may have noted it; undefined where it wrote nothing. */
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

/** Whether an object is not the one of a state, but one that somebody made since under its name. */
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

/** Sets in one order, whatever the case; null, missing, empty and switched off are alike. */
const comparable = (value: unknown): string[] =>
  [value]
    .flat()
    .map((one) => JSON.stringify(one ?? "").toLowerCase())
    .filter((one) => one !== '""' && one !== "false")
    .sort();

const isEqual = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(comparable(one), comparable(other));

import { isDeepStrictEqual } from "node:util";
import { antiSpamPolicies } from "./plan/anti-spam-policy";
import { domains } from "./plan/area1-domain";
import type { Place } from "./plan/place";
import { notification, quarantinePolicies } from "./plan/quarantine";
import { transportRules } from "./plan/transport-rule";
import { changesOf, hidden, type Change, type Values } from "./preview";
import type { RuleValue, Snapshot } from "./snapshot";

/** What an `up` would make of a snapshot. */
export interface Plan {
  /** As it would be afterwards. */
  snapshot: Snapshot;
  /** What could not be foreseen, a sentence each without a full stop. */
  notes: string[];
}

/**
 * Lays a program's preview over a snapshot: what each change asks is set, what is taken out of the program gets its first-seen
 * value back, as `pulumi up` does it. What only an `up` finds out (computed values, secrets) stays as it is, and a note says so.
 *
 * @param preview the document that `pulumi preview --json` prints, parsed
 * @throws Error when it is no such document, failed, or is of another tenant or account than the snapshot
 */
export function plan(snapshot: Snapshot, preview: unknown): Plan {
  const after = structuredClone(snapshot);
  const places: Record<string, Place> = {
    Area1Domain: domains(after),
    QuarantinePolicy: quarantinePolicies(after),
    QuarantineNotification: notification(after),
    AntiSpamPolicy: antiSpamPolicies(after),
    TransportRule: transportRules(after),
  };
  const notes = new Set<string>();
  const changes = changesOf(preview);
  const kept = new Set(
    changes.filter(({ op }) => op !== "delete").map(objectOf(places)),
  );
  for (const change of changes) {
    refuseAnother(snapshot, change);
    // What was replaced by itself, or moved to another resource, was taken over.
    if (change.op === "delete" && kept.has(objectOf(places)(change))) continue;
    const place = places[change.kind];
    if (!place) continue;
    if (place.unavailable !== undefined) {
      notes.add(
        `${labelOf(change)} is left out: ${place.part} could not be read`,
      );
      continue;
    }
    const note = (text: string): void =>
      void notes.add(`${labelOf(change)}: ${text}`);
    apply(place, change, note);
  }
  return { snapshot: after, notes: [...notes] };
}

/** Which object a change is about, whichever resource asks. */
const objectOf =
  (places: Record<string, Place>) =>
  ({ kind, op, before, after }: Change): string =>
    `${kind} ${String((op === "delete" ? before : after)[places[kind]?.nameField ?? ""])}`.toLowerCase();

type Note = (text: string) => void;

function apply(place: Place, change: Change, note: Note): void {
  switch (change.op) {
    case "create":
      return create(place, change, note);
    case "update":
      return update(place, change, note);
    case "delete":
      return remove(place, change, note);
  }
}

/** Makes the object, or takes over the one of that name. */
function create(place: Place, { after }: Change, note: Note): void {
  const name = after[place.nameField];
  if (hidden(name) ?? (place.nameField !== "" && typeof name !== "string")) {
    note("is left out, as its name is not known before an up");
    return;
  }
  const found = place.find(String(name));
  if (!found && place.madeNote) note(place.madeNote);
  const object = found ?? place.make(String(name));
  if (found) place.clear(object);
  for (const [property, value] of Object.entries(after))
    put(place, object, property, value, note);
}

function update(
  place: Place,
  { before, after, changed }: Change,
  note: Note,
): void {
  const object = place.find(String(before[place.nameField]));
  if (!object) {
    note("is left out: the snapshot does not hold it");
    return;
  }
  const previous = isRecord(before["previous"]) ? before["previous"] : {};
  for (const property of changed) {
    const first = before["adopted"] === true ? previous[property] : undefined;
    // Null takes away what narrows a rule and is not in the program; what else nobody asks for any more stays.
    const value =
      property in after ? after[property] : (first ?? place.unset(property));
    if (value !== undefined) put(place, object, property, value, note);
  }
}

/** Gives back what was there before; removes what the program had made. */
function remove(place: Place, { before }: Change, note: Note): void {
  const object = place.find(String(before[place.nameField]));
  if (!object) return;
  if (before["adopted"] !== true) {
    const reason = place.remove(object, before);
    if (reason) note(reason);
    return;
  }
  if (!isRecord(before["previous"])) return;
  for (const [property, first] of Object.entries(before["previous"])) {
    // What somebody else has changed since is left alone.
    const ours = isDeepStrictEqual(
      comparable(place.read(object, property)),
      comparable(before[property]),
    );
    if (before[property] !== undefined && ours && first !== undefined)
      put(place, object, property, first, note);
  }
}

function put(
  place: Place,
  object: Values,
  property: string,
  value: unknown,
  note: Note,
): void {
  if (!place.has(property)) return;
  const reason = hidden(value);
  if (reason === undefined) {
    place.put(object, property, value as RuleValue | null);
    return;
  }
  const consequence = place.obscure(object, property);
  const why = reason === "secret" ? "is a secret" : "is not known before an up";
  if (consequence) note(`${property} ${why}: ${consequence}`);
}

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

/** Sets in one order, nothing and an empty one alike. */
function comparable(value: unknown): unknown {
  if (value === null || value === undefined || value === "") return undefined;
  if (!Array.isArray(value)) return value;
  return value.length === 0 ? undefined : value.map(String).sort();
}

const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

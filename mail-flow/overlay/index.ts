import type { Values } from "../preview";
import type { RuleValue, Snapshot } from "../snapshot";
import { antiSpamPolicies } from "./anti-spam-policy";
import { domains } from "./area1-domain";
import { settle, type ObjectTable } from "./object-table";
import { notification, quarantinePolicies } from "./quarantine";
import { transportRules } from "./transport-rule";

/** What one write makes of one object. */
export interface ObjectChange {
  /** The class, such as `TransportRule`. */
  readonly kind: string;
  /** The object's name; empty for what a tenant has once. */
  readonly name: string;
  /** Properties by their names in programs, null for what is cleared; left out where the object is removed. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The objects of a snapshot by class; what is written there changes the snapshot. */
export function tablesOf(snapshot: Snapshot) {
  return {
    Area1Domain: domains(snapshot),
    QuarantinePolicy: quarantinePolicies(snapshot),
    QuarantineNotification: notification(snapshot),
    AntiSpamPolicy: antiSpamPolicies(snapshot),
    TransportRule: transportRules(snapshot),
  };
}

/**
 * The snapshot as it is after these writes; the one that is given stays as it is. An object that does not exist is made with the
 * vendor's defaults. A part of the snapshot that was not read stays unread.
 */
export function withChanges(
  snapshot: Snapshot,
  changes: readonly ObjectChange[],
): Snapshot {
  const after = { ...snapshot };
  // What none of the writes changes is shared.
  for (const part of new Set(
    changes.flatMap(({ kind }) => partsOf[kind] ?? []),
  ))
    Object.assign(after, { [part]: structuredClone(after[part]) });
  const tables: Partial<Record<string, ObjectTable>> = tablesOf(after);
  for (const change of changes) {
    const table = tables[change.kind];
    if (table && table.unavailable === undefined) lay(table, change);
  }
  return after;
}

function lay(table: ObjectTable, { name, values }: ObjectChange): void {
  const found = table.find(name);
  if (values === undefined) {
    if (found) table.remove(found, {});
    return;
  }
  const object: Values = found ?? table.make(name);
  if (!found) settle(table, object, { ...values, [table.nameField]: name });
  for (const [property, value] of Object.entries(values))
    if (table.has(property) && value !== undefined)
      table.put(object, property, value as RuleValue | null);
}

const partsOf: Readonly<Record<string, readonly (keyof Snapshot)[]>> = {
  Area1Domain: ["domains", "mailExchanges"],
  QuarantinePolicy: ["quarantinePolicies"],
  QuarantineNotification: ["quarantineNotification"],
  AntiSpamPolicy: ["antiSpamPolicies", "antiSpamRules"],
  TransportRule: ["transportRules"],
};

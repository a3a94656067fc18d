import type { Values } from "../preview";
import type { RuleValue, Snapshot } from "../snapshot";
import { antiSpamPolicies } from "./anti-spam-policy";
import { named } from "../result";
import { otherHalfOf } from "../rule-properties";
import { domains } from "./area1-domain";
import { inboundConnectors } from "./inbound-connector";
import { connectionFilter } from "./connection-filter";
import { settle, type ObjectTable } from "./object-table";
import { organizationConfig } from "./organization-config";
import { notification, quarantinePolicies } from "./quarantine";
import { transportRules } from "./transport-rule";

/** The result of one write to one object. */
export interface ObjectChange {
  /** The class, such as `TransportRule`. */
  readonly kind: string;
  /** The object's name; empty if a tenant has only one such object. */
  readonly name: string;
  /** Properties by their names in programs; null for a cleared property. Missing if the object is removed. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Whether the values are those from before a resource that is deleted, so that no program asks for them. */
  readonly restores?: boolean;
  /** The inputs of the program, which may explicitly request the loss of mail. Missing if they are not those of this write. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A loss of mail, as far as a write may ask for it. */
interface Loss {
  /** Whether only mail that does not come from Cloudflare is lost. */
  readonly pastCloudflare?: boolean;
  readonly decided: { readonly object: string; readonly property: string };
}

/** Access to the objects of a class in a snapshot. */
interface Overlay {
  /** Returns the objects of a snapshot. Writes to the table change the snapshot. */
  readonly table: (snapshot: Snapshot) => ObjectTable;
  /** The parts of the snapshot that a write changes. */
  readonly parts: readonly (keyof Snapshot)[];
  /** Returns whether a write requests a loss of mail in so many words. Only for classes with properties that do. */
  readonly losing?: (change: Asked, loss: Loss) => boolean;
}

/** A change with what its program asks for. */
type Asked = Required<ObjectChange>;

/** All classes whose objects decide where mail goes. `providers/kinds.ts` has a kind for each of them, and no other kinds. */
const overlays = {
  Area1Domain: { table: domains, parts: ["domains", "mailExchanges"] },
  QuarantinePolicy: {
    table: quarantinePolicies,
    parts: ["quarantinePolicies"],
  },
  QuarantineNotification: {
    table: notification,
    parts: ["quarantineNotification"],
  },
  AntiSpamPolicy: {
    table: antiSpamPolicies,
    parts: ["antiSpamPolicies", "antiSpamRules"],
    losing: (change, loss) =>
      loss.decided.object === named("HostedContentFilterPolicy", change.name) &&
      isAskedFor(change, loss),
  },
  InboundConnector: {
    table: inboundConnectors,
    parts: ["inboundConnectors"],
    // A restriction is for mail that bypasses Cloudflare. No program may ask for the loss of mail that Cloudflare delivers.
    losing: ({ name, values, restores }, { pastCloudflare, decided }) =>
      !restores &&
      pastCloudflare === true &&
      decided.object === named("InboundConnector", newNameOf(name, values)) &&
      // A connector that is switched on restricts because its program says so: otherwise the write would end the restriction, too.
      (values[decided.property] === true || values["enabled"] === true),
  },
  TransportRule: {
    table: transportRules,
    parts: ["transportRules"],
    losing: (change, loss) =>
      loss.decided.object === named("TransportRule", change.name) &&
      isAskedFor(change, loss),
  },
  // Neither asks for the loss of Cloudflare's mail in so many words: the block list may name Cloudflare's addresses by mistake, and Direct
  // Send is about mail that does not come from Cloudflare.
  ConnectionFilter: { table: connectionFilter, parts: ["connectionFilters"] },
  OrganizationConfig: { table: organizationConfig, parts: ["organization"] },
} satisfies Record<string, Overlay>;

/** The name of one of these classes. */
export type OverlaidClass = keyof typeof overlays;

const overlayOf = (kind: string): Overlay | undefined =>
  (overlays as Partial<Record<string, Overlay>>)[kind];

/** Returns the name of an object after a write, which may rename it. */
const newNameOf = (
  name: string,
  { name: renamed }: Readonly<Record<string, unknown>>,
): string => (typeof renamed === "string" ? renamed : name);

/** Returns whether a write, or its program, has a value for the property that decides a loss. */
function isAskedFor(
  { values, inputs }: Asked,
  { decided: { property } }: Loss,
): boolean {
  return [property, otherHalfOf(property)].some(
    (one) => one !== undefined && Boolean(values[one] || inputs[one]),
  );
}

/** Returns whether a change, or its program, explicitly requests a loss of mail that a property of an object decides. */
export const asksForLoss = (
  { kind, name, values = {}, inputs = {}, restores = false }: ObjectChange,
  loss: Loss,
): boolean =>
  overlayOf(kind)?.losing?.({ kind, name, values, inputs, restores }, loss) ===
  true;

/** Returns the objects of a snapshot by class. Writes to the tables change the snapshot. */
export const tablesOf = (
  snapshot: Snapshot,
): Record<OverlaidClass, ObjectTable> =>
  Object.fromEntries(
    Object.entries(overlays).map(([name, { table }]) => [
      name,
      table(snapshot),
    ]),
  ) as Record<OverlaidClass, ObjectTable>;

/**
 * Returns the snapshot after these writes, without changing the given one. An object that does not exist is created with the vendor's
 * defaults. A part of the snapshot that was not read stays unread.
 */
export function withChanges(
  snapshot: Snapshot,
  changes: readonly ObjectChange[],
): Snapshot {
  const after = { ...snapshot };
  // Parts that no write changes are shared, not copied.
  for (const part of new Set(
    changes.flatMap(({ kind }) => overlayOf(kind)?.parts ?? []),
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

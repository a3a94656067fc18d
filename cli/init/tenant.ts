import type { Snapshot } from "../../mail-flow/snapshot";
import { nouns, valueOf, type PartName } from "../../mail-flow/part";
import { same } from "../../mail-flow/names";
import { isEmpty, type Values } from "../../providers/field";
import { idOf } from "../../providers/lifecycle/state";
import { valuesOf, type Item, type Kind } from "../../providers/kind";
import { kinds, type KindName } from "../../providers/kinds";
import type { Operation } from "../../providers/session/session";
import { isBuiltInQuarantinePolicy } from "../../providers/exchange-online/quarantine-policy";
import {
  isAccessDenied,
  readSnapshot,
} from "../../providers/snapshot/snapshot";

/** An object of a tenant or an account that a resource can manage. */
export interface TenantObject {
  readonly kind: KindName;
  /** Empty for an object that exists once in a tenant. */
  readonly name: string;
  /** The id to import it by. */
  readonly id: string;
  /** Its values by the names of programs: null for no value, missing if unknown. */
  readonly live: Values;
  /** The expected values of properties that a program omits; see `Kind.expect`. */
  readonly expected: Values;
  /** Reasons why no resource can manage it wholly, in words that follow the object's name. */
  readonly obstacles: readonly string[];
}

/** Everything that `init` knows of a tenant and an account. */
export interface Tenant {
  readonly snapshot: Snapshot;
  readonly objects: readonly TenantObject[];
  /** Whether the values come from a snapshot, which does not contain every property. */
  readonly fromFile: boolean;
}

/** The parts of a snapshot that a takeover needs. */
const needed = [
  "domains",
  "transportRules",
  "antiSpamPolicies",
  "antiSpamRules",
  "quarantinePolicies",
  "quarantineNotification",
] as const satisfies readonly PartName[];

/**
 * Reads a tenant and an account: the snapshot of `explain`, and the lists of all kinds, most of which it has read already. Writes nothing.
 *
 * @throws Error if a part that a takeover needs cannot be read.
 */
export async function readTenant(operation: Operation): Promise<Tenant> {
  const snapshot = await readSnapshot(operation);
  refuseUnread(snapshot);
  const lists = await Promise.all(
    Object.values(kinds).map(
      async (kind): Promise<[KindName, readonly Item[]]> => [
        kind.name as KindName,
        await itemsOf(operation, kind),
      ],
    ),
  );
  return tenantOf(
    snapshot,
    lists.flatMap(([kind, items]) =>
      items.map((item) => {
        const { name, guid } = kinds[kind].identify(item);
        return { kind, name, guid, live: valuesOf(kinds[kind], item), item };
      }),
    ),
    false,
  );
}

/** Returns the objects of a kind; none without the right to read them. Those that a takeover needs have been read already. */
const itemsOf = async (
  operation: Operation,
  kind: Kind,
): Promise<readonly Item[]> => {
  try {
    return (await kind.list(operation, "")).items;
  } catch (error) {
    if (isAccessDenied(error)) return [];
    throw error;
  }
};

/** Returns the tenant and the account of a saved snapshot. @throws Error if the snapshot lacks a part that a takeover needs. */
export function tenantFromSnapshot(snapshot: Snapshot): Tenant {
  refuseUnread(snapshot);
  const found: Found[] = [
    ...valueOf(snapshot.domains).map((domain) => ({
      ...asFound("Area1Domain", domain.domain, domain),
      guid: domain.domainId,
    })),
    ...valueOf(snapshot.quarantinePolicies).map((policy) =>
      asFound("QuarantinePolicy", policy.name, policy),
    ),
    ...("value" in snapshot.quarantineNotification &&
    snapshot.quarantineNotification.value
      ? [snapshot.quarantineNotification.value].map((settings) =>
          asFound("QuarantineNotification", settings.name, settings),
        )
      : []),
    ...valueOf(snapshot.antiSpamPolicies).map((policy) => {
      const rule = valueOf(snapshot.antiSpamRules).find((one) =>
        same(one.hostedContentFilterPolicy, policy.name),
      );
      return {
        ...asFound("AntiSpamPolicy", policy.name, {
          ...(policy.isDefault ? {} : { enabled: false, ...rule }),
          ...policy,
        }),
        item: { RecommendedPolicyType: policy.recommendedPolicyType },
      };
    }),
    ...valueOf(snapshot.inboundConnectors).map((connector) => ({
      ...asFound("InboundConnector", connector.name, connector),
      guid: connector.guid,
    })),
    ...valueOf(snapshot.transportRules).map((rule) => ({
      ...asFound("TransportRule", rule.name, {
        ...rule,
        ...rule.conditions,
        ...rule.actions,
      }),
      guid: rule.guid,
    })),
    ...valueOf(snapshot.connectionFilters)
      .filter(({ isDefault }) => isDefault)
      .map((filter) => asFound("ConnectionFilter", filter.name, filter)),
    ...("value" in snapshot.organization
      ? [snapshot.organization.value].map((settings) =>
          asFound("OrganizationConfig", settings.name, settings),
        )
      : []),
  ];
  return tenantOf(snapshot, found, true);
}

/** An object as it was found. */
interface Found {
  readonly kind: KindName;
  readonly name: string;
  readonly guid?: string | undefined;
  readonly live: Values;
  /** The members that are no properties. */
  readonly item?: Item;
}

/** Returns an object of a snapshot, which has the names of programs. */
const asFound = (kind: KindName, name: string, object: object): Found => ({
  kind,
  name,
  live: Object.fromEntries(
    Object.entries(object).filter(
      ([property, value]) =>
        property in kinds[kind].fields && value !== undefined,
    ),
  ),
});

function tenantOf(
  snapshot: Snapshot,
  found: readonly Found[],
  fromFile: boolean,
): Tenant {
  const presets = valueOf(snapshot.presetRules).flatMap(
    ({ hostedContentFilterPolicy }) => hostedContentFilterPolicy ?? [],
  );
  const objects = found
    .filter((one) => !isMicrosofts(one, presets))
    .map(({ kind, name, guid, live }): TenantObject => {
      return {
        kind,
        name: kinds[kind].nameField ? name : "",
        id:
          kind === "QuarantineNotification"
            ? "DefaultGlobalTag"
            : idOf(kinds[kind], { name, ...(guid && { guid }) }),
        live: { ...live, ...nameIn(kind, name) },
        expected: kind === "Area1Domain" ? expectedOf(snapshot, name) : {},
        obstacles:
          kind === "TransportRule" ? obstaclesOf(snapshot, name, guid) : [],
      };
    });
  return { snapshot, objects, fromFile };
}

/** Returns the property with the name, without the tenant that Exchange may put before it. */
function nameIn(kind: KindName, name: string): Values {
  const { nameField } = kinds[kind];
  return nameField ? { [nameField]: name } : {};
}

/** Returns whether an object is Microsoft's own, or was never changed, so that there is nothing to take over. */
function isMicrosofts(
  { kind, name, live, item }: Found,
  presets: readonly string[],
): boolean {
  switch (kind) {
    case "QuarantinePolicy":
      return isBuiltInQuarantinePolicy(name);
    case "QuarantineNotification":
      // The name of settings that nobody has changed.
      return same(name, "DefaultGlobalPolicy");
    case "AntiSpamPolicy":
      return (
        presets.some((preset) => same(preset, name)) ||
        ["Standard", "Strict"].some((preset) =>
          same(item?.["RecommendedPolicyType"], preset),
        )
      );
    case "ConnectionFilter":
    case "OrganizationConfig":
      return Object.values(live).every(isEmpty);
    case "Area1Domain":
    case "InboundConnector":
    case "TransportRule":
      return false;
  }
}

/** Returns the host that Microsoft 365 expects for a domain, if it is known. */
function expectedOf({ mailExchanges }: Snapshot, domain: string): Values {
  const host =
    "value" in mailExchanges ? mailExchanges.value[domain]?.[0] : undefined;
  return host === undefined ? {} : { transport: host };
}

/** Returns the conditions of a rule that no property of the resource stands for. */
function obstaclesOf(
  snapshot: Snapshot,
  name: string,
  guid: string | undefined,
): string[] {
  const rule = valueOf(snapshot.transportRules).find((one) =>
    guid === undefined ? same(one.name, name) : same(one.guid, guid),
  );
  return (rule?.unread ?? []).map(
    (one) => `has the condition or exception ${one}`,
  );
}

function refuseUnread(snapshot: Snapshot): void {
  for (const part of needed) {
    const one = snapshot[part];
    if ("unavailable" in one)
      throw new Error(
        `Cannot tell which objects to take over: ${nouns[part]} could not be read. ${one.unavailable} Nothing was written.`,
      );
  }
}

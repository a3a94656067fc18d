import {
  answersTo,
  newRecord,
  touch,
  type ExchangeRecord,
} from "./exchange-record";
import type { Json, JsonObject } from "./json";
import type { Application, GraphDomain, TenantState } from "./tenant-state";

const collections = {
  TransportRule: "transportRules",
  QuarantinePolicy: "quarantinePolicies",
  HostedContentFilterPolicy: "hostedContentFilterPolicies",
  HostedContentFilterRule: "hostedContentFilterRules",
  EOPProtectionPolicyRule: "eopProtectionPolicyRules",
  AntiPhishPolicy: "antiPhishPolicies",
  MalwareFilterPolicy: "malwareFilterPolicies",
  AcceptedDomain: "acceptedDomains",
  InboundConnector: "inboundConnectors",
} as const;
const singles = {
  OrganizationConfig: "organizationConfig",
  HostedConnectionFilterPolicy: "connectionFilter",
} as const;

/** A kind of Exchange object, by the noun of its cmdlets. */
export type ExchangeKind = keyof typeof collections | keyof typeof singles;

/** Whether a text names a kind of Exchange object. */
export function isExchangeKind(kind: string): kind is ExchangeKind {
  return kind in collections || kind in singles;
}

/** The properties that make up a tenant's state. */
const stateKeys = [
  "id",
  "name",
  "applications",
  ...Object.values(collections),
  ...Object.values(singles),
  "domains",
] as const satisfies (keyof TenantState)[];

interface Superseded {
  kind: ExchangeKind;
  id: string;
  before: ExchangeRecord | undefined;
  until: number;
}

/** A simulated Microsoft 365 tenant: its current objects, and methods that change them as another administrator would. */
export class Tenant implements TenantState {
  id!: string;
  name!: string;
  applications!: Application[];
  transportRules!: ExchangeRecord[];
  quarantinePolicies!: ExchangeRecord[];
  hostedContentFilterPolicies!: ExchangeRecord[];
  hostedContentFilterRules!: ExchangeRecord[];
  eopProtectionPolicyRules!: ExchangeRecord[];
  antiPhishPolicies!: ExchangeRecord[];
  malwareFilterPolicies!: ExchangeRecord[];
  acceptedDomains!: ExchangeRecord[];
  organizationConfig!: ExchangeRecord;
  connectionFilter!: ExchangeRecord;
  inboundConnectors!: ExchangeRecord[];
  domains!: GraphDomain[];

  #superseded: Superseded[] = [];
  #earlierRules: { rules: ExchangeRecord[]; until: number }[] = [];
  #reads = 0;

  /** Creates a tenant from a copy of the given state. */
  constructor(state: TenantState) {
    this.restore(state);
  }

  /** Returns a deep copy of all data of the tenant. */
  snapshot(): TenantState {
    const state = Object.fromEntries(stateKeys.map((key) => [key, this[key]]));
    return structuredClone(state) as unknown as TenantState;
  }

  /** Replaces all data of the tenant. */
  restore(state: TenantState): void {
    const copy = structuredClone(state);
    for (const key of stateKeys) Object.assign(this, { [key]: copy[key] });
    this.#superseded = [];
    this.#earlierRules = [];
  }

  /** Returns the current objects of a kind. */
  objects(kind: ExchangeKind): ExchangeRecord[] {
    return kind in singles
      ? [this[singles[kind as keyof typeof singles]]]
      : this[collections[kind as keyof typeof collections]];
  }

  /** Returns the current object with that name or Guid, or undefined. */
  find(kind: ExchangeKind, identity: string): ExchangeRecord | undefined {
    return this.objects(kind).find((record) => answersTo(record, identity));
  }

  /**
   * Changes properties of an object without an API request, and updates its WhenChanged. Reads return the change at once.
   * `Enabled` of a rule sets its State, and a new `Priority` moves the other rules. If a tenant has only one object of the
   * kind, the name is ignored.
   * @throws Error if there is no such object.
   */
  edit(kind: ExchangeKind, name: string, changes: JsonObject): ExchangeRecord {
    const record = this.#existing(kind, name);
    const { Enabled, Priority, ...rest } = changes;
    Object.assign(record, rest);
    if (Enabled !== undefined && isRule(kind))
      record["State"] = Enabled ? "Enabled" : "Disabled";
    else if (Enabled !== undefined) record["Enabled"] = Enabled;
    if (typeof Priority === "number" && isRule(kind))
      this.prioritise(kind, record, Priority);
    touch(record);
    return record;
  }

  /** Adds an object. Missing Guids and times, and a rule's missing State and Priority, get defaults. */
  add(
    kind: ExchangeKind,
    properties: { Name: string } & JsonObject,
  ): ExchangeRecord {
    if (kind in singles) throw new Error(`A tenant has exactly one ${kind}`);
    if (this.find(kind, properties.Name))
      throw new Error(`There is a ${kind} "${properties.Name}" already`);
    const { Enabled, Priority, ...rest } = properties;
    const record = newRecord(rest);
    this.objects(kind).push(record);
    if (isRule(kind)) {
      record["State"] ??= Enabled === false ? "Disabled" : "Enabled";
      const last = this.objects(kind).length - 1;
      this.prioritise(
        kind,
        record,
        typeof Priority === "number" ? Priority : last,
      );
    } else if (Enabled !== undefined) record["Enabled"] = Enabled;
    return record;
  }

  /** Removes an object. @throws Error if there is no such object. */
  remove(kind: ExchangeKind, name: string): ExchangeRecord {
    const record = this.#existing(kind, name);
    const objects = this.objects(kind);
    objects.splice(objects.indexOf(record), 1);
    this.#renumber(kind);
    return record;
  }

  /** Renames an object, which keeps its Guid. @throws Error if there is no such object. */
  rename(kind: ExchangeKind, name: string, newName: string): ExchangeRecord {
    return this.edit(kind, name, { Name: newName });
  }

  /** Replaces an object by another one with the same name and place, and a new Guid. @throws Error if there is no such object. */
  replace(
    kind: ExchangeKind,
    name: string,
    properties?: JsonObject,
  ): ExchangeRecord {
    const old = this.#existing(kind, name);
    const { Guid, ExchangeObjectId, WhenChanged, WhenCreated, ...kept } = old;
    const fresh = newRecord({ ...kept, ...properties, Name: old.Name });
    const objects = this.objects(kind);
    objects[objects.indexOf(old)] = fresh;
    return fresh;
  }

  /** Changes the MX host of a Graph domain. @throws Error if there is no such domain. */
  setMailExchange(domain: string, mailExchange: string): void {
    const found = this.domains.find(
      ({ id }) => id.toLowerCase() === domain.toLowerCase(),
    );
    const mx = found?.serviceConfigurationRecords.find(
      ({ recordType }) => recordType === "Mx",
    );
    if (!mx) throw new Error(`There is no domain "${domain}" with an MX`);
    mx["mailExchange"] = mailExchange;
  }

  /** Sets a rule's priority and moves the other rules, so that priorities stay dense and unique. */
  prioritise(
    kind: ExchangeKind,
    record: ExchangeRecord,
    priority: number,
  ): void {
    const objects = this.objects(kind);
    objects.splice(objects.indexOf(record), 1);
    objects.splice(priority, 0, record);
    this.#renumber(kind);
  }

  /**
   * Records an object as it was before a write, so that reads can lag behind the write.
   * @param before undefined if the object did not exist.
   */
  supersede(
    kind: ExchangeKind,
    id: string,
    before: ExchangeRecord | undefined,
    lagMs: number,
  ): void {
    if (lagMs > 0)
      this.#superseded.push({ kind, id, before, until: Date.now() + lagMs });
  }

  /**
   * Returns the objects of a kind as a read returns them, without the writes of the last `lag` milliseconds.
   * @param flap Whether every second read is answered by a domain controller that is up to date.
   */
  visible(kind: ExchangeKind, flap: boolean): ExchangeRecord[] {
    const now = Date.now();
    this.#superseded = this.#superseded.filter(({ until }) => until > now);
    this.#reads += 1;
    if (flap && this.#reads % 2 === 0) return this.objects(kind);
    const seen = new Map<string, ExchangeRecord>(
      this.objects(kind).map((record) => [record.ExchangeObjectId, record]),
    );
    for (const { id, before } of this.#superseded
      .filter((entry) => entry.kind === kind)
      .reverse())
      if (before) seen.set(id, before);
      else seen.delete(id);
    return [...seen.values()];
  }

  /** Records the mail flow rules before a change. They apply to mail until the given time, in milliseconds since 1970. */
  keepRules(until: number): void {
    this.#earlierRules.push({
      rules: structuredClone(this.transportRules),
      until,
    });
  }

  /** Returns the mail flow rules that apply to mail at a time: without changes that have no effect yet. */
  rulesInEffect(now: number): ExchangeRecord[] {
    this.#earlierRules = this.#earlierRules.filter(({ until }) => until > now);
    return this.#earlierRules[0]?.rules ?? this.transportRules;
  }

  /** Ends all lags: from now on, reads return what was written, changed rules apply to mail, and a requested customisation is in effect. */
  settle(): void {
    this.#superseded = [];
    this.#earlierRules = [];
    if (this.organizationConfig["HydratedAt"] !== undefined)
      this.organizationConfig["HydratedAt"] = new Date().toISOString();
  }

  #existing(kind: ExchangeKind, name: string): ExchangeRecord {
    const record =
      kind in singles ? this.objects(kind)[0] : this.find(kind, name);
    if (!record) throw new Error(`There is no ${kind} "${name}"`);
    return record;
  }

  #renumber(kind: ExchangeKind): void {
    if (isRule(kind))
      this.objects(kind).forEach((record, at) => (record["Priority"] = at));
  }
}

function isRule(kind: ExchangeKind): boolean {
  return (
    kind === "TransportRule" ||
    kind === "HostedContentFilterRule" ||
    kind === "EOPProtectionPolicyRule"
  );
}

/** Returns a record's value if it is a text, or else an empty text. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

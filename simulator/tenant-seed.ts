import {
  acceptedDomain,
  defaultApplication,
  defaultTenant,
  graphDomain,
} from "./contoso";
import { newRecord, type ExchangeRecord } from "./exchange-record";
import { bind } from "./exchange/binding";
import { hostedContentFilterPolicy } from "./exchange/hosted-content-filter-policy";
import { cmdletParameters } from "./exchange/parameters";
import type { Parameters } from "./exchange/parameter-types";
import { globalQuarantinePolicy } from "./exchange/quarantine-policy";
import { isObject, refuseUnknownKeys, type JsonObject } from "./json";
import type { Application, TenantState } from "./tenant-state";

/** An Exchange object of a seed, by the vendor's parameter names. It extends the default object of the same name. */
export type SeedObject = { Name: string } & JsonObject;

/** A tenant of a seed. */
export interface TenantSeed {
  /** Its GUID. Required for every tenant except the first. */
  id?: string;
  /** Its initial domain. Required for every tenant except the first. */
  name?: string;
  /** Applications that replace the default one. */
  applications?: (Partial<Application> & { clientId: string })[];
  /** Domains that replace the default ones, except the initial domain: names, or names with their MX host. */
  domains?: (string | { id: string; mailExchange?: string })[];
  /** Whether it was never customised: custom policies are refused and the global quarantine policy cannot be set. */
  dehydrated?: boolean;
  /** Mail flow rules. `Enabled` sets their State. */
  transportRules?: SeedObject[];
  /** Quarantine policies, including `DefaultGlobalTag`. `DefaultGlobalPolicy` means that the global one was never customised. */
  quarantinePolicies?: SeedObject[];
  /** Anti-spam policies; `Default` extends the default one. */
  hostedContentFilterPolicies?: SeedObject[];
  /** Rules of anti-spam policies. */
  hostedContentFilterRules?: SeedObject[];
  /** The presets' rules, such as `Standard Preset Security Policy` with `State`. */
  eopProtectionPolicyRules?: SeedObject[];
  /** Anti-phishing policies. */
  antiPhishPolicies?: SeedObject[];
  /** Anti-malware policies. */
  malwareFilterPolicies?: SeedObject[];
  /** Inbound connectors. */
  inboundConnectors?: SeedObject[];
  /** Properties of Get-OrganizationConfig. */
  organizationConfig?: JsonObject;
  /** Properties of the connection filter policy, such as `IPAllowList`. */
  connectionFilter?: JsonObject;
}

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const exchangeLists = {
  transportRules: "New-TransportRule",
  quarantinePolicies: "New-QuarantinePolicy",
  hostedContentFilterPolicies: "New-HostedContentFilterPolicy",
  hostedContentFilterRules: "New-HostedContentFilterRule",
  eopProtectionPolicyRules: undefined,
  antiPhishPolicies: undefined,
  malwareFilterPolicies: undefined,
  inboundConnectors: undefined,
} as const;

/** Returns the tenant that a seed describes. @throws Error that says where and what is wrong. */
export function tenantOf(seed: TenantSeed, at: number): TenantState {
  const where = `tenants[${at}]`;
  refuseUnknownKeys(where, seed, [
    "id",
    "name",
    "applications",
    "domains",
    "dehydrated",
    ...Object.keys(exchangeLists),
    "organizationConfig",
    "connectionFilter",
  ]);
  if (at > 0 && (seed.id === undefined || seed.name === undefined))
    throw new Error(`${where}: a further tenant needs an id and a name`);
  if (seed.id !== undefined && !guid.test(seed.id))
    throw new Error(`${where}.id: ${seed.id} is not a GUID`);
  const tenant = defaultTenant();
  const first = tenant.name;
  tenant.id = seed.id?.toLowerCase() ?? tenant.id;
  if (seed.name !== undefined) rename(tenant, seed.name);
  if (at > 0 && seed.domains === undefined) setDomains(tenant, []);
  if (seed.domains) setDomains(tenant, seed.domains);
  if (seed.applications)
    tenant.applications = seed.applications.map((application, index) => {
      refuseUnknownKeys(`${where}.applications[${index}]`, application, [
        ...Object.keys(defaultApplication()),
        "grantedAt",
      ]);
      if (typeof application.clientId !== "string")
        throw new Error(`${where}.applications[${index}]: clientId is missing`);
      return { ...defaultApplication(), ...application };
    });
  if (seed.dehydrated !== undefined)
    tenant.organizationConfig["IsDehydrated"] = seed.dehydrated;
  Object.assign(tenant.organizationConfig, seed.organizationConfig);
  Object.assign(tenant.connectionFilter, seed.connectionFilter);
  for (const [list, cmdlet] of Object.entries(exchangeLists)) {
    const key = list as keyof typeof exchangeLists;
    for (const [index, object] of (seed[key] ?? []).entries())
      put(`${where}.${list}[${index}]`, tenant, key, cmdlet, object);
    if (seed[key] && list.endsWith("Rules")) order(tenant[key]);
  }
  if (tenant.name !== first) tenant.organizationConfig.Name = tenant.name;
  return tenant;
}

/** Extends the object of that name, or adds it. */
function put(
  where: string,
  tenant: TenantState,
  list: keyof typeof exchangeLists,
  cmdlet: string | undefined,
  object: SeedObject,
): void {
  if (!isObject(object) || typeof object.Name !== "string")
    throw new Error(`${where}: Name is missing`);
  const properties = checked(
    where,
    object,
    cmdlet === undefined ? undefined : cmdletParameters[cmdlet],
  );
  if (typeof properties["Enabled"] === "boolean" && list.endsWith("Rules")) {
    properties["State"] = properties["Enabled"] ? "Enabled" : "Disabled";
    delete properties["Enabled"];
  }
  const objects = tenant[list];
  if (list === "quarantinePolicies" && object.Name === "DefaultGlobalPolicy")
    objects.splice(
      objects.findIndex(({ Name }) => Name === "DefaultGlobalTag"),
      1,
      globalQuarantinePolicy("DefaultGlobalPolicy"),
    );
  const existing = objects.find(
    ({ Name }) => Name.toLowerCase() === object.Name.toLowerCase(),
  );
  if (existing) Object.assign(existing, properties);
  else objects.push(made(list, properties as SeedObject));
}

/** Sorts rules by their priorities in the seed. Rules without one go last; equal ones keep the seed's order. */
function order(rules: ExchangeRecord[]): void {
  const last = rules.length;
  const priority = ({ Priority }: ExchangeRecord) =>
    typeof Priority === "number" ? Priority : last;
  rules.sort((a, b) => priority(a) - priority(b));
  rules.forEach((rule, index) => (rule["Priority"] = index));
}

function made(
  list: keyof typeof exchangeLists,
  properties: SeedObject,
): ExchangeRecord {
  if (list === "hostedContentFilterPolicies")
    return hostedContentFilterPolicy(properties);
  return newRecord(
    list.endsWith("Rules") ? { State: "Enabled", ...properties } : properties,
  );
}

const added = [
  "State",
  "Guid",
  "ExchangeObjectId",
  "WhenChanged",
  "WhenCreated",
  "IsDefault",
  "CreatedBy",
  "LastModifiedBy",
];

function checked(
  where: string,
  object: SeedObject,
  parameters: Parameters | undefined,
): JsonObject {
  if (!parameters) return { ...object };
  const own: JsonObject = {};
  const sent: JsonObject = {};
  for (const [name, value] of Object.entries(object))
    (added.includes(name) ? own : sent)[name] = value;
  try {
    const optional = Object.fromEntries(
      Object.entries(parameters).map(([name, { required, ...rest }]) => [
        name,
        rest,
      ]),
    );
    return { ...bind(optional, sent, true), ...own };
  } catch (error) {
    throw new Error(`${where} (${object.Name}): ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function rename(tenant: TenantState, name: string): void {
  const host = `${name.split(".")[0] ?? name}.mail.protection.outlook.com`;
  tenant.domains[0] = graphDomain(name, host, { isInitial: true });
  tenant.acceptedDomains[0] = acceptedDomain(name, { InitialDomain: true });
  tenant.name = name;
}

function setDomains(
  tenant: TenantState,
  domains: NonNullable<TenantSeed["domains"]>,
): void {
  const all = domains.map((domain) =>
    typeof domain === "string" ? { id: domain } : domain,
  );
  tenant.domains.splice(
    1,
    Number.POSITIVE_INFINITY,
    ...all.map(({ id, mailExchange }: { id: string; mailExchange?: string }) =>
      graphDomain(
        id,
        mailExchange ??
          `${id.replaceAll(".", "-")}.mail.protection.outlook.com`,
      ),
    ),
  );
  tenant.acceptedDomains.splice(
    1,
    Number.POSITIVE_INFINITY,
    ...all.map(({ id }) => acceptedDomain(id)),
  );
}

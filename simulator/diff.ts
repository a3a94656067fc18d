import { isObject, isTexts, type Json, type JsonObject } from "./json";
import type { SimulatorState } from "./seed";

/** For each list of a state: the noun for its objects, and the property that holds their name. */
const lists: Record<string, [noun: string, name: string]> = {
  transportRules: ["TransportRule", "Name"],
  quarantinePolicies: ["QuarantinePolicy", "Name"],
  hostedContentFilterPolicies: ["HostedContentFilterPolicy", "Name"],
  hostedContentFilterRules: ["HostedContentFilterRule", "Name"],
  eopProtectionPolicyRules: ["EOPProtectionPolicyRule", "Name"],
  antiPhishPolicies: ["AntiPhishPolicy", "Name"],
  malwareFilterPolicies: ["MalwareFilterPolicy", "Name"],
  acceptedDomains: ["AcceptedDomain", "Name"],
  inboundConnectors: ["InboundConnector", "Name"],
  applications: ["Application", "displayName"],
  "Tenant.domains": ["GraphDomain", "id"],
  "Account.domains": ["Domain", "domain"],
  tokens: ["ApiToken", "label"],
  keys: ["ApiKey", "email"],
  txtRecords: ["TxtRecord", "name"],
  messages: ["Message", "id"],
};

/** Properties that change by themselves, or identify an object without describing it. */
const volatile = new Set([
  "WhenChanged",
  "WhenCreated",
  "Guid",
  "ExchangeObjectId",
  "HydratedAt",
  "id",
  "created_at",
  "modified_at",
  "last_modified",
  "authorization",
  "emails_processed",
  "txt_record_value",
]);

/** Properties whose values are never shown, only that they differ. */
const secret = new Set(["clientSecrets", "value", "key"]);

/**
 * Returns the differences between two states, a line each, such as `TransportRule "X": SetSCL 5 -> 6`. Ignores times, Guids
 * and counters. An object with another name and the same id was renamed; one with another id and the same name was replaced.
 * The latter is reported only between states of one run, because every run creates new ids.
 */
export function differences(
  before: SimulatorState,
  after: SimulatorState,
): string[] {
  const several = [before, after].some(
    ({ tenants, accounts }) => tenants.length > 1 || accounts.length > 1,
  );
  const compared: Compared = {
    ofOneRun: marks(before).some((mark) => marks(after).includes(mark)),
  };
  const { tenants: tenantsBefore, accounts: accountsBefore, ...rest } = before;
  const { tenants, accounts, ...restAfter } = after;
  return [
    ...holders("Tenant", "name", tenantsBefore, tenants, several, compared),
    ...holders("Account", "id", accountsBefore, accounts, several, compared),
    ...parts(
      rest as unknown as JsonObject,
      restAfter as unknown as JsonObject,
      "Simulator",
      compared,
    ),
  ];
}

interface Compared {
  /** Whether both states come from the same run, or one was loaded into the other, so that their ids can be compared. */
  ofOneRun: boolean;
}

/** Returns ids that differ between runs. */
function marks({ tenants }: SimulatorState): string[] {
  return tenants.map(
    ({ organizationConfig }) => organizationConfig.ExchangeObjectId,
  );
}

/** Compares tenants or accounts by their ids. If there are several, each line names the one that it is about. */
function holders(
  noun: "Tenant" | "Account",
  name: string,
  before: object[],
  after: object[],
  several: boolean,
  compared: Compared,
): string[] {
  const was = before as JsonObject[];
  const is = after as JsonObject[];
  const called = (one: JsonObject) => `${noun} ${shown(one[name])}`;
  const find = (all: JsonObject[], { id }: JsonObject) =>
    all.find((one) => one["id"] === id);
  return [
    ...was
      .filter((one) => !find(is, one))
      .map((one) => `${called(one)}: removed`),
    ...is.flatMap((one) => {
      const old = find(was, one);
      if (!old) return [`${called(one)}: added`];
      const lines = parts(old, one, noun, compared);
      return several ? lines.map((line) => `${called(one)}: ${line}`) : lines;
    }),
  ];
}

/** Compares the parts of a tenant or account: lists of objects, single objects, plain values. */
function parts(
  before: JsonObject,
  after: JsonObject,
  whole: string,
  compared: Compared,
): string[] {
  return keysOf(before, after)
    .filter((key) => !volatile.has(key))
    .flatMap((key) => {
      const was = before[key];
      const is = after[key];
      if (isList(was) || isList(is))
        return members(
          lists[`${whole}.${key}`] ?? lists[key] ?? [key, "name"],
          isList(was) ? was : [],
          isList(is) ? is : [],
          compared,
        );
      if (isObject(was) || isObject(is)) {
        const noun = key.charAt(0).toUpperCase() + key.slice(1);
        const [one, other] = [was, is].map((part) =>
          isObject(part) ? part : {},
        );
        return parts(one ?? {}, other ?? {}, noun, compared);
      }
      return change(key, was, is).map((line) => `${whole}: ${line}`);
    });
}

/** Compares the objects of a list. Reports those removed, renamed, replaced, changed and added, in this order. */
function members(
  [noun, name]: [noun: string, name: string],
  before: JsonObject[],
  after: JsonObject[],
  { ofOneRun }: Compared,
): string[] {
  const nameOf = (one: JsonObject) => one[name] ?? one["id"];
  const called = (one: JsonObject) => `${noun} ${shown(nameOf(one))}`;
  const left = new Set(before);
  const take = (fits: (old: JsonObject) => boolean) => {
    const found = [...left].find(fits);
    if (found) left.delete(found);
    return found;
  };
  // Matches all objects by id first: otherwise a name that now belongs to another object would hide a rename.
  const pairs = new Map<JsonObject, JsonObject>();
  for (const one of after) {
    const id = idOf(one);
    const old = id === undefined ? id : take((other) => idOf(other) === id);
    if (old) pairs.set(one, old);
  }
  for (const one of after) {
    if (pairs.has(one)) continue;
    const old = take((other) => same(nameOf(other), nameOf(one)));
    if (old) pairs.set(one, old);
  }
  return [
    ...[...left].map((one) => `${called(one)}: removed`),
    ...after.flatMap((one) => {
      const old = pairs.get(one);
      if (!old) return [`${called(one)}: added`];
      const lines = properties(old, one, name);
      if (ofOneRun && idOf(old) !== idOf(one))
        lines.unshift("replaced by another object of that name");
      if (nameOf(old) !== nameOf(one))
        lines.unshift(`renamed to ${shown(nameOf(one))}`);
      return lines.map((line) => `${called(old)}: ${line}`);
    }),
  ];
}

function properties(
  before: JsonObject,
  after: JsonObject,
  name?: string,
): string[] {
  return keysOf(before, after)
    .filter((key) => key !== name && !volatile.has(key))
    .flatMap((key) => change(key, before[key], after[key]));
}

/** Describes how a value changed. Empty if it did not. */
function change(
  key: string,
  before: Json | undefined,
  after: Json | undefined,
): string[] {
  if (alike(before, after)) return [];
  if (secret.has(key)) return [`${key} changed`];
  if (!isTexts(before) || !isTexts(after))
    return [`${key} ${shown(before)} -> ${shown(after)}`];
  const gone = before.filter((text) => !after.includes(text));
  const come = after.filter((text) => !before.includes(text));
  const said = [
    ...(gone.length > 0 ? [`without ${gone.map(shown).join(", ")}`] : []),
    ...(come.length > 0 ? [`with ${come.map(shown).join(", ")}`] : []),
  ];
  return [`${key} ${said.length > 0 ? said.join(", ") : "in another order"}`];
}

/** Whether two values mean the same. A missing value, null and an empty list are equal. */
function alike(a: Json | undefined, b: Json | undefined): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, at) => alike(one, b[at]));
  if (isObject(a) && isObject(b))
    return keysOf(a, b).every((key) => alike(a[key], b[key]));
  return a === b;
}

function isEmpty(value: Json | undefined): boolean {
  return (
    (value ?? null) === null || (Array.isArray(value) && value.length === 0)
  );
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "(none)";
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function idOf(one: JsonObject): Json | undefined {
  return one["ExchangeObjectId"] ?? one["id"] ?? one["clientId"];
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return typeof a === "string" && typeof b === "string"
    ? a.toLowerCase() === b.toLowerCase()
    : a !== undefined && a === b;
}

function keysOf(...objects: JsonObject[]): string[] {
  return [...new Set(objects.flatMap((one) => Object.keys(one)))];
}

function isList(value: Json | undefined): value is JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

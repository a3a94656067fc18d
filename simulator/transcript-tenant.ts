import type { EmailDomain } from "./account";
import { cmdletParameters } from "./exchange/parameters";
import { permissionBits, setFrequencies } from "./exchange/quarantine-policy";
import type { Simulator } from "./simulator";
import { inWords, isObject, type Json, type JsonObject } from "./json";
import { isExchangeKind, type ExchangeKind } from "./tenant";
import { rowsOf } from "./transcript-shape";
import type { Exchange } from "./transcript-exchange";

/** Adds to a simulator the objects that a vendor listed before the first write of their kind. */
export function fill(simulator: Simulator, exchanges: Exchange[]): void {
  const done = new Set<string>();
  for (const { vendor, request, answer } of exchanges) {
    const rows = answer.status === 200 ? rowsOf(answer.body) : [];
    if (vendor === "exchange") fillTenant(simulator, done, request, rows);
    else if (vendor === "cloudflare")
      fillAccount(simulator, done, request, rows);
    else fillDomains(simulator, request, answer.body);
  }
}

function fillTenant(
  { tenant }: Simulator,
  done: Set<string>,
  { body }: Exchange["request"],
  rows: JsonObject[],
): void {
  const input = isObject(body) ? body["CmdletInput"] : undefined;
  const [verb = "", kind = ""] = (
    isObject(input) ? inWords(input["CmdletName"]) : ""
  ).split("-");
  if (verb !== "Get") done.add(kind);
  if (verb !== "Get" || !isExchangeKind(kind) || done.has(kind)) return;
  for (const row of rows) {
    const properties = asSent(kind, row);
    if (typeof properties["Name"] !== "string") continue;
    const name = properties["Name"];
    // The global policy of a tenant that was never customised has another name, and each tenant has its own presets.
    const twin =
      tenant.find(kind, name) ??
      (isSingle(kind) ? tenant.objects(kind)[0] : undefined);
    if (twin) Object.assign(twin, properties);
    else tenant.add(kind, { ...properties, Name: name });
  }
}

const isSingle = (kind: ExchangeKind) =>
  kind === "OrganizationConfig" || kind === "HostedConnectionFilterPolicy";

/** Returns the properties of a row in the form that the cmdlets accept and the simulator stores. */
function asSent(kind: ExchangeKind, row: JsonObject): JsonObject {
  const known = ["New", "Set"].flatMap((verb) =>
    Object.keys(cmdletParameters[`${verb}-${kind}`] ?? {}),
  );
  const always = [
    "Name",
    "Guid",
    "ExchangeObjectId",
    "State",
    "Priority",
    "IsDefault",
    "RecommendedPolicyType",
  ];
  const kept = Object.entries(row).filter(
    ([name, value]) =>
      !name.includes("@") &&
      value !== null &&
      (known.length === 0 || known.includes(name) || always.includes(name)),
  );
  const properties: JsonObject = Object.fromEntries(kept);
  const bits = row["EndUserQuarantinePermissions"];
  if (typeof bits === "string") {
    delete properties["EndUserQuarantinePermissions"];
    properties["EndUserQuarantinePermissionsValue"] = permissionBits(bits);
  }
  const frequency = row["EndUserSpamNotificationFrequency"];
  if (typeof frequency === "string" && frequency in setFrequencies)
    properties["EndUserSpamNotificationFrequency"] =
      setFrequencies[frequency] ?? null;
  return properties;
}

function fillAccount(
  { account }: Simulator,
  done: Set<string>,
  { method }: Exchange["request"],
  rows: JsonObject[],
): void {
  if (method !== "GET") done.add("Domain");
  if (done.has("Domain")) return;
  for (const row of rows)
    if (typeof row["domain"] === "string" && !account.find(row["domain"])) {
      const {
        authorization,
        emails_processed,
        last_modified,
        status,
        ...fields
      } = row;
      const made: EmailDomain = account.add({
        ...fields,
        domain: row["domain"],
      });
      if (typeof status === "string") made.status = status.toUpperCase();
    }
}

/** Adds Graph's domains with the DNS records that each requires. */
function fillDomains(
  { tenant }: Simulator,
  request: Exchange["request"],
  body: Json | undefined,
): void {
  const batch =
    isObject(body) && Array.isArray(body["responses"])
      ? body["responses"]
      : undefined;
  const asked =
    isObject(request.body) && Array.isArray(request.body["requests"])
      ? request.body["requests"]
      : [];
  const answers: [path: string, body: Json | undefined][] = batch
    ? batch.flatMap((one) => {
        const twin = asked.find(
          (other) =>
            isObject(one) && isObject(other) && other["id"] === one["id"],
        );
        return isObject(one) && isObject(twin) && one["status"] === 200
          ? [[inWords(twin["url"]), one["body"]]]
          : [];
      })
    : [[request.path.replace(/^\/v1\.0/, ""), body]];
  for (const [path, answer] of answers) {
    const [, root, id, records] = path
      .replace(/\?.*/, "")
      .split("/")
      .map(decodeURIComponent);
    if (root !== "domains") continue;
    for (const row of rowsOf(answer)) {
      if (records === undefined && typeof row["id"] === "string") {
        const known = tenant.domains.find((one) => one.id === row["id"]);
        if (known) Object.assign(known, row);
        else
          tenant.domains.push({
            serviceConfigurationRecords: [],
            ...row,
            id: row["id"],
          });
      }
    }
    const domain = tenant.domains.find((one) => one.id === id);
    if (records !== undefined && domain)
      domain.serviceConfigurationRecords = rowsOf(answer);
    else if (records !== undefined && id !== undefined)
      tenant.domains.push({ id, serviceConfigurationRecords: rowsOf(answer) });
  }
}

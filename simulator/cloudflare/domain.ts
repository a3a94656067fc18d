import ipaddr from "ipaddr.js";
import { newDomain, touch, type Account, type EmailDomain } from "../account";
import { isTexts, type Json, type JsonObject } from "../json";
import type { Quirks } from "../quirks";

const arrays = [
  "allowed_delivery_modes",
  "ip_restrictions",
  "drop_dispositions",
  "regions",
];

/** Creates the domain of a POST. It is PENDING until ownership is proven, unless its zone or an integration is known. */
export function create(
  account: Account,
  body: { domain: string } & JsonObject,
  quirks: Quirks,
): EmailDomain {
  const name = body.domain.toLowerCase();
  const proven =
    account.zones.some(
      (zone) =>
        name === zone.toLowerCase() || name.endsWith(`.${zone.toLowerCase()}`),
    ) || typeof body["integration_id"] === "string";
  const made = newDomain({
    ...body,
    status: proven ? "ACTIVE" : "PENDING",
    ...(proven ? { txt_record_value: "" } : {}),
  });
  fillOmitted(made, quirks);
  account.supersede(made.id, undefined, quirks.cloudflareReadLagMs);
  account.domains.push(made);
  return made;
}

/** Replaces all mutable fields. Fields that the body does not contain are reset. */
export function replace(
  account: Account,
  domain: EmailDomain,
  body: JsonObject,
  quirks: Quirks,
): void {
  const fields: JsonObject = {
    lookback_hops: null,
    require_tls_inbound: null,
    require_tls_outbound: null,
    transport: null,
    integration_id: null,
    folder: null,
  };
  change(account, domain, { ...fields, ...body }, quirks);
  fillOmitted(domain, quirks);
}

/** Changes the fields that the body contains. */
export function change(
  account: Account,
  domain: EmailDomain,
  body: JsonObject,
  quirks: Quirks,
): void {
  account.supersede(
    domain.id,
    structuredClone(domain),
    quirks.cloudflareReadLagMs,
  );
  for (const field of [
    ...arrays,
    "lookback_hops",
    "require_tls_inbound",
    "require_tls_outbound",
    "transport",
    "integration_id",
    "folder",
  ])
    if (body[field] !== undefined) domain[field] = body[field];
  touch(domain);
}

/** Removes a domain. */
export function remove(
  account: Account,
  domain: EmailDomain,
  quirks: Quirks,
): void {
  account.supersede(
    domain.id,
    structuredClone(domain),
    quirks.cloudflareReadLagMs,
  );
  account.domains.splice(account.domains.indexOf(domain), 1);
}

function fillOmitted(domain: EmailDomain, quirks: Quirks): void {
  if (quirks.omittedDefaults !== "default") return;
  domain["lookback_hops"] ??= 1;
  domain["require_tls_inbound"] ??= false;
  domain["require_tls_outbound"] ??= false;
}

/** Returns a domain as the API does. */
export function render(domain: EmailDomain, quirks: Quirks): JsonObject {
  const { txt_record_value, ...fields } = domain;
  const moving = quirks.volatile !== "none";
  const now = new Date().toISOString();
  const answer: JsonObject = { ...fields };
  for (const name of arrays) answer[name] = inOrder(fields[name], name, quirks);
  answer["status"] = statusIn(quirks.statusCase, domain.status);
  if (quirks.statistics !== "absent") {
    const none = quirks.statistics === "null";
    answer["authorization"] = none
      ? null
      : {
          authorized: domain.status === "ACTIVE",
          status_message: null,
          timestamp: moving ? now : domain.created_at,
        };
    answer["emails_processed"] = none
      ? null
      : {
          timestamp: moving ? now : domain.created_at,
          total_emails_processed: moving ? Date.now() % 100_000 : 0,
          total_emails_processed_previous: 0,
        };
  }
  if (quirks.volatile === "all") {
    answer["modified_at"] = now;
    answer["spf_status"] = Date.now() % 2 === 0 ? "good" : "neutral";
    answer["dmarc_status"] = Date.now() % 2 === 0 ? "none" : "good";
  }
  if (quirks.lastModified)
    answer["last_modified"] = answer["modified_at"] as string;
  if (quirks.omittedDefaults !== "null")
    for (const name of ["transport", "lookback_hops"])
      if (answer[name] === null) delete answer[name];
  for (const name of quirks.omittedFields) delete answer[name];
  return answer;
}

function inOrder(value: Json | undefined, name: string, quirks: Quirks): Json {
  if (!isTexts(value)) return value ?? [];
  const texts =
    name === "ip_restrictions" && quirks.ipForm === "normalised"
      ? value.map(normalised)
      : [...value];
  return quirks.arrayOrder === "reversed" ? texts.reverse() : texts;
}

/** Returns an IP or range in its shortest form: host bits zero, a single address without prefix length. */
function normalised(text: string): string {
  if (!text.includes("/")) return ipaddr.parse(text).toString();
  const [address, bits] = ipaddr.parseCIDR(text);
  if (bits === (address.kind() === "ipv4" ? 32 : 128))
    return address.toString();
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(text).toString()}/${bits}`;
}

function statusIn(
  form: Quirks["statusCase"],
  status: string | null,
): string | null {
  if (form === "null" || status === null) return null;
  return form === "lower" ? status.toLowerCase() : status.toUpperCase();
}

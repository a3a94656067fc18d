import type { ExchangeRecord } from "../exchange-record";
import type { Quirks } from "../quirks";
import { textOf, type Tenant } from "../tenant";
import { actOn } from "./action";
import { rangeWith } from "./addresses";
import { acceptedDomain, same } from "./conditions";
import { metConnectors, skippingConnector } from "./connectors";
import { domainOf, type CompleteMessage } from "./message";
import { chosenPolicies } from "./policy-choice";
import type { Arrival } from "./through-cloudflare";
import type { Trace } from "./trace";
import { throughRules } from "./transport-rules";
import { verdictOn } from "./verdict";

/** Follows a message through Microsoft 365: connection, rules, verdict, policy, action, quarantine policy. */
export function atMicrosoft(
  tenants: Iterable<Tenant>,
  quirks: Quirks,
  message: CompleteMessage,
  arrival: Arrival,
  now: number,
  trace: Trace,
): "ended" {
  const name = domainOf(message.recipient);
  const tenant = [...tenants].find((one) => acceptedDomain(one, name));
  if (!tenant)
    return trace.end(
      "rejected",
      "message",
      "recipient",
      message.recipient,
      "No tenant accepts mail for the domain",
    );
  trace.tenant = tenant.id;
  if (reaches(tenant, name, arrival, trace) === "ended") return "ended";
  const met = metConnectors(tenant, quirks, message, arrival, trace);
  if (met === "ended") return "ended";
  const skipping = skippingConnector(met, message, arrival);
  const filtered =
    skipping && quirks.skippedHop === "unseen" ? "" : arrival.lastHop;
  if (isBlocked(tenant, filtered, trace)) return "ended";
  const listed = rangeWith(tenant.connectionFilter["IPAllowList"], filtered);
  const seen = {
    message,
    headers: arrival.headers,
    senderIp: addressForRules(skipping, quirks, message, arrival, trace),
    scl: undefined as number | undefined,
    tenant,
  };
  if (listed !== undefined) {
    trace.step(
      'HostedConnectionFilterPolicy "Default"',
      "IPAllowList",
      listed,
      quirks.ipAllowList === "noEffect"
        ? "The last hop is listed, without effect (switch ipAllowList)"
        : "The last hop is listed: SCL -1 (switch ipAllowList)",
    );
    if (quirks.ipAllowList !== "noEffect") seen.scl = -1;
  }
  const rules = tenant.rulesInEffect(now);
  if (throughRules(rules, seen, now, trace) === "ended") return "ended";
  if (
    listed !== undefined &&
    quirks.ipAllowList === "bypasses" &&
    seen.scl !== -1
  ) {
    trace.step(
      'HostedConnectionFilterPolicy "Default"',
      "IPAllowList",
      listed,
      `SCL ${seen.scl} of a rule has no effect on mail from a listed address (switch ipAllowList)`,
    );
    seen.scl = -1;
  }
  trace.delivery.scl = seen.scl ?? null;
  const chosen = chosenPolicies(tenant, message, trace);
  const verdict = verdictOn(
    {
      message,
      byCloudflare: arrival.byCloudflare,
      scl: seen.scl,
      policy: chosen.antiSpam,
      tenant,
    },
    quirks,
    trace,
  );
  return actOn(verdict, chosen, tenant, message, trace);
}

/** Whether the host that Cloudflare delivers to is the one that accepts the domain's mail. */
function reaches(
  tenant: Tenant,
  domain: string,
  arrival: Arrival,
  trace: Trace,
): "on" | "ended" {
  if (arrival.host === undefined) return "on";
  const records =
    tenant.domains.find(({ id }) => same(id, domain))
      ?.serviceConfigurationRecords ?? [];
  const right = records.find(({ recordType }) => recordType === "Mx");
  const host = textOf(right?.["mailExchange"]).replace(/\.$/, "");
  const object = `Domain "${domain}"`;
  if (host === "")
    return trace.end(
      "notDocumented",
      object,
      "mailExchange",
      null,
      "Which host Microsoft takes its mail at is not known here",
    );
  if (!same(host, arrival.host.replace(/\.$/, "")))
    return trace.end(
      "notDocumented",
      object,
      "transport",
      arrival.host,
      `Its mail is taken at ${host}: handed elsewhere it ends nowhere, or with another tenant`,
    );
  trace.step(
    object,
    "transport",
    arrival.host,
    `Handed to Microsoft from ${arrival.lastHop}`,
  );
  return "on";
}

/** Whether the IP Block List rejects mail from an address. */
function isBlocked(
  { connectionFilter: { IPAllowList, IPBlockList } }: Tenant,
  address: string,
  trace: Trace,
): boolean {
  const blocked = rangeWith(IPBlockList, address);
  // An address on both lists is not blocked.
  if (blocked === undefined || rangeWith(IPAllowList, address) !== undefined)
    return false;
  trace.end(
    "rejected",
    'HostedConnectionFilterPolicy "Default"',
    "IPBlockList",
    blocked,
    `${address} is blocked`,
  );
  return true;
}

/** Returns the address that rules compare: the last hop or, with the switch, the address that Enhanced Filtering finds before it. */
function addressForRules(
  skipping: ExchangeRecord | undefined,
  quirks: Quirks,
  message: CompleteMessage,
  arrival: Arrival,
  trace: Trace,
): string {
  if (quirks.ruleSenderIp === "lastHop" || !arrival.byCloudflare || !skipping)
    return arrival.lastHop;
  const property =
    skipping["EFSkipLastIP"] === true ? "EFSkipLastIP" : "EFSkipIPs";
  trace.step(
    `InboundConnector "${skipping.Name}"`,
    property,
    skipping[property],
    `Enhanced Filtering: rules see ${message.sourceIp} (switch ruleSenderIp)`,
  );
  return message.sourceIp;
}

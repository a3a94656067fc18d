import { isTexts } from "../json";
import type { Quirks } from "../quirks";
import { textOf, type Tenant } from "../tenant";
import { actOn } from "./action";
import { rangeWith } from "./addresses";
import { acceptedDomain, same } from "./conditions";
import { domainOf, type CompleteMessage } from "./message";
import { chosenPolicies } from "./policy-choice";
import type { Arrival } from "./through-cloudflare";
import type { Trace } from "./trace";
import { throughRules } from "./transport-rules";
import { verdictOn } from "./verdict";

/** Microsoft's part of the way: connection, rules, verdict, policy, action, quarantine policy. */
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
  if (connects(tenant, message, arrival, trace) === "ended") return "ended";
  const listed = rangeWith(
    tenant.connectionFilter["IPAllowList"],
    arrival.lastHop,
  );
  const seen = {
    message,
    headers: arrival.headers,
    senderIp: addressForRules(tenant, quirks, message, arrival, trace),
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
    },
    quirks,
    trace,
  );
  return actOn(verdict, chosen, tenant, message, trace);
}

/** Whether the host that Cloudflare hands it to is the one that takes the domain's mail. */
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

/** Inbound connectors that keep others out, and the IP Block List. */
function connects(
  tenant: Tenant,
  message: CompleteMessage,
  arrival: Arrival,
  trace: Trace,
): "on" | "ended" {
  const sender = domainOf(message.sender);
  const vague: { object: string; property: string; why: string }[] = [];
  for (const connector of tenant.inboundConnectors) {
    if (connector["Enabled"] === false) continue;
    const object = `InboundConnector "${connector.Name}"`;
    const domains = isTexts(connector["SenderDomains"])
      ? connector["SenderDomains"].map((one) =>
          one
            .replace(/^smtp:/i, "")
            .replace(/;\d+$/, "")
            .toLowerCase(),
        )
      : [];
    const covers = domains.some(
      (one) =>
        one === "*" ||
        one === sender ||
        (one.startsWith("*.") && sender.endsWith(one.slice(1))),
    );
    const addresses = connector["SenderIPAddresses"];
    const listed = rangeWith(addresses, arrival.lastHop) !== undefined;
    if (covers && connector["RestrictDomainsToIPAddresses"] === true && !listed)
      return trace.end(
        "rejected",
        object,
        "RestrictDomainsToIPAddresses",
        true,
        `${arrival.lastHop} is none of its addresses`,
      );
    const matched = listed || (covers && !isFilled(addresses));
    if (matched && connector["RequireTls"] === true && !arrival.tls)
      return trace.end(
        "rejected",
        object,
        "RequireTls",
        true,
        "It comes without TLS",
      );
    if (covers && connector["RestrictDomainsToCertificate"] === true)
      vague.push({
        object,
        property: "RestrictDomainsToCertificate",
        why: "Which certificate it comes with cannot be told here",
      });
    if (listed && connector["TreatMessagesAsInternal"] === true)
      vague.push({
        object,
        property: "TreatMessagesAsInternal",
        why: "Nobody has documented which filtering is left for mail that counts as internal",
      });
  }
  const [doubt] = vague;
  if (doubt)
    return trace.end(
      "notDocumented",
      doubt.object,
      doubt.property,
      true,
      doubt.why,
    );
  const { IPAllowList, IPBlockList } = tenant.connectionFilter;
  const blocked = rangeWith(IPBlockList, arrival.lastHop);
  // An address on both lists is not blocked.
  return blocked === undefined ||
    rangeWith(IPAllowList, arrival.lastHop) !== undefined
    ? "on"
    : trace.end(
        "rejected",
        'HostedConnectionFilterPolicy "Default"',
        "IPBlockList",
        blocked,
        "The last hop is blocked",
      );
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** The last hop; with the switch, what Enhanced Filtering of a connector finds behind it. */
function addressForRules(
  tenant: Tenant,
  quirks: Quirks,
  message: CompleteMessage,
  arrival: Arrival,
  trace: Trace,
): string {
  if (quirks.ruleSenderIp === "lastHop" || !arrival.byCloudflare)
    return arrival.lastHop;
  const skipping = tenant.inboundConnectors.find(
    (connector) =>
      connector["Enabled"] !== false &&
      connector["EFTestMode"] !== true &&
      (connector["EFSkipLastIP"] === true ||
        rangeWith(connector["EFSkipIPs"], arrival.lastHop) !== undefined) &&
      (!isFilled(connector["SenderIPAddresses"]) ||
        rangeWith(connector["SenderIPAddresses"], arrival.lastHop) !==
          undefined),
  );
  if (!skipping) return arrival.lastHop;
  trace.step(
    `InboundConnector "${skipping.Name}"`,
    "EFSkipLastIP",
    skipping["EFSkipLastIP"],
    `Enhanced Filtering: rules see ${message.sourceIp} (switch ruleSenderIp)`,
  );
  return message.sourceIp;
}

import type { ExchangeRecord } from "../exchange-record";
import { isTexts, type Json } from "../json";
import type { Quirks } from "../quirks";
import { textOf, type Tenant } from "../tenant";
import { rangeWith } from "./addresses";
import { acceptedDomain, covers, same, type Truth } from "./conditions";
import { domainOf, type CompleteMessage } from "./message";
import type { Arrival } from "./through-cloudflare";
import type { Trace } from "./trace";

/**
 * Returns the inbound connectors that apply to a message: those of the organisation's own servers (`OnPremises`) that list
 * its last hop, and at most one of partners. Returns `ended` if one of them rejects it.
 */
export function metConnectors(
  tenant: Tenant,
  quirks: Quirks,
  message: CompleteMessage,
  arrival: Arrival,
  trace: Trace,
): ExchangeRecord[] | "ended" {
  const side = domainOf(
    quirks.associatedDomains === "sender" ? message.sender : message.recipient,
  );
  // Applies to all types of connectors: unlike for SenderDomains, the page names no type.
  const enabled = tenant.inboundConnectors.filter((connector) => {
    const associated = textsOf(connector["AssociatedAcceptedDomains"]);
    return (
      connector["Enabled"] !== false &&
      (associated.length === 0 || associated.some((one) => same(one, side)))
    );
  });
  const certificate = arrival.tls ? message.senderCertificate : "";
  const own = enabled.filter(
    (connector) =>
      connector["ConnectorType"] === "OnPremises" &&
      (lists(connector, arrival) ||
        hasCertificate(connector, certificate) === true),
  );
  const internal = own.find(
    (connector) => connector["TreatMessagesAsInternal"] === true,
  );
  if (internal && acceptedDomain(tenant, domainOf(message.sender)))
    return trace.end(
      "notDocumented",
      nameOf(internal),
      "TreatMessagesAsInternal",
      true,
      "The sender's domain is the organisation's own. One page says that such mail bypasses spam filtering, another that high confidence phishing is filtered; what a rule's SCL does is not documented",
    );
  const partners = enabled.filter(
    (connector) => connector["ConnectorType"] !== "OnPremises",
  );
  const met = partnerOf(partners, message, arrival, certificate, trace);
  if (met === "ended") return "ended";
  if (met?.["RequireTls"] === true && !arrival.tls)
    return trace.end(
      "rejected",
      nameOf(met),
      "RequireTls",
      true,
      "It comes without TLS",
    );
  const all = met ? [met, ...own] : own;
  const sender = domainOf(message.sender);
  if (
    tenant.organizationConfig["RejectDirectSend"] === true &&
    acceptedDomain(tenant, sender) &&
    !all.some(
      (connector) =>
        connector["ConnectorType"] === "OnPremises" ||
        connector["RestrictDomainsToIPAddresses"] === true ||
        connector["RestrictDomainsToCertificate"] === true,
    ) &&
    // The page: only connectors count that are configured to match the sender's address or certificate.
    !(
      quirks.directSendUnrestricted === "matches" &&
      partners.some(
        (connector) =>
          closenessTo(sender, connector["SenderDomains"]) !== undefined &&
          (lists(connector, arrival) ||
            hasCertificate(connector, certificate) === true),
      )
    )
  )
    return trace.end(
      "rejected",
      "OrganizationConfig",
      "RejectDirectSend",
      true,
      "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources",
    );
  return all;
}

/**
 * Returns the connector whose Enhanced Filtering skips the last hop of a message to this recipient, or undefined.
 */
export function skippingConnector(
  met: readonly ExchangeRecord[],
  message: CompleteMessage,
  arrival: Arrival,
): ExchangeRecord | undefined {
  return met.find((connector) => {
    const users = textsOf(connector["EFUsers"]);
    return (
      connector["EFTestMode"] !== true &&
      // If one recipient is not listed, Enhanced Filtering applies to none of them.
      (users.length === 0 ||
        [message.recipient, ...message.otherRecipients].every((recipient) =>
          users.some((user) => same(user, recipient)),
        )) &&
      // EFSkipIPs is ignored if EFSkipLastIP is set.
      (connector["EFSkipLastIP"] === true ||
        rangeWith(connector["EFSkipIPs"], arrival.lastHop) !== undefined)
    );
  });
}

/**
 * Returns the partner's connector that applies to a message. First, a restricting connector with the message's address or
 * certificate. Then, a connector for the sender's domain, restricting ones first. Of several, the one with the most specific
 * sender domain.
 */
function partnerOf(
  connectors: readonly ExchangeRecord[],
  message: CompleteMessage,
  arrival: Arrival,
  certificate: string | undefined,
  trace: Trace,
): ExchangeRecord | undefined | "ended" {
  const sender = domainOf(message.sender);
  const covering = connectors
    .map((connector) => ({
      connector,
      closeness: closenessTo(sender, connector["SenderDomains"]),
    }))
    .filter(({ closeness }) => closeness !== undefined)
    .sort((a, b) => (b.closeness ?? 0) - (a.closeness ?? 0))
    .map(({ connector }) => ({
      connector,
      failed: failedRestriction(connector, arrival, certificate),
    }));
  const restricting = covering.filter(({ failed }) => failed !== undefined);
  const found = restricting.find(({ failed }) => failed === "none");
  if (found) return found.connector;
  const vague = restricting.find(({ failed }) => failed === "unknown");
  if (vague)
    return trace.end(
      "notDocumented",
      nameOf(vague.connector),
      "RestrictDomainsToCertificate",
      true,
      "The message does not say which certificate it comes with",
    );
  const [first] = restricting;
  if (!first) return covering[0]?.connector;
  const byAddress = first.failed === "RestrictDomainsToIPAddresses";
  return trace.end(
    "rejected",
    nameOf(first.connector),
    textOf(first.failed),
    true,
    byAddress
      ? `${arrival.lastHop} is none of its addresses`
      : "It does not come with the certificate",
  );
}

/** Returns the restriction that rejects a message. `none`: the connector restricts, and accepts the message. undefined: it does not restrict. */
function failedRestriction(
  connector: ExchangeRecord,
  arrival: Arrival,
  certificate: string | undefined,
):
  | "RestrictDomainsToIPAddresses"
  | "RestrictDomainsToCertificate"
  | "none"
  | "unknown"
  | undefined {
  const byAddress = connector["RestrictDomainsToIPAddresses"] === true;
  const byCertificate = connector["RestrictDomainsToCertificate"] === true;
  if (!byAddress && !byCertificate) return undefined;
  if (byAddress && !lists(connector, arrival))
    return "RestrictDomainsToIPAddresses";
  const fits = !byCertificate || hasCertificate(connector, certificate);
  if (fits === undefined) return "unknown";
  return fits ? "none" : "RestrictDomainsToCertificate";
}

function lists(connector: ExchangeRecord, { lastHop }: Arrival): boolean {
  return rangeWith(connector["SenderIPAddresses"], lastHop) !== undefined;
}

/** Whether a certificate is the one that a connector names; undefined if the certificate is unknown. */
function hasCertificate(
  connector: ExchangeRecord,
  certificate: string | undefined,
): Truth {
  const wanted = textOf(connector["TlsSenderCertificateName"]);
  if (certificate === undefined) return undefined;
  return wanted !== "" && certificate !== "" && fits(wanted, certificate);
}

/** Returns how specific a connector's domain for a sender is: 0 for `*`, greater for longer domains, undefined if none matches. */
function closenessTo(
  sender: string,
  domains: Json | undefined,
): number | undefined {
  const all = textsOf(domains)
    .map((one) => one.replace(/^smtp:/i, "").replace(/;\d+$/, ""))
    .filter((one) => fits(one, sender))
    .map((one) =>
      one.startsWith("*") ? Math.max(0, one.length - 2) : one.length + 0.5,
    );
  return all.length > 0 ? Math.max(...all) : undefined;
}

/** Whether `*`, `*.domain` (the domain and all its subdomains) or a domain matches a name. */
function fits(pattern: string, name: string): boolean {
  if (pattern === "*") return true;
  return pattern.startsWith("*.")
    ? covers(pattern.slice(2), name.toLowerCase())
    : same(pattern, name);
}

function textsOf(value: Json | undefined): string[] {
  return isTexts(value) ? value : typeof value === "string" ? [value] : [];
}

function nameOf({ Name }: ExchangeRecord): string {
  return `InboundConnector "${Name}"`;
}

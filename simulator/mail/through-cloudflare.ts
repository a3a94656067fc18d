import type { Account, EmailDomain } from "../account";
import { isTexts } from "../json";
import type { Quirks } from "../quirks";
import { rangeWith } from "./addresses";
import { domainOf, type CompleteMessage } from "./message";
import type { Trace } from "./trace";

/** A message as it arrives at Microsoft. */
export interface Arrival {
  /** Its headers, Cloudflare's included. */
  headers: { name: string; value: string }[];
  /** The last hop. */
  lastHop: string;
  /** The host that it is delivered to; undefined: the one that the MX record names. */
  host: string | undefined;
  /** Whether it comes over TLS. */
  tls: boolean;
  /** Whether it came through Cloudflare. */
  byCloudflare: boolean;
}

/** Follows a message through Cloudflare. Returns `ended` if it is not delivered to Microsoft. */
export function throughCloudflare(
  accounts: Iterable<Account>,
  quirks: Quirks,
  message: CompleteMessage,
  trace: Trace,
): Arrival | "ended" {
  const direct: Arrival = {
    headers: message.ownHeaders,
    lastHop: message.senderIp ?? message.sourceIp,
    host: undefined,
    tls: message.tls,
    byCloudflare: false,
  };
  if (message.path === "direct") {
    trace.step(
      "message",
      "path",
      "direct",
      "It is handed straight to Microsoft; Cloudflare never sees it",
    );
    return direct;
  }
  const domain = protectedDomain(accounts, domainOf(message.recipient));
  if (!domain) {
    trace.step(
      "message",
      "recipient",
      message.recipient,
      "No account protects the domain: its MX record names Microsoft",
    );
    return direct;
  }
  const object = `Domain "${domain.domain}"`;
  if (!isInline(object, domain, quirks, trace))
    return quirks.inactiveDomainMail === "rejected"
      ? trace.end(
          "rejected",
          object,
          "status",
          domain.status,
          "No server accepts mail for the domain (switch inactiveDomainMail)",
        )
      : direct;
  if (!accepted(object, domain, message, trace)) return "ended";
  if (isHeld(object, domain, quirks, message, trace)) return "ended";
  return handedOn(object, domain, quirks, message, trace);
}

function protectedDomain(
  accounts: Iterable<Account>,
  name: string,
): EmailDomain | undefined {
  for (const account of accounts) {
    const found = account.domains.find(
      ({ domain }) => domain.toLowerCase() === name,
    );
    if (found) return found;
  }
  return undefined;
}

function isInline(
  object: string,
  domain: EmailDomain,
  quirks: Quirks,
  trace: Trace,
): boolean {
  const status = domain.status?.toUpperCase() ?? "ACTIVE";
  const past =
    quirks.inactiveDomainMail === "direct"
      ? "its mail goes past Cloudflare (switch inactiveDomainMail)"
      : "its mail is not processed";
  if (status !== "ACTIVE") {
    trace.step(object, "status", domain.status, `Not active: ${past}`);
    return false;
  }
  const modes = domain["allowed_delivery_modes"];
  if (isTexts(modes) && !modes.includes("DIRECT")) {
    trace.step(
      object,
      "allowed_delivery_modes",
      modes,
      `Without DIRECT Cloudflare is not in the way: ${past}`,
    );
    return false;
  }
  trace.step(object, "status", domain.status, "Cloudflare processes its mail");
  return true;
}

function accepted(
  object: string,
  domain: EmailDomain,
  message: CompleteMessage,
  trace: Trace,
): boolean {
  const restrictions = domain["ip_restrictions"];
  if (
    isTexts(restrictions) &&
    restrictions.length > 0 &&
    rangeWith(restrictions, message.sourceIp) === undefined
  ) {
    trace.end(
      "rejected",
      object,
      "ip_restrictions",
      restrictions,
      `${message.sourceIp} is none of the sources that may hand in mail`,
    );
    return false;
  }
  if (domain["require_tls_inbound"] === true && !message.tls) {
    trace.end(
      "rejected",
      object,
      "require_tls_inbound",
      true,
      "It is handed in without TLS",
    );
    return false;
  }
  return true;
}

/** Returns the labels of `drop_dispositions` that include a message, in the API's words: the header's `UCE` is `SPAM`. */
function labelsOf(message: CompleteMessage): string[] {
  const has = (attribute: string) =>
    message.attributes.some((one) => one.toUpperCase() === attribute);
  const { disposition } = message;
  return [
    disposition === "UCE" ? "SPAM" : disposition,
    ...(disposition === "MALICIOUS" && has("BEC") ? ["MALICIOUS-BEC"] : []),
    ...(has("ENCRYPTED") ? ["ENCRYPTED"] : []),
  ];
}

/** Labels whose meaning is not documented. */
const undocumented = ["EXTERNAL", "UNKNOWN", "NONE"];

function isHeld(
  object: string,
  domain: EmailDomain,
  quirks: Quirks,
  message: CompleteMessage,
  trace: Trace,
): boolean {
  const dropped = isTexts(domain["drop_dispositions"])
    ? domain["drop_dispositions"]
    : [];
  const labels = labelsOf(message);
  const hit = dropped.find(
    (label) => label !== "NONE" && labels.includes(label),
  );
  if (hit !== undefined) {
    trace.end(
      "droppedByCloudflare",
      object,
      "drop_dispositions",
      dropped,
      `${hit} is dropped instead of delivered: Microsoft never sees it`,
    );
    return true;
  }
  if (quirks.legacyQuarantine && /^(MALICIOUS|SPAM)$/.test(labels[0] ?? "")) {
    trace.end(
      "droppedByCloudflare",
      object,
      "drop_dispositions",
      dropped,
      "Cloudflare always quarantines Malicious and Spam (switch legacyQuarantine)",
    );
    return true;
  }
  const undocumentedLabels = dropped.filter((label) =>
    undocumented.includes(label),
  );
  if (message.disposition === "NONE" && undocumentedLabels.length > 0) {
    trace.end(
      "notDocumented",
      object,
      "drop_dispositions",
      dropped,
      `The documentation does not say whether ${undocumentedLabels.join(", ")} means mail without a disposition`,
    );
    return true;
  }
  return false;
}

function handedOn(
  object: string,
  domain: EmailDomain,
  quirks: Quirks,
  message: CompleteMessage,
  trace: Trace,
): Arrival | "ended" {
  const stamped = stampedHeaders(quirks, message);
  trace.step(
    "message",
    "headers",
    stamped.map(({ name, value }) => `${name}: ${value}`).join(", "),
    stamped.length > 0
      ? "Cloudflare stamps its disposition"
      : "Cloudflare stamps no disposition",
  );
  const transport = domain["transport"];
  if (typeof transport !== "string" || transport === "")
    return trace.end(
      "notDocumented",
      object,
      "transport",
      transport,
      "The documentation does not say where mail goes without a host to forward to",
    );
  const tls = domain["require_tls_outbound"] === true;
  trace.step(
    object,
    "require_tls_outbound",
    domain["require_tls_outbound"],
    tls
      ? "Delivered over TLS only"
      : "Delivered over TLS if the server offers it, as Microsoft's does",
  );
  return {
    headers: [...message.ownHeaders, ...stamped],
    lastHop: message.senderIp ?? quirks.egressAddress,
    host: transport,
    tls: true,
    byCloudflare: true,
  };
}

const families = {
  area1: ["X-Area1Security"],
  cloudflare: ["X-CFEmailSecurity"],
  both: ["X-Area1Security", "X-CFEmailSecurity"],
} as const;

/** Returns the headers that Cloudflare adds: per family one disposition, except for clean mail, and a line per attribute. */
function stampedHeaders(
  quirks: Quirks,
  { disposition, attributes, headers }: CompleteMessage,
): Arrival["headers"] {
  const word = disposition === "SPAM" ? "UCE" : disposition;
  const bare =
    word === "NONE" || (word === "BULK" && quirks.bulkHeader === "absent");
  return families[headers ?? quirks.headerGeneration].flatMap((family) => [
    ...(bare ? [] : [{ name: `${family}-Disposition`, value: word }]),
    ...attributes.map((value) => ({ name: `${family}-Attribute`, value })),
  ]);
}

import type { ExchangeRecord } from "../exchange-record";
import { sendersIn } from "../exchange/sender-lists";
import type { Quirks } from "../quirks";
import { textOf, type Tenant } from "../tenant";
import { covers, same } from "./conditions";
import {
  domainOf,
  verdicts,
  type CompleteMessage,
  type Verdict,
} from "./message";
import type { Trace } from "./trace";

/** The data that the spam filter uses. */
export interface Evidence {
  /** The message. */
  message: CompleteMessage;
  /** Whether it came through Cloudflare. */
  byCloudflare: boolean;
  /** The spam confidence level after lists and rules. */
  scl: number | undefined;
  /** The recipient's anti-spam policy. */
  policy: ExchangeRecord | undefined;
  /** The recipient's tenant. */
  tenant: Tenant;
}

/** Returns the effective verdict: the one that the SCL requests or Microsoft's own, whichever precedes in the order of categories. */
export function verdictOn(
  evidence: Evidence,
  quirks: Quirks,
  trace: Trace,
): Verdict {
  const { message, policy } = evidence;
  const own = ownVerdict(message, policy, trace);
  const bypass = bypassOf(evidence, quirks, trace);
  if (bypass) {
    const stays =
      own === "malware" ||
      (own === "highConfidencePhish" &&
        (!evidence.byCloudflare || quirks.secureByDefault === "always"));
    trace.step(
      "message",
      "SCL",
      -1,
      stays
        ? `Spam filtering is bypassed, and ${own} filtered all the same`
        : "Spam filtering is bypassed",
    );
    return stays ? own : "none";
  }
  const asked = askedFor(evidence.scl, quirks, trace);
  return [asked, own, blocked(evidence, quirks, trace)].reduce((a, b) =>
    rank(a, quirks) <= rank(b, quirks) ? a : b,
  );
}

function ownVerdict(
  { microsoftVerdict, bcl }: CompleteMessage,
  policy: ExchangeRecord | undefined,
  trace: Trace,
): Verdict {
  // If the policy is unknown, so is its threshold: assumes the lowest.
  const threshold = Number(policy?.["BulkThreshold"] ?? 1);
  const isBulk =
    microsoftVerdict === "bulk"
      ? bcl === undefined || bcl >= threshold
      : microsoftVerdict === "none" && bcl !== undefined && bcl >= threshold;
  if (isBulk && policy && policy["MarkAsSpamBulkMail"] !== "On") {
    trace.step(
      `HostedContentFilterPolicy "${policy.Name}"`,
      "MarkAsSpamBulkMail",
      policy["MarkAsSpamBulkMail"],
      "Bulk mail is not marked",
    );
    return "none";
  }
  const own =
    microsoftVerdict === "bulk" || microsoftVerdict === "none"
      ? isBulk
        ? "bulk"
        : "none"
      : microsoftVerdict;
  if (own !== "none")
    trace.step("message", "microsoftVerdict", own, "Microsoft's own verdict");
  return own;
}

/** Whether the message bypasses the filter: by SCL -1, or because the policy allows its sender. */
function bypassOf(evidence: Evidence, quirks: Quirks, trace: Trace): boolean {
  const { scl, message, policy, tenant } = evidence;
  const entry = listedSender(policy, "Allowed", message.sender);
  if (!policy || entry === undefined) return scl === -1;
  const object = `HostedContentFilterPolicy "${policy.Name}"`;
  const step = (why: string) =>
    trace.step(object, entry.property, entry.value, why);
  if (
    !message.passesAuthentication &&
    isOwnDomain(tenant, domainOf(message.sender))
  ) {
    step(
      "The sender is of an accepted domain and does not pass email authentication: the entry has no effect",
    );
    return scl === -1;
  }
  if (
    quirks.allowedAndBlocked === "blocked" &&
    listedSender(policy, "Blocked", message.sender)
  ) {
    step("The sender is blocked as well (switch allowedAndBlocked)");
    return scl === -1;
  }
  step("The sender is allowed: SCL -1");
  trace.delivery.scl = -1;
  return true;
}

/** Whether a domain is one of the tenant's accepted ones or a subdomain of one. */
function isOwnDomain(tenant: Tenant, domain: string): boolean {
  return tenant.acceptedDomains.some(({ Name, DomainName }) =>
    covers((textOf(DomainName) || Name).replace(/^\*\./, ""), domain),
  );
}

function blocked(
  { message, policy }: Evidence,
  quirks: Quirks,
  trace: Trace,
): Verdict {
  const entry = listedSender(policy, "Blocked", message.sender);
  if (!policy || entry === undefined) return "none";
  trace.step(
    `HostedContentFilterPolicy "${policy.Name}"`,
    entry.property,
    entry.value,
    `The sender is blocked: ${quirks.blockedSender} (switch blockedSender)`,
  );
  return quirks.blockedSender;
}

/** Returns the entry of a policy's lists that contains a sender. A domain does not include its subdomains. */
function listedSender(
  policy: ExchangeRecord | undefined,
  list: "Allowed" | "Blocked",
  sender: string,
): { property: string; value: string } | undefined {
  for (const [name, wanted] of [
    ["Senders", sender],
    ["SenderDomains", domainOf(sender)],
  ] as const) {
    const property = `${list}${name}`;
    const value = sendersIn(policy?.[property]).find((entry) =>
      same(entry, wanted),
    );
    if (value !== undefined) return { property, value };
  }
  return undefined;
}

function askedFor(
  scl: number | undefined,
  quirks: Quirks,
  trace: Trace,
): Verdict {
  if (scl === undefined) return "none";
  const asked = requested(scl, quirks);
  const why =
    asked === "none"
      ? "This level requests no verdict"
      : quirks.sclRequest === "honoured"
        ? `It asks for ${asked}, and gets it`
        : `It asks for ${asked}; Microsoft goes by its own verdict (switch sclRequest)`;
  trace.step("message", "SCL", scl, why);
  return quirks.sclRequest === "honoured" ? asked : "none";
}

function requested(scl: number, quirks: Quirks): Verdict {
  if (scl === 5 || scl === 6) return "spam";
  if (scl === 9) return "highConfidenceSpam";
  if (scl !== 7 && scl !== 8) return "none";
  return quirks.scl7and8 === "nothing" ? "none" : quirks.scl7and8;
}

/** Returns the place of a verdict in the order of categories. The lowest takes precedence. */
function rank(verdict: Verdict, quirks: Quirks): number {
  return verdict === "highConfidenceSpam" &&
    quirks.highConfidenceSpamOrder === "afterImpersonation"
    ? verdicts.indexOf("mailboxIntelligence") + 0.5
    : verdicts.indexOf(verdict);
}

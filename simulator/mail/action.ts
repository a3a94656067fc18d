import type { ExchangeRecord } from "../exchange-record";
import { isTexts } from "../json";
import { textOf, type Tenant } from "../tenant";
import type { CompleteMessage, Verdict } from "./message";
import type { Chosen } from "./policy-choice";
import type { Trace } from "./trace";

/** The policy that acts on a verdict, and the properties that decide. */
interface Handling {
  policy: "antiSpam" | "antiPhish" | "malware";
  /** The property with the action. If absent, the action is always quarantine. */
  action?: string;
  /** The property with the quarantine policy. */
  tag: string;
}

const handlings: Record<Exclude<Verdict, "none">, Handling> = {
  malware: { policy: "malware", tag: "QuarantineTag" },
  highConfidencePhish: {
    policy: "antiSpam",
    action: "HighConfidencePhishAction",
    tag: "HighConfidencePhishQuarantineTag",
  },
  phish: {
    policy: "antiSpam",
    action: "PhishSpamAction",
    tag: "PhishQuarantineTag",
  },
  highConfidenceSpam: {
    policy: "antiSpam",
    action: "HighConfidenceSpamAction",
    tag: "HighConfidenceSpamQuarantineTag",
  },
  spoof: {
    policy: "antiPhish",
    action: "AuthenticationFailAction",
    tag: "SpoofQuarantineTag",
  },
  userImpersonation: {
    policy: "antiPhish",
    action: "TargetedUserProtectionAction",
    tag: "TargetedUserQuarantineTag",
  },
  domainImpersonation: {
    policy: "antiPhish",
    action: "TargetedDomainProtectionAction",
    tag: "TargetedDomainQuarantineTag",
  },
  mailboxIntelligence: {
    policy: "antiPhish",
    action: "MailboxIntelligenceProtectionAction",
    tag: "MailboxIntelligenceQuarantineTag",
  },
  spam: { policy: "antiSpam", action: "SpamAction", tag: "SpamQuarantineTag" },
  bulk: {
    policy: "antiSpam",
    action: "BulkSpamAction",
    tag: "BulkQuarantineTag",
  },
};

const nouns = {
  antiSpam: "HostedContentFilterPolicy",
  antiPhish: "AntiPhishPolicy",
  malware: "MalwareFilterPolicy",
} as const;
const types = {
  antiSpam: "HostedContentFilterPolicy",
  antiPhish: "AntiPhishPolicy",
  malware: "AntiMalwarePolicy",
} as const;

/** Applies the action of the recipient's policy for a verdict. */
export function actOn(
  verdict: Verdict,
  chosen: Chosen,
  tenant: Tenant,
  message: CompleteMessage,
  trace: Trace,
): "ended" {
  const { delivery } = trace;
  delivery.verdict = verdict;
  delivery.policy = chosen.antiSpam?.Name ?? null;
  if (verdict === "none")
    return trace.end(
      "inbox",
      "message",
      "verdict",
      verdict,
      "No verdict against it",
    );
  const handling = handlings[verdict];
  const policy = chosen[handling.policy];
  const noun = nouns[handling.policy];
  if (!policy) {
    delivery.policy = null;
    return trace.end(
      "notDocumented",
      noun,
      "Name",
      null,
      `What the recipient's ${noun} says about ${verdict} is not known here`,
    );
  }
  delivery.policy = policy.Name;
  const object = `${noun} "${policy.Name}"`;
  const action =
    handling.action === undefined
      ? "Quarantine"
      : // An unset action of an anti-phishing policy does nothing.
        textOf(policy[handling.action]) || "NoAction";
  delivery.action = action;
  const property = handling.action ?? handling.tag;
  const end = (outcome: Parameters<Trace["end"]>[0], why: string) =>
    trace.end(outcome, object, property, action, `${verdict}: ${why}`);
  switch (action) {
    case "Quarantine":
      trace.step(object, property, action, `${verdict}: to the quarantine`);
      trace.policyType = types[handling.policy];
      return quarantine(
        object,
        verdict,
        policy,
        chosen,
        tenant,
        message,
        trace,
      );
    case "MoveToJmf":
      return end("junk", "to the Junk Email folder");
    case "ModifySubject":
      return end("junk", "with another subject, to the Junk Email folder");
    case "AddXHeader":
      return verdict === "spam" || verdict === "highConfidenceSpam"
        ? end("junk", "with another header, to the Junk Email folder")
        : end("inbox", "delivered with another header");
    case "NoAction":
    case "BccMessage":
      return end("inbox", "delivered");
    case "Delete":
      return end("deleted", "deleted");
    case "Redirect": {
      const to = policy["RedirectToRecipients"];
      trace.redirectedTo = isTexts(to) ? to : [];
      return end("redirected", "others get it instead");
    }
    default:
      return end("notDocumented", "this action is not known here");
  }
}

const release = 4;
const request = 8;

/** Returns the quarantine policy that Microsoft uses if none is set. */
function defaultTag(verdict: Verdict, tenant: Tenant): string {
  if (verdict === "malware" || verdict === "highConfidencePhish")
    return "AdminOnlyAccessPolicy";
  return (
    tenant.find("QuarantinePolicy", "NotificationEnabledPolicy")?.Name ??
    "DefaultFullAccessPolicy"
  );
}

function quarantine(
  object: string,
  verdict: Exclude<Verdict, "none">,
  policy: ExchangeRecord,
  chosen: Chosen,
  tenant: Tenant,
  message: CompleteMessage,
  trace: Trace,
): "ended" {
  const { delivery } = trace;
  const property = handlings[verdict].tag;
  const tag = textOf(policy[property]) || defaultTag(verdict, tenant);
  // Malware is quarantined for 30 days, other mail for as long as the anti-spam policy says.
  delivery.retentionDays =
    verdict === "malware"
      ? 30
      : chosen.antiSpam
        ? Number(chosen.antiSpam["QuarantineRetentionPeriod"] ?? 15)
        : null;
  const found = tenant.find("QuarantinePolicy", tag);
  delivery.quarantinePolicy = found?.Name ?? tag;
  trace.step(
    object,
    property,
    tag,
    found ? "Its quarantine policy" : "A quarantine policy that does not exist",
  );
  const own = `QuarantinePolicy "${tag}"`;
  if (!found)
    return trace.end(
      "quarantine",
      own,
      "Name",
      null,
      "Nobody has documented what a recipient may do then; an administrator may do everything",
    );
  const given = Number(found["EndUserQuarantinePermissionsValue"] ?? 0);
  const neverReleasedByRecipient =
    verdict === "highConfidencePhish" || verdict === "malware";
  // For malware and high confidence phishing, the permission to release only allows to request the release.
  trace.permissions =
    neverReleasedByRecipient && given & release
      ? (given & ~release) | request
      : given;
  delivery.release =
    trace.permissions & release
      ? "recipient"
      : trace.permissions & request
        ? "request"
        : "administrator";
  delivery.notified =
    found["ESNEnabled"] === true && message.mailbox === "user";
  return trace.end(
    "quarantine",
    own,
    "EndUserQuarantinePermissionsValue",
    given,
    `${
      {
        recipient: "The recipient releases it",
        request: "The recipient asks, an administrator releases it",
        administrator: "Only an administrator releases it",
      }[delivery.release]
    }; ${delivery.notified ? "the recipient is notified" : "nobody is notified"}`,
  );
}

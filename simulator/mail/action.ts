import type { ExchangeRecord } from "../exchange-record";
import { isTexts } from "../json";
import { textOf, type Tenant } from "../tenant";
import type { CompleteMessage, Verdict } from "./message";
import type { Chosen } from "./policy-choice";
import type { Trace } from "./trace";

/** Which policy acts on a verdict, by which properties. */
interface Handling {
  policy: "antiSpam" | "antiPhish" | "malware";
  /** The property with the action; absent: always quarantine. */
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

/** What the recipient's policy does with a message of a verdict. */
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
      "Nothing speaks against it",
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
      : // What nobody set in an anti-phishing policy does nothing.
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

/** What Microsoft puts where no quarantine policy is set. */
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
  // Malware is kept for 30 days; for all else the anti-spam policy says how long.
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
  const grave = verdict === "highConfidencePhish" || verdict === "malware";
  // The right to release such mail is the right to ask for it.
  trace.permissions =
    grave && given & release ? (given & ~release) | request : given;
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

import type { ExchangeRecord } from "../exchange-record";
import { isTexts } from "../json";
import type { Quirks } from "../quirks";
import { same } from "./conditions";
import {
  domainOf,
  verdicts,
  type CompleteMessage,
  type Verdict,
} from "./message";
import type { Trace } from "./trace";

/** What the filter goes by. */
export interface Evidence {
  /** The message. */
  message: CompleteMessage;
  /** Whether Cloudflare handed it on. */
  byCloudflare: boolean;
  /** The level that lists and rules left it with. */
  scl: number | undefined;
  /** The recipient's anti-spam policy. */
  policy: ExchangeRecord | undefined;
}

/** The verdict that is acted on: what was asked for and what Microsoft finds, whichever comes first in the order of categories. */
export function verdictOn(
  evidence: Evidence,
  quirks: Quirks,
  trace: Trace,
): Verdict {
  const { message, policy } = evidence;
  const own = ownVerdict(message, policy, trace);
  const bypass = bypassOf(evidence, trace);
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
  return earlier(asked, earlier(own, blocked(evidence, trace)));
}

function ownVerdict(
  { microsoftVerdict, bcl }: CompleteMessage,
  policy: ExchangeRecord | undefined,
  trace: Trace,
): Verdict {
  // Where the policy is not known, neither is its threshold: the lowest there is.
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

/** SCL -1, or a sender that the policy allows. */
function bypassOf({ scl, message, policy }: Evidence, trace: Trace): boolean {
  const entry = senderEntry(policy, "Allowed", message.sender);
  if (policy && entry !== undefined) {
    trace.step(
      `HostedContentFilterPolicy "${policy.Name}"`,
      "AllowedSenders",
      entry,
      "The sender is allowed: SCL -1",
    );
    trace.delivery.scl = -1;
    return true;
  }
  return scl === -1;
}

function blocked({ message, policy }: Evidence, trace: Trace): Verdict {
  const entry = senderEntry(policy, "Blocked", message.sender);
  if (!policy || entry === undefined) return "none";
  trace.step(
    `HostedContentFilterPolicy "${policy.Name}"`,
    "BlockedSenders",
    entry,
    "The sender is blocked: high confidence spam",
  );
  return "highConfidenceSpam";
}

/** Entries of a policy's lists are texts, or objects with the domain in them. */
function senderEntry(
  policy: ExchangeRecord | undefined,
  list: "Allowed" | "Blocked",
  sender: string,
): string | undefined {
  const texts = (name: string) => {
    const value = policy?.[`${list}${name}`];
    return isTexts(value) ? value : [];
  };
  return (
    texts("Senders").find((entry) => same(entry, sender)) ??
    texts("SenderDomains").find((entry) => same(entry, domainOf(sender)))
  );
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
      ? "This level asks for no verdict"
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

function earlier(a: Verdict, b: Verdict): Verdict {
  return verdicts.indexOf(a) < verdicts.indexOf(b) ? a : b;
}

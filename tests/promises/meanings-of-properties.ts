import { addresses, networks } from "./meanings-of-addresses";
import {
  anyCase,
  choice,
  flag,
  host,
  name,
  permissions,
  set,
  state,
  text,
  timeSpan,
  whole,
  type Meaning,
} from "./meanings";

const action = choice(
  "MoveToJmf",
  "AddXHeader",
  "ModifySubject",
  "Redirect",
  "Delete",
  "Quarantine",
);
const tag = name(
  "Some Policy",
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessPolicy",
);
const domains = set(
  ["example.com", "example.org", "other.example"],
  (entry) => [{ Domain: entry, IncludeSubDomains: false }],
);
const people = set(["cfo@example.com", "ceo@example.com", "x@other.example"]);
const mark = text("made by hand", "Managed by Pulumi: ops/prod/mail");

/**
 * What the values of every property mean, by kind. Left out is what makes an object another one when it changes, and what no
 * answer tells.
 */
export const meanings: Readonly<
  Record<string, Readonly<Record<string, Meaning>>>
> = {
  TransportRule: {
    name: name("Renamed", "Another rule"),
    enabled: state,
    mode: choice("Enforce", "Audit", "AuditAndNotify"),
    priority: whole(0, 2),
    comments: mark,
    headerContainsMessageHeader: anyCase(
      "X-CFEmailSecurity-Disposition",
      "X-Other",
    ),
    headerContainsWords: set(["UCE", "SPAM", "SPOOF", "MALICIOUS"]),
    senderIpRanges: addresses,
    setScl: whole(-1, 9),
    quarantine: flag(),
    stopRuleProcessing: flag(),
    ruleErrorAction: choice("Ignore", "Defer"),
  },
  QuarantinePolicy: {
    endUserQuarantinePermissions: permissions,
    esnEnabled: flag(),
    includeMessagesFromBlockedSenderAddress: flag(),
  },
  QuarantineNotification: { endUserSpamNotificationFrequency: timeSpan },
  AntiSpamPolicy: {
    recipientDomainIs: domains,
    sentTo: people,
    sentToMemberOf: people,
    exceptIfRecipientDomainIs: domains,
    exceptIfSentTo: people,
    exceptIfSentToMemberOf: people,
    priority: whole(0, 1),
    enabled: state,
    adminDisplayName: mark,
    spamAction: action,
    spamQuarantineTag: tag,
    highConfidenceSpamAction: action,
    highConfidenceSpamQuarantineTag: tag,
    phishSpamAction: action,
    phishQuarantineTag: tag,
    highConfidencePhishAction: choice("Redirect", "Quarantine"),
    highConfidencePhishQuarantineTag: tag,
    bulkSpamAction: action,
    bulkQuarantineTag: tag,
    redirectToRecipients: people,
    modifySubjectValue: text("[SPAM]", "Spam:"),
    addXHeaderValue: text("X-Spam", "X-Junk"),
    bulkThreshold: whole(1, 9),
    quarantineRetentionPeriod: whole(1, 30),
    markAsSpamBulkMail: choice("On", "Off", "Test"),
    spamZapEnabled: flag(),
    phishZapEnabled: flag(),
  },
  Area1Domain: {
    transport: host("mx2.example.net", "mx1.example.org"),
    lookbackHops: whole(1, 20),
    ipRestrictions: networks,
    requireTlsInbound: flag(null),
    requireTlsOutbound: flag(null),
    dropDispositions: set(["MALICIOUS", "SPAM", "SPOOF", "BULK"]),
    allowedDeliveryModes: set(["DIRECT", "BCC", "JOURNAL", "API"]),
    regions: set(["GLOBAL", "DE", "US"]),
    integrationId: anyCase(
      "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a02",
      "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a03",
    ),
    folder: choice("Inbox", "AllItems"),
  },
};

/** Properties that make another object when they change, or that no answer tells. */
export const withoutMeaning: Readonly<Record<string, readonly string[]>> = {
  QuarantinePolicy: ["name", "adminDisplayName"],
  AntiSpamPolicy: ["name"],
  Area1Domain: ["domain", "accountId"],
};

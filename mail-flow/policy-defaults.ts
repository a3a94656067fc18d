import { folded } from "./mail";
import type { AntiSpamPolicy, PolicyRule, QuarantinePolicy } from "./snapshot";

/**
 * What a new anti-spam policy does with mail, and one of which an answer of Exchange leaves something out (documented).
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/new-hostedcontentfilterpolicy
 */
export const antiSpamDefaults = {
  spamAction: "MoveToJmf",
  highConfidenceSpamAction: "MoveToJmf",
  phishSpamAction: "MoveToJmf",
  highConfidencePhishAction: "Quarantine",
  bulkSpamAction: "MoveToJmf",
  bulkThreshold: 7,
  markAsSpamBulkMail: "On",
  quarantineRetentionPeriod: 15,
} satisfies Partial<AntiSpamPolicy>;

/** The quarantine policy where no tag is set, for mail that recipients never release: high confidence phishing and malware. */
export const adminOnlyAccess = "AdminOnlyAccessPolicy";

/** Returns the quarantine policy where no tag is set, for all other mail. Older tenants have one of their own for it. */
export function fullAccess(
  policies: Iterable<Pick<QuarantinePolicy, "name">> = [],
): string {
  for (const { name } of policies)
    if (folded(name) === "notificationenabledpolicy") return name;
  return "DefaultFullAccessPolicy";
}

/** What a rule has that names neither recipients nor exceptions. */
export const policyRuleDefaults = {
  enabled: true,
  priority: 0,
  sentTo: [],
  sentToMemberOf: [],
  recipientDomainIs: [],
  exceptIfSentTo: [],
  exceptIfSentToMemberOf: [],
  exceptIfRecipientDomainIs: [],
} satisfies Partial<PolicyRule>;

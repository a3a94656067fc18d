import { folded } from "./mail";
import type {
  AntiSpamPolicy,
  InboundConnector,
  PolicyRule,
  QuarantinePolicy,
} from "./snapshot";

/**
 * The actions of a new anti-spam policy. They are also used for properties that Exchange does not return (documented).
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

/** The quarantine policy without a tag, for mail that recipients can never release: high confidence phishing and malware. */
export const adminOnlyAccess = "AdminOnlyAccessPolicy";

/** Returns the quarantine policy without a tag for all other mail. Older tenants have another default policy. */
export function fullAccess(
  policies: Iterable<Pick<QuarantinePolicy, "name">> = [],
): string {
  for (const { name } of policies)
    if (folded(name) === "notificationenabledpolicy") return name;
  return "DefaultFullAccessPolicy";
}

/** The values of a rule that has neither recipients nor exceptions. */
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

/**
 * The values of a connector for properties that are not set or not returned.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboundconnector
 */
export const connectorDefaults = {
  enabled: true,
  connectorType: "Partner",
  senderIpAddresses: [],
  senderDomains: [],
  associatedAcceptedDomains: [],
  requireTls: false,
  restrictDomainsToIpAddresses: false,
  restrictDomainsToCertificate: false,
  treatMessagesAsInternal: false,
  efSkipLastIp: false,
  efSkipIps: [],
  efUsers: [],
} satisfies Partial<InboundConnector>;

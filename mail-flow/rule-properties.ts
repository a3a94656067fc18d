/**
 * The actions of a mail flow rule, by their parameters' names in programs. All other parameters are conditions, exceptions, or settings
 * of the rule itself.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportrule (documentation of 2026-08-21)
 */
export const ruleActions = [
  "addManagerAsRecipientType",
  "addToRecipients",
  "applyClassification",
  "applyHtmlDisclaimerFallbackAction",
  "applyHtmlDisclaimerLocation",
  "applyHtmlDisclaimerText",
  "applyOme",
  "applyRightsProtectionCustomizationTemplate",
  "applyRightsProtectionTemplate",
  "blindCopyTo",
  "copyTo",
  "deleteMessage",
  "disconnect",
  "generateIncidentReport",
  "generateNotification",
  "incidentReportContent",
  "logEventText",
  "moderateMessageByManager",
  "moderateMessageByUser",
  "notifySender",
  "prependSubject",
  "quarantine",
  "redirectMessageTo",
  "rejectMessageEnhancedStatusCode",
  "rejectMessageReasonText",
  "removeHeader",
  "removeOme",
  "removeOmeV2",
  "removeRmsAttachmentEncryption",
  "routeMessageOutboundConnector",
  "routeMessageOutboundRequireTls",
  "setAuditSeverity",
  "setHeaderName",
  "setHeaderValue",
  "setScl",
  "smtpRejectMessageRejectStatusCode",
  "smtpRejectMessageRejectText",
] as const;

/** The name of an action. */
export type RuleAction = (typeof ruleActions)[number];

const actions = new Set<string>(ruleActions);

/** Returns whether a property of a rule is an action. */
export const isRuleAction = (property: string): boolean =>
  actions.has(property);

/** The dates between which a rule is active. */
export const ruleSchedule = ["activationDate", "expiryDate"] as const;

/** Settings of a rule that are parts of a snapshot. */
export const ruleSettings = [
  "name",
  "enabled",
  "mode",
  "priority",
  "comments",
  "stopRuleProcessing",
  "ruleErrorAction",
] as const;

/** Settings that change nothing in the model of the mail flow. A snapshot does not have them. */
export const otherRuleSettings = [
  "senderAddressLocation",
  "recipientAddressType",
  "ruleSubType",
  "dlpPolicy",
  "useLegacyRegex",
  "appliesToAllMail",
] as const;

/**
 * The two halves of a rejection. If only one is given, Exchange sets the other one to this value.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule (examples)
 */
const rejection: Readonly<Record<string, string>> = {
  rejectMessageReasonText: "Delivery not authorized, message refused",
  rejectMessageEnhancedStatusCode: "5.7.1",
};

/** Returns the other half of a rejection; undefined for any other property. */
export const otherHalfOf = (property: string): string | undefined =>
  property in rejection
    ? Object.keys(rejection).find((half) => half !== property)
    : undefined;

/**
 * Returns the half of a rejection that must be cleared together with the other one: Exchange has set it, and would go on rejecting.
 *
 * @param valueOf returns the current value of a property
 */
export function clearedWith(
  property: string,
  valueOf: (property: string) => unknown,
): string | undefined {
  const half = otherHalfOf(property);
  return half !== undefined && valueOf(half) === rejection[half]
    ? half
    : undefined;
}

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
] as const;

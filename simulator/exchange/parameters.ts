import { mailReportParameters } from "./mail-report-parameters";
import type { Parameter, Parameters } from "./parameter-types";

const text: Parameter = { type: "text" };
const flag: Parameter = { type: "flag" };
const integer: Parameter = { type: "integer" };
const texts: Parameter = { type: "texts" };
const words: Parameter = { type: "words" };
const headerName: Parameter = { type: "headerName" };
const identity: Parameters = { Identity: { type: "text", required: true } };
const anyIdentity: Parameters = { Identity: text };
const confirmed: Parameters = { Confirm: flag, WhatIf: flag };

function choice(enumeration: string, ...values: string[]): Parameter {
  return { type: { enumeration, values } };
}

function all(parameter: Parameter, ...names: string[]): Parameters {
  return Object.fromEntries(names.map((name) => [name, parameter]));
}

const ruleState = choice(
  "Microsoft.Exchange.MessagingPolicies.Rules.RuleState",
  "Enabled",
  "Disabled",
);
const data = "Microsoft.Exchange.Data.Directory.SystemConfiguration";
const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

// Names, types, lengths and values are those of the reference pages in MicrosoftDocs/office-docs-powershell @ 93336da2
// (2026-08-21), parameters for Exchange Online only.

/** The conditions of a transport rule. Each has an exception of the same type, `ExceptIf…`. */
export const conditions: Parameters = {
  ADComparisonAttribute: choice(
    `${tasks}.ADAttribute`,
    ...[
      ...["City", "Company", "Country"],
      ...Array.from({ length: 15 }, (_, at) => `CustomAttribute${at + 1}`),
      ...["Department", "DisplayName", "Email", "FaxNumber", "FirstName"],
      ...["HomePhoneNumber", "Initials", "LastName", "Manager"],
      ...["MobileNumber", "Notes", "Office", "OtherFaxNumber"],
      ...["OtherHomePhoneNumber", "OtherPhoneNumber", "PagerNumber"],
      ...["PhoneNumber", "POBox", "State", "Street", "Title"],
      ...["UserLogonName", "ZipCode"],
    ],
  ),
  ADComparisonOperator: choice(`${tasks}.Evaluation`, "Equal", "NotEqual"),
  ...all(texts, "AnyOfCcHeader", "AnyOfCcHeaderMemberOf"),
  AnyOfRecipientAddressContainsWords: words,
  AnyOfRecipientAddressMatchesPatterns: texts,
  ...all(
    texts,
    "AnyOfToCcHeader",
    "AnyOfToCcHeaderMemberOf",
    "AnyOfToHeader",
    "AnyOfToHeaderMemberOf",
  ),
  ...all(words, "AttachmentContainsWords", "AttachmentExtensionMatchesWords"),
  ...all(
    flag,
    "AttachmentHasExecutableContent",
    "AttachmentIsPasswordProtected",
    "AttachmentIsUnsupported",
  ),
  ...all(texts, "AttachmentMatchesPatterns", "AttachmentNameMatchesPatterns"),
  AttachmentProcessingLimitExceeded: flag,
  AttachmentPropertyContainsWords: words,
  AttachmentSizeOver: { type: "size" },
  ...all(texts, "BetweenMemberOf1", "BetweenMemberOf2"),
  ContentCharacterSetContainsWords: words,
  From: texts,
  FromAddressContainsWords: words,
  ...all(texts, "FromAddressMatchesPatterns", "FromMemberOf"),
  FromScope: choice(
    `${tasks}.FromUserScope`,
    "InOrganization",
    "NotInOrganization",
  ),
  HasClassification: text,
  ...all(flag, "HasNoClassification", "HasSenderOverride"),
  HeaderContainsMessageHeader: headerName,
  HeaderContainsWords: words,
  HeaderMatchesMessageHeader: headerName,
  ...all(texts, "HeaderMatchesPatterns", "ManagerAddresses"),
  ManagerForEvaluatedUser: choice(
    `${tasks}.EvaluatedUser`,
    "Recipient",
    "Sender",
  ),
  MessageContainsDataClassifications: { type: "tables" },
  MessageSizeOver: { type: "size" },
  MessageTypeMatches: choice(
    `${tasks}.MessageType`,
    "OOF",
    "AutoForward",
    "Encrypted",
    "Calendaring",
    "PermissionControlled",
    "Voicemail",
    "Signed",
    "ApprovalRequest",
    "ReadReceipt",
  ),
  RecipientADAttributeContainsWords: words,
  RecipientADAttributeMatchesPatterns: texts,
  RecipientAddressContainsWords: words,
  RecipientAddressMatchesPatterns: texts,
  ...all(words, "RecipientDomainIs", "RecipientInSenderList"),
  SCLOver: { type: "scl" },
  SenderADAttributeContainsWords: words,
  SenderADAttributeMatchesPatterns: texts,
  ...all(words, "SenderDomainIs", "SenderInRecipientList"),
  SenderIpRanges: { type: "ipRanges" },
  SenderManagementRelationship: choice(
    `${tasks}.ManagementRelationship`,
    "Manager",
    "DirectReport",
  ),
  ...all(texts, "SentTo", "SentToMemberOf"),
  SentToScope: choice(
    `${tasks}.ToUserScope`,
    "InOrganization",
    "NotInOrganization",
    "ExternalPartner",
    "ExternalNonPartner",
  ),
  SubjectContainsWords: words,
  SubjectMatchesPatterns: texts,
  SubjectOrBodyContainsWords: words,
  SubjectOrBodyMatchesPatterns: texts,
  WithImportance: choice(`${tasks}.Importance`, "Low", "Normal", "High"),
};

/** The exceptions of a transport rule. */
export const exceptions: Parameters = Object.fromEntries(
  Object.entries(conditions).map(([name, parameter]) => [
    `ExceptIf${name}`,
    parameter,
  ]),
);

/** Actions of a transport rule. */
export const actions: Parameters = {
  AddManagerAsRecipientType: choice(
    `${tasks}.AddedRecipientType`,
    "To",
    "Cc",
    "Bcc",
    "Redirect",
  ),
  AddToRecipients: texts,
  ApplyClassification: text,
  ApplyHtmlDisclaimerFallbackAction: choice(
    `${tasks}.DisclaimerFallbackAction`,
    "Wrap",
    "Ignore",
    "Reject",
  ),
  ApplyHtmlDisclaimerLocation: choice(
    `${tasks}.DisclaimerLocation`,
    "Append",
    "Prepend",
  ),
  ApplyHtmlDisclaimerText: { type: "text", maxLength: 5000 },
  ApplyOME: flag,
  ApplyRightsProtectionCustomizationTemplate: text,
  ApplyRightsProtectionTemplate: text,
  ...all(texts, "BlindCopyTo", "CopyTo"),
  ...all(flag, "DeleteMessage", "Disconnect"),
  GenerateIncidentReport: text,
  GenerateNotification: { type: "text", maxLength: 5120 },
  IncidentReportContent: {
    type: {
      enumeration: `${tasks}.IncidentReportContent`,
      values: [
        "Sender",
        "Recipients",
        "Subject",
        "CC",
        "BCC",
        "Severity",
        "RuleDetections",
        "FalsePositive",
        "IdMatch",
        "AttachOriginalMail",
      ],
      many: true,
    },
  },
  LogEventText: text,
  ModerateMessageByManager: flag,
  ModerateMessageByUser: texts,
  NotifySender: choice(
    `${tasks}.NotifySenderType`,
    "NotifyOnly",
    "RejectMessage",
    "RejectUnlessFalsePositiveOverride",
    "RejectUnlessSilentOverride",
    "RejectUnlessExplicitOverride",
  ),
  PrependSubject: text,
  Quarantine: flag,
  RedirectMessageTo: texts,
  RejectMessageEnhancedStatusCode: {
    type: "text",
    pattern: /^5\.7\.(1|9\d\d)$/,
  },
  RejectMessageReasonText: { type: "text", maxLength: 1024 },
  RemoveHeader: headerName,
  ...all(flag, "RemoveOME", "RemoveOMEv2", "RemoveRMSAttachmentEncryption"),
  RouteMessageOutboundConnector: text,
  RouteMessageOutboundRequireTls: flag,
  SetAuditSeverity: choice(
    `${tasks}.AuditSeverityLevel`,
    ...["DoNotAudit", "Low", "Medium", "High"],
  ),
  SetHeaderName: headerName,
  SetHeaderValue: text,
  SetSCL: { type: "scl" },
  SmtpRejectMessageRejectStatusCode: { type: "integer", range: [400, 500] },
  SmtpRejectMessageRejectText: text,
};

const ruleMode = choice(
  `${tasks.replace(".Tasks", "")}.RuleMode`,
  "Audit",
  "AuditAndNotify",
  "Enforce",
);

const transportRule: Parameters = {
  ...conditions,
  ...exceptions,
  ...actions,
  ...confirmed,
  ...all({ type: "dateTime" }, "ActivationDate", "ExpiryDate"),
  Comments: { type: "text", maxLength: 1024 },
  DlpPolicy: text,
  Mode: ruleMode,
  Name: { type: "text", maxLength: 64 },
  Priority: integer,
  RecipientAddressType: choice(
    `${tasks}.RecipientAddressType`,
    "Original",
    "Resolved",
  ),
  RuleErrorAction: choice(`${tasks}.RuleErrorAction`, "Ignore", "Defer"),
  RuleSubType: choice(`${tasks}.RuleSubType`, "Dlp", "None"),
  SenderAddressLocation: choice(
    `${tasks}.SenderAddressLocation`,
    "Header",
    "Envelope",
    "HeaderOrEnvelope",
  ),
  StopRuleProcessing: flag,
};

const quarantinePolicyType = choice(
  `${data}.QuarantinePolicyType`,
  "QuarantinePolicy",
  "GlobalQuarantinePolicy",
);
const quarantinePolicy: Parameters = {
  ...all(
    integer,
    "AdminNotificationFrequencyInDays",
    "EndUserSpamNotificationFrequencyInDays",
    "QuarantineRetentionDays",
  ),
  ...all(
    text,
    "AdminNotificationLanguage",
    "CustomDisclaimer",
    "DomainController",
    "EndUserSpamNotificationCustomFromAddress",
    "EndUserSpamNotificationLanguage",
  ),
  ...all(
    flag,
    "AdminNotificationsEnabled",
    "ESNEnabled",
    "IncludeMessagesFromBlockedSenderAddress",
    "OrganizationBrandingEnabled",
  ),
  ...all(
    texts,
    "AdminQuarantinePermissionsList",
    "EsnCustomSubject",
    "MultiLanguageCustomDisclaimer",
    "MultiLanguageSenderName",
    "MultiLanguageSetting",
  ),
  EndUserQuarantinePermissions: { type: "notOverRest" },
  EndUserQuarantinePermissionsValue: { type: "integer", range: [0, 255] },
  EndUserSpamNotificationFrequency: { type: "timeSpan" },
};

const spamAction = (...more: string[]) =>
  choice(
    `${data}.SpamFilteringAction`,
    "MoveToJmf",
    "AddXHeader",
    "ModifySubject",
    "Redirect",
    "Delete",
    "Quarantine",
    ...more,
  );
const option = (...values: string[]) =>
  choice(`${data}.SpamFilteringOption`, ...values);

const hostedContentFilterPolicy: Parameters = {
  ...confirmed,
  AddXHeaderValue: { type: "text", maxLength: 255 },
  AdminDisplayName: { type: "text", maxLength: 256 },
  ...all(
    texts,
    "AllowedSenderDomains",
    "AllowedSenders",
    "BlockedSenderDomains",
    "BlockedSenders",
    "LanguageBlockList",
    "RedirectToRecipients",
    "RegionBlockList",
    "TestModeBccToRecipients",
  ),
  BulkMovesEnabled: choice(`${data}.BulkMovesEnabled`, "On", "Off", "NotSet"),
  ...all(
    text,
    "BulkQuarantineTag",
    "EndUserSpamNotificationCustomFromAddress",
    "EndUserSpamNotificationCustomFromName",
    "EndUserSpamNotificationCustomSubject",
    "EndUserSpamNotificationLanguage",
    "HighConfidencePhishQuarantineTag",
    "HighConfidenceSpamQuarantineTag",
    "ModifySubjectValue",
    "PhishQuarantineTag",
    "SpamQuarantineTag",
  ),
  BulkSpamAction: spamAction("NoAction"),
  BulkThreshold: { type: "integer", range: [1, 9] },
  ...all(
    flag,
    "DownloadLink",
    "EnableEndUserSpamNotifications",
    "EnableLanguageBlockList",
    "EnableRegionBlockList",
    "InlineSafetyTipsEnabled",
    "PhishZapEnabled",
    "SpamZapEnabled",
  ),
  ...all(
    integer,
    "EndUserSpamNotificationFrequency",
    "EndUserSpamNotificationLimit",
  ),
  HighConfidencePhishAction: choice(
    `${data}.PhishFilteringAction`,
    "MoveToJmf",
    "Redirect",
    "Quarantine",
  ),
  ...all(
    spamAction(),
    "HighConfidenceSpamAction",
    "PhishSpamAction",
    "SpamAction",
  ),
  ...all(
    option("Off", "On", "Test"),
    "IncreaseScoreWithBizOrInfoUrls",
    "IncreaseScoreWithImageLinks",
    "IncreaseScoreWithNumericIps",
    "IncreaseScoreWithRedirectToOtherPort",
    "MarkAsSpamBulkMail",
    "MarkAsSpamEmbedTagsInHtml",
    "MarkAsSpamEmptyMessages",
    "MarkAsSpamFormTagsInHtml",
    "MarkAsSpamFramesInHtml",
    "MarkAsSpamJavaScriptInHtml",
    "MarkAsSpamObjectTagsInHtml",
    "MarkAsSpamSensitiveWordList",
    "MarkAsSpamWebBugsInHtml",
  ),
  ...all(
    option("Off", "On"),
    "MarkAsSpamFromAddressAuthFail",
    "MarkAsSpamNdrBackscatter",
    "MarkAsSpamSpfRecordHardFail",
  ),
  IntraOrgFilterState: choice(
    `${data}.IntraOrgFilterState`,
    "Default",
    "HighConfidencePhish",
    "Phish",
    "HighConfidenceSpam",
    "Spam",
    "Disabled",
  ),
  QuarantineRetentionPeriod: { type: "integer", range: [1, 30] },
  TestModeAction: choice(
    `${data}.SpamFilteringTestModeAction`,
    "None",
    "AddXHeader",
    "BccMessage",
  ),
};

const hostedContentFilterRule: Parameters = {
  ...confirmed,
  Comments: { type: "text", maxLength: 1024 },
  Name: { type: "text", maxLength: 64 },
  HostedContentFilterPolicy: text,
  Priority: integer,
  ...all(words, "ExceptIfRecipientDomainIs", "RecipientDomainIs"),
  ...all(
    texts,
    "ExceptIfSentTo",
    "ExceptIfSentToMemberOf",
    "SentTo",
    "SentToMemberOf",
  ),
};

const inboundConnector: Parameters = {
  ...confirmed,
  ...all(text, "Comment", "Name", "TlsSenderCertificateName"),
  ConnectorSource: choice(
    `${data}.TenantConnectorSource`,
    "Default",
    "HybridWizard",
    "Migrated",
  ),
  ConnectorType: choice(`${data}.TenantConnectorType`, "OnPremises", "Partner"),
  ...all(
    flag,
    "CloudServicesMailEnabled",
    "EFSkipLastIP",
    "EFTestMode",
    "Enabled",
    "RequireTls",
    "RestrictDomainsToCertificate",
    "RestrictDomainsToIPAddresses",
    "TreatMessagesAsInternal",
  ),
  ...all(
    texts,
    "AssociatedAcceptedDomains",
    "EFSkipIPs",
    "EFSkipMailGateway",
    "EFUsers",
    "ScanAndDropRecipients",
    "SenderDomains",
    "SenderIPAddresses",
    "TrustedOrganizations",
  ),
};

const named = (parameters: Parameters, ...names: string[]): Parameters => ({
  ...parameters,
  ...Object.fromEntries(
    names.map((name) => [
      name,
      { ...(parameters[name] ?? text), required: true as const },
    ]),
  ),
});

/** The parameters of every simulated cmdlet. */
export const cmdletParameters: Readonly<Record<string, Parameters>> = {
  "Get-QuarantinePolicy": {
    ...anyIdentity,
    QuarantinePolicyType: quarantinePolicyType,
  },
  "New-QuarantinePolicy": named(
    {
      ...quarantinePolicy,
      AdminDisplayName: text,
      QuarantinePolicyType: quarantinePolicyType,
    },
    "Name",
  ),
  "Set-QuarantinePolicy": {
    ...quarantinePolicy,
    ...confirmed,
    ...identity,
    IgnoreDehydratedFlag: flag,
  },
  "Remove-QuarantinePolicy": { ...identity, DomainController: text },

  "Get-HostedContentFilterPolicy": anyIdentity,
  "New-HostedContentFilterPolicy": named(
    { ...hostedContentFilterPolicy, RecommendedPolicyType: text },
    "Name",
  ),
  "Set-HostedContentFilterPolicy": {
    ...hostedContentFilterPolicy,
    ...identity,
    MakeDefault: flag,
  },
  "Remove-HostedContentFilterPolicy": { ...identity, ...confirmed },

  "Get-HostedContentFilterRule": { ...anyIdentity, State: ruleState },
  "New-HostedContentFilterRule": named(
    { ...hostedContentFilterRule, Enabled: flag },
    "Name",
    "HostedContentFilterPolicy",
  ),
  "Set-HostedContentFilterRule": { ...hostedContentFilterRule, ...identity },
  "Enable-HostedContentFilterRule": { ...identity, ...confirmed },
  "Disable-HostedContentFilterRule": { ...identity, ...confirmed },
  "Remove-HostedContentFilterRule": { ...identity, ...confirmed },

  "Get-TransportRule": {
    ...anyIdentity,
    State: ruleState,
    ExcludeConditionActionDetails: flag,
    ...all(text, "DlpPolicy", "Filter", "ResultSize"),
  },
  "New-TransportRule": named(
    { ...transportRule, Enabled: flag, UseLegacyRegex: flag },
    "Name",
  ),
  "Set-TransportRule": { ...transportRule, ...identity },
  "Enable-TransportRule": { ...identity, ...confirmed, Mode: ruleMode },
  "Disable-TransportRule": { ...identity, ...confirmed },
  "Remove-TransportRule": { ...identity, ...confirmed },

  "Get-EOPProtectionPolicyRule": { ...anyIdentity, State: ruleState },
  "Get-OrganizationConfig": {},
  "Set-OrganizationConfig": { ...confirmed, RejectDirectSend: flag },
  "Enable-OrganizationCustomization": confirmed,
  "Get-AcceptedDomain": { ...anyIdentity, ResultSize: text },
  "Get-HostedConnectionFilterPolicy": anyIdentity,
  "Set-HostedConnectionFilterPolicy": {
    ...identity,
    ...confirmed,
    AdminDisplayName: { type: "text", maxLength: 255 },
    EnableSafeList: flag,
    IPAllowList: { type: "ipRanges" },
    IPBlockList: { type: "ipRanges" },
    MakeDefault: flag,
  },
  "Get-InboundConnector": { ...anyIdentity, ResultSize: text },
  "New-InboundConnector": named(
    { ...inboundConnector, ClientHostNames: texts },
    "Name",
    "SenderDomains",
  ),
  "Set-InboundConnector": { ...inboundConnector, ...identity },
  "Remove-InboundConnector": { ...identity, ...confirmed },

  "Get-AntiPhishPolicy": anyIdentity,
  "Get-MalwareFilterPolicy": anyIdentity,
  ...mailReportParameters,
};

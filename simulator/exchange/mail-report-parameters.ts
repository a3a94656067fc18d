import type { Parameter, Parameters } from "./parameter-types";

const text: Parameter = { type: "text" };
const texts: Parameter = { type: "texts" };
const flag: Parameter = { type: "flag" };
const date: Parameter = { type: "dateTime" };

function several(enumeration: string, ...values: string[]): Parameter {
  return { type: { enumeration, values, many: true } };
}

function of(parameter: Parameter, ...names: string[]): Parameters {
  return Object.fromEntries(names.map((name) => [name, parameter]));
}

const quarantine = "Microsoft.Exchange.Management.FfoQuarantine";

/** Kinds of quarantined messages, in the order of the captured error message. */
const quarantineTypes = [
  "Spam",
  "TransportRule",
  "Bulk",
  "Phish",
  "HighConfPhish",
  "Malware",
  "SPOMalware",
  "DataLossPrevention",
  "FileTypeBlock",
  "AdminTriggered",
  "PPI",
] as const;

const report: Parameters = {
  ...of(texts, "Action", "Direction", "Domain", "EventType", "TransportRule"),
  ...of(date, "StartDate", "EndDate"),
  ProbeTag: text,
  Page: { type: "integer", range: [1, 1000] },
  PageSize: { type: "integer", range: [1, 5000] },
};

/** The parameters of the cmdlets for mail reports, from their reference pages of 2025-10 to 2026. */
export const mailReportParameters: Readonly<Record<string, Parameters>> = {
  "Get-MailTrafficPolicyReport": {
    ...report,
    AggregateBy: text,
    ...of(texts, "DlpPolicy", "SummarizeBy"),
  },
  "Get-MailDetailTransportRuleReport": {
    ...report,
    ...of(
      texts,
      "MessageId",
      "MessageTraceId",
      "RecipientAddress",
      "SenderAddress",
    ),
  },
  "Get-QuarantineMessage": {
    ...of(text, "Identity", "MessageId", "PolicyName", "Subject"),
    ...of(texts, "Domain", "RecipientAddress", "RecipientTag", "SenderAddress"),
    ...of(
      date,
      "StartReceivedDate",
      "EndReceivedDate",
      "StartExpiresDate",
      "EndExpiresDate",
    ),
    ...of(
      flag,
      "IncludeMessagesFromBlockedSenderAddress",
      "MyItems",
      "Reported",
    ),
    Direction: several(
      `${quarantine}.QuarantineMessageDirectionEnum`,
      "Inbound",
      "Outbound",
    ),
    EntityType: {
      type: {
        enumeration: `${quarantine}.EntityType`,
        values: ["Email", "SharePointOnline", "Teams", "DataLossPrevention"],
      },
    },
    PolicyTypes: several(
      `${quarantine}.QuarantinePolicyTypeEnum`,
      "AntiMalwarePolicy",
      "AntiPhishPolicy",
      "DataLossPreventionRule",
      "ExchangeTransportRule",
      "HostedContentFilterPolicy",
      "SafeAttachmentPolicy",
    ),
    QuarantineTypes: several(
      `${quarantine}.QuarantineMessageTypeEnum`,
      ...quarantineTypes,
    ),
    Type: {
      type: {
        enumeration: `${quarantine}.QuarantineMessageTypeEnum`,
        values: quarantineTypes,
      },
    },
    ReleaseStatus: several(
      `${quarantine}.ReleaseStatus`,
      "Approved",
      "Denied",
      "Error",
      "NotReleased",
      "PreparingToRelease",
      "Released",
      "Requested",
    ),
    Page: { type: "integer", range: [1, 1000] },
    PageSize: { type: "integer", range: [1, 1000] },
  },
  "Test-Message": {
    MessageFileData: { type: "tables" },
    ...of(text, "Sender", "SendReportTo"),
    Recipients: texts,
    ...of(
      flag,
      "Confirm",
      "Force",
      "TransportRules",
      "UnifiedDlpRules",
      "WhatIf",
    ),
  },
};

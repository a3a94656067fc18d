import { integer, oneOf, text } from "../codecs";
import { field, type Field } from "../field";
import type { RuleAction } from "../../mail-flow/rule-properties";
import {
  exactText,
  headerName,
  many,
  nameOfObject,
  one,
  oneRecipient,
  onOff,
  recipients,
  scl,
} from "./transport-rule-values";

/** How the sender's manager becomes a recipient. */
export type AddedRecipientType = "To" | "Cc" | "Bcc" | "Redirect";

/** The place of a disclaimer. */
export type DisclaimerLocation = "Append" | "Prepend";

/** What happens to mail to which a disclaimer cannot be added. */
export type DisclaimerFallbackAction = "Wrap" | "Ignore" | "Reject";

/** A part of an incident report. */
export type IncidentReportContent = (typeof reportParts)[number];

/** The severity of an incident. */
export type AuditSeverity = "DoNotAudit" | "Low" | "Medium" | "High";

/** How the sender of mail that violates a DLP policy is told. */
export type NotifySenderType =
  | "NotifyOnly"
  | "RejectMessage"
  | "RejectUnlessFalsePositiveOverride"
  | "RejectUnlessSilentOverride"
  | "RejectUnlessExplicitOverride";

/**
 * The actions of a rule, on mail that matches. An action that is left out is not managed.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
 */
export interface TransportRuleActions {
  /** Spam confidence level to request: -1 asks to skip filtering, 5 and 6 mean spam, 9 high confidence spam. -1 to 9. */
  setScl?: number;
  /** Sends matching mail to the hosted quarantine, from which only an administrator releases. No quarantine policy applies to it. */
  quarantine?: boolean;
  /** Deletes the message. Neither the sender nor the recipient is told. */
  deleteMessage?: boolean;
  /**
   * Rejects the message with this explanation for the sender, at most 1,024 characters. Exchange then sets the status code 5.7.1 if
   * there is none.
   */
  rejectMessageReasonText?: string;
  /** Rejects the message with this status code: 5.7.1, or 5.7.900 to 5.7.999. Exchange then sets an explanation if there is none. */
  rejectMessageEnhancedStatusCode?: string;
  /** Recipients who get the message instead of those it was sent to. Nobody is told. */
  redirectMessageTo?: readonly string[];
  /** Users of whom one must approve the message before it is delivered. Groups are not possible. */
  moderateMessageByUser?: readonly string[];
  /** The sender's manager must approve the message before it is delivered. Without a manager in the directory, it has no effect. */
  moderateMessageByManager?: boolean;
  /** Outbound connector that the message is sent through. */
  routeMessageOutboundConnector?: string;
  /** Requires TLS when the message is sent to another organization. */
  routeMessageOutboundRequireTls?: boolean;
  /** Recipients that are added to the field To. */
  addToRecipients?: readonly string[];
  /** Recipients that are added to the field Cc. */
  copyTo?: readonly string[];
  /** Recipients that are added as Bcc, so that others do not see them. */
  blindCopyTo?: readonly string[];
  /**
   * How the sender's manager gets the message. With `Redirect`, only the manager gets it. Without a manager in the directory, it has no
   * effect.
   */
  addManagerAsRecipientType?: AddedRecipientType;
  /** Name of a header that is added, or whose value is replaced by `setHeaderValue`. Both are given or neither. */
  setHeaderName?: string;
  /** Value of the header `setHeaderName`. Both are given or neither. */
  setHeaderValue?: string;
  /** Name of a header that is removed. */
  removeHeader?: string;
  /** Text before the subject. Spaces at its end count: end it with one. */
  prependSubject?: string;
  /** Message classification that the message gets: an object that `New-MessageClassification` has created. */
  applyClassification?: string;
  /** Disclaimer that is added to the message: HTML of at most 5,000 characters, with tokens of the sender such as `%%DisplayName%%`. */
  applyHtmlDisclaimerText?: string;
  /** Place of the disclaimer: after the text of the message (Exchange's default) or before it. */
  applyHtmlDisclaimerLocation?: DisclaimerLocation;
  /**
   * What happens if the disclaimer cannot be added, as to encrypted mail. `Wrap` (Exchange's default) delivers a new message with the
   * original attached, which disturbs the scan of Safe Attachments in mail from outside. `Ignore` delivers the message without it,
   * `Reject` returns it to the sender.
   */
  applyHtmlDisclaimerFallbackAction?: DisclaimerFallbackAction;
  /** Encrypts the message with Microsoft Purview Message Encryption. */
  applyOme?: boolean;
  /** Decrypts messages of the earlier version of Microsoft Purview Message Encryption. */
  removeOme?: boolean;
  /** Decrypts messages of Microsoft Purview Message Encryption. */
  removeOmeV2?: boolean;
  /** Decrypts attachments that were encrypted before they were attached. `removeOmeV2` must be true. */
  removeRmsAttachmentEncryption?: boolean;
  /** Name of the rights management template that is applied. */
  applyRightsProtectionTemplate?: string;
  /** Name of the branding template for encrypted mail. */
  applyRightsProtectionCustomizationTemplate?: string;
  /** Recipient of a report on the message. It has what `incidentReportContent` lists. */
  generateIncidentReport?: string;
  /**
   * Contents of the report, besides the message's ID: `AttachOriginalMail` attaches the whole message. `generateIncidentReport` must be
   * given too.
   */
  incidentReportContent?: readonly IncidentReportContent[];
  /**
   * Notification that each matching recipient gets: text or HTML of at most 5,120 characters, with keywords such as `%%From%%` and
   * `%%Subject%%`.
   */
  generateNotification?: string;
  /** Severity in the incident report and in the message trace. */
  setAuditSeverity?: AuditSeverity;
  /**
   * How the sender is told of a violated DLP policy, and whether the message is rejected. `messageContainsDataClassifications` must be
   * given too. Has an effect in Exchange Server only.
   */
  notifySender?: NotifySenderType;
  /** Ends the connection without a report to the sender. Has an effect on Edge Transport servers only. */
  disconnect?: boolean;
  /** Text for the server's application log. Has an effect on Edge Transport servers only. */
  logEventText?: string;
  /** Ends the connection with this SMTP code, 400 to 500. Has an effect on Edge Transport servers only. */
  smtpRejectMessageRejectStatusCode?: number;
  /** Ends the connection with this text. Has an effect on Edge Transport servers only. */
  smtpRejectMessageRejectText?: string;
}

const reportParts = [
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
] as const;

const reportContent = many(oneOf(...reportParts), { min: 1 });

const statusCode = one(
  text({
    required: true,
    refuse: (value) =>
      /^5\.7\.(1|9\d\d)$/.test(value)
        ? undefined
        : `must be 5.7.1, or 5.7.900 to 5.7.999, not "${value}"`,
  }),
);

/** Returns the rules of a property that is sent with another one and requires it. */
const both = (other: RuleAction): Pick<Field, "with" | "requires"> => ({
  with: other,
  requires: [{ anyOf: [other] }],
});

const action = (
  wire: string,
  codec: Field["codec"],
  rules: Pick<Field, "with" | "requires"> = {},
): Field => field(wire, codec, { sparse: true, ...rules });

/** Every action of a rule. */
export const actions = {
  setScl: field("SetSCL", scl),
  quarantine: field("Quarantine", onOff),
  deleteMessage: action("DeleteMessage", onOff),
  rejectMessageReasonText: action("RejectMessageReasonText", exactText(1024)),
  rejectMessageEnhancedStatusCode: action(
    "RejectMessageEnhancedStatusCode",
    statusCode,
  ),
  redirectMessageTo: action("RedirectMessageTo", recipients),
  moderateMessageByUser: action("ModerateMessageByUser", recipients),
  moderateMessageByManager: action("ModerateMessageByManager", onOff),
  routeMessageOutboundConnector: action(
    "RouteMessageOutboundConnector",
    nameOfObject,
  ),
  routeMessageOutboundRequireTls: action(
    "RouteMessageOutboundRequireTls",
    onOff,
  ),
  addToRecipients: action("AddToRecipients", recipients),
  copyTo: action("CopyTo", recipients),
  blindCopyTo: action("BlindCopyTo", recipients),
  addManagerAsRecipientType: action(
    "AddManagerAsRecipientType",
    one(oneOf("To", "Cc", "Bcc", "Redirect")),
  ),
  setHeaderName: action("SetHeaderName", headerName, both("setHeaderValue")),
  setHeaderValue: action("SetHeaderValue", exactText(), both("setHeaderName")),
  removeHeader: action("RemoveHeader", headerName),
  prependSubject: action("PrependSubject", exactText()),
  applyClassification: action("ApplyClassification", nameOfObject),
  applyHtmlDisclaimerText: action("ApplyHtmlDisclaimerText", exactText(5000)),
  applyHtmlDisclaimerLocation: action(
    "ApplyHtmlDisclaimerLocation",
    one(oneOf("Append", "Prepend")),
    { requires: [{ anyOf: ["applyHtmlDisclaimerText"] }] },
  ),
  applyHtmlDisclaimerFallbackAction: action(
    "ApplyHtmlDisclaimerFallbackAction",
    one(oneOf("Wrap", "Ignore", "Reject")),
    { requires: [{ anyOf: ["applyHtmlDisclaimerText"] }] },
  ),
  applyOme: action("ApplyOME", onOff),
  removeOme: action("RemoveOME", onOff),
  removeOmeV2: action("RemoveOMEv2", onOff),
  removeRmsAttachmentEncryption: action(
    "RemoveRMSAttachmentEncryption",
    onOff,
    { requires: [{ when: true, anyOf: ["removeOmeV2"] }] },
  ),
  applyRightsProtectionTemplate: action(
    "ApplyRightsProtectionTemplate",
    nameOfObject,
  ),
  applyRightsProtectionCustomizationTemplate: action(
    "ApplyRightsProtectionCustomizationTemplate",
    nameOfObject,
  ),
  generateIncidentReport: action("GenerateIncidentReport", oneRecipient),
  incidentReportContent: action("IncidentReportContent", reportContent, {
    with: "generateIncidentReport",
    requires: [{ anyOf: ["generateIncidentReport"] }],
  }),
  generateNotification: action("GenerateNotification", exactText(5120)),
  setAuditSeverity: action(
    "SetAuditSeverity",
    one(oneOf("DoNotAudit", "Low", "Medium", "High")),
  ),
  notifySender: action(
    "NotifySender",
    one(
      oneOf(
        "NotifyOnly",
        "RejectMessage",
        "RejectUnlessFalsePositiveOverride",
        "RejectUnlessSilentOverride",
        "RejectUnlessExplicitOverride",
      ),
    ),
    { requires: [{ anyOf: ["messageContainsDataClassifications"] }] },
  ),
  disconnect: action("Disconnect", onOff),
  logEventText: action("LogEventText", exactText()),
  smtpRejectMessageRejectStatusCode: action(
    "SmtpRejectMessageRejectStatusCode",
    one(integer(400, 500)),
  ),
  smtpRejectMessageRejectText: action(
    "SmtpRejectMessageRejectText",
    exactText(),
  ),
} satisfies Record<keyof TransportRuleActions | RuleAction, Field>;

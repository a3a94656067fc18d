import { partnerOf as partnerOfCondition } from "../../mail-flow/condition-pairs";
import { propertyOf } from "../../mail-flow/names";
import { flag, integer, text, type Codec } from "../codecs";
import { ipRanges } from "./ip-ranges";
import type { Field } from "../field";
import { one, several, type Parameters } from "./parameters";

/** A text, or a number, as a size may be; `false` is how one that is not set reads back (observed). */
const scalar: Codec = one({
  ...(text() as Codec),
  decode: (wire) =>
    typeof wire === "number" || typeof wire === "boolean"
      ? wire
      : text().decode(wire),
});

/** A spam confidence level. */
export const scl = one(integer(-1, 9));

/** A condition or an action that a rule has or has not. */
export const onOff = one(flag);

/**
 * Every condition of a transport rule: what has an `ExceptIf…` twin among the parameters of Set-TransportRule, which takes the same
 * values. Conditions are joined with "and", so that any of them, and any exception, narrows a rule.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-transportrule (documentation of 2026-08-21)
 */
export const conditionParameters: Parameters = [
  [
    several,
    `AnyOfCcHeader AnyOfCcHeaderMemberOf AnyOfRecipientAddressContainsWords AnyOfRecipientAddressMatchesPatterns
    AnyOfToCcHeader AnyOfToCcHeaderMemberOf AnyOfToHeader AnyOfToHeaderMemberOf AttachmentContainsWords
    AttachmentExtensionMatchesWords AttachmentMatchesPatterns AttachmentNameMatchesPatterns AttachmentPropertyContainsWords
    BetweenMemberOf1 BetweenMemberOf2 ContentCharacterSetContainsWords From FromAddressContainsWords
    FromAddressMatchesPatterns FromMemberOf HeaderContainsWords HeaderMatchesPatterns ManagerAddresses
    MessageContainsDataClassifications RecipientADAttributeContainsWords RecipientADAttributeMatchesPatterns
    RecipientAddressContainsWords RecipientAddressMatchesPatterns RecipientDomainIs RecipientInSenderList
    SenderADAttributeContainsWords SenderADAttributeMatchesPatterns SenderDomainIs SenderInRecipientList SentTo
    SentToMemberOf SubjectContainsWords SubjectMatchesPatterns SubjectOrBodyContainsWords SubjectOrBodyMatchesPatterns`,
  ],
  [
    scalar,
    `ADComparisonAttribute ADComparisonOperator AttachmentSizeOver FromScope HasClassification HeaderContainsMessageHeader
    HeaderMatchesMessageHeader ManagerForEvaluatedUser MessageSizeOver MessageTypeMatches SenderManagementRelationship
    SentToScope WithImportance`,
  ],
  [
    onOff,
    `AttachmentHasExecutableContent AttachmentIsPasswordProtected AttachmentIsUnsupported AttachmentProcessingLimitExceeded
    HasNoClassification HasSenderOverride`,
  ],
  [scl, "SCLOver"],
  [ipRanges, "SenderIpRanges"],
];

/**
 * What a parameter is sent with and requires. An attribute alone is compared by the operator Equal: it is the only one that the
 * documentation lets stand alone.
 */
export function partnerOf(wire: string): Pick<Field, "with" | "requires"> {
  const partner = partnerOfCondition(propertyOf(wire));
  if (partner === undefined) return {};
  return wire.endsWith("ADComparisonAttribute")
    ? { with: partner }
    : { with: partner, requires: [{ anyOf: [partner] }] };
}

/**
 * Every action: what Set-TransportRule takes besides conditions, exceptions and what the rule itself is.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-transportrule (documentation of 2026-08-21)
 */
export const actionParameters: Parameters = [
  [
    several,
    "AddToRecipients BlindCopyTo CopyTo IncidentReportContent ModerateMessageByUser RedirectMessageTo",
  ],
  [
    scalar,
    `AddManagerAsRecipientType ApplyClassification ApplyHtmlDisclaimerFallbackAction ApplyHtmlDisclaimerLocation
    ApplyHtmlDisclaimerText ApplyRightsProtectionCustomizationTemplate ApplyRightsProtectionTemplate GenerateIncidentReport
    GenerateNotification IncidentReportOriginalMail LogEventText NotifySender PrependSubject RejectMessageEnhancedStatusCode
    RejectMessageReasonText RemoveHeader RouteMessageOutboundConnector SetAuditSeverity SetHeaderName SetHeaderValue
    SmtpRejectMessageRejectStatusCode SmtpRejectMessageRejectText`,
  ],
  [
    onOff,
    `ApplyOME DeleteMessage Disconnect ModerateMessageByManager Quarantine RemoveOME RemoveOMEv2
    RemoveRMSAttachmentEncryption RouteMessageOutboundRequireTls`,
  ],
  [scl, "SetSCL"],
];

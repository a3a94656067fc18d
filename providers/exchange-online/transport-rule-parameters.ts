import { partnerOf as partnerOfCondition } from "../../mail-flow/condition-pairs";
import { propertyOf } from "../../mail-flow/names";
import { flag, integer, text, type Codec } from "../codecs";
import { ipRanges } from "./ip-ranges";
import type { Field } from "../field";
import { one, several, type Parameters } from "./parameters";

/** A text, or a number such as a size. Exchange returns `false` for a parameter that is not set (observed). */
const scalar: Codec = one({
  ...(text() as Codec),
  decode: (wire) =>
    typeof wire === "number" || typeof wire === "boolean"
      ? wire
      : text().decode(wire),
});

/** A spam confidence level. */
export const scl = one(integer(-1, 9));

/** A condition or an action that is either set or not. */
export const onOff = one(flag);

/**
 * Every condition of a transport rule: the parameters of Set-TransportRule that have an `ExceptIf…` counterpart with the same values.
 * Conditions are combined with "and", so that each of them, and each exception, narrows a rule.
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
 * Returns the parameter that a parameter is sent with and requires. An attribute does not require its operator: alone, it is compared
 * with Equal. The documentation allows only this parameter to be used alone.
 */
export function partnerOf(wire: string): Pick<Field, "with" | "requires"> {
  const partner = partnerOfCondition(propertyOf(wire));
  if (partner === undefined) return {};
  return wire.endsWith("ADComparisonAttribute")
    ? { with: partner }
    : { with: partner, requires: [{ anyOf: [partner] }] };
}

/**
 * Every action: the parameters of Set-TransportRule besides conditions, exceptions and the general settings of a rule.
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

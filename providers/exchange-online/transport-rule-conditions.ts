/**
 * Every condition of a transport rule: what has an `ExceptIf…` twin among the parameters of Set-TransportRule. Conditions
 * are joined with "and", so that any of them, and any exception, narrows a rule.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-transportrule (documentation of 2026-08-21)
 */
export const conditions = `
ADComparisonAttribute ADComparisonOperator AnyOfCcHeader AnyOfCcHeaderMemberOf AnyOfRecipientAddressContainsWords
AnyOfRecipientAddressMatchesPatterns AnyOfToCcHeader AnyOfToCcHeaderMemberOf AnyOfToHeader AnyOfToHeaderMemberOf
AttachmentContainsWords AttachmentExtensionMatchesWords AttachmentHasExecutableContent AttachmentIsPasswordProtected
AttachmentIsUnsupported AttachmentMatchesPatterns AttachmentNameMatchesPatterns AttachmentProcessingLimitExceeded
AttachmentPropertyContainsWords AttachmentSizeOver BetweenMemberOf1 BetweenMemberOf2 ContentCharacterSetContainsWords From
FromAddressContainsWords FromAddressMatchesPatterns FromMemberOf FromScope HasClassification HasNoClassification
HasSenderOverride HeaderContainsMessageHeader HeaderContainsWords HeaderMatchesMessageHeader HeaderMatchesPatterns
ManagerAddresses ManagerForEvaluatedUser MessageContainsDataClassifications MessageSizeOver MessageTypeMatches
RecipientADAttributeContainsWords RecipientADAttributeMatchesPatterns RecipientAddressContainsWords
RecipientAddressMatchesPatterns RecipientDomainIs RecipientInSenderList SCLOver SenderADAttributeContainsWords
SenderADAttributeMatchesPatterns SenderDomainIs SenderInRecipientList SenderIpRanges SenderManagementRelationship SentTo
SentToMemberOf SentToScope SubjectContainsWords SubjectMatchesPatterns SubjectOrBodyContainsWords SubjectOrBodyMatchesPatterns
WithImportance`
  .trim()
  .split(/\s+/);

/** A parameter's name as programs write it: `SCLOver` is `sclOver`, `ADComparisonAttribute` is `adComparisonAttribute`. */
export function propertyOf(parameter: string): string {
  const capitals = /^[A-Z]+(?=[A-Z][a-z]|$)/.exec(parameter)?.[0];
  const head = capitals ?? parameter.slice(0, 1);
  return head.toLowerCase() + parameter.slice(head.length);
}

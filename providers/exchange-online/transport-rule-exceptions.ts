import type {
  FromUserScope,
  ManagementRelationship,
  ToUserScope,
  EvaluatedUser,
  AdAttribute,
  AdComparisonOperator,
  MessageType,
  Importance,
} from "./transport-rule-conditions";

/**
 * The exceptions of a rule: it does not act if one that is given holds. Left out, a rule must not have an exception: one that somebody
 * adds is drift. This file is generated from the conditions: UPDATE_DOCS=1 npm test -- tests/readme.test.ts && npm run format
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
 */
export interface TransportRuleExceptions {
  /**
   * Exception: name of the header that `exceptIfHeaderContainsWords` looks in, compared in any case. A rule takes one. Both are given or
   * neither.
   */
  exceptIfHeaderContainsMessageHeader?: string;
  /**
   * Exception: whole words, compared in any case, of which the header must have one. Each has at most 128 characters. A set: the order
   * means nothing.
   */
  exceptIfHeaderContainsWords?: readonly string[];
  /**
   * Exception: addresses of the last host before Microsoft 365: IPv4, CIDR of /24 to /32, or `a-b` of at most 256 addresses. The two
   * wider ranges that Cloudflare publishes are expanded to their /24 blocks.
   */
  exceptIfSenderIpRanges?: readonly string[];
  /**
   * Exception: the sender is one of these: mail addresses, or anything else that identifies a recipient. `senderAddressLocation` says
   * where the address is looked for.
   */
  exceptIfFrom?: readonly string[];
  /** Exception: the sender is a member of one of these groups. `senderAddressLocation` says where the address is looked for. */
  exceptIfFromMemberOf?: readonly string[];
  /**
   * Exception: where the sender is. `InOrganization`: the connection was authenticated, and the sender or its domain belongs to the
   * tenant.
   */
  exceptIfFromScope?: FromUserScope;
  /**
   * Exception: words in the sender's address, each of at most 128 characters. `senderAddressLocation` says where the address is looked
   * for.
   */
  exceptIfFromAddressContainsWords?: readonly string[];
  /**
   * Exception: regular expressions that match the sender's address. An empty address matches none. `senderAddressLocation` says where
   * the address is looked for.
   */
  exceptIfFromAddressMatchesPatterns?: readonly string[];
  /** Exception: domains of the sender, with their subdomains. `senderAddressLocation` says where the address is looked for. */
  exceptIfSenderDomainIs?: readonly string[];
  /** Exception: words in attributes of the sender's directory entry: `City:Rome,San Francisco`. One of all words is enough. */
  exceptIfSenderAdAttributeContainsWords?: readonly string[];
  /** Exception: regular expressions that match attributes of the sender's directory entry: `Office:^B[0-9]`. One of them is enough. */
  exceptIfSenderAdAttributeMatchesPatterns?: readonly string[];
  /**
   * Exception: relation between sender and recipient. `Manager`: the sender is the manager of a recipient. `DirectReport`: a recipient
   * is the manager of the sender.
   */
  exceptIfSenderManagementRelationship?: ManagementRelationship;
  /** Exception: reserved for Microsoft's internal use. */
  exceptIfSenderInRecipientList?: readonly string[];
  /**
   * Exception: one of the recipients is one of these: mail addresses, or anything else that identifies a recipient. Groups are not
   * possible.
   */
  exceptIfSentTo?: readonly string[];
  /** Exception: a recipient is a member of one of these groups. */
  exceptIfSentToMemberOf?: readonly string[];
  /** Exception: where the recipient is. The two external values have an effect in Exchange Server only. */
  exceptIfSentToScope?: ToUserScope;
  /** Exception: domains of a recipient, with their subdomains. */
  exceptIfRecipientDomainIs?: readonly string[];
  /** Exception: words in a recipient's address, each of at most 128 characters. Addresses of groups do not match. */
  exceptIfRecipientAddressContainsWords?: readonly string[];
  /** Exception: regular expressions that match a recipient's address. Addresses of groups do not match. */
  exceptIfRecipientAddressMatchesPatterns?: readonly string[];
  /**
   * Exception: words in attributes of a recipient's directory entry: `City:Rome,San Francisco`. One of all words is enough. Groups do
   * not match.
   */
  exceptIfRecipientAdAttributeContainsWords?: readonly string[];
  /**
   * Exception: regular expressions that match attributes of a recipient's directory entry: `Office:^B[0-9]`. One of them is enough.
   * Groups do not match.
   */
  exceptIfRecipientAdAttributeMatchesPatterns?: readonly string[];
  /** Exception: reserved for Microsoft's internal use. */
  exceptIfRecipientInSenderList?: readonly string[];
  /**
   * Exception: words in a recipient's address, each of at most 128 characters. If one recipient matches, the rule acts on the message
   * for all of its recipients.
   */
  exceptIfAnyOfRecipientAddressContainsWords?: readonly string[];
  /**
   * Exception: regular expressions that match a recipient's address. If one recipient matches, the rule acts on the message for all of
   * its recipients.
   */
  exceptIfAnyOfRecipientAddressMatchesPatterns?: readonly string[];
  /**
   * Exception: recipients in the field To, by their primary addresses. If one recipient matches, the rule acts on the message for all of
   * its recipients.
   */
  exceptIfAnyOfToHeader?: readonly string[];
  /**
   * Exception: groups with a member in the field To, by its primary address. If one recipient matches, the rule acts on the message for
   * all of its recipients.
   */
  exceptIfAnyOfToHeaderMemberOf?: readonly string[];
  /**
   * Exception: recipients in the field Cc, by their primary addresses. If one recipient matches, the rule acts on the message for all of
   * its recipients.
   */
  exceptIfAnyOfCcHeader?: readonly string[];
  /**
   * Exception: groups with a member in the field Cc, by its primary address. If one recipient matches, the rule acts on the message for
   * all of its recipients.
   */
  exceptIfAnyOfCcHeaderMemberOf?: readonly string[];
  /**
   * Exception: recipients in the field To or Cc, by their primary addresses. If one recipient matches, the rule acts on the message for
   * all of its recipients.
   */
  exceptIfAnyOfToCcHeader?: readonly string[];
  /**
   * Exception: groups with a member in the field To or Cc, by its primary address. If one recipient matches, the rule acts on the
   * message for all of its recipients.
   */
  exceptIfAnyOfToCcHeaderMemberOf?: readonly string[];
  /**
   * Exception: groups: the message is sent between one of their members and a member of a group of `exceptIfBetweenMemberOf2`. Both are
   * given or neither.
   */
  exceptIfBetweenMemberOf1?: readonly string[];
  /** Exception: the groups on the other side of `exceptIfBetweenMemberOf1`. Both are given or neither. */
  exceptIfBetweenMemberOf2?: readonly string[];
  /** Exception: managers of the sender or of a recipient, as `exceptIfManagerForEvaluatedUser` says. Both are given or neither. */
  exceptIfManagerAddresses?: readonly string[];
  /** Exception: whose managers `exceptIfManagerAddresses` are. Both are given or neither. */
  exceptIfManagerForEvaluatedUser?: EvaluatedUser;
  /**
   * Exception: attribute that is compared between the sender and all recipients, which must be users. They must be equal, unless
   * `exceptIfAdComparisonOperator` says otherwise.
   */
  exceptIfAdComparisonAttribute?: AdAttribute;
  /** Exception: operator for `exceptIfAdComparisonAttribute`, which must be given too. Exchange uses `Equal` if it is left out. */
  exceptIfAdComparisonOperator?: AdComparisonOperator;
  /** Exception: name of the header that `exceptIfHeaderMatchesPatterns` is compared with. Both are given or neither. */
  exceptIfHeaderMatchesMessageHeader?: string;
  /** Exception: regular expressions that match the header `exceptIfHeaderMatchesMessageHeader`. Both are given or neither. */
  exceptIfHeaderMatchesPatterns?: readonly string[];
  /** Exception: words in the subject, each of at most 128 characters. */
  exceptIfSubjectContainsWords?: readonly string[];
  /** Exception: regular expressions that match the subject. */
  exceptIfSubjectMatchesPatterns?: readonly string[];
  /** Exception: words in the subject or the body, each of at most 128 characters. */
  exceptIfSubjectOrBodyContainsWords?: readonly string[];
  /** Exception: regular expressions that match the subject or the body. */
  exceptIfSubjectOrBodyMatchesPatterns?: readonly string[];
  /** Exception: names of character sets of the message. */
  exceptIfContentCharacterSetContainsWords?: readonly string[];
  /** Exception: words in an attachment of a supported type, each of at most 128 characters. */
  exceptIfAttachmentContainsWords?: readonly string[];
  /** Exception: regular expressions that match the text of an attachment of a supported type. Only its first 150 KB are read. */
  exceptIfAttachmentMatchesPatterns?: readonly string[];
  /** Exception: regular expressions that match the file name of an attachment. */
  exceptIfAttachmentNameMatchesPatterns?: readonly string[];
  /** Exception: extensions of the file name of an attachment, or of a file in it, without the dot. */
  exceptIfAttachmentExtensionMatchesWords?: readonly string[];
  /** Exception: words in properties of an attached Office document: `Confidentiality:secret,internal`. One of all words is enough. */
  exceptIfAttachmentPropertyContainsWords?: readonly string[];
  /**
   * Exception: an attachment is larger than this, such as `10 MB`. Units are B, KB, MB, GB and TB. Exchange may round to whole KB.
   * Images in the text count as attachments.
   */
  exceptIfAttachmentSizeOver?: string;
  /** Exception: an attachment is an executable file, by its content and not by its name. */
  exceptIfAttachmentHasExecutableContent?: boolean;
  /** Exception: an attachment is protected by a password: an Office document, a ZIP or 7z file, or a PDF file. */
  exceptIfAttachmentIsPasswordProtected?: boolean;
  /** Exception: an attachment has a type whose content rules cannot read. */
  exceptIfAttachmentIsUnsupported?: boolean;
  /** Exception: the attachments could not be read completely. */
  exceptIfAttachmentProcessingLimitExceeded?: boolean;
  /**
   * Exception: the message with its attachments is larger than this, such as `10 MB`. Units are B, KB, MB, GB and TB. Exchange may round
   * to whole KB.
   */
  exceptIfMessageSizeOver?: string;
  /**
   * Exception: type of the message. `OOF` is an automatic reply. `AutoForward` does not match mail that a mailbox forwards (SMTP
   * forwarding).
   */
  exceptIfMessageTypeMatches?: MessageType;
  /**
   * Exception: sensitive information types, each as JSON text: `{"name":"Credit Card Number","minCount":"2"}`. Has an effect in Exchange
   * Server only.
   */
  exceptIfMessageContainsDataClassifications?: readonly string[];
  /** Exception: importance of the message. */
  exceptIfWithImportance?: Importance;
  /** Exception: the spam confidence level is this or greater: -1 to 9. In Exchange Online, it does not decide the verdict. */
  exceptIfSclOver?: number;
  /** Exception: message classification: the identity of an object that `New-MessageClassification` has created. */
  exceptIfHasClassification?: string;
  /** Exception: the message has no message classification. */
  exceptIfHasNoClassification?: boolean;
  /** Exception: the sender has overridden a DLP policy. Has an effect in Exchange Server only. */
  exceptIfHasSenderOverride?: boolean;
}

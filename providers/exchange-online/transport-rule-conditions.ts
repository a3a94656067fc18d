import { oneOf } from "../codecs";
import { field, noneIsImplied, type Field } from "../field";
import { partnerOf } from "../../mail-flow/condition-pairs";
import { ipRanges } from "./ip-ranges";
import {
  adAttribute,
  type adAttributes,
  attributePatterns,
  attributeWords,
  classifications,
  documentWords,
  headerName,
  nameOfObject,
  one,
  onOff,
  patterns,
  recipients,
  scl,
  size,
  words,
} from "./transport-rule-values";

/** An attribute of a directory entry. */
export type AdAttribute = (typeof adAttributes)[number];

/** How an attribute of the sender is compared with that of the recipients. */
export type AdComparisonOperator = "Equal" | "NotEqual";

/** Whose manager is meant. */
export type EvaluatedUser = "Recipient" | "Sender";

/** Where a sender is. */
export type FromUserScope = "InOrganization" | "NotInOrganization";

/** Where a recipient is. */
export type ToUserScope =
  | "InOrganization"
  | "NotInOrganization"
  | "ExternalPartner"
  | "ExternalNonPartner";

/** What the sender is to a recipient, or a recipient to the sender. */
export type ManagementRelationship = "Manager" | "DirectReport";

/** A type of messages. */
export type MessageType =
  | "OOF"
  | "AutoForward"
  | "Encrypted"
  | "Calendaring"
  | "PermissionControlled"
  | "Voicemail"
  | "Signed"
  | "ApprovalRequest"
  | "ReadReceipt";

/** The importance of a message. */
export type Importance = "Low" | "Normal" | "High";

/**
 * The conditions of a rule: all that are given must hold. Left out, a rule must not have a condition: one that somebody adds is drift.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-transportrule
 */
export interface TransportRuleConditions {
  /** Name of the header that `headerContainsWords` looks in, compared in any case. A rule takes one. Both are given or neither. */
  headerContainsMessageHeader?: string;
  /**
   * Whole words, compared in any case, of which the header must have one. Each has at most 128 characters. A set: the order means
   * nothing.
   */
  headerContainsWords?: readonly string[];
  /**
   * Addresses of the last host before Microsoft 365: IPv4, CIDR of /24 to /32, or `a-b` of at most 256 addresses. The two wider ranges
   * that Cloudflare publishes are expanded to their /24 blocks.
   */
  senderIpRanges?: readonly string[];
  /**
   * The sender is one of these: mail addresses, or anything else that identifies a recipient. `senderAddressLocation` says where the
   * address is looked for.
   */
  from?: readonly string[];
  /** The sender is a member of one of these groups. `senderAddressLocation` says where the address is looked for. */
  fromMemberOf?: readonly string[];
  /** Where the sender is. `InOrganization`: the connection was authenticated, and the sender or its domain belongs to the tenant. */
  fromScope?: FromUserScope;
  /** Words in the sender's address, each of at most 128 characters. `senderAddressLocation` says where the address is looked for. */
  fromAddressContainsWords?: readonly string[];
  /**
   * Regular expressions that match the sender's address. An empty address matches none. `senderAddressLocation` says where the address
   * is looked for.
   */
  fromAddressMatchesPatterns?: readonly string[];
  /** Domains of the sender, with their subdomains. `senderAddressLocation` says where the address is looked for. */
  senderDomainIs?: readonly string[];
  /** Words in attributes of the sender's directory entry: `City:Rome,San Francisco`. One of all words is enough. */
  senderAdAttributeContainsWords?: readonly string[];
  /** Regular expressions that match attributes of the sender's directory entry: `Office:^B[0-9]`. One of them is enough. */
  senderAdAttributeMatchesPatterns?: readonly string[];
  /**
   * Relation between sender and recipient. `Manager`: the sender is the manager of a recipient. `DirectReport`: a recipient is the
   * manager of the sender.
   */
  senderManagementRelationship?: ManagementRelationship;
  /** Reserved for Microsoft's internal use. */
  senderInRecipientList?: readonly string[];
  /** One of the recipients is one of these: mail addresses, or anything else that identifies a recipient. Groups are not possible. */
  sentTo?: readonly string[];
  /** A recipient is a member of one of these groups. */
  sentToMemberOf?: readonly string[];
  /** Where the recipient is. The two external values have an effect in Exchange Server only. */
  sentToScope?: ToUserScope;
  /** Domains of a recipient, with their subdomains. */
  recipientDomainIs?: readonly string[];
  /** Words in a recipient's address, each of at most 128 characters. Addresses of groups do not match. */
  recipientAddressContainsWords?: readonly string[];
  /** Regular expressions that match a recipient's address. Addresses of groups do not match. */
  recipientAddressMatchesPatterns?: readonly string[];
  /** Words in attributes of a recipient's directory entry: `City:Rome,San Francisco`. One of all words is enough. Groups do not match. */
  recipientAdAttributeContainsWords?: readonly string[];
  /**
   * Regular expressions that match attributes of a recipient's directory entry: `Office:^B[0-9]`. One of them is enough. Groups do not
   * match.
   */
  recipientAdAttributeMatchesPatterns?: readonly string[];
  /** Reserved for Microsoft's internal use. */
  recipientInSenderList?: readonly string[];
  /**
   * Words in a recipient's address, each of at most 128 characters. If one recipient matches, the rule acts on the message for all of
   * its recipients.
   */
  anyOfRecipientAddressContainsWords?: readonly string[];
  /**
   * Regular expressions that match a recipient's address. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfRecipientAddressMatchesPatterns?: readonly string[];
  /**
   * Recipients in the field To, by their primary addresses. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfToHeader?: readonly string[];
  /**
   * Groups with a member in the field To, by its primary address. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfToHeaderMemberOf?: readonly string[];
  /**
   * Recipients in the field Cc, by their primary addresses. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfCcHeader?: readonly string[];
  /**
   * Groups with a member in the field Cc, by its primary address. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfCcHeaderMemberOf?: readonly string[];
  /**
   * Recipients in the field To or Cc, by their primary addresses. If one recipient matches, the rule acts on the message for all of its
   * recipients.
   */
  anyOfToCcHeader?: readonly string[];
  /**
   * Groups with a member in the field To or Cc, by its primary address. If one recipient matches, the rule acts on the message for all
   * of its recipients.
   */
  anyOfToCcHeaderMemberOf?: readonly string[];
  /** Groups: the message is sent between one of their members and a member of a group of `betweenMemberOf2`. Both are given or neither. */
  betweenMemberOf1?: readonly string[];
  /** The groups on the other side of `betweenMemberOf1`. Both are given or neither. */
  betweenMemberOf2?: readonly string[];
  /** Managers of the sender or of a recipient, as `managerForEvaluatedUser` says. Both are given or neither. */
  managerAddresses?: readonly string[];
  /** Whose managers `managerAddresses` are. Both are given or neither. */
  managerForEvaluatedUser?: EvaluatedUser;
  /**
   * Attribute that is compared between the sender and all recipients, which must be users. They must be equal, unless
   * `adComparisonOperator` says otherwise.
   */
  adComparisonAttribute?: AdAttribute;
  /** Operator for `adComparisonAttribute`, which must be given too. Exchange uses `Equal` if it is left out. */
  adComparisonOperator?: AdComparisonOperator;
  /** Name of the header that `headerMatchesPatterns` is compared with. Both are given or neither. */
  headerMatchesMessageHeader?: string;
  /** Regular expressions that match the header `headerMatchesMessageHeader`. Both are given or neither. */
  headerMatchesPatterns?: readonly string[];
  /** Words in the subject, each of at most 128 characters. */
  subjectContainsWords?: readonly string[];
  /** Regular expressions that match the subject. */
  subjectMatchesPatterns?: readonly string[];
  /** Words in the subject or the body, each of at most 128 characters. */
  subjectOrBodyContainsWords?: readonly string[];
  /** Regular expressions that match the subject or the body. */
  subjectOrBodyMatchesPatterns?: readonly string[];
  /** Names of character sets of the message. */
  contentCharacterSetContainsWords?: readonly string[];
  /** Words in an attachment of a supported type, each of at most 128 characters. */
  attachmentContainsWords?: readonly string[];
  /** Regular expressions that match the text of an attachment of a supported type. Only its first 150 KB are read. */
  attachmentMatchesPatterns?: readonly string[];
  /** Regular expressions that match the file name of an attachment. */
  attachmentNameMatchesPatterns?: readonly string[];
  /** Extensions of the file name of an attachment, or of a file in it, without the dot. */
  attachmentExtensionMatchesWords?: readonly string[];
  /** Words in properties of an attached Office document: `Confidentiality:secret,internal`. One of all words is enough. */
  attachmentPropertyContainsWords?: readonly string[];
  /**
   * An attachment is larger than this, such as `10 MB`. Units are B, KB, MB, GB and TB. Exchange may round to whole KB. Images in the
   * text count as attachments.
   */
  attachmentSizeOver?: string;
  /** An attachment is an executable file, by its content and not by its name. */
  attachmentHasExecutableContent?: boolean;
  /** An attachment is protected by a password: an Office document, a ZIP or 7z file, or a PDF file. */
  attachmentIsPasswordProtected?: boolean;
  /** An attachment has a type whose content rules cannot read. */
  attachmentIsUnsupported?: boolean;
  /** The attachments could not be read completely. */
  attachmentProcessingLimitExceeded?: boolean;
  /**
   * The message with its attachments is larger than this, such as `10 MB`. Units are B, KB, MB, GB and TB. Exchange may round to whole
   * KB.
   */
  messageSizeOver?: string;
  /** Type of the message. `OOF` is an automatic reply. `AutoForward` does not match mail that a mailbox forwards (SMTP forwarding). */
  messageTypeMatches?: MessageType;
  /**
   * Sensitive information types, each as JSON text: `{"name":"Credit Card Number","minCount":"2"}`. Has an effect in Exchange Server
   * only.
   */
  messageContainsDataClassifications?: readonly string[];
  /** Importance of the message. */
  withImportance?: Importance;
  /** The spam confidence level is this or greater: -1 to 9. In Exchange Online, it does not decide the verdict. */
  sclOver?: number;
  /** Message classification: the identity of an object that `New-MessageClassification` has created. */
  hasClassification?: string;
  /** The message has no message classification. */
  hasNoClassification?: boolean;
  /** The sender has overridden a DLP policy. Has an effect in Exchange Server only. */
  hasSenderOverride?: boolean;
}

/** Returns the field of a condition or an exception. */
const condition = (
  property: string,
  { wire, codec }: Pick<Field, "wire" | "codec">,
): Field =>
  field(wire, codec, {
    implied: noneIsImplied,
    sparse: true,
    ...partnerRules(property),
  });

/**
 * Returns the property that a condition is sent with and requires. An attribute does not require its operator: alone, it is compared
 * with Equal. The documentation allows only this parameter to be used alone.
 */
function partnerRules(property: string): Pick<Field, "with" | "requires"> {
  const partner = partnerOf(property);
  if (partner === undefined) return {};
  return property.endsWith("omparisonAttribute")
    ? { with: partner }
    : { with: partner, requires: [{ anyOf: [partner] }] };
}

/** The parameter and the codec of each condition. An exception has the same parameter after `ExceptIf`, and the same codec. */
const parameters = {
  headerContainsMessageHeader: {
    wire: "HeaderContainsMessageHeader",
    codec: headerName,
  },
  headerContainsWords: { wire: "HeaderContainsWords", codec: words },
  senderIpRanges: { wire: "SenderIpRanges", codec: ipRanges },
  from: { wire: "From", codec: recipients },
  fromMemberOf: { wire: "FromMemberOf", codec: recipients },
  fromScope: {
    wire: "FromScope",
    codec: one(oneOf("InOrganization", "NotInOrganization")),
  },
  fromAddressContainsWords: { wire: "FromAddressContainsWords", codec: words },
  fromAddressMatchesPatterns: {
    wire: "FromAddressMatchesPatterns",
    codec: patterns,
  },
  senderDomainIs: { wire: "SenderDomainIs", codec: words },
  senderAdAttributeContainsWords: {
    wire: "SenderADAttributeContainsWords",
    codec: attributeWords,
  },
  senderAdAttributeMatchesPatterns: {
    wire: "SenderADAttributeMatchesPatterns",
    codec: attributePatterns,
  },
  senderManagementRelationship: {
    wire: "SenderManagementRelationship",
    codec: one(oneOf("Manager", "DirectReport")),
  },
  senderInRecipientList: { wire: "SenderInRecipientList", codec: words },
  sentTo: { wire: "SentTo", codec: recipients },
  sentToMemberOf: { wire: "SentToMemberOf", codec: recipients },
  sentToScope: {
    wire: "SentToScope",
    codec: one(
      oneOf(
        "InOrganization",
        "NotInOrganization",
        "ExternalPartner",
        "ExternalNonPartner",
      ),
    ),
  },
  recipientDomainIs: { wire: "RecipientDomainIs", codec: words },
  recipientAddressContainsWords: {
    wire: "RecipientAddressContainsWords",
    codec: words,
  },
  recipientAddressMatchesPatterns: {
    wire: "RecipientAddressMatchesPatterns",
    codec: patterns,
  },
  recipientAdAttributeContainsWords: {
    wire: "RecipientADAttributeContainsWords",
    codec: attributeWords,
  },
  recipientAdAttributeMatchesPatterns: {
    wire: "RecipientADAttributeMatchesPatterns",
    codec: attributePatterns,
  },
  recipientInSenderList: { wire: "RecipientInSenderList", codec: words },
  anyOfRecipientAddressContainsWords: {
    wire: "AnyOfRecipientAddressContainsWords",
    codec: words,
  },
  anyOfRecipientAddressMatchesPatterns: {
    wire: "AnyOfRecipientAddressMatchesPatterns",
    codec: patterns,
  },
  anyOfToHeader: { wire: "AnyOfToHeader", codec: recipients },
  anyOfToHeaderMemberOf: { wire: "AnyOfToHeaderMemberOf", codec: recipients },
  anyOfCcHeader: { wire: "AnyOfCcHeader", codec: recipients },
  anyOfCcHeaderMemberOf: { wire: "AnyOfCcHeaderMemberOf", codec: recipients },
  anyOfToCcHeader: { wire: "AnyOfToCcHeader", codec: recipients },
  anyOfToCcHeaderMemberOf: {
    wire: "AnyOfToCcHeaderMemberOf",
    codec: recipients,
  },
  betweenMemberOf1: { wire: "BetweenMemberOf1", codec: recipients },
  betweenMemberOf2: { wire: "BetweenMemberOf2", codec: recipients },
  managerAddresses: { wire: "ManagerAddresses", codec: recipients },
  managerForEvaluatedUser: {
    wire: "ManagerForEvaluatedUser",
    codec: one(oneOf("Recipient", "Sender")),
  },
  adComparisonAttribute: {
    wire: "ADComparisonAttribute",
    codec: adAttribute,
  },
  adComparisonOperator: {
    wire: "ADComparisonOperator",
    codec: one(oneOf("Equal", "NotEqual")),
  },
  headerMatchesMessageHeader: {
    wire: "HeaderMatchesMessageHeader",
    codec: headerName,
  },
  headerMatchesPatterns: { wire: "HeaderMatchesPatterns", codec: patterns },
  subjectContainsWords: { wire: "SubjectContainsWords", codec: words },
  subjectMatchesPatterns: { wire: "SubjectMatchesPatterns", codec: patterns },
  subjectOrBodyContainsWords: {
    wire: "SubjectOrBodyContainsWords",
    codec: words,
  },
  subjectOrBodyMatchesPatterns: {
    wire: "SubjectOrBodyMatchesPatterns",
    codec: patterns,
  },
  contentCharacterSetContainsWords: {
    wire: "ContentCharacterSetContainsWords",
    codec: words,
  },
  attachmentContainsWords: { wire: "AttachmentContainsWords", codec: words },
  attachmentMatchesPatterns: {
    wire: "AttachmentMatchesPatterns",
    codec: patterns,
  },
  attachmentNameMatchesPatterns: {
    wire: "AttachmentNameMatchesPatterns",
    codec: patterns,
  },
  attachmentExtensionMatchesWords: {
    wire: "AttachmentExtensionMatchesWords",
    codec: words,
  },
  attachmentPropertyContainsWords: {
    wire: "AttachmentPropertyContainsWords",
    codec: documentWords,
  },
  attachmentSizeOver: { wire: "AttachmentSizeOver", codec: size },
  attachmentHasExecutableContent: {
    wire: "AttachmentHasExecutableContent",
    codec: onOff,
  },
  attachmentIsPasswordProtected: {
    wire: "AttachmentIsPasswordProtected",
    codec: onOff,
  },
  attachmentIsUnsupported: { wire: "AttachmentIsUnsupported", codec: onOff },
  attachmentProcessingLimitExceeded: {
    wire: "AttachmentProcessingLimitExceeded",
    codec: onOff,
  },
  messageSizeOver: { wire: "MessageSizeOver", codec: size },
  messageTypeMatches: {
    wire: "MessageTypeMatches",
    codec: one(
      oneOf(
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
    ),
  },
  messageContainsDataClassifications: {
    wire: "MessageContainsDataClassifications",
    codec: classifications,
  },
  withImportance: {
    wire: "WithImportance",
    codec: one(oneOf("Low", "Normal", "High")),
  },
  sclOver: { wire: "SCLOver", codec: scl },
  hasClassification: { wire: "HasClassification", codec: nameOfObject },
  hasNoClassification: { wire: "HasNoClassification", codec: onOff },
  hasSenderOverride: { wire: "HasSenderOverride", codec: onOff },
} satisfies Record<
  keyof TransportRuleConditions,
  Pick<Field, "wire" | "codec">
>;

/** The name of an exception. */
type Exception = `exceptIf${Capitalize<keyof TransportRuleConditions>}`;

const exceptionOf = (property: string): Exception =>
  `exceptIf${property.slice(0, 1).toUpperCase()}${property.slice(1)}` as Exception;

/** Every condition of a rule. */
export const conditions = Object.fromEntries(
  Object.entries(parameters).map(([property, parameter]) => [
    property,
    condition(property, parameter),
  ]),
) as Record<keyof TransportRuleConditions, Field>;

/** Every exception of a rule. */
export const exceptions = Object.fromEntries(
  Object.entries(parameters).map(([property, { wire, codec }]) => {
    const exception = exceptionOf(property);
    return [
      exception,
      condition(exception, { wire: `ExceptIf${wire}`, codec }),
    ];
  }),
) as Record<Exception, Field>;

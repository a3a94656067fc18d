import type * as snapshot from "../../lib/mail-flow/snapshot";
import {
  flag,
  hostName,
  integer,
  objectName,
  recipient,
  setOf,
  state,
  text,
} from "../codecs";
import { antiSpamPolicy } from "../exchange-online/anti-spam-policy";
import { identityOf } from "../exchange-online/identity";
import { quarantineNotification } from "../exchange-online/quarantine-notification";
import { quarantinePolicy } from "../exchange-online/quarantine-policy";
import { field, type Field, type Fields } from "../field";
import { valuesOf, type Item, type Kind } from "../kind";

/** The properties of an object that is only read: those of a type of the snapshot, each with its wire name and codec. */
type FieldsOf<T> = Record<keyof T & string, Field>;

/** What an answer says, by the snapshot's names; what it leaves out has the field's default, or is left out here, too. */
function told<T>(fields: Fields, item: Item): T {
  const values = valuesOf({ fields }, item);
  return Object.fromEntries(
    Object.entries(fields).flatMap(([property, { default: byDefault }]) => {
      const value =
        property === "name"
          ? identityOf(item).name
          : (values[property] ?? byDefault);
      return value === undefined ? [] : [[property, value]];
    }),
    // The tables below have one field for every property of their type.
  ) as T;
}

/** The fields of a kind that the snapshot has, too, under the same names. */
const shared = <Name extends string>(
  kind: Pick<Kind, "fields">,
  ...names: Name[]
): Record<Name, Field> =>
  Object.fromEntries(
    names.map((property) => [property, kind.fields[property]]),
  ) as Record<Name, Field>;

const name = field("Name", objectName(Infinity));
const words = (wire: string): Field => field(wire, text(), { default: "" });
const switched = (wire: string, byDefault = false): Field =>
  field(wire, flag, { default: byDefault });
const isOn = field("State", state, { default: true });
const addresses = (wire: string): Field =>
  field(wire, setOf(recipient), { default: [] });
const domains = (wire: string): Field =>
  field(wire, setOf(hostName), { default: [] });
const networks = (wire: string): Field =>
  field(wire, setOf(text({ normalize: (range) => range.trim() })), {
    default: [],
  });

const acceptedDomainFields: FieldsOf<snapshot.AcceptedDomain> = {
  domainName: field("DomainName", hostName, { default: "" }),
  domainType: words("DomainType"),
  default: switched("Default"),
  initialDomain: switched("InitialDomain"),
  matchSubDomains: switched("MatchSubDomains"),
};

/** A sender domain of a connector reads back as `smtp:*.example.com;1`, the number being its priority (observed). */
const senderDomain = text({
  anyCase: true,
  normalize: (domain) =>
    domain
      .trim()
      .replace(/^smtp:/i, "")
      .replace(/;\d+$/, "")
      .toLowerCase(),
});

const inboundConnectorFields: FieldsOf<snapshot.InboundConnector> = {
  name,
  enabled: switched("Enabled", true),
  connectorType: words("ConnectorType"),
  senderIpAddresses: networks("SenderIPAddresses"),
  senderDomains: field("SenderDomains", setOf(senderDomain), { default: [] }),
  requireTls: switched("RequireTls"),
  restrictDomainsToIpAddresses: switched("RestrictDomainsToIPAddresses"),
  restrictDomainsToCertificate: switched("RestrictDomainsToCertificate"),
  treatMessagesAsInternal: switched("TreatMessagesAsInternal"),
  efSkipLastIp: switched("EFSkipLastIP"),
  efSkipIps: networks("EFSkipIPs"),
  efUsers: addresses("EFUsers"),
  efTestMode: switched("EFTestMode"),
};

const connectionFilterFields: FieldsOf<snapshot.ConnectionFilter> = {
  name,
  isDefault: switched("IsDefault"),
  ipAllowList: networks("IPAllowList"),
  ipBlockList: networks("IPBlockList"),
  enableSafeList: switched("EnableSafeList"),
};

const policyRuleFields: FieldsOf<snapshot.PolicyRule> = {
  name,
  enabled: isOn,
  priority: field("Priority", integer(0, Infinity), { default: 0 }),
  hostedContentFilterPolicy: field(
    "HostedContentFilterPolicy",
    objectName(Infinity),
  ),
  antiPhishPolicy: field("AntiPhishPolicy", objectName(Infinity)),
  malwareFilterPolicy: field("MalwareFilterPolicy", objectName(Infinity)),
  sentTo: addresses("SentTo"),
  sentToMemberOf: addresses("SentToMemberOf"),
  recipientDomainIs: domains("RecipientDomainIs"),
  exceptIfSentTo: addresses("ExceptIfSentTo"),
  exceptIfSentToMemberOf: addresses("ExceptIfSentToMemberOf"),
  exceptIfRecipientDomainIs: domains("ExceptIfRecipientDomainIs"),
};

const malwarePolicyFields: FieldsOf<snapshot.MalwarePolicy> = {
  name,
  isDefault: switched("IsDefault"),
  quarantineTag: field("QuarantineTag", objectName(Infinity)),
};

const organizationFields: FieldsOf<snapshot.Organization> = {
  name,
  isDehydrated: switched("IsDehydrated"),
};

/** Of what is left out, Microsoft's default of a policy that nobody has touched (documented). */
const untouched = {
  spamAction: "MoveToJmf",
  highConfidenceSpamAction: "MoveToJmf",
  phishSpamAction: "MoveToJmf",
  highConfidencePhishAction: "Quarantine",
  bulkSpamAction: "MoveToJmf",
  bulkThreshold: 7,
  markAsSpamBulkMail: "On",
  quarantineRetentionPeriod: 15,
};

const antiSpamFields: FieldsOf<Omit<snapshot.AntiSpamPolicy, "guid">> = {
  ...shared(
    antiSpamPolicy,
    "spamAction",
    "spamQuarantineTag",
    "highConfidenceSpamAction",
    "highConfidenceSpamQuarantineTag",
    "phishSpamAction",
    "phishQuarantineTag",
    "highConfidencePhishAction",
    "highConfidencePhishQuarantineTag",
    "bulkSpamAction",
    "bulkQuarantineTag",
    "bulkThreshold",
    "markAsSpamBulkMail",
    "quarantineRetentionPeriod",
    "spamZapEnabled",
    "phishZapEnabled",
  ),
  name,
  isDefault: switched("IsDefault"),
  recommendedPolicyType: field("RecommendedPolicyType", text()),
  markAsSpamSpfRecordHardFail: field("MarkAsSpamSpfRecordHardFail", text()),
  allowedSenders: addresses("AllowedSenders"),
  allowedSenderDomains: domains("AllowedSenderDomains"),
  blockedSenders: addresses("BlockedSenders"),
  blockedSenderDomains: domains("BlockedSenderDomains"),
  redirectToRecipients: addresses("RedirectToRecipients"),
};

/** Settings of an anti-phishing policy that decide what becomes of a message, by their parameters. */
const antiPhishSettings = {
  flags: `
    EnableSpoofIntelligence EnableUnauthenticatedSender EnableViaTag EnableFirstContactSafetyTips HonorDmarcPolicy
    EnableTargetedUserProtection EnableTargetedDomainsProtection EnableOrganizationDomainsProtection
    EnableMailboxIntelligence EnableMailboxIntelligenceProtection`,
  texts: `
    AuthenticationFailAction SpoofQuarantineTag DmarcQuarantineAction DmarcRejectAction TargetedUserProtectionAction
    TargetedUserQuarantineTag TargetedDomainProtectionAction TargetedDomainQuarantineTag MailboxIntelligenceProtectionAction
    MailboxIntelligenceQuarantineTag ImpersonationProtectionState RecommendedPolicyType`,
  lists: `TargetedUsersToProtect TargetedDomainsToProtect ExcludedDomains ExcludedSenders`,
  numbers: `PhishThresholdLevel`,
};

const namedIn = (list: string): string[] => list.trim().split(/\s+/);

const antiPhishFields: Fields = Object.fromEntries(
  [
    ...namedIn(antiPhishSettings.flags).map((wire) => field(wire, flag)),
    ...namedIn(antiPhishSettings.texts).map((wire) =>
      field(wire, objectName(Infinity)),
    ),
    ...namedIn(antiPhishSettings.lists).map((wire) =>
      field(wire, setOf(recipient)),
    ),
    ...namedIn(antiPhishSettings.numbers).map((wire) =>
      field(wire, integer(0, Infinity)),
    ),
  ].map((one) => [one.wire.slice(0, 1).toLowerCase() + one.wire.slice(1), one]),
);

export const acceptedDomain = (item: Item) =>
  told<snapshot.AcceptedDomain>(acceptedDomainFields, item);

export const inboundConnector = (item: Item) =>
  told<snapshot.InboundConnector>(inboundConnectorFields, item);

export const connectionFilter = (item: Item) =>
  told<snapshot.ConnectionFilter>(connectionFilterFields, item);

export const policyRule = (item: Item) =>
  told<snapshot.PolicyRule>(policyRuleFields, item);

export const malwarePolicy = (item: Item) =>
  told<snapshot.MalwarePolicy>(malwarePolicyFields, item);

export const organization = (item: Item) =>
  told<snapshot.Organization>(organizationFields, item);

/** A policy by the names that programs use for it, with what programs do not manage. */
export function contentFilterPolicy(item: Item): snapshot.AntiSpamPolicy {
  const { guid } = identityOf(item);
  const policy = told<snapshot.AntiSpamPolicy>(antiSpamFields, item);
  return {
    ...untouched,
    ...policy,
    isDefault: policy.isDefault || policy.name.toLowerCase() === "default",
    ...(guid && { guid }),
  };
}

export function antiPhishPolicy(item: Item): snapshot.AntiPhishPolicy {
  const { Enabled: enabled } = item;
  const on = flag.decode(enabled);
  return {
    ...told<Pick<snapshot.AntiPhishPolicy, "name" | "isDefault">>(
      { name, isDefault: switched("IsDefault") },
      item,
    ),
    ...(typeof on === "boolean" && { enabled: on }),
    settings: told(antiPhishFields, item),
  };
}

const quarantineFields: FieldsOf<snapshot.QuarantinePolicy> = {
  ...shared(
    quarantinePolicy,
    "endUserQuarantinePermissions",
    "includeMessagesFromBlockedSenderAddress",
  ),
  name,
  esnEnabled: switched("ESNEnabled"),
};

/** A quarantine policy as its kind lists it; permissions that are not told stay so. */
export const recipientsQuarantine = (item: Item) =>
  told<snapshot.QuarantinePolicy>(quarantineFields, item);

const notificationFields: FieldsOf<snapshot.QuarantineNotification> = {
  ...shared(quarantineNotification, "endUserSpamNotificationFrequency"),
  name,
};

export const notification = (item: Item) =>
  told<snapshot.QuarantineNotification>(notificationFields, item);

import {
  antiSpamDefaults,
  connectorDefaults,
  policyRuleDefaults,
} from "../../mail-flow/policy-defaults";
import { propertyOf } from "../../mail-flow/names";
import type * as snapshot from "../../mail-flow/snapshot";
import {
  flag,
  hostName,
  integer,
  objectName,
  recipient,
  setOf,
  text,
  type Codec,
} from "../codecs";
import { antiSpamPolicy } from "../exchange-online/anti-spam-policy";
import { connectionFilter as filterKind } from "../exchange-online/connection-filter";
import { identityOf } from "../exchange-online/identity";
import { inboundConnector as connector } from "../exchange-online/inbound-connector";
import { organizationConfig } from "../exchange-online/organization-config";
import { quarantineNotification } from "../exchange-online/quarantine-notification";
import { quarantinePolicy } from "../exchange-online/quarantine-policy";
import { field, type Field, type Fields } from "../field";
import type { Item } from "../kind";
import { fieldsFrom, readerOf } from "./snapshot-fields";

const name = field("Name", objectName(Infinity));
const words = (wire: string): Field => field(wire, text(), { default: "" });
const switched = (wire: string, byDefault = false): Field =>
  field(wire, flag, { default: byDefault });
const addresses = (wire: string): Field =>
  field(wire, setOf(recipient), { default: [] });
const domains = (wire: string): Field =>
  field(wire, setOf(hostName), { default: [] });

/** Reads a domain of `Get-AcceptedDomain`. */
export const acceptedDomain = readerOf<snapshot.AcceptedDomain>({
  domainName: field("DomainName", hostName, { default: "" }),
  domainType: words("DomainType"),
  default: switched("Default"),
  initialDomain: switched("InitialDomain"),
  matchSubDomains: switched("MatchSubDomains"),
});

const inbound = readerOf<Omit<snapshot.InboundConnector, "guid">>({
  ...fieldsFrom(connector, {
    ...connectorDefaults,
    tlsSenderCertificateName: undefined,
    cloudServicesMailEnabled: undefined,
    comment: undefined,
  }),
  name,
  efTestMode: switched("EFTestMode"),
});

/** Reads a connector of `Get-InboundConnector`. */
export function inboundConnector(item: Item): snapshot.InboundConnector {
  const { guid } = identityOf(item);
  const { comment, ...others } = inbound(item);
  return { ...others, ...(guid && { guid }), ...(comment && { comment }) };
}

/** Reads a policy of `Get-HostedConnectionFilterPolicy`. */
export const connectionFilter = readerOf<snapshot.ConnectionFilter>({
  name,
  isDefault: switched("IsDefault"),
  ...fieldsFrom(filterKind, {
    ipAllowList: [],
    ipBlockList: [],
    enableSafeList: false,
  }),
});

/** The fields of an anti-spam policy's rule: those of the policy's kind, without the prefix of the rule's parameters. */
const policysRule = {
  fields: Object.fromEntries(
    Object.entries(antiSpamPolicy.fields).map(([property, one]) => [
      property,
      { ...one, wire: one.wire.replace(/^Rule:/, "") },
    ]),
  ),
};

/** Reads a rule of an anti-spam policy or a preset. */
export const policyRule = readerOf<snapshot.PolicyRule>({
  ...fieldsFrom(policysRule, policyRuleDefaults),
  name,
  hostedContentFilterPolicy: field(
    "HostedContentFilterPolicy",
    objectName(Infinity),
  ),
  antiPhishPolicy: field("AntiPhishPolicy", objectName(Infinity)),
  malwareFilterPolicy: field("MalwareFilterPolicy", objectName(Infinity)),
});

/** Reads a policy of `Get-MalwareFilterPolicy`. */
export const malwarePolicy = readerOf<snapshot.MalwarePolicy>({
  name,
  isDefault: switched("IsDefault"),
  recommendedPolicyType: field("RecommendedPolicyType", text()),
  quarantineTag: field("QuarantineTag", objectName(Infinity)),
});

/** Reads the object of `Get-OrganizationConfig`. */
export const organization = readerOf<snapshot.Organization>({
  name,
  isDehydrated: switched("IsDehydrated"),
  ...fieldsFrom(organizationConfig, { rejectDirectSend: undefined }),
});

const antiSpam = readerOf<
  Omit<snapshot.AntiSpamPolicy, "guid" | "isDefault"> & { isDefault?: boolean }
>({
  ...fieldsFrom(antiSpamPolicy, {
    ...antiSpamDefaults,
    spamQuarantineTag: undefined,
    highConfidenceSpamQuarantineTag: undefined,
    phishQuarantineTag: undefined,
    highConfidencePhishQuarantineTag: undefined,
    bulkQuarantineTag: undefined,
    redirectToRecipients: [],
    spamZapEnabled: undefined,
    phishZapEnabled: undefined,
  }),
  name,
  isDefault: field("IsDefault", flag),
  recommendedPolicyType: field("RecommendedPolicyType", text()),
  markAsSpamSpfRecordHardFail: field("MarkAsSpamSpfRecordHardFail", text()),
  allowedSenders: addresses("AllowedSenders"),
  allowedSenderDomains: domains("AllowedSenderDomains"),
  blockedSenders: addresses("BlockedSenders"),
  blockedSenderDomains: domains("BlockedSenderDomains"),
});

/** Returns a field for every parameter, under the names that programs use. */
const fieldsOf = (
  parameters: readonly (readonly [codec: Codec, names: string])[],
): Fields =>
  Object.fromEntries(
    parameters.flatMap(([codec, names]) =>
      names
        .split(/\s+/)
        .sort()
        .map((name): [string, Field] => [propertyOf(name), field(name, codec)]),
    ),
  );

/** Reads the settings of an anti-phishing policy that decide what happens to a message. */
const antiPhishSettings = readerOf<Record<string, snapshot.RuleValue>>(
  fieldsOf([
    [
      flag,
      `EnableSpoofIntelligence EnableUnauthenticatedSender EnableViaTag EnableFirstContactSafetyTips HonorDmarcPolicy
    EnableTargetedUserProtection EnableTargetedDomainsProtection EnableOrganizationDomainsProtection
    EnableMailboxIntelligence EnableMailboxIntelligenceProtection`,
    ],
    [
      objectName(Infinity),
      `AuthenticationFailAction SpoofQuarantineTag DmarcQuarantineAction DmarcRejectAction TargetedUserProtectionAction
    TargetedUserQuarantineTag TargetedDomainProtectionAction TargetedDomainQuarantineTag MailboxIntelligenceProtectionAction
    MailboxIntelligenceQuarantineTag ImpersonationProtectionState RecommendedPolicyType`,
    ],
    [
      setOf(recipient),
      "TargetedUsersToProtect TargetedDomainsToProtect ExcludedDomains ExcludedSenders",
    ],
    [integer(0, Infinity), "PhishThresholdLevel"],
  ]),
);

/** Reads a policy of `Get-HostedContentFilterPolicy`. */
export function contentFilterPolicy(item: Item): snapshot.AntiSpamPolicy {
  const { guid } = identityOf(item);
  const policy = antiSpam(item);
  return {
    ...policy,
    // The flag decides; if Exchange does not return it, the name does.
    isDefault: policy.isDefault ?? policy.name.toLowerCase() === "default",
    ...(guid && { guid }),
  };
}

const antiPhish = readerOf<Omit<snapshot.AntiPhishPolicy, "settings">>({
  name,
  isDefault: switched("IsDefault"),
  enabled: field("Enabled", flag),
});

/** Reads a policy of `Get-AntiPhishPolicy`. */
export const antiPhishPolicy = (item: Item): snapshot.AntiPhishPolicy => ({
  ...antiPhish(item),
  settings: antiPhishSettings(item),
});

/** Reads a quarantine policy as its kind lists it. Permissions that Exchange does not return stay unknown. */
export const recipientsQuarantine = readerOf<snapshot.QuarantinePolicy>({
  ...fieldsFrom(quarantinePolicy, {
    endUserQuarantinePermissions: undefined,
    esnEnabled: false,
    includeMessagesFromBlockedSenderAddress: undefined,
  }),
  name,
});

/** Reads the notification settings. */
export const notification = readerOf<snapshot.QuarantineNotification>({
  ...fieldsFrom(quarantineNotification, {
    endUserSpamNotificationFrequency: undefined,
  }),
  name,
});

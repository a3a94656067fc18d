import { route } from "../../mail-flow/route";
import type { Message } from "../../mail-flow/message";
import type {
  AntiSpamPolicy,
  CloudflareDomain,
  InboundConnector,
  PolicyRule,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import { freshTenant, quarantine, sclRule, valueOf } from "./fresh-tenant";

/** Returns a tenant with use case 4, for the current headers. */
export function configuredTenant(): Snapshot {
  const snapshot = freshTenant();
  const [byDefault] = valueOf(snapshot.antiSpamPolicies);
  const [domain] = valueOf(snapshot.domains);
  if (!byDefault || !domain) throw new Error("The fresh tenant lacks a part");
  return {
    ...snapshot,
    domains: { value: [{ ...domain, dropDispositions: [] }] },
    transportRules: {
      value: [
        sclRule("Administrator's", 0, ["MALICIOUS"], 9),
        sclRule("User's", 1, ["UCE", "SPAM", "SPOOF"], 5),
      ],
    },
    antiSpamPolicies: { value: [configured(byDefault)] },
    antiPhishPolicies: {
      value: [
        {
          name: "Office365 AntiPhish Default",
          isDefault: true,
          settings: {
            authenticationFailAction: "MoveToJmf",
            spoofQuarantineTag: "DefaultFullAccessPolicy",
          },
        },
      ],
    },
    malwarePolicies: {
      value: [
        { name: "Default", isDefault: true, quarantineTag: "Everything" },
      ],
    },
    quarantinePolicies: {
      value: [
        ...valueOf(snapshot.quarantinePolicies),
        quarantine("UserNotifyUserRelease", ["Release", "Delete", "Preview"]),
        quarantine("UserNotifyAdminRelease", [
          "RequestRelease",
          "Delete",
          "Preview",
        ]),
        quarantine("Everything", ["Release", "Delete", "Preview"]),
      ],
    },
    quarantineNotification: {
      value: {
        name: "DefaultGlobalTag",
        endUserSpamNotificationFrequency: "04:00:00",
      },
    },
  };
}

const configured = (policy: AntiSpamPolicy): AntiSpamPolicy => ({
  ...policy,
  spamAction: "Quarantine",
  spamQuarantineTag: "UserNotifyUserRelease",
  highConfidenceSpamAction: "Quarantine",
  highConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
  phishSpamAction: "Quarantine",
  phishQuarantineTag: "UserNotifyAdminRelease",
  highConfidencePhishAction: "Quarantine",
  highConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
});

/** A message of the configured tenant: Malicious, with the current header, to Megan, unless said otherwise. */
export function follow(
  snapshot: Snapshot,
  message: Partial<Message> = {},
): ReturnType<typeof route> {
  return route(snapshot, {
    disposition: "Malicious",
    header: "cloudflare",
    recipient: "megan@example.com",
    at: new Date("2026-11-23T12:00:00Z"),
    ...message,
  });
}

/** The configured tenant with another Cloudflare domain. */
export const withDomain = (changes: Partial<CloudflareDomain>): Snapshot => {
  const snapshot = configuredTenant();
  return {
    ...snapshot,
    domains: {
      value: valueOf(snapshot.domains).map((one) => ({ ...one, ...changes })),
    },
  };
};

/** The configured tenant with more rules, after its own unless they have lower priorities. */
export const withRules = (...rules: Partial<TransportRule>[]): Snapshot => {
  const snapshot = configuredTenant();
  return {
    ...snapshot,
    transportRules: {
      value: [
        ...valueOf(snapshot.transportRules),
        ...rules.map((rule, at) => ({
          ...sclRule(`Foreign ${at}`, 2 + at, [], 0),
          conditions: {},
          ...rule,
        })),
      ],
    },
  };
};

/** The configured tenant with another `Default`. */
export const withDefault = (changes: Partial<AntiSpamPolicy>): Snapshot => {
  const snapshot = configuredTenant();
  return {
    ...snapshot,
    antiSpamPolicies: {
      value: valueOf(snapshot.antiSpamPolicies).map((one) => ({
        ...one,
        ...changes,
      })),
    },
  };
};

/** A scope that includes all recipients. */
export const scope = (changes: Partial<PolicyRule>): PolicyRule => ({
  name: "Rule",
  enabled: true,
  priority: 0,
  sentTo: [],
  sentToMemberOf: [],
  recipientDomainIs: [],
  exceptIfSentTo: [],
  exceptIfSentToMemberOf: [],
  exceptIfRecipientDomainIs: [],
  ...changes,
});

/** The configured tenant with custom policies, named as their rules, each keeping mail for as many days as it stands behind. */
export const withPolicies = (
  custom: PolicyRule[],
  presets: PolicyRule[] = [],
): Snapshot => {
  const snapshot = configuredTenant();
  const [byDefault] = valueOf(snapshot.antiSpamPolicies);
  if (!byDefault) throw new Error("There is no default policy");
  const bound = (rule: PolicyRule): PolicyRule => ({
    hostedContentFilterPolicy: rule.name,
    ...rule,
  });
  return {
    ...snapshot,
    antiSpamRules: { value: custom.map(bound) },
    presetRules: { value: presets.map(bound) },
    antiSpamPolicies: {
      value: [
        byDefault,
        ...[...custom, ...presets].map(({ name }) => ({
          ...byDefault,
          name,
          isDefault: false,
        })),
      ],
    },
  };
};

/** The configured tenant with an inbound connector, or several. */
export const withConnector = (
  ...connectors: Partial<InboundConnector>[]
): Snapshot => ({
  ...configuredTenant(),
  inboundConnectors: {
    value: connectors.map((changes) => ({
      name: "Email Security Inbound Connector",
      enabled: true,
      connectorType: "Partner",
      senderIpAddresses: ["52.11.209.211"],
      senderDomains: ["*"],
      requireTls: true,
      restrictDomainsToIpAddresses: false,
      restrictDomainsToCertificate: false,
      treatMessagesAsInternal: false,
      efSkipLastIp: false,
      efSkipIps: [],
      efUsers: [],
      efTestMode: false,
      ...changes,
    })),
  },
});

/** The configured tenant with a connection filter. */
export const withLists = (
  lists: { ipAllowList?: string[]; ipBlockList?: string[] },
  snapshot = configuredTenant(),
): Snapshot => ({
  ...snapshot,
  connectionFilters: {
    value: valueOf(snapshot.connectionFilters).map((one) => ({
      ...one,
      ...lists,
    })),
  },
});

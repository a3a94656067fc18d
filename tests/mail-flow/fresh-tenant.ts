import type {
  AntiSpamPolicy,
  QuarantinePolicy,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";

/** Returns a tenant with default settings, with one domain that Cloudflare protects. */
export const freshTenant = (): Snapshot => ({
  takenAt: "2026-11-23T12:00:00.000Z",
  tenantId: "0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90",
  accountId: "3f5a8c0d9b7e4a6f8c1d2e3f4a5b6c7d",
  domains: {
    value: [
      {
        domain: "example.com",
        domainId: "4f0c1f3e-0b0a-4a56-8a32-0d3b1a6a4c11",
        status: "ACTIVE",
        transport: "example-com.mail.protection.outlook.com",
        lookbackHops: 1,
        dropDispositions: ["MALICIOUS"],
        allowedDeliveryModes: ["DIRECT"],
        ipRestrictions: [],
      },
    ],
  },
  acceptedDomains: {
    value: ["example.com", "example.org", "contoso.onmicrosoft.com"].map(
      (domainName, at) => ({
        domainName,
        domainType: "Authoritative",
        default: at === 0,
        initialDomain: at === 2,
        matchSubDomains: false,
      }),
    ),
  },
  inboundConnectors: { value: [] },
  connectionFilters: {
    value: [
      {
        name: "Default",
        isDefault: true,
        ipAllowList: [],
        ipBlockList: [],
        enableSafeList: false,
      },
    ],
  },
  transportRules: { value: [] },
  antiSpamPolicies: { value: [defaultPolicy()] },
  antiSpamRules: { value: [] },
  presetRules: { value: [] },
  antiPhishPolicies: { value: [] },
  malwarePolicies: { value: [] },
  quarantinePolicies: {
    value: [
      quarantine("DefaultFullAccessPolicy", ["Release", "Delete", "Preview"]),
      quarantine("AdminOnlyAccessPolicy", []),
    ],
  },
  quarantineNotification: { value: null },
  organization: {
    value: { name: "contoso.onmicrosoft.com", isDehydrated: false },
  },
  mailExchanges: {
    value: {
      "example.com": ["example-com.mail.protection.outlook.com"],
      "example.org": ["example-org.mail.protection.outlook.com"],
    },
  },
});

const defaultPolicy = (): AntiSpamPolicy => ({
  name: "Default",
  isDefault: true,
  spamAction: "MoveToJmf",
  spamQuarantineTag: "DefaultFullAccessPolicy",
  highConfidenceSpamAction: "MoveToJmf",
  highConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
  phishSpamAction: "MoveToJmf",
  phishQuarantineTag: "DefaultFullAccessPolicy",
  highConfidencePhishAction: "Quarantine",
  highConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
  bulkSpamAction: "MoveToJmf",
  bulkQuarantineTag: "DefaultFullAccessPolicy",
  bulkThreshold: 7,
  markAsSpamBulkMail: "On",
  quarantineRetentionPeriod: 15,
  allowedSenders: [],
  allowedSenderDomains: [],
  blockedSenders: [],
  blockedSenderDomains: [],
  redirectToRecipients: [],
});

/** Returns a quarantine policy with notifications. */
export const quarantine = (
  name: string,
  endUserQuarantinePermissions: NonNullable<
    QuarantinePolicy["endUserQuarantinePermissions"]
  >,
): QuarantinePolicy => ({
  name,
  endUserQuarantinePermissions,
  esnEnabled: endUserQuarantinePermissions.length > 0,
});

/** A mail flow rule that sets an SCL where Cloudflare's header has a word. */
export const sclRule = (
  name: string,
  priority: number,
  words: string[],
  setScl: number,
  more: Partial<TransportRule> = {},
): TransportRule => ({
  name,
  priority,
  enabled: true,
  mode: "Enforce",
  stopRuleProcessing: false,
  conditions: {
    headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    headerContainsWords: words,
  },
  unread: [],
  actions: { setScl },
  ...more,
});

/** Returns the value of a part. @throws Error if it could not be read */
export function valueOf<T>(part: { value: T } | { unavailable: string }): T {
  if ("unavailable" in part) throw new Error(part.unavailable);
  return part.value;
}

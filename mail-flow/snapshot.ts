/**
 * Everything that decides what happens to a message, as it was at one moment: objects of Cloudflare and Microsoft by the vendors'
 * own property names in camelCase, with values in one spelling each (sets as arrays, numbers as numbers, time spans as Exchange
 * writes them, `4` hours as `04:00:00`). It is JSON: it can be written to a file and explained later.
 */
export interface Snapshot {
  /** When it was read, as an ISO 8601 date. */
  takenAt: string;
  /** The `tid` of the token. */
  tenantId?: string;
  accountId?: string;
  domains: Part<CloudflareDomain[]>;
  acceptedDomains: Part<AcceptedDomain[]>;
  inboundConnectors: Part<InboundConnector[]>;
  connectionFilters: Part<ConnectionFilter[]>;
  /** In any order; `priority` decides. */
  transportRules: Part<TransportRule[]>;
  /** `Default`, custom ones and those of the presets. */
  antiSpamPolicies: Part<AntiSpamPolicy[]>;
  antiSpamRules: Part<PolicyRule[]>;
  /** The rules of the Standard and the Strict preset: `Get-EOPProtectionPolicyRule`. */
  presetRules: Part<PolicyRule[]>;
  antiPhishPolicies: Part<AntiPhishPolicy[]>;
  malwarePolicies: Part<MalwarePolicy[]>;
  quarantinePolicies: Part<QuarantinePolicy[]>;
  /** The tenant's notification settings; undefined in `value` where it has none. */
  quarantineNotification: Part<QuarantineNotification | null>;
  organization: Part<Organization>;
  /** By domain in lower case: the MX hosts that Microsoft Graph says are Microsoft's for it. */
  mailExchanges: Part<Record<string, string[]>>;
}

/** A part that was looked at, or why it could not be. */
export type Part<T> =
  | { readonly value: T }
  | {
      /** What the vendor said, and what is missing, as a sentence. */
      readonly unavailable: string;
    };

/** A domain of Cloudflare Email Security. */
export interface CloudflareDomain {
  domain: string;
  domainId: string;
  /** `ACTIVE`, `PENDING`, `MISSING`, `FAILED`, `TIMEOUT`; undefined where it is not returned. */
  status?: string;
  /** Where mail is forwarded to. */
  transport?: string;
  lookbackHops?: number;
  /** Dispositions in the API's vocabulary, such as `MALICIOUS`, `SPAM`. */
  dropDispositions: string[];
  allowedDeliveryModes: string[];
  ipRestrictions: string[];
  requireTlsInbound?: boolean;
  requireTlsOutbound?: boolean;
}

/** `Get-AcceptedDomain`. */
export interface AcceptedDomain {
  domainName: string;
  /** `Authoritative`, `InternalRelay`, `ExternalRelay`. */
  domainType: string;
  default: boolean;
  initialDomain: boolean;
  matchSubDomains: boolean;
}

/** `Get-InboundConnector`. */
export interface InboundConnector {
  name: string;
  enabled: boolean;
  /** `Partner`, `OnPremises`. */
  connectorType: string;
  senderIpAddresses: string[];
  /** Without Exchange's `smtp:` and priority: `*`, `example.com`. */
  senderDomains: string[];
  /** The accepted domains that the connector is limited to; empty: all. Snapshots of earlier releases do not have it. */
  associatedAcceptedDomains?: string[];
  requireTls: boolean;
  restrictDomainsToIpAddresses: boolean;
  restrictDomainsToCertificate: boolean;
  /**
   * The name that the last hop's certificate must have: `mail.example.com`, `*.example.com`. Left out where none is set, and in
   * snapshots of earlier releases.
   */
  tlsSenderCertificateName?: string;
  treatMessagesAsInternal: boolean;
  efSkipLastIp: boolean;
  efSkipIps: string[];
  /** Whom Enhanced Filtering is for; empty: everybody. */
  efUsers: string[];
  efTestMode: boolean;
}

/** `Get-HostedConnectionFilterPolicy`. */
export interface ConnectionFilter {
  name: string;
  isDefault: boolean;
  ipAllowList: string[];
  ipBlockList: string[];
  enableSafeList: boolean;
}

/** `Get-TransportRule`. */
export interface TransportRule {
  name: string;
  guid?: string;
  priority: number;
  /** Its `State`. */
  enabled: boolean;
  /** `Enforce`, `Audit`, `AuditAndNotify`. */
  mode: string;
  comments?: string;
  /** ISO 8601 dates. */
  activationDate?: string;
  expiryDate?: string;
  stopRuleProcessing: boolean;
  /** `Ignore`, `Defer`: what becomes of mail when the rule cannot be evaluated. */
  ruleErrorAction?: string;
  /** Characters, of 8,192 that a rule may have. */
  size?: number;
  /**
   * Conditions by their parameter's name in camelCase, such as `headerContainsMessageHeader`, `senderIpRanges`, `fromScope`; an
   * exception under its own name, such as `exceptIfFrom`. Only those that are set.
   */
  conditions: Record<string, RuleValue>;
  /** Classes of `Conditions` and `Exceptions` of which no property shows a value: nobody can say when they match. */
  unread: string[];
  /** Actions by their parameter's name in camelCase, such as `setScl` (a number), `quarantine`, `deleteMessage`. Only those that are set. */
  actions: Record<string, RuleValue>;
}

/** A value of a rule's condition or action. */
export type RuleValue = string | number | boolean | string[];

/** `Get-HostedContentFilterPolicy`. */
export interface AntiSpamPolicy {
  name: string;
  guid?: string;
  isDefault: boolean;
  /** `Custom`, `Standard`, `Strict`. */
  recommendedPolicyType?: string;
  spamAction: string;
  spamQuarantineTag?: string;
  highConfidenceSpamAction: string;
  highConfidenceSpamQuarantineTag?: string;
  phishSpamAction: string;
  phishQuarantineTag?: string;
  highConfidencePhishAction: string;
  highConfidencePhishQuarantineTag?: string;
  bulkSpamAction: string;
  bulkQuarantineTag?: string;
  bulkThreshold: number;
  /** `On`, `Off`, `Test`. */
  markAsSpamBulkMail: string;
  markAsSpamSpfRecordHardFail?: string;
  /** Days. */
  quarantineRetentionPeriod: number;
  allowedSenders: string[];
  allowedSenderDomains: string[];
  blockedSenders: string[];
  blockedSenderDomains: string[];
  redirectToRecipients: string[];
  spamZapEnabled?: boolean;
  phishZapEnabled?: boolean;
}

/** Whom a policy is for: a rule of a custom anti-spam policy, or of a preset. */
export interface PolicyRule {
  name: string;
  enabled: boolean;
  priority: number;
  hostedContentFilterPolicy?: string;
  antiPhishPolicy?: string;
  malwareFilterPolicy?: string;
  sentTo: string[];
  sentToMemberOf: string[];
  recipientDomainIs: string[];
  exceptIfSentTo: string[];
  exceptIfSentToMemberOf: string[];
  exceptIfRecipientDomainIs: string[];
}

/** `Get-AntiPhishPolicy`: actions and tags by their parameters' names in camelCase, as far as they were told. */
export interface AntiPhishPolicy {
  name: string;
  isDefault: boolean;
  enabled?: boolean;
  /** Such as `authenticationFailAction`, `spoofQuarantineTag`, `targetedUserProtectionAction`, `enableSpoofIntelligence`. */
  settings: Record<string, RuleValue>;
}

/** `Get-MalwareFilterPolicy`. */
export interface MalwarePolicy {
  name: string;
  isDefault: boolean;
  /** `Custom`, `Standard`, `Strict`. */
  recommendedPolicyType?: string;
  quarantineTag?: string;
}

/** `Get-QuarantinePolicy`. */
export interface QuarantinePolicy {
  /** Without the tenant before it. */
  name: string;
  /** Undefined where the answer does not say, which is not the same as none. */
  endUserQuarantinePermissions?: QuarantinePermission[];
  esnEnabled: boolean;
  includeMessagesFromBlockedSenderAddress?: boolean;
}

/** What a recipient may do with a message in quarantine. */
export type QuarantinePermission =
  | "Release"
  | "RequestRelease"
  | "Delete"
  | "Preview"
  | "BlockSender"
  | "AllowSender"
  | "ViewHeader"
  | "Download";

/** The global quarantine policy. */
export interface QuarantineNotification {
  name: string;
  /** `04:00:00`, `1.00:00:00` or `7.00:00:00`. */
  endUserSpamNotificationFrequency?: string;
}

/** `Get-OrganizationConfig`. */
export interface Organization {
  name: string;
  isDehydrated: boolean;
}

/**
 * All configuration that decides what happens to a message, as it was at one moment. Objects of Cloudflare and Microsoft have the vendors'
 * property names in camelCase. Each value has only one spelling: sets are arrays, numbers are numbers, and time spans are as Exchange
 * writes them (4 hours as `04:00:00`). A snapshot is JSON, so it can be saved to a file and used later.
 */
export interface Snapshot {
  /** The time of reading, as an ISO 8601 date. */
  takenAt: string;
  /** The tenant's id: the `tid` of the token. */
  tenantId?: string;
  accountId?: string;
  domains: Part<CloudflareDomain[]>;
  acceptedDomains: Part<AcceptedDomain[]>;
  inboundConnectors: Part<InboundConnector[]>;
  connectionFilters: Part<ConnectionFilter[]>;
  /** In any order; `priority` decides. */
  transportRules: Part<TransportRule[]>;
  /** `Default`, the custom policies, and the policies of the presets. */
  antiSpamPolicies: Part<AntiSpamPolicy[]>;
  antiSpamRules: Part<PolicyRule[]>;
  /** The rules of the Standard and the Strict preset: `Get-EOPProtectionPolicyRule`. */
  presetRules: Part<PolicyRule[]>;
  antiPhishPolicies: Part<AntiPhishPolicy[]>;
  malwarePolicies: Part<MalwarePolicy[]>;
  quarantinePolicies: Part<QuarantinePolicy[]>;
  /** The tenant's notification settings; `value` is null if it has none. */
  quarantineNotification: Part<QuarantineNotification | null>;
  organization: Part<Organization>;
  /** By domain in lower case: the MX hosts of Microsoft for the domain, from Microsoft Graph. */
  mailExchanges: Part<Record<string, string[]>>;
}

/** A part of the snapshot, or the reason why it could not be read. */
export type Part<T> =
  | { readonly value: T }
  | {
      /** The vendor's message, and what is missing, as a sentence. */
      readonly unavailable: string;
    };

/** A domain of Cloudflare Email Security. */
export interface CloudflareDomain {
  domain: string;
  domainId: string;
  /** `ACTIVE`, `PENDING`, `MISSING`, `FAILED`, `TIMEOUT`; undefined if it is not returned. */
  status?: string;
  /** The host to which mail is forwarded. */
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
  guid?: string;
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
   * The name that the last hop's certificate must have: `mail.example.com`, `*.example.com`. Missing if none is set, and in snapshots of
   * earlier releases.
   */
  tlsSenderCertificateName?: string;
  treatMessagesAsInternal: boolean;
  /** Missing in snapshots of earlier releases. */
  cloudServicesMailEnabled?: boolean;
  comment?: string;
  efSkipLastIp: boolean;
  efSkipIps: string[];
  /** The recipients for whom Enhanced Filtering is on; empty: everybody. */
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
  /** Whether its `State` is `Enabled`. */
  enabled: boolean;
  /** `Enforce`, `Audit`, `AuditAndNotify`. */
  mode: string;
  comments?: string;
  /** ISO 8601 dates. */
  activationDate?: string;
  expiryDate?: string;
  stopRuleProcessing: boolean;
  /** What happens to mail if the rule cannot be evaluated: `Ignore`, `Defer`. */
  ruleErrorAction?: string;
  /** The number of characters; a rule may have 8,192. */
  size?: number;
  /**
   * Conditions by their parameter's name in camelCase, such as `headerContainsMessageHeader`, `senderIpRanges`, `fromScope`. Exceptions
   * have their own names, such as `exceptIfFrom`. Only those that are set.
   */
  conditions: Record<string, RuleValue>;
  /** Classes in `Conditions` and `Exceptions` for which no property has a value: it is unknown when they match. */
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

/** The recipients of a policy: the rule of a custom anti-spam policy or of a preset. */
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

/** `Get-AntiPhishPolicy`. Actions and tags have their parameters' names in camelCase, if they are returned. */
export interface AntiPhishPolicy {
  name: string;
  isDefault: boolean;
  enabled?: boolean;
  /** For example `authenticationFailAction`, `spoofQuarantineTag`, `targetedUserProtectionAction`, `enableSpoofIntelligence`. */
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
  /** The name, without the tenant's name before it. */
  name: string;
  /** Undefined if it is not returned, which is different from no permissions. */
  endUserQuarantinePermissions?: QuarantinePermission[];
  esnEnabled: boolean;
  includeMessagesFromBlockedSenderAddress?: boolean;
}

/** An action that a recipient may take on a message in quarantine. */
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
  /** Missing if it is not returned, and in snapshots of earlier releases. */
  rejectDirectSend?: boolean;
}

import {
  builtInQuarantinePolicies,
  globalQuarantinePolicy,
} from "./exchange/quarantine-policy";
import {
  defaultHostedContentFilterPolicy,
  presetHostedContentFilterPolicies,
} from "./exchange/hosted-content-filter-policy";
import type { AccountState } from "./account";
import { newRecord, type ExchangeRecord } from "./exchange-record";
import type { JsonObject } from "./json";
import type { Application, GraphDomain, TenantState } from "./tenant-state";

/** Returns the application of the default tenant, with all permissions that use case 4 needs. */
export function defaultApplication(): Application {
  return {
    clientId: "6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11",
    displayName: "mail as code",
    clientSecrets: ["simulated-client-secret"],
    certificates: [],
    federatedSubjects: [],
    appRoles: [
      "Exchange.ManageAsApp",
      "Domain.Read.All",
      "Organization.Read.All",
    ],
    directoryRoles: ["Exchange Administrator"],
    exchangeRoles: [],
  };
}

/** Returns a tenant with default settings and three domains. */
export function defaultTenant(): TenantState {
  const name = "contoso.onmicrosoft.com";
  return {
    id: "0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90",
    name,
    applications: [defaultApplication()],
    transportRules: [],
    quarantinePolicies: [
      ...builtInQuarantinePolicies(),
      globalQuarantinePolicy(),
    ],
    hostedContentFilterPolicies: [
      defaultHostedContentFilterPolicy(),
      ...presetHostedContentFilterPolicies(),
    ],
    hostedContentFilterRules: [],
    eopProtectionPolicyRules: presetRules(),
    antiPhishPolicies: [
      newRecord({
        Name: "Office365 AntiPhish Default",
        IsDefault: true,
        Enabled: true,
        EnableSpoofIntelligence: true,
        AuthenticationFailAction: "MoveToJmf",
        SpoofQuarantineTag: "DefaultFullAccessPolicy",
        TargetedUserQuarantineTag: "DefaultFullAccessPolicy",
        TargetedDomainQuarantineTag: "DefaultFullAccessPolicy",
        MailboxIntelligenceQuarantineTag: "DefaultFullAccessPolicy",
      }),
    ],
    malwareFilterPolicies: [
      newRecord({
        Name: "Default",
        IsDefault: true,
        ZapEnabled: true,
        QuarantineTag: "AdminOnlyAccessPolicy",
      }),
    ],
    acceptedDomains: [
      acceptedDomain(name, { InitialDomain: true }),
      acceptedDomain("example.com", { Default: true }),
      acceptedDomain("example.org"),
      acceptedDomain("example.net"),
    ],
    organizationConfig: newRecord({
      Name: name,
      IsDehydrated: false,
      RejectDirectSend: false,
    }),
    connectionFilter: newRecord({
      Name: "Default",
      AdminDisplayName: "",
      IsDefault: true,
      IPAllowList: [],
      IPBlockList: [],
      EnableSafeList: false,
      DirectoryBasedEdgeBlockMode: "Default",
    }),
    inboundConnectors: [],
    domains: [
      graphDomain(name, "contoso.mail.protection.outlook.com", {
        isInitial: true,
      }),
      graphDomain("example.com", "example-com.mail.protection.outlook.com", {
        isDefault: true,
      }),
      graphDomain("example.org", "example-org.mail.protection.outlook.com"),
      // A domain with DNSSEC: its MX host cannot be derived from its name.
      graphDomain("example.net", "example-net.k-v1.mx.microsoft"),
    ],
  };
}

/** Returns an account that has bought Email Security and protects no domain. */
export function defaultAccount(): AccountState {
  return {
    id: "3f5a8c0d9b7e4a6f8c1d2e3f4a5b6c7d",
    entitled: true,
    tokens: [
      {
        value: "simulated-cloudflare-token",
        label: "mail as code",
        permissions: ["Cloud Email Security: Write"],
      },
    ],
    keys: [],
    zones: [],
    txtRecords: [],
    domains: [],
  };
}

/** Returns a domain of Microsoft Graph with the DNS records that Microsoft 365 requires for it. */
export function graphDomain(
  id: string,
  mailExchange: string,
  more: JsonObject = {},
): GraphDomain {
  const record = (type: string, properties: JsonObject): JsonObject => ({
    "@odata.type": `#microsoft.graph.domainDns${type}Record`,
    isOptional: false,
    ttl: 3600,
    supportedService: "Email",
    ...properties,
  });
  return {
    id,
    authenticationType: "Managed",
    availabilityStatus: null,
    isAdminManaged: true,
    isDefault: false,
    isInitial: false,
    isRoot: true,
    isVerified: true,
    supportedServices: ["Email", "OfficeCommunicationsOnline"],
    state: null,
    ...more,
    serviceConfigurationRecords: [
      record("Txt", {
        label: id,
        recordType: "Txt",
        text: "v=spf1 include:spf.protection.outlook.com -all",
      }),
      record("Mx", {
        label: id,
        recordType: "Mx",
        mailExchange,
        preference: 0,
      }),
      record("Cname", {
        label: `autodiscover.${id}`,
        recordType: "CName",
        canonicalName: "autodiscover.outlook.com",
      }),
      record("Srv", {
        label: `_sip._tls.${id}`,
        recordType: "Srv",
        supportedService: "OfficeCommunicationsOnline",
        service: "_sip",
        protocol: "_tls",
        nameTarget: "sipdir.online.lync.com",
        port: 443,
        priority: 100,
        weight: 1,
      }),
    ],
  };
}

/** Returns an accepted domain. */
export function acceptedDomain(
  name: string,
  more: JsonObject = {},
): ExchangeRecord {
  return newRecord({
    Name: name,
    DomainName: name,
    DomainType: "Authoritative",
    Default: false,
    InitialDomain: false,
    MatchSubDomains: false,
    EmailOnly: false,
    PendingRemoval: false,
    PendingCompletion: false,
    OutboundOnly: false,
    SendingFromDomainDisabled: false,
    SendingToDomainDisabled: false,
    AuthenticationType: "Managed",
    SmtpDaneStatus: "Disabled",
    IsCoexistenceDomain: false,
    FederatedOrganizationLink: null,
    ...more,
  });
}

function presetRules(): ExchangeRecord[] {
  return presetHostedContentFilterPolicies()
    .map((policy, at) =>
      newRecord({
        Name: policy.Name.replace(/\d+$/, ""),
        State: "Disabled",
        Priority: 1 - at,
        HostedContentFilterPolicy: policy.Name,
        AntiPhishPolicy: policy.Name,
        MalwareFilterPolicy: policy.Name,
      }),
    )
    .reverse();
}

import type {
  AccountSeed,
  Seed,
  SeedObject,
  TenantSeed,
} from "../../../simulator/index";

/** The addresses that Cloudflare delivers from, as its documentation of mid 2026 has them, written out once more. */
export const egress = [
  "52.11.209.211",
  "52.89.255.11",
  "52.0.67.109",
  "54.173.50.115",
  "35.157.195.63",
  "52.58.35.43",
  "158.51.64.0/26",
  "158.51.65.0/26",
  "134.195.26.0/24",
  "134.195.27.0/24",
  ...Array.from({ length: 32 }, (_, at) => `104.30.${32 + at}.0/24`),
];

/** A tenant and an account in which use case 4 works for example.com, without any finding. */
export class Tenant {
  readonly domain: NonNullable<AccountSeed["domains"]>[number] = {
    domain: "example.com",
    allowed_delivery_modes: ["DIRECT"],
    lookback_hops: 1,
    transport: "example-com.mail.protection.outlook.com",
    ip_restrictions: [],
    require_tls_outbound: true,
    drop_dispositions: [],
    regions: ["GLOBAL"],
  };
  readonly account = {
    domains: [this.domain],
  };

  readonly maliciousRule = dispositionRule(
    "Email Security User Quarantine Message Admin Release",
    ["MALICIOUS"],
    9,
  );
  readonly spamRule = dispositionRule(
    "Email Security User Quarantine Message",
    ["UCE", "SPAM", "SPOOF"],
    5,
  );
  readonly rules: SeedObject[] = [this.maliciousRule, this.spamRule];

  readonly userQuarantine: SeedObject = {
    Name: "UserNotifyUserRelease",
    EndUserQuarantinePermissionsValue: 7,
    ESNEnabled: true,
  };
  readonly adminQuarantine: SeedObject = {
    Name: "UserNotifyAdminRelease",
    EndUserQuarantinePermissionsValue: 11,
    ESNEnabled: true,
  };
  readonly quarantines = [this.userQuarantine, this.adminQuarantine];

  readonly antiSpam: SeedObject = { Name: "Default", ...useCase4Actions };
  readonly antiSpamPolicies = [this.antiSpam];
  readonly antiSpamRules: SeedObject[] = [];
  readonly presets: SeedObject[] = [];

  readonly connector: SeedObject = {
    Name: "Secure M365 Inbound",
    Enabled: true,
    ConnectorType: "Partner",
    SenderIPAddresses: egress,
    SenderDomains: ["smtp:*;1"],
    RequireTls: true,
    RestrictDomainsToIPAddresses: true,
    RestrictDomainsToCertificate: false,
    TreatMessagesAsInternal: false,
    EFSkipLastIP: true,
    EFSkipIPs: [],
    EFUsers: [],
    EFTestMode: false,
  };
  readonly connectors = [this.connector];

  readonly tenant: TenantSeed = {
    domains: ["example.com"],
    transportRules: this.rules,
    quarantinePolicies: this.quarantines,
    hostedContentFilterPolicies: this.antiSpamPolicies,
    hostedContentFilterRules: this.antiSpamRules,
    eopProtectionPolicyRules: this.presets,
    antiPhishPolicies: [
      {
        Name: "Office365 AntiPhish Default",
        AuthenticationFailAction: "Quarantine",
        SpoofQuarantineTag: "UserNotifyUserRelease",
      },
    ],
    inboundConnectors: this.connectors,
  };

  /** Another domain, like example.com. */
  addDomain(domain: string): void {
    this.account.domains.push({
      ...this.domain,
      domain,
      transport: `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`,
    });
    this.tenant.domains?.push(domain);
  }

  /** Another rule, before those of the use case or behind them. */
  addRule(where: "before" | "after", rule: SeedObject): void {
    if (where === "before") this.rules.unshift(rule);
    else this.rules.push(rule);
  }

  /** A custom anti-spam policy, for whom its rule says. */
  addPolicy(actions: object, scope: object): void {
    this.antiSpamPolicies.push({ Name: "Custom", ...actions });
    this.antiSpamRules.push({
      Name: "Custom",
      HostedContentFilterPolicy: "Custom",
      ...scope,
    });
  }

  /** The other generation of rules, under the names of the first tutorial. */
  addOldRules(): void {
    this.rules.push(
      {
        ...this.maliciousRule,
        Name: "Area 1 User Quarantine Message Admin Release",
        HeaderContainsMessageHeader: "X-Area1Security-Disposition",
      },
      {
        ...this.spamRule,
        Name: "Area 1 User Quarantine Message",
        HeaderContainsMessageHeader: "X-Area1Security-Disposition",
      },
    );
  }

  get seed(): Seed {
    return { tenants: [this.tenant], accounts: [this.account] };
  }
}

/** What the tutorial sets on the policy Default. */
export const useCase4Actions = {
  SpamAction: "Quarantine",
  SpamQuarantineTag: "UserNotifyUserRelease",
  HighConfidenceSpamAction: "Quarantine",
  HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
  PhishSpamAction: "Quarantine",
  PhishQuarantineTag: "UserNotifyAdminRelease",
  HighConfidencePhishAction: "Quarantine",
  HighConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
  QuarantineRetentionPeriod: 15,
};

function dispositionRule(
  Name: string,
  HeaderContainsWords: string[],
  SetSCL: number,
): SeedObject {
  return {
    Name,
    HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    HeaderContainsWords,
    SenderIpRanges: egress,
    SetSCL,
  };
}

import type { Context } from "../../../mail-flow/findings";
import type { Simulator } from "../../../simulator/index";
import { egress, useCase4Actions, type Tenant } from "./tenant";

/** A tenant with a known answer. */
export interface Case {
  /** What is so, as a sentence. */
  readonly title: string;
  /** What makes it different from a tenant in which all is well. */
  change(tenant: Tenant): void;
  /** A change of the simulator's objects. */
  edit?(simulator: Simulator): void;
  /** Every finding, as `status check object`; of the doctor unless the context says otherwise. */
  readonly findings: readonly string[];
  readonly context?: Partial<Context>;
}

const malicious =
  'TransportRule "Email Security User Quarantine Message Admin Release"';
const spam = 'TransportRule "Email Security User Quarantine Message"';
const antiSpam = 'HostedContentFilterPolicy "Default"';
const custom = 'HostedContentFilterRule "Custom"';
const other = 'TransportRule "Other"';
const standard = "Standard Preset Security Policy";
const strict = "Strict Preset Security Policy";
const connector = 'InboundConnector "Secure M365 Inbound"';
const filter = 'HostedConnectionFilterPolicy "Default"';
const organization = 'OrganizationConfig "contoso.onmicrosoft.com"';
const header = "X-CFEmailSecurity-Disposition";
const now = new Date("2026-11-23T12:00:00Z");

const on = (Name: string, more: object = {}) => ({
  Name,
  State: "Enabled",
  ...more,
});

/** Tenants without problems that look as if they had one: other tools report each of them wrongly, or this one might. */
const sound: readonly Case[] = [
  {
    title: "Use case 4 as it should be",
    change: () => undefined,
    findings: [],
  },
  {
    title: "A stack right after an up in a tenant that nobody else has set up",
    change: (tenant) => {
      tenant.addOldRules();
      tenant.connectors.length = 0;
      tenant.tenant.domains = ["example.com", "example.org", "example.net"];
      tenant.tenant.antiPhishPolicies = [];
      tenant.domain["status"] = "PENDING";
    },
    context: {
      purpose: "stack",
      domains: ["example.com"],
      headers: ["area1", "cloudflare"],
    },
    findings: [],
  },
  {
    title: "Both generations of rules",
    change: (tenant) => tenant.addOldRules(),
    findings: [],
  },
  {
    // cammurray/orca 114, microsoft-365-docs 2619: the presets' policies are listed although nobody switched them on.
    title: "Presets that are off, with their policies in the list",
    change: ({ presets }) =>
      presets.push(
        { Name: standard, State: "Disabled" },
        { Name: strict, State: "Disabled" },
      ),
    findings: [],
  },
  {
    // CyberDrain/CIPP 586: exclusions are ignored.
    title: "A preset that excepts the domain",
    change: ({ presets }) =>
      presets.push(on(strict, { ExceptIfRecipientDomainIs: ["Example.COM"] })),
    findings: [],
  },
  {
    title: "A preset for another domain",
    change: ({ presets }) =>
      presets.push(on(standard, { RecipientDomainIs: ["fabrikam.example"] })),
    findings: [],
  },
  {
    title: "A preset for one who is excepted",
    change: ({ presets }) =>
      presets.push(
        on(standard, {
          SentTo: ["ceo@example.com"],
          ExceptIfSentTo: ["CEO@example.com"],
        }),
      ),
    findings: [],
  },
  {
    // CyberDrain/CIPP 586, KelvinTegelaar/CIPP 5997: a rule that is disabled counts.
    title: "A custom policy whose rule is disabled",
    change: (tenant) =>
      tenant.addPolicy(
        { SpamAction: "MoveToJmf" },
        { RecipientDomainIs: ["example.com"], Enabled: false },
      ),
    findings: [],
  },
  {
    // CyberDrain/CIPP 586: the scope is read from the policy and not from the rule.
    title: "A custom policy without a rule, which is for nobody",
    change: ({ antiSpamPolicies }) =>
      antiSpamPolicies.push({
        Name: "Orphan",
        AllowedSenderDomains: ["gmail.com"],
        HighConfidenceSpamAction: "MoveToJmf",
      }),
    findings: [],
  },
  {
    title: "A custom policy that does what Default does",
    change: (tenant) =>
      tenant.addPolicy(useCase4Actions, {
        RecipientDomainIs: ["example.com"],
      }),
    findings: [],
  },
  {
    // cammurray/orca 7: a rule that is disabled is taken for one that lets mail through.
    title: "A rule with SCL -1 that is disabled",
    change: (tenant) =>
      tenant.addRule("after", { Name: "Other", SetSCL: -1, Enabled: false }),
    findings: [],
  },
  {
    title: "A rule with SCL -1 that only watches",
    change: (tenant) =>
      tenant.addRule("after", { Name: "Other", SetSCL: -1, Mode: "Audit" }),
    findings: [],
  },
  {
    title: "A rule with SCL -1 that has expired",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        ExpiryDate: "2026-01-01T00:00:00Z",
      }),
    findings: [],
  },
  {
    title: "A rule with SCL -1 for mail of the organisation itself",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        FromScope: "InOrganization",
      }),
    findings: [],
  },
  {
    title: "A rule with SCL -1 for another gateway's addresses",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        SenderIpRanges: ["198.51.100.0/24"],
      }),
    findings: [],
  },
  {
    title: "A rule for another disposition",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Email Security Deliver to Junk Email folder",
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["BULK", "SUSPICIOUS"],
        SetSCL: 5,
      }),
    findings: [],
  },
  {
    title: "An earlier rule that stops processing of inside mail",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        FromScope: "InOrganization",
        ApplyHtmlDisclaimerText: "…",
        StopRuleProcessing: true,
      }),
    findings: [],
  },
  {
    title: "A later rule that stops processing",
    change: (tenant) =>
      tenant.addRule("after", { Name: "Other", StopRuleProcessing: true }),
    findings: [],
  },
  {
    title: "An earlier rule that takes another header away",
    change: (tenant) =>
      tenant.addRule("before", { Name: "Other", RemoveHeader: "X-Mailer" }),
    findings: [],
  },
  {
    title: "Rules split by range, which hold the whole list together",
    change: ({ maliciousRule, rules }) => {
      rules.push({
        ...maliciousRule,
        Name: "Other",
        SenderIpRanges: egress.slice(20),
      });
      maliciousRule["SenderIpRanges"] = egress.slice(0, 20);
    },
    findings: [],
  },
  {
    title: "Ranges in another spelling",
    change: ({ spamRule }) => {
      spamRule["SenderIpRanges"] = [
        ...egress.slice(0, 8),
        "134.195.26.0-134.195.26.255",
        "134.195.27.0/25",
        "134.195.27.128/25",
        ...egress.slice(10).reverse(),
      ];
    },
    findings: [],
  },
  {
    title: "A header's name in another case, and words in lower case",
    change: ({ spamRule }) => {
      spamRule["HeaderContainsMessageHeader"] = header.toUpperCase();
      spamRule["HeaderContainsWords"] = ["uce", "spoof"];
    },
    findings: [],
  },
  {
    title: "A leftover of ours that is disabled beside one that works",
    change: ({ maliciousRule, rules }) => {
      rules.push({ ...maliciousRule, Name: "Other", Enabled: false });
    },
    findings: [],
  },
  {
    title: "A disabled pair of the old generation beside the new one",
    change: (tenant) => {
      tenant.addOldRules();
      for (const rule of tenant.rules.slice(2)) rule["Enabled"] = false;
    },
    findings: [],
  },
  {
    title: "Rules that say that they are for recipients inside",
    change: ({ maliciousRule, spamRule }) => {
      maliciousRule["SentToScope"] = "InOrganization";
      spamRule["SentToScope"] = "InOrganization";
    },
    findings: [],
  },
  {
    title: "An IP allow list with somebody else's addresses",
    change: ({ tenant }) => {
      tenant.connectionFilter = {
        IPAllowList: ["203.0.113.7", "104.30.64.0/24"],
      };
    },
    findings: [],
  },
  {
    title: "A connector that refuses everything, switched off",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Old gateway",
        Enabled: false,
        SenderIPAddresses: ["203.0.113.7"],
      });
    },
    findings: [],
  },
  {
    title: "A tag that is set where the action is not Quarantine",
    change: ({ antiSpam: policy }) => {
      policy["BulkSpamAction"] = "MoveToJmf";
      policy["BulkQuarantineTag"] = "DefaultFullAccessPolicy";
    },
    findings: [],
  },
  {
    title: "A quarantine policy that may also show headers",
    change: ({ adminQuarantine }) => {
      adminQuarantine["EndUserQuarantinePermissionsValue"] = 11 + 64 + 128;
    },
    findings: [],
  },
  {
    // Addresses below onmicrosoft.com stay un-onboarded, says Cloudflare's guide.
    title: "The tenant's routing domain, which nobody protects",
    change: ({ tenant }) => {
      tenant.domains = ["example.com", "contoso.mail.onmicrosoft.com"];
    },
    findings: [],
  },
  {
    title: "Restrictions of Cloudflare behind another gateway",
    change: ({ domain }) => {
      domain["lookback_hops"] = 2;
      domain["ip_restrictions"] = ["203.0.113.0/24"];
    },
    findings: ['warning domain-lookback-hops Domain "example.com"'],
  },
  {
    title: "A host that the program forwards to on purpose",
    change: ({ domain }) => {
      domain["transport"] = "example-com.k-v1.mx.microsoft";
    },
    context: {
      transports: { "example.com": "example-com.k-v1.mx.microsoft" },
    },
    findings: [],
  },
  {
    title: "A domain without delivery modes, and one with two",
    change: ({ domain, account, tenant }) => {
      domain["allowed_delivery_modes"] = [];
      tenant.domains = ["example.com", "example.org"];
      account.domains.push({
        ...domain,
        domain: "example.org",
        allowed_delivery_modes: ["BCC", "DIRECT"],
        transport: "example-org.mail.protection.outlook.com",
      });
    },
    findings: [],
  },
  {
    title: "A host that is written with the dot of DNS",
    change: ({ domain }) => {
      domain["transport"] = "Example-com.mail.protection.outlook.com.";
    },
    findings: [],
  },
  {
    title: "A domain that nobody has asked about",
    change: ({ domain, account, tenant }) => {
      tenant.domains = ["example.com", "example.org"];
      account.domains.push({
        ...domain,
        domain: "example.org",
        drop_dispositions: ["MALICIOUS"],
        transport: "example-org.mail.protection.outlook.com",
      });
    },
    context: { domains: ["example.com"] },
    findings: [],
  },
  {
    title: "Rules that say that mail has no classification",
    change: ({ maliciousRule, spamRule }) => {
      maliciousRule["HasNoClassification"] = true;
      spamRule["HasNoClassification"] = true;
    },
    findings: [],
  },
  {
    title: "A later rule that asks for the same",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: 9,
        SenderIpRanges: egress,
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["MALICIOUS"],
      }),
    findings: [],
  },
  {
    title: "A connector that asks for no sender's domain",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Nobody's",
        SenderDomains: [],
        SenderIPAddresses: ["203.0.113.7"],
      });
    },
    findings: [],
  },
  {
    title: "Notifications every four hours",
    change: ({ quarantines }) => {
      quarantines.push({
        Name: "DefaultGlobalTag",
        EndUserSpamNotificationFrequency: "04:00:00",
      });
    },
    findings: [],
  },
  {
    title: "Enhanced Filtering for each of Cloudflare's addresses",
    change: ({ connector: one }) => {
      one["EFSkipLastIP"] = false;
      one["EFSkipIPs"] = egress;
    },
    findings: [],
  },
];

/** Tenants in which mail does not go as intended, at least for some recipients. */
const defeated: readonly Case[] = [
  {
    title: "Nothing set up",
    change: (tenant) => {
      tenant.rules.length = 0;
      tenant.quarantines.length = 0;
      tenant.antiSpamPolicies.length = 0;
      tenant.account.domains.length = 0;
    },
    findings: [
      `failed anti-spam-action ${antiSpam}`,
      `failed anti-spam-action ${antiSpam}`,
      `failed anti-spam-action ${antiSpam}`,
      `failed rule-missing TransportRule for ${header}`,
      `failed rule-missing TransportRule for ${header}`,
      `failed rule-missing TransportRule for ${header}`,
      'failed domain-missing Domain "example.com"',
      'warning quarantine-policy-missing QuarantinePolicy "UserNotifyAdminRelease"',
      'warning quarantine-policy-missing QuarantinePolicy "UserNotifyUserRelease"',
    ],
  },
  {
    // cammurray/orca 269, microsoft-365-docs 2619: a preset that is on is shown as off, or not at all.
    title: "The Standard preset for everybody (its scope is null)",
    change: ({ presets }) => presets.push(on(standard)),
    findings: [`failed preset-in-force EOPProtectionPolicyRule "${standard}"`],
  },
  {
    // cammurray/orca 139 and 339, maester365/maester 1059: a scope that is null, "all recipients", is not seen.
    title: "The Strict preset for everybody, and Standard behind it",
    change: ({ presets }) => presets.push(on(strict), on(standard)),
    findings: [`failed preset-in-force EOPProtectionPolicyRule "${strict}"`],
  },
  {
    // cisagov/ScubaGear 1050: single accounts in the preset are overlooked.
    title: "The Strict preset for one account",
    change: ({ presets }) =>
      presets.push(on(strict, { SentTo: ["ceo@example.com"] })),
    findings: [`failed preset-in-force EOPProtectionPolicyRule "${strict}"`],
  },
  {
    title: "The Standard preset for a group, except one",
    change: ({ presets }) =>
      presets.push(
        on(standard, {
          SentToMemberOf: ["sales@example.com"],
          ExceptIfSentTo: ["boss@example.com"],
        }),
      ),
    findings: [`failed preset-in-force EOPProtectionPolicyRule "${standard}"`],
  },
  {
    title: "A custom policy that sends high confidence spam to Junk",
    change: (tenant) =>
      tenant.addPolicy(
        { ...useCase4Actions, HighConfidenceSpamAction: "MoveToJmf" },
        { RecipientDomainIs: ["example.com"] },
      ),
    findings: [`failed custom-policy-in-force ${custom}`],
  },
  {
    title: "A custom policy whose recipients release Malicious mail",
    change: (tenant) =>
      tenant.addPolicy(
        {
          ...useCase4Actions,
          HighConfidenceSpamQuarantineTag: "UserNotifyUserRelease",
        },
        { SentTo: ["ceo@example.com"] },
      ),
    findings: [`failed custom-policy-in-force ${custom}`],
  },
  {
    title: "A custom policy that is only stricter with spam",
    change: (tenant) =>
      tenant.addPolicy(
        { ...useCase4Actions, SpamQuarantineTag: "UserNotifyAdminRelease" },
        { RecipientDomainIs: ["example.com"] },
      ),
    findings: [`warning custom-policy-in-force ${custom}`],
  },
  {
    title: "A custom policy behind a preset for everybody counts for nothing",
    change: (tenant) => {
      tenant.presets.push(on(strict));
      tenant.addPolicy({}, { RecipientDomainIs: ["example.com"] });
    },
    findings: [`failed preset-in-force EOPProtectionPolicyRule "${strict}"`],
  },
  {
    title: "A rule of ours that is disabled",
    change: ({ maliciousRule }) => (maliciousRule["Enabled"] = false),
    findings: [`failed rule-disabled ${malicious}`],
  },
  {
    title: "A rule of ours that only watches",
    change: ({ spamRule }) => (spamRule["Mode"] = "AuditAndNotify"),
    findings: [`failed rule-audit-only ${spam}`],
  },
  {
    title: "A rule of ours that has expired",
    change: ({ maliciousRule }) =>
      (maliciousRule["ExpiryDate"] = "2026-11-22T00:00:00Z"),
    findings: [`failed rule-schedule ${malicious}`],
  },
  {
    title: "A rule of ours that does not act yet",
    change: ({ maliciousRule }) =>
      (maliciousRule["ActivationDate"] = "2026-12-01T00:00:00Z"),
    findings: [`failed rule-schedule ${malicious}`],
  },
  {
    title: "A rule of ours that will expire",
    change: ({ spamRule }) => (spamRule["ExpiryDate"] = "2027-01-01T00:00:00Z"),
    findings: [`warning rule-schedule ${spam}`],
  },
  {
    title: "An exception in the rule for Malicious mail",
    change: ({ maliciousRule }) =>
      (maliciousRule["ExceptIfFrom"] = ["boss@example.com"]),
    findings: [`failed rule-narrowed ${malicious}`],
  },
  {
    title: "A condition more in the rule for spam",
    change: ({ spamRule }) => (spamRule["RecipientDomainIs"] = ["example.com"]),
    findings: [`warning rule-narrowed ${spam}`],
  },
  {
    title: "A rule for Malicious mail that sets 5",
    change: ({ maliciousRule }) => (maliciousRule["SetSCL"] = 5),
    findings: [`failed rule-scl ${malicious}`],
  },
  {
    title:
      "A rule for Malicious mail that sets 8, which Microsoft names no more",
    change: ({ maliciousRule }) => (maliciousRule["SetSCL"] = 8),
    findings: [`warning rule-scl ${malicious}`],
  },
  {
    title: "A rule for spam that sets 9",
    change: ({ spamRule }) => (spamRule["SetSCL"] = 9),
    findings: [`warning rule-scl ${spam}`],
  },
  {
    title: "A rule for spam that sets -1",
    change: ({ spamRule }) => (spamRule["SetSCL"] = -1),
    findings: [`failed rule-scl ${spam}`],
  },
  {
    title: "Malicious mail in the rule for spam as well, which comes last",
    change: ({ spamRule }) =>
      (spamRule["HeaderContainsWords"] = ["UCE", "SPOOF", "MALICIOUS"]),
    findings: [`failed scl-overridden ${spam}`],
  },
  {
    title: "The tutorial's word for spam, which no header has",
    change: ({ spamRule }) =>
      (spamRule["HeaderContainsWords"] = ["SPAM", "SPOOF"]),
    findings: [`failed header-word-never-stamped ${spam}`],
  },
  {
    title: "The API's label for Malicious mail",
    change: ({ maliciousRule }) =>
      (maliciousRule["HeaderContainsWords"] = ["MALICIOUS-BEC"]),
    findings: [`failed header-word-never-stamped ${malicious}`],
  },
  {
    title: "No rule for Spoof mail",
    change: ({ spamRule }) => (spamRule["HeaderContainsWords"] = ["UCE"]),
    findings: [`failed rule-missing TransportRule for ${header}`],
  },
  {
    title: "Rules of the old generation alone",
    change: ({ maliciousRule, spamRule }) => {
      maliciousRule["HeaderContainsMessageHeader"] =
        "X-Area1Security-Disposition";
      spamRule["HeaderContainsMessageHeader"] = "X-Area1Security-Disposition";
    },
    findings: [
      "warning header-generation TransportRule for X-Area1Security-Disposition",
    ],
  },
  {
    title: "One generation where the program wants both",
    change: () => undefined,
    context: { purpose: "stack", headers: ["area1", "cloudflare"] },
    findings: Array.from(
      { length: 3 },
      () => "failed rule-missing TransportRule for X-Area1Security-Disposition",
    ),
  },
  {
    title: "A rule of ours whose header somebody took out",
    change: ({ spamRule }) => {
      delete spamRule["HeaderContainsMessageHeader"];
      delete spamRule["HeaderContainsWords"];
    },
    findings: [
      `failed rule-matches-all-mail ${spam}`,
      `failed rule-missing TransportRule for ${header}`,
      `failed rule-missing TransportRule for ${header}`,
      `failed scl-overridden ${spam}`,
    ],
  },
  {
    title: "The list of 2022, without Cloudflare's own network",
    change: ({ maliciousRule, spamRule }) => {
      maliciousRule["SenderIpRanges"] = egress.slice(0, 10);
      spamRule["SenderIpRanges"] = egress.slice(0, 10);
    },
    findings: [
      `failed egress-ranges-missing ${malicious}`,
      `failed egress-ranges-missing ${spam}`,
    ],
  },
  {
    title: "A range that is not Cloudflare's",
    change: ({ maliciousRule }) =>
      (maliciousRule["SenderIpRanges"] = [...egress, "203.0.113.0/24"]),
    findings: [`warning egress-ranges-foreign ${malicious}`],
  },
  {
    title: "Rules that ask for no address",
    change: ({ maliciousRule, spamRule }) => {
      delete maliciousRule["SenderIpRanges"];
      delete spamRule["SenderIpRanges"];
    },
    findings: [
      `warning rule-without-sender-ip ${malicious}`,
      `warning rule-without-sender-ip ${spam}`,
    ],
  },
  {
    title: "A later rule with SCL -1 for the gateway",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        SenderIpRanges: ["104.30.32.0/24", ...egress],
      }),
    findings: [
      `failed scl-overridden ${other}`,
      `warning enhanced-filtering-bypassed ${other}`,
    ],
  },
  {
    title: "A later rule with SCL -1 that excepts another header already",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        ExceptIfHeaderContainsMessageHeader: "X-Other",
        ExceptIfHeaderContainsWords: ["x"],
      }),
    findings: [`warning scl-overridden ${other}`],
  },
  {
    title: "A later rule with SCL -1 for everything",
    change: (tenant) => tenant.addRule("after", { Name: "Other", SetSCL: -1 }),
    findings: [`failed scl-overridden ${other}`],
  },
  {
    title: "A later rule with SCL -1 for a partner",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        SenderDomainIs: ["fabrikam.example"],
      }),
    findings: [`warning scl-overridden ${other}`],
  },
  {
    title: "A later rule that asks for less",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: 0,
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["MALICIOUS"],
      }),
    findings: [`failed scl-overridden ${other}`],
  },
  {
    title: "An earlier rule that stops processing of everything",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        FromScope: "NotInOrganization",
        PrependSubject: "EXTERNAL: ",
        StopRuleProcessing: true,
      }),
    findings: [`failed rule-stops-processing ${other}`],
  },
  {
    title: "An earlier rule that stops processing of a partner's mail",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        From: ["partner@fabrikam.example"],
        StopRuleProcessing: true,
      }),
    findings: [`warning rule-stops-processing ${other}`],
  },
  {
    title: "An earlier rule that takes the header away",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        RemoveHeader: "x-cfemailsecurity-disposition",
      }),
    findings: [`failed header-changed ${other}`],
  },
  {
    title: "An earlier rule that writes over the header",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        SenderIpRanges: egress,
        SetHeaderName: header,
        SetHeaderValue: "seen",
      }),
    findings: [`failed header-changed ${other}`],
  },
  {
    title: "A rule that deletes Malicious mail",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["MALICIOUS"],
        DeleteMessage: true,
      }),
    findings: [`failed rule-diverts-mail ${other}`],
  },
  {
    title: "A rule that deletes all mail of one of two domains",
    change: (tenant) => {
      tenant.addDomain("example.org");
      tenant.addRule("after", {
        Name: "Other",
        RecipientDomainIs: ["example.org"],
        DeleteMessage: true,
      });
    },
    context: { domains: ["example.com", "example.org"] },
    findings: [`failed rule-diverts-mail ${other}`],
  },
  {
    title: "A rule that redirects the mail of one person",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SentTo: ["ceo@example.com"],
        RedirectMessageTo: ["assistant@example.com"],
      }),
    findings: [`warning rule-diverts-mail ${other}`],
  },
  {
    title: "A later rule that bypasses the filter for all domains but one",
    change: (tenant) => {
      tenant.addDomain("example.org");
      tenant.addRule("after", {
        Name: "Other",
        ExceptIfRecipientDomainIs: ["example.com"],
        SetSCL: -1,
      });
    },
    context: { domains: ["example.com", "example.org"] },
    findings: [`failed scl-overridden ${other}`],
  },
  {
    title: "A later rule that bypasses the filter for the domain above",
    change: (tenant) => {
      tenant.addDomain("shop.example.com");
      tenant.addRule("after", {
        Name: "Other",
        RecipientDomainIs: ["example.com"],
        SetSCL: -1,
      });
    },
    context: { domains: ["shop.example.com"] },
    findings: [`failed scl-overridden ${other}`],
  },
  {
    title: "A rule with SCL -1 before ours, which set theirs afterwards",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        SetSCL: -1,
        SenderIpRanges: egress,
      }),
    findings: [`warning enhanced-filtering-bypassed ${other}`],
  },
  {
    // CyberDrain/CIPP 586: exclusions are ignored.
    title: "A rule with SCL -1 that excepts the header's words",
    change: (tenant) =>
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        SenderIpRanges: egress,
        ExceptIfHeaderContainsMessageHeader: header.toLowerCase(),
        ExceptIfHeaderContainsWords: ["malicious", "uce", "spoof"],
      }),
    findings: [`warning enhanced-filtering-bypassed ${other}`],
  },
  {
    title: "A rule that turns away mail for one who has left",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        SentTo: ["gone@example.com"],
        RejectMessageReasonText: "No longer here",
      }),
    findings: [`warning rule-diverts-mail ${other}`],
  },
  {
    title: "A rule that quarantines by itself",
    change: (tenant) =>
      tenant.addRule("before", {
        Name: "Other",
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["SPOOF"],
        Quarantine: true,
      }),
    findings: [`failed rule-diverts-mail ${other}`],
  },
  {
    // The step of Cloudflare's own guide; that it defeats the routes is not documented, so it is a warning.
    title: "Cloudflare's addresses on the IP allow list",
    change: ({ tenant }) => {
      tenant.connectionFilter = { IPAllowList: egress };
    },
    findings: [`warning ip-allow-list ${filter}`],
  },
  {
    title: "One of Cloudflare's addresses on the IP block list",
    change: ({ tenant }) => {
      tenant.connectionFilter = { IPBlockList: ["104.30.40.7"] };
    },
    findings: [`failed ip-block-list ${filter}`],
  },
  {
    title: "Microsoft's safe list",
    change: ({ tenant }) => {
      tenant.connectionFilter = { EnableSafeList: true };
    },
    findings: [`warning safe-list ${filter}`],
  },
  {
    title: "A connector that does not know all of Cloudflare's addresses",
    change: ({ connector: one }) =>
      (one["SenderIPAddresses"] = egress.slice(0, 40)),
    findings: [`failed connector-rejects ${connector}`],
  },
  {
    title: "A partner's connector, whose mail now comes by way of Cloudflare",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Partner",
        SenderDomains: ["smtp:fabrikam.example;1"],
        SenderIPAddresses: ["203.0.113.7"],
      });
    },
    findings: [],
  },
  {
    title: "A connector that wants a certificate",
    change: ({ connector: one }) =>
      (one["RestrictDomainsToCertificate"] = true),
    findings: [`warning connector-rejects ${connector}`],
  },
  {
    title: "A connector that takes Cloudflare for inside",
    change: ({ connector: ours, connectors }) => {
      connectors.push({
        ...ours,
        Name: "Gateway",
        ConnectorType: "OnPremises",
        TreatMessagesAsInternal: true,
      });
    },
    findings: [
      'warning connector-treats-as-internal InboundConnector "Gateway"',
    ],
  },
  {
    title: "Direct Send is rejected, and the connector restricts mail",
    change: ({ tenant }) => {
      tenant.organizationConfig = { RejectDirectSend: true };
    },
    findings: [],
  },
  {
    title:
      "Direct Send is rejected, and the connector for Cloudflare's addresses does not restrict mail",
    change: ({ tenant, connector: one }) => {
      tenant.organizationConfig = { RejectDirectSend: true };
      one["RestrictDomainsToIPAddresses"] = false;
    },
    findings: [
      "warning connector-missing InboundConnector",
      `failed direct-send ${organization}`,
    ],
  },
  {
    title: "No connector",
    change: ({ connectors }) => (connectors.length = 0),
    findings: [
      "warning connector-missing InboundConnector",
      `warning direct-send ${organization}`,
      "warning enhanced-filtering InboundConnector",
    ],
  },
  {
    // cammurray/orca 330: Enhanced Filtering is said to be there where it is not.
    title: "A connector without Enhanced Filtering",
    change: ({ connector: one }) => (one["EFSkipLastIP"] = false),
    findings: [`warning enhanced-filtering ${connector}`],
  },
  {
    title: "Enhanced Filtering in test mode",
    change: ({ connector: one }) => (one["EFTestMode"] = true),
    findings: [`warning enhanced-filtering ${connector}`],
  },
  {
    title: "Enhanced Filtering for one mailbox",
    change: ({ connector: one }) => (one["EFUsers"] = ["pilot@example.com"]),
    findings: [`warning enhanced-filtering ${connector}`],
  },
  {
    title: "A connector for one accepted domain",
    change: ({ connector: one }) =>
      (one["AssociatedAcceptedDomains"] = ["example.com"]),
    findings: [
      `warning connector-missing ${connector}`,
      `warning enhanced-filtering ${connector}`,
    ],
  },
  {
    title: "A connector for one accepted domain that refuses Cloudflare's mail",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Pilot",
        AssociatedAcceptedDomains: ["example.com"],
        SenderIPAddresses: ["203.0.113.7"],
      });
      ours["AssociatedAcceptedDomains"] = ["example.org"];
    },
    findings: [
      'warning connector-rejects InboundConnector "Pilot"',
      `warning connector-missing ${connector}`,
      `warning enhanced-filtering ${connector}`,
    ],
  },
  {
    title: "Default moves spam to Junk, whatever its tag",
    change: ({ antiSpam: policy }) => (policy["SpamAction"] = "MoveToJmf"),
    findings: [`failed anti-spam-action ${antiSpam}`],
  },
  {
    title: "Default deletes high confidence spam",
    change: ({ antiSpam: policy }) =>
      (policy["HighConfidenceSpamAction"] = "Delete"),
    findings: [`warning anti-spam-action ${antiSpam}`],
  },
  {
    title: "Recipients release high confidence spam",
    change: ({ antiSpam: policy }) =>
      (policy["HighConfidenceSpamQuarantineTag"] = "DefaultFullAccessPolicy"),
    findings: [
      `failed malicious-self-release ${antiSpam}`,
      'warning quarantine-notification-off QuarantinePolicy "DefaultFullAccessPolicy"',
    ],
  },
  {
    title: "Recipients release phishing",
    change: ({ antiSpam: policy }) =>
      (policy["PhishQuarantineTag"] = "UserNotifyUserRelease"),
    findings: [`failed malicious-self-release ${antiSpam}`],
  },
  {
    title: "The administrator's quarantine policy with the right to release",
    change: ({ adminQuarantine }) =>
      (adminQuarantine["EndUserQuarantinePermissionsValue"] = 7),
    findings: [
      `failed malicious-self-release ${antiSpam}`,
      `failed malicious-self-release ${antiSpam}`,
    ],
  },
  {
    title: "Recipients who cannot release spam",
    change: ({ antiSpam: policy }) =>
      (policy["SpamQuarantineTag"] = "UserNotifyAdminRelease"),
    findings: [`warning spam-not-releasable ${antiSpam}`],
  },
  {
    title:
      "A right to release high confidence phishing, which Microsoft ignores",
    change: ({ antiSpam: policy }) =>
      (policy["HighConfidencePhishQuarantineTag"] = "UserNotifyUserRelease"),
    findings: [`warning release-not-honored ${antiSpam}`],
  },
  {
    title: "A right to release malware, which Microsoft ignores",
    change: ({ tenant }) => {
      tenant.malwareFilterPolicies = [
        { Name: "Default", QuarantineTag: "UserNotifyUserRelease" },
      ];
    },
    findings: ['warning release-not-honored MalwareFilterPolicy "Default"'],
  },
  {
    title: "A tag that names no quarantine policy",
    change: ({ antiSpam: policy }) =>
      (policy["HighConfidenceSpamQuarantineTag"] = "Gone"),
    findings: [`failed quarantine-tag-missing ${antiSpam}`],
  },
  {
    title: "A domain that is allowed past the filter",
    change: ({ antiSpam: policy }) =>
      (policy["AllowedSenderDomains"] = ["gmail.com"]),
    findings: [`warning allowed-senders ${antiSpam}`],
  },
  {
    // Since September 2022 it counts for mail that passes email authentication alone.
    title: "The own domain, allowed past the filter",
    change: ({ antiSpam: policy }) =>
      (policy["AllowedSenders"] = ["ceo@example.com"]),
    findings: [`warning allowed-senders ${antiSpam}`],
  },
  {
    title: "Another policy than the one named Default is the default one",
    change: ({ antiSpam: policy, antiSpamPolicies }) => {
      policy["IsDefault"] = false;
      antiSpamPolicies.push({
        ...policy,
        Name: "Baseline",
        IsDefault: true,
        HighConfidenceSpamAction: "MoveToJmf",
      });
    },
    findings: [
      'failed anti-spam-action HostedContentFilterPolicy "Baseline"',
      'warning default-policy HostedContentFilterPolicy "Baseline"',
    ],
  },
  {
    title: "SPF hard fails marked as spam",
    change: ({ antiSpam: policy }) =>
      (policy["MarkAsSpamSpfRecordHardFail"] = "On"),
    findings: [`warning spf-hard-fail ${antiSpam}`],
  },
  {
    title: "Mail that is kept for five days",
    change: ({ antiSpam: policy }) => (policy["QuarantineRetentionPeriod"] = 5),
    findings: [`warning quarantine-retention ${antiSpam}`],
  },
  {
    title: "Weekly notifications of mail that is kept for a week",
    change: ({ antiSpam: policy, quarantines }) => {
      policy["QuarantineRetentionPeriod"] = 7;
      quarantines.push({
        Name: "DefaultGlobalTag",
        EndUserSpamNotificationFrequency: "7.00:00:00",
      });
    },
    findings: [
      'warning quarantine-notification-frequency QuarantinePolicy "DefaultGlobalTag"',
      `warning quarantine-retention ${antiSpam}`,
    ],
  },
  {
    // cammurray/orca 138 and 221: notifications are looked for in the anti-spam policy, where they are no more.
    title: "Recipients who are not told",
    change: ({ userQuarantine }) => (userQuarantine["ESNEnabled"] = false),
    findings: [
      'warning quarantine-notification-off QuarantinePolicy "UserNotifyUserRelease"',
    ],
  },
  {
    title: "Microsoft's own finding of spoofing in Junk",
    change: ({ tenant }) => {
      tenant.antiPhishPolicies = [];
    },
    findings: [
      'warning spoof-verdict AntiPhishPolicy "Office365 AntiPhish Default"',
    ],
  },
  {
    title: "A tenant that was never customised",
    change: ({ tenant }) => (tenant.dehydrated = true),
    findings: [`failed organization-dehydrated ${organization}`],
  },
  {
    title: "A domain that drops Malicious mail",
    change: ({ domain }) => (domain["drop_dispositions"] = ["MALICIOUS"]),
    findings: ['failed domain-drop-dispositions Domain "example.com"'],
  },
  {
    title: "A domain that drops bulk mail",
    change: ({ domain }) => (domain["drop_dispositions"] = ["BULK"]),
    findings: ['warning domain-drop-dispositions Domain "example.com"'],
  },
  {
    title: "A domain that forwards to a host of dots",
    change: ({ domain }) =>
      (domain["transport"] = "example.com.mail.protection.outlook.com"),
    findings: ['failed domain-transport Domain "example.com"'],
  },
  {
    title: "A domain that waits for its verification",
    change: ({ domain }) => (domain["status"] = "PENDING"),
    findings: ['warning domain-pending Domain "example.com"'],
  },
  {
    title: "A domain whose verification failed",
    change: ({ domain }) => (domain["status"] = "FAILED"),
    findings: ['failed domain-status Domain "example.com"'],
  },
  {
    title: "A domain of which Cloudflare sees copies alone",
    change: ({ domain }) => (domain["allowed_delivery_modes"] = ["BCC"]),
    findings: ['failed domain-delivery-mode Domain "example.com"'],
  },
  {
    title: "A domain that takes mail from some addresses alone",
    change: ({ domain }) => (domain["ip_restrictions"] = ["203.0.113.0/24"]),
    findings: ['failed domain-ip-restrictions Domain "example.com"'],
  },
  {
    title: "A domain that forwards without TLS",
    change: ({ domain }) => (domain["require_tls_outbound"] = false),
    findings: ['warning domain-tls Domain "example.com"'],
  },
  {
    title: "A domain of the tenant that nobody protects",
    change: ({ tenant }) => {
      tenant.domains = ["example.com", "example.org"];
    },
    findings: ['warning domain-not-onboarded AcceptedDomain "example.org"'],
  },
  {
    title: "A domain of the program that Cloudflare does not have",
    change: ({ tenant }) => {
      tenant.domains = ["example.com", "example.org"];
    },
    context: { purpose: "stack", domains: ["example.com", "Example.org"] },
    findings: ['failed domain-missing Domain "example.org"'],
  },
  {
    title: "A protected domain of another tenant",
    change: ({ account }) =>
      account.domains.push({
        domain: "fabrikam.example",
        allowed_delivery_modes: ["DIRECT"],
        drop_dispositions: [],
        ip_restrictions: [],
        transport: "fabrikam-example.mail.protection.outlook.com",
      }),
    findings: ['warning domain-not-accepted Domain "fabrikam.example"'],
  },
  {
    title: "A domain that asks senders for TLS",
    change: ({ domain }) => (domain["require_tls_inbound"] = true),
    findings: ['warning domain-tls Domain "example.com"'],
  },
  {
    title: "A domain without a host to forward to",
    change: ({ domain }) => (domain["transport"] = ""),
    findings: ['failed domain-transport Domain "example.com"'],
  },
  {
    title: "A domain that is forwarded elsewhere than the program says",
    change: () => undefined,
    context: {
      transports: { "example.com": "example-com.k-v1.mx.microsoft" },
    },
    findings: ['failed domain-transport Domain "example.com"'],
  },
  {
    title: "A domain behind two gateways",
    change: ({ domain }) => (domain["lookback_hops"] = 3),
    findings: ['warning domain-lookback-hops Domain "example.com"'],
  },
  {
    title: "A domain whose verification took too long",
    change: ({ domain }) => (domain["status"] = "TIMEOUT"),
    findings: ['failed domain-status Domain "example.com"'],
  },
  {
    title: "A domain that Cloudflare does not find",
    change: ({ domain }) => (domain["status"] = "MISSING"),
    findings: ['failed domain-status Domain "example.com"'],
  },
  {
    title: "A rule of ours with two conditions more",
    change: ({ maliciousRule }) => {
      maliciousRule["ExceptIfFrom"] = ["boss@example.com"];
      maliciousRule["SentTo"] = ["ceo@example.com"];
    },
    findings: [`failed rule-narrowed ${malicious}`],
  },
  {
    title: "A rule for Malicious mail that is for outside senders",
    change: ({ maliciousRule }) =>
      (maliciousRule["FromScope"] = "NotInOrganization"),
    findings: [`warning rule-narrowed ${malicious}`],
  },
  {
    title: "A rule of ours for another scope of recipients",
    change: ({ maliciousRule }) =>
      (maliciousRule["SentToScope"] = "NotInOrganization"),
    findings: [`failed rule-narrowed ${malicious}`],
  },
  {
    title: "A rule for all words that asks for spam",
    change: ({ maliciousRule, rules }) => {
      rules.length = 0;
      rules.push({
        ...maliciousRule,
        HeaderContainsWords: ["UCE", "SPOOF", "MALICIOUS"],
        SetSCL: 5,
      });
    },
    findings: [`failed rule-scl ${malicious}`],
  },
  {
    // With SCL 5, recipients would release Malicious mail.
    title: "A rule for all words that asks for high confidence spam",
    change: ({ maliciousRule, rules }) => {
      rules.length = 0;
      rules.push({
        ...maliciousRule,
        HeaderContainsWords: ["UCE", "SPOOF", "MALICIOUS"],
      });
    },
    findings: [`warning rule-scl ${malicious}`],
  },
  {
    title: "A rule for all words that is for one recipient",
    change: ({ maliciousRule, rules }) => {
      rules.length = 0;
      rules.push({
        ...maliciousRule,
        HeaderContainsWords: ["UCE", "SPOOF", "MALICIOUS"],
        SentTo: ["ceo@example.com"],
      });
    },
    findings: [
      `failed rule-narrowed ${malicious}`,
      `warning rule-scl ${malicious}`,
    ],
  },
  {
    title: "A rule of ours that sets no level",
    change: ({ maliciousRule }) => {
      delete maliciousRule["SetSCL"];
      maliciousRule["PrependSubject"] = "[Malicious] ";
    },
    findings: [`failed rule-scl ${malicious}`],
  },
  {
    title: "A rule of ours that takes all mail from anywhere",
    change: ({ spamRule, rules }) => {
      rules.push({
        Name: "Area 1 User Quarantine Message",
        SetSCL: spamRule["SetSCL"] ?? 5,
      });
    },
    findings: [
      'failed rule-matches-all-mail TransportRule "Area 1 User Quarantine Message"',
      'failed scl-overridden TransportRule "Area 1 User Quarantine Message"',
    ],
  },
  {
    title: "A rule with SCL -1 for Spam alone, and for a partner's Spoof mail",
    change: (tenant) => {
      tenant.addRule("after", {
        Name: "Other",
        SetSCL: -1,
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["UCE"],
      });
      tenant.addRule("after", {
        Name: "Partner",
        SetSCL: -1,
        HeaderContainsMessageHeader: header,
        HeaderContainsWords: ["SPOOF"],
        SenderDomainIs: ["fabrikam.example"],
      });
    },
    findings: [
      `failed scl-overridden ${other}`,
      'warning scl-overridden TransportRule "Partner"',
    ],
  },
  {
    title: "Our connector, switched off",
    change: ({ connector: one }) => (one["Enabled"] = false),
    findings: [
      "warning connector-missing InboundConnector",
      `warning direct-send ${organization}`,
      "warning enhanced-filtering InboundConnector",
    ],
  },
  {
    title: "A connector that restricts one partner alone",
    change: ({ connector: one }) =>
      (one["SenderDomains"] = ["smtp:fabrikam.example;1"]),
    findings: [
      "warning connector-missing InboundConnector",
      `warning direct-send ${organization}`,
    ],
  },
  {
    title: "A connector that takes mail from everywhere",
    change: ({ connector: one }) =>
      (one["RestrictDomainsToIPAddresses"] = false),
    findings: [
      "warning connector-missing InboundConnector",
      `warning direct-send ${organization}`,
    ],
  },
  {
    title: "A connector for another gateway, with Enhanced Filtering",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Gateway",
        SenderDomains: ["smtp:fabrikam.example;1"],
        SenderIPAddresses: ["203.0.113.7"],
        RestrictDomainsToIPAddresses: false,
      });
      ours["EFSkipLastIP"] = false;
    },
    findings: [`warning enhanced-filtering ${connector}`],
  },
  {
    title: "Two connectors that know Cloudflare's addresses between them",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Rest",
        SenderIPAddresses: egress.slice(20),
      });
      ours["SenderIPAddresses"] = egress.slice(0, 20);
    },
    findings: [],
  },
  {
    title: "A partner's connector that wants a certificate",
    change: ({ connectors, connector: ours }) => {
      connectors.push({
        ...ours,
        Name: "Partner",
        SenderDomains: ["smtp:fabrikam.example;1"],
        RestrictDomainsToIPAddresses: false,
        RestrictDomainsToCertificate: true,
      });
    },
    findings: [],
  },
  {
    title: "A custom policy for some of a group, whose tag names nothing",
    change: (tenant) =>
      tenant.addPolicy(
        {
          ...useCase4Actions,
          HighConfidenceSpamAction: "MoveToJmf",
          SpamQuarantineTag: "Gone",
        },
        {
          SentTo: ["seller@example.com"],
          SentToMemberOf: ["sales@example.com"],
          ExceptIfSentToMemberOf: ["guests@example.com"],
        },
      ),
    findings: [
      `failed custom-policy-in-force ${custom}`,
      'failed quarantine-tag-missing HostedContentFilterPolicy "Custom"',
    ],
  },
  {
    title:
      "A custom policy that is looser with phishing and stricter with spam",
    change: (tenant) =>
      tenant.addPolicy(
        {
          ...useCase4Actions,
          PhishSpamAction: "Delete",
          SpamAction: "MoveToJmf",
        },
        { RecipientDomainIs: ["example.com"] },
      ),
    findings: [`warning custom-policy-in-force ${custom}`],
  },
  {
    title: "The tag of spam names no quarantine policy",
    change: ({ antiSpam: policy }) => (policy["SpamQuarantineTag"] = "Gone"),
    findings: [`failed quarantine-tag-missing ${antiSpam}`],
  },
  {
    title: "Several domains, of which one is allowed past the filter",
    change: ({ antiSpam: policy, domain, account, tenant }) => {
      tenant.domains = ["example.com", "example.org"];
      account.domains.push({
        ...domain,
        domain: "example.org",
        transport: "example-org.mail.protection.outlook.com",
      });
      policy["AllowedSenderDomains"] = ["gmail.com", "example.org"];
    },
    findings: [`warning allowed-senders ${antiSpam}`],
  },
];

/** Tenants that no seed can describe, or only with a switch. */
const further: readonly Case[] = [
  {
    title: "A domain whose mail may be relayed to mailboxes elsewhere",
    change: () => undefined,
    edit: ({ tenant }) =>
      Object.assign(tenant.acceptedDomains[1] ?? {}, {
        DomainType: "InternalRelay",
      }),
    findings: ['warning accepted-domain-relay AcceptedDomain "example.com"'],
  },
  {
    title: "IPv6 in a rule",
    change: () => undefined,
    edit: ({ tenant }) =>
      tenant.edit("TransportRule", "Email Security User Quarantine Message", {
        SenderIpRanges: [...egress, "2405:8100:c400::/38"],
      }),
    findings: [`warning egress-ranges-unsupported ${spam}`],
  },
  {
    title:
      "A rule with the ranges as Cloudflare publishes them, two of which are wide",
    change: () => undefined,
    edit: ({ tenant }) =>
      tenant.edit("TransportRule", "Email Security User Quarantine Message", {
        SenderIpRanges: [
          ...egress.filter((range) => !/^(104|134)/.test(range)),
          "104.30.32.0/19",
          "134.195.26.0/23",
        ],
      }),
    findings: [`warning egress-ranges-unsupported ${spam}`],
  },
  {
    title: "A rule that holds mail back when it cannot be evaluated",
    change: ({ maliciousRule }) => (maliciousRule["RuleErrorAction"] = "Defer"),
    findings: [`warning rule-error-action ${malicious}`],
  },
  {
    title: "A tenant with 295 rules, one of them nearly too large",
    change: ({ rules, maliciousRule }) => {
      for (let at = 0; at < 293; at++)
        rules.push({
          Name: `Rule ${at}`,
          FromScope: "InOrganization",
          PrependSubject: "x",
        });
      maliciousRule["HeaderContainsWords"] = [
        "MALICIOUS",
        ...Array.from({ length: 50 }, (_, at) => `${"W".repeat(100)}${at}`),
      ];
    },
    findings: [
      "warning rule-limits TransportRule",
      `warning rule-limits ${malicious}`,
    ],
  },
];

/** Every case. */
export const cases: readonly Case[] = [...sound, ...defeated, ...further].map(
  (one) => ({
    ...one,
    context: { now, ...one.context },
  }),
);

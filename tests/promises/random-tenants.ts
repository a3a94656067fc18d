import fc from "fast-check";

import { egressIpRanges } from "../../lib/egress";
import type { Simulator } from "../../simulator/index";
import { defaultTenant } from "../../simulator/contoso";
import { hostedContentFilterPolicy } from "../../simulator/exchange/hosted-content-filter-policy";
import type { JsonObject } from "../../simulator/json";
import { textOf } from "../../simulator/tenant";
import { configure } from "../mail-flow/random/simulated-mail";
import { randomTenant, type RandomTenant } from "../mail-flow/random/tenant";
import { custom, leftTenants, switchOn } from "./tenants";

/** The initial objects of a tenant and an account, as data that a failure prints. */
export interface StartingTenant {
  /** A free text, or the name of one of {@link leftTenants}. */
  readonly base: RandomTenant | string;
  /** The changes by hand, in this order. */
  readonly deeds: readonly Deed[];
}

/** A change by hand. */
export type Deed =
  | { readonly rule: JsonObject & { Name: string }; readonly first: boolean }
  | { readonly allowed: readonly string[] }
  | { readonly blocked: readonly string[] }
  | { readonly connector: JsonObject }
  | { readonly preset: "Standard" | "Strict"; readonly renamed?: string }
  | { readonly policy: JsonObject }
  | { readonly quarantine: string; readonly permissions: number }
  | { readonly domain: string; readonly dropped: readonly string[] };

/** Creates these objects in a simulator, with all domains that programs name. */
export function leave(
  simulator: Simulator,
  { base, deeds }: StartingTenant,
): void {
  simulator.reset();
  const { tenant, account } = simulator;
  if (typeof base === "string")
    leftTenants.find(({ name }) => name === base)?.prepare(simulator);
  else {
    const { domains, acceptedDomains } = defaultTenant();
    configure(simulator, legal(base));
    // Names that random tenants do not use.
    const known = new Set(tenant.domains.map(({ id }) => id));
    tenant.domains.push(...domains.filter(({ id }) => !known.has(id)));
    const accepted = new Set(
      tenant.acceptedDomains.map(({ Name }) => Name.toLowerCase()),
    );
    tenant.acceptedDomains.push(
      ...acceptedDomains.filter(({ Name }) => !accepted.has(Name)),
    );
  }
  // Domains become ACTIVE when they are added, as the guard assumes.
  account.zones = [
    ...new Set([...account.zones, "example.com", "example.org", "example.net"]),
  ];
  for (const [Name, EndUserQuarantinePermissionsValue] of [
    ["Open", 7],
    ["Closed", 11],
  ] as const)
    tenant.add("QuarantinePolicy", { Name, EndUserQuarantinePermissionsValue });
  for (const deed of deeds) act(simulator, deed);
}

function act(simulator: Simulator, deed: Deed): void {
  const { tenant, account } = simulator;
  if ("rule" in deed) {
    const { rule, first } = deed;
    if (tenant.find("TransportRule", rule.Name)) return;
    tenant.add("TransportRule", { ...rule, ...(first && { Priority: 0 }) });
  } else if ("allowed" in deed)
    tenant.connectionFilter["IPAllowList"] = [...deed.allowed];
  else if ("blocked" in deed)
    tenant.connectionFilter["IPBlockList"] = [...deed.blocked];
  else if ("connector" in deed) {
    if (!tenant.find("InboundConnector", "From Cloudflare"))
      tenant.add("InboundConnector", {
        Name: "From Cloudflare",
        ...deed.connector,
      });
  } else if ("preset" in deed) {
    const name = switchOn(simulator, deed.preset);
    if (deed.renamed !== undefined)
      tenant.rename(
        "EOPProtectionPolicyRule",
        name,
        `${deed.renamed} ${deed.preset === "Strict" ? 1 : 2}`,
      );
  } else if ("policy" in deed) custom(simulator, deed.policy);
  else if ("quarantine" in deed) {
    if (!tenant.find("QuarantinePolicy", deed.quarantine))
      tenant.add("QuarantinePolicy", {
        Name: deed.quarantine,
        EndUserQuarantinePermissionsValue: deed.permissions,
        ESNEnabled: true,
      });
  } else if (account.find(deed.domain))
    account.edit(deed.domain, { drop_dispositions: [...deed.dropped] });
  else
    account.add({
      domain: deed.domain,
      transport: `${deed.domain.replaceAll(".", "-")}.mail.protection.outlook.com`,
      drop_dispositions: [...deed.dropped],
    });
}

/** Returns the tenant with valid objects only: existing names, valid patterns, complete actions. */
function legal(random: RandomTenant): RandomTenant {
  const tags = new Set([
    "AdminOnlyAccessPolicy",
    "DefaultFullAccessPolicy",
    "DefaultFullAccessWithNotificationPolicy",
    ...random.quarantinePolicies.map(({ Name }) => Name),
  ]);
  const tagged = (policy: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(policy).map(([name, value]) => [
        name,
        name.endsWith("Tag") && !tags.has(value)
          ? "DefaultFullAccessPolicy"
          : value,
      ]),
    );
  const names = new Set(random.antiSpamPolicies.map(({ Name }) => Name));
  return {
    ...random,
    transportRules: random.transportRules.map((rule) => ({
      ...Object.fromEntries(
        Object.entries(rule).map(([name, value]) => [
          name,
          name.endsWith("Patterns") && Array.isArray(value)
            ? value.map((one) => (one === "(" || one === "[" ? "^x" : one))
            : value,
        ]),
      ),
      ...("ManagerAddresses" in rule && {
        ManagerForEvaluatedUser: "Recipient",
      }),
    })),
    antiSpamPolicies: random.antiSpamPolicies.map((policy) => {
      const name = textOf(policy["Name"]);
      return {
        ...hostedContentFilterPolicy({ Name: name }),
        ModifySubjectValue: "[Spam]",
        AddXHeaderValue: "X-Spam",
        ...tagged(policy),
      };
    }),
    antiSpamRules: random.antiSpamRules.filter((rule) =>
      names.has(rule["HostedContentFilterPolicy"] ?? ""),
    ),
    presetRules: random.presetRules.map((rule) => ({
      ...rule,
      ...(names.has(rule["HostedContentFilterPolicy"] ?? "")
        ? {}
        : { State: "Disabled" }),
    })),
    antiPhishPolicies: random.antiPhishPolicies.map(tagged),
    malwarePolicies: random.malwarePolicies.map(tagged),
  };
}

const header = {
  area1: "X-Area1Security-Disposition",
  cloudflare: "X-CFEmailSecurity-Disposition",
};
const headers = fc.constantFrom(header.area1, header.cloudflare);
const ours = [
  ...[
    "Email Security User Quarantine Message",
    "Area 1 User Quarantine Message",
  ],
  ...[
    "Email Security User Quarantine Message Admin Release",
    "Area 1 User Quarantine Message Admin Release",
  ],
];

const addresses = fc.constantFrom<string[]>(
  ["52.11.209.211"],
  ["104.30.32.0/24"],
  ["52.11.209.0/24", "35.157.195.63"],
  [...egressIpRanges],
);

const condition: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant<JsonObject>({}),
  addresses.map((SenderIpRanges): JsonObject => ({ SenderIpRanges })),
  fc
    .record({
      HeaderContainsMessageHeader: headers,
      HeaderContainsWords: fc.subarray(
        ["MALICIOUS", "UCE", "SPOOF", "SUSPICIOUS", "BULK", "PHISH"],
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map((one): JsonObject => one),
  fc.constantFrom<JsonObject>(
    { SentTo: ["megan@example.com"] },
    { RecipientDomainIs: ["example.org"] },
    { SentToMemberOf: ["sales@example.com"] },
    { RecipientAddressContainsWords: ["board"] },
    // A condition that cannot be evaluated.
    { RecipientADAttributeContainsWords: ["Department:Sales"] },
    { ExceptIfSentTo: ["megan@example.com"] },
  ),
);

const action: fc.Arbitrary<JsonObject> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(-1, -1, 0, 5, 6, 7, 9)
      .map((SetSCL): JsonObject => ({ SetSCL })),
  },
  headers.map((RemoveHeader): JsonObject => ({ RemoveHeader })),
  fc
    .record({
      SetHeaderName: headers,
      SetHeaderValue: fc.constantFrom("NONE", "UCE", "MALICIOUS"),
    })
    .map((one): JsonObject => one),
  fc.constantFrom<JsonObject>(
    { DeleteMessage: true },
    { Quarantine: true },
    { RedirectMessageTo: ["security@example.com"] },
    { PrependSubject: "EXTERNAL: " },
  ),
);

const rule: fc.Arbitrary<Deed> = fc
  .record({
    Name: fc.constantFrom("Somebody's", "Another one's", ...ours),
    conditions: fc.array(condition, { maxLength: 2 }),
    action,
    StopRuleProcessing: fc.boolean(),
    Enabled: fc.constantFrom(true, true, true, false),
    first: fc.boolean(),
  })
  .map(({ Name, conditions, action, StopRuleProcessing, Enabled, first }) => ({
    rule: Object.assign(
      { Name, StopRuleProcessing, Enabled },
      ...conditions,
      action,
    ) as JsonObject & { Name: string },
    first,
  }));

const actions = fc.constantFrom(
  ...["MoveToJmf", "Quarantine", "Delete", "Redirect", "ModifySubject"],
  ...["AddXHeader", "Quarantine"],
);
const tags = fc.constantFrom(
  "DefaultFullAccessPolicy",
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessWithNotificationPolicy",
);

/** Generates random changes. */
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: rule },
  addresses.map((allowed): Deed => ({ allowed })),
  addresses.map((blocked): Deed => ({ blocked })),
  {
    weight: 2,
    arbitrary: fc
      .record({
        Enabled: fc.constant(true),
        ConnectorType: fc.constantFrom("Partner", "Partner", "OnPremises"),
        SenderDomains: fc.constant<string[]>(["smtp:*;1"]),
        SenderIPAddresses: addresses,
        RequireTls: fc.boolean(),
        RestrictDomainsToIPAddresses: fc.boolean(),
        AssociatedAcceptedDomains: fc.constantFrom<string[]>(
          [],
          [],
          ["example.com"],
          ["Example.org", "example.com"],
        ),
        EFSkipLastIP: fc.boolean(),
        certificate: fc.constantFrom(null, null, "*.gateway.example"),
      })
      .map(({ certificate, ...connector }): Deed => ({
        connector: {
          ...connector,
          RestrictDomainsToCertificate: certificate !== null,
          TlsSenderCertificateName: certificate,
        },
      })),
  },
  fc.record(
    {
      preset: fc.constantFrom("Standard", "Strict"),
      renamed: fc.constantFrom("Stricter", "Not so strict", "Everybody"),
    },
    { requiredKeys: ["preset"] },
  ),
  {
    weight: 2,
    arbitrary: fc
      .record({
        SpamAction: actions,
        HighConfidenceSpamAction: actions,
        PhishSpamAction: actions,
        SpamQuarantineTag: tags,
        HighConfidenceSpamQuarantineTag: tags,
        PhishQuarantineTag: tags,
        HighConfidencePhishQuarantineTag: tags,
      })
      .map((policy): Deed => ({
        policy: {
          ...policy,
          RedirectToRecipients: ["security@example.com"],
          ModifySubjectValue: "[Spam]",
          AddXHeaderValue: "X-Spam",
        },
      })),
  },
  fc
    .record({
      quarantine: fc.constantFrom(
        "UserNotifyUserRelease",
        "UserNotifyAdminRelease",
        "For recipients",
        "For admins",
      ),
      permissions: fc.constantFrom(0, 3, 7, 11, 39, 43),
    })
    .map((one): Deed => one),
  {
    weight: 4,
    arbitrary: fc
      .record({
        domain: fc.constantFrom("example.com", "example.org"),
        dropped: fc.subarray(["MALICIOUS", "MALICIOUS-BEC", "SPAM", "SPOOF"], {
          minLength: 1,
        }),
      })
      .map((one): Deed => one),
  },
);

/** Generates a tenant and an account. Shrinks to default settings. */
export const startingTenant: fc.Arbitrary<StartingTenant> = fc.record({
  base: fc.oneof(
    { withCrossShrink: true },
    {
      weight: 2,
      arbitrary: fc.constantFrom(...leftTenants.map(({ name }) => name)),
    },
    { weight: 1, arbitrary: randomTenant },
  ),
  deeds: fc.array(deed, { maxLength: 3 }),
});

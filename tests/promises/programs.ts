import type { Seed } from "../../simulator/index";
import type { UseCase4Args } from "../../lib";
import type { UseCase } from "../../mail-flow/use-cases";
import { programOf, type Wanted } from "../sweep/stack";

/** The domain that Cloudflare protects already, with other settings. */
export const adoptedDomain = "example.com";
/** The domain that the program adds. */
export const madeDomain = "example.org";

/** A tenant and an account with existing objects, whose values must be restored. */
export const livedIn: Seed = {
  tenants: [
    {
      transportRules: [
        { Name: "Disclaimer", ApplyHtmlDisclaimerText: "Think of the trees" },
      ],
      hostedContentFilterPolicies: [
        { Name: "Default", QuarantineRetentionPeriod: 30, BulkThreshold: 5 },
      ],
    },
  ],
  accounts: [
    {
      zones: [madeDomain],
      domains: [
        {
          domain: adoptedDomain,
          transport: "mx.example.net",
          lookback_hops: 2,
          drop_dispositions: ["MALICIOUS"],
          ip_restrictions: ["192.0.2.1"],
          require_tls_inbound: false,
          require_tls_outbound: false,
          regions: ["DE"],
        },
      ],
    },
  ],
};

/**
 * A program with every kind: a use case with one pair of rules, notifications, a new and an adopted domain, and a custom policy.
 * @param finance other inputs of the custom policy; undefined removes one.
 */
export async function wholeProgram(
  args: Partial<UseCase4Args> = {},
  finance: Wanted["inputs"] = {},
  useCase: UseCase = 4,
): Promise<Wanted[]> {
  const component = await programOf(
    {
      domains: [adoptedDomain, { domain: madeDomain, offboardOnDestroy: true }],
      endUserSpamNotificationFrequency: "04:00:00",
      header: "cloudflare",
      ...args,
    },
    useCase,
  );
  const inputs = Object.entries({
    name: "Finance",
    recipientDomainIs: ["example.net"],
    spamAction: "Quarantine",
    spamQuarantineTag: "AdminOnlyAccessPolicy",
    // Not weaker than `Default`, which applied to its recipients before.
    highConfidenceSpamAction: "Quarantine",
    highConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
    phishSpamAction: "Quarantine",
    phishQuarantineTag: "AdminOnlyAccessPolicy",
    adminDisplayName: "Managed by Pulumi: ops/dev/finance",
    ...finance,
  }).filter(([, value]) => value !== undefined);
  return [
    ...component,
    {
      name: "finance",
      kind: "AntiSpamPolicy",
      inputs: Object.fromEntries(inputs),
    },
  ];
}

import fc from "fast-check";

import type { Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import {
  antiSpamInputs,
  defaultSpamScl,
  netRule,
  useCaseDefaults,
  useCaseHeaders,
  useCasePlans,
  type UseCase,
} from "../../mail-flow/use-cases";
import { leave, startingTenant } from "../promises/random-tenants";
import { seed } from "../promises/seed";
import { leftTenants } from "../promises/tenants";
import {
  adminRule,
  egressEntries,
  followTutorial,
  userRule,
  tutorialDomain,
} from "../simulator/tutorial";

/** A tenant that somebody takes over. */
export interface GivenTenant {
  readonly name: string;
  /** Whether the program has the component. Missing: either. */
  readonly component?: boolean;
  /** The use case of the component. @default 4 */
  readonly useCase?: UseCase;
  /** The inputs of the component. Missing: any. */
  readonly inputs?: object;
  prepare(simulator: Simulator): void;
}

const area1 = "X-Area1Security-Disposition";

/** Makes the second pair of rules. */
function followOldTutorial({ tenant }: Simulator, words: string[]): void {
  for (const [Name, HeaderContainsWords, SetSCL] of [
    ["Area 1 User Quarantine Message", words, 5],
    ["Area 1 User Quarantine Message Admin Release", ["MALICIOUS"], 9],
  ] as const)
    tenant.add("TransportRule", {
      Name,
      HeaderContainsMessageHeader: area1,
      HeaderContainsWords: [...HeaderContainsWords],
      SenderIpRanges: egressEntries,
      SetSCL,
    });
}

const rule = (simulator: Simulator, Name: string, more: JsonObject): void => {
  simulator.tenant.add("TransportRule", { Name, ...more });
};

const editRules = (
  { tenant }: Simulator,
  changes: JsonObject,
  names = [userRule, adminRule],
): void => {
  for (const name of names) tenant.edit("TransportRule", name, changes);
};

/** Use case 4 with changes. */
const tutorial =
  (
    change: (simulator: Simulator) => void = () => undefined,
    ...variation: Parameters<typeof followTutorial> extends [
      unknown,
      ...infer R,
    ]
      ? R
      : never
  ) =>
  (simulator: Simulator): void => {
    followTutorial(simulator, ...variation);
    change(simulator);
  };

/** Use case 4 that the component can express with other inputs than its defaults. */
const fitting: Record<string, (simulator: Simulator) => void> = {
  "use case 4 of today": tutorial(),
  "use case 4 with the component's own words": tutorial(undefined, {
    words: ["UCE", "SPAM", "SPOOF"],
  }),
  "use case 4 for both headers": tutorial((simulator) =>
    followOldTutorial(simulator, ["UCE", "SPOOF"]),
  ),
  "use case 4 with rule names in another case": tutorial(({ tenant }) => {
    tenant.rename(
      "TransportRule",
      userRule,
      "Email security User Quarantine Message",
    );
  }),
  "use case 4 with other levels, words and addresses": tutorial((simulator) => {
    editRules(simulator, { SenderIpRanges: ["192.0.2.0/24", "198.51.100.7"] });
    editRules(simulator, { SetSCL: 6 }, [userRule]);
    editRules(simulator, { HeaderContainsWords: ["MALICIOUS", "PHISH"] }, [
      adminRule,
    ]);
  }),
  "use case 4 with other quarantine policies and retention": tutorial(
    ({ tenant }) => {
      tenant.rename("QuarantinePolicy", "UserNotifyUserRelease", "For users");
      tenant.rename("QuarantinePolicy", "UserNotifyAdminRelease", "For admins");
      tenant.edit("HostedContentFilterPolicy", "Default", {
        SpamQuarantineTag: "For users",
        HighConfidenceSpamQuarantineTag: "For admins",
        PhishQuarantineTag: "for admins",
        HighConfidencePhishQuarantineTag: "For admins",
        QuarantineRetentionPeriod: 30,
      });
    },
  ),
  "use case 4 with domains that have settings of their own": tutorial(
    ({ account }) => {
      account.add({
        domain: "example.org",
        transport: "relay.example.org",
        lookback_hops: 3,
        regions: ["DE"],
        ip_restrictions: ["192.0.2.1", "2001:db8::/32"],
        require_tls_inbound: true,
        require_tls_outbound: false,
        allowed_delivery_modes: ["BCC", "DIRECT"],
      });
      account.add({
        domain: "example.net",
        transport: "example-net.k-v1.mx.microsoft",
        lookback_hops: 1,
        require_tls_outbound: true,
        allowed_delivery_modes: ["API"],
        drop_dispositions: ["SPAM", "MALICIOUS", "MALICIOUS-BEC"],
      });
    },
  ),
  "use case 4 with notifications": tutorial(({ tenant }) => {
    tenant.edit("QuarantinePolicy", "DefaultGlobalTag", {
      EndUserSpamNotificationFrequency: "7.00:00:00",
    });
  }),
  "use case 4 under the Standard preset, with a bypass and a custom policy":
    tutorial((simulator) => {
      const { tenant } = simulator;
      const [preset] = tenant.eopProtectionPolicyRules;
      tenant.edit("EOPProtectionPolicyRule", preset?.Name ?? "", {
        State: "Enabled",
      });
      rule(simulator, "Bypass", {
        SenderIpRanges: ["192.0.2.25"],
        SetSCL: -1,
        Comments: "Scanner\n\tin the office: # no. 1",
      });
      tenant.add("HostedContentFilterPolicy", {
        Name: "Board",
        SpamAction: "ModifySubject",
        ModifySubjectValue: "[Spam] ${subject}",
        BulkSpamAction: "Quarantine",
        BulkQuarantineTag: "AdminOnlyAccessPolicy",
        SpamZapEnabled: false,
      });
      tenant.add("HostedContentFilterRule", {
        Name: "Board",
        HostedContentFilterPolicy: "Board",
        SentTo: ["megan@example.com"],
        State: "Disabled",
      });
    }),
  "use case 4 that another stack has made": tutorial(({ tenant }) => {
    for (const [name, resource] of [
      [userRule, "mail-cloudflare-user"],
      [adminRule, "mail-cloudflare-admin"],
    ] as const)
      tenant.edit("TransportRule", name, {
        Comments: `Managed by Pulumi: ops/prod/${resource} (0123456789ab)`,
      });
  }),
  "use case 4 with comments by hand": tutorial((simulator) => {
    editRules(simulator, { Comments: 'Ticket #1: "do not touch" \\ \u202e' });
  }),
  "use case 4 with rules beside it": tutorial((simulator) => {
    rule(simulator, "Deliver to Junk Email folder", {
      HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
      HeaderContainsWords: ["BULK"],
      SetSCL: 5,
    });
    rule(simulator, "Area 1 User Quarantine Message", {
      HeaderContainsMessageHeader: area1,
      HeaderContainsWords: ["SPAM", "SPOOF"],
      SetSCL: 5,
      Enabled: false,
      Mode: "AuditAndNotify",
      StopRuleProcessing: true,
      RuleErrorAction: "Defer",
    });
  }),
};

/** Use case 4 with something that the component cannot express. */
const unfitting: Record<string, (simulator: Simulator) => void> = {
  "a tenant that sends spam to Junk": tutorial(({ tenant }) => {
    tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction: "MoveToJmf",
    });
  }),
  "a tenant with an action that needs a value": tutorial(({ tenant }) => {
    tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction: "Redirect",
      RedirectToRecipients: ["security@example.com"],
      PhishSpamAction: "AddXHeader",
      AddXHeaderValue: "X-Phish",
    });
  }),
  "a tenant with other permissions": tutorial(({ tenant }) => {
    tenant.edit("QuarantinePolicy", "UserNotifyUserRelease", {
      EndUserQuarantinePermissionsValue: 39,
      ESNEnabled: false,
    });
  }),
  "a tenant with an exception on a rule": tutorial((simulator) => {
    editRules(simulator, { ExceptIfFrom: ["boss@example.com"] }, [userRule]);
  }),
  "a tenant with another action on a rule": tutorial((simulator) => {
    editRules(simulator, { PrependSubject: "[Malicious] " }, [adminRule]);
  }),
  "a tenant with a disabled rule": tutorial((simulator) => {
    editRules(simulator, { State: "Disabled" }, [adminRule]);
  }),
  "a tenant with different words in the rules": tutorial((simulator) => {
    followOldTutorial(simulator, ["SPAM", "SPOOF"]);
    simulator.tenant.edit("TransportRule", userRule, {
      StopRuleProcessing: true,
    });
    editRules(simulator, { SetSCL: 6 }, [
      "Area 1 User Quarantine Message Admin Release",
    ]);
    editRules(simulator, { Mode: "Audit" }, [
      "Area 1 User Quarantine Message Admin Release",
    ]);
  }),
  "a tenant with a malicious word in the user's rule": tutorial(undefined, {
    words: ["UCE", "SPOOF", "MALICIOUS"],
  }),
  "a tenant without a domain": tutorial(({ account }) => {
    account.domains.splice(0);
  }),
  "a tenant whose domain drops MALICIOUS alone": tutorial(undefined, {
    domain: { drop_dispositions: ["MALICIOUS"] },
  }),
};

/** Sets up a use case by hand, for one header or both, with changes. */
const setUp =
  (
    useCase: UseCase,
    {
      headers = ["cloudflare"],
      drops = useCasePlans[useCase].drops,
      more = [],
      change = () => undefined,
    }: {
      headers?: readonly string[];
      drops?: readonly string[];
      more?: readonly (typeof netRule)[];
      change?: (simulator: Simulator) => void;
    } = {},
  ) =>
  (simulator: Simulator): void => {
    const { tenant, account } = simulator;
    const plan = useCasePlans[useCase];
    const names = {
      user: "UserNotifyUserRelease",
      admin: "UserNotifyAdminRelease",
    };
    account.add({ ...tutorialDomain, drop_dispositions: [...drops] });
    for (const who of plan.quarantines)
      tenant.add("QuarantinePolicy", {
        Name: names[who],
        EndUserQuarantinePermissionsValue: who === "user" ? 7 : 11,
        ESNEnabled: true,
      });
    const { name, ...settings } = antiSpamInputs<string, number>(
      plan,
      names.user,
      names.admin,
      15,
    );
    tenant.edit(
      "HostedContentFilterPolicy",
      name,
      Object.fromEntries(
        Object.entries(settings).map(([property, value]) => [
          `${property.charAt(0).toUpperCase()}${property.slice(1)}`,
          value,
        ]),
      ),
    );
    const levels = { ...useCaseDefaults, spamScl: defaultSpamScl(useCase) };
    for (const header of useCaseHeaders.filter(({ key }) =>
      headers.includes(key),
    ))
      for (const { role, words, action } of [...more, ...plan.rules])
        rule(simulator, header[role], {
          HeaderContainsMessageHeader: header.header,
          HeaderContainsWords: words.flatMap((input) => [
            ...useCaseDefaults[input],
          ]),
          SenderIpRanges: egressEntries,
          ...(action === "hosted"
            ? { Quarantine: true }
            : { SetSCL: levels[action] }),
        });
    change(simulator);
  };

const junk = "Email Security Deliver to Junk Email folder";
const hosted = "Email Security Admin Managed Host Quarantine";

/** Tenants in the other use cases. */
const others: readonly GivenTenant[] = [
  {
    name: "use case 1 of 2023, without MALICIOUS-BEC",
    useCase: 1,
    component: false,
    prepare: setUp(1, { drops: ["MALICIOUS", "SPAM", "SPOOF"] }),
  },
  {
    name: "use case 1 to the letter of the newest page",
    useCase: 1,
    component: true,
    inputs: {
      domains: [{ domain: "example.com", dropDispositions: [] }],
      header: "cloudflare",
    },
    prepare: setUp(1, { drops: [] }),
  },
  {
    name: "use case 1 with the words of 2023 and another dropped disposition",
    useCase: 1,
    component: true,
    inputs: {
      domains: [
        {
          domain: "example.com",
          dropDispositions: [
            "MALICIOUS",
            "MALICIOUS-BEC",
            "SPAM",
            "SPOOF",
            "SUSPICIOUS",
          ],
        },
      ],
      header: "area1",
      junkWords: ["BULK", "SUSPICIOUS"],
    },
    prepare: setUp(1, {
      headers: ["area1"],
      drops: [...useCasePlans[1].drops, "SUSPICIOUS"],
      change: ({ tenant }) =>
        tenant.edit("TransportRule", "Area 1 Deliver to Junk Email folder", {
          HeaderContainsWords: ["SUSPICIOUS", "BULK"],
        }),
    }),
  },
  {
    name: "use case 1 with a rule that holds Malicious, for both headers",
    useCase: 1,
    component: true,
    inputs: { domains: ["example.com"], holdMalicious: true },
    prepare: setUp(1, { headers: ["area1", "cloudflare"], more: [netRule] }),
  },
  {
    name: "use case 2 with other names and retention",
    useCase: 2,
    component: true,
    inputs: {
      domains: ["example.com"],
      header: "cloudflare",
      quarantineRetentionPeriod: 30,
      userQuarantineName: "For users",
      adminQuarantineName: "For admins",
    },
    prepare: setUp(2, {
      change: ({ tenant }) => {
        tenant.rename("QuarantinePolicy", "UserNotifyUserRelease", "For users");
        tenant.rename(
          "QuarantinePolicy",
          "UserNotifyAdminRelease",
          "For admins",
        );
        tenant.edit("HostedContentFilterPolicy", "Default", {
          HighConfidenceSpamQuarantineTag: "For users",
          PhishQuarantineTag: "For admins",
          HighConfidencePhishQuarantineTag: "For admins",
          QuarantineRetentionPeriod: 30,
        });
      },
    }),
  },
  {
    name: "use case 2 of the tutorial, without a rule that holds Malicious",
    useCase: 2,
    component: false,
    prepare: setUp(2, {
      change: ({ tenant }) =>
        tenant.remove("TransportRule", "Email Security Hold Malicious Message"),
    }),
  },
  {
    name: "use case 3 with other words",
    useCase: 3,
    component: true,
    inputs: {
      domains: ["example.com"],
      header: "cloudflare",
      spamWords: ["SPOOF", "UCE"],
    },
    prepare: setUp(3, {
      change: (simulator) =>
        editRules(
          simulator,
          { HeaderContainsWords: ["SPOOF", "MALICIOUS", "UCE"] },
          [userRule],
        ),
    }),
  },
  {
    name: "use case 3 with another level",
    useCase: 3,
    component: false,
    prepare: setUp(3, {
      change: (simulator) => editRules(simulator, { SetSCL: 6 }, [junk]),
    }),
  },
  {
    name: "use case 5",
    useCase: 5,
    component: true,
    inputs: { domains: ["example.com"] },
    prepare: setUp(5, { headers: ["area1", "cloudflare"] }),
  },
  {
    name: "use case 5 of the page about the whole set-up, with its names",
    useCase: 5,
    component: false,
    prepare: setUp(5, {
      change: ({ tenant }) =>
        tenant.rename("TransportRule", hosted, `${junk} 2`),
    }),
  },
];

/** Names that are special in a program or in YAML. */
const oddNames = [
  `it's "quoted" \\ back`,
  "${pulumi.stack} $$ $1 $",
  "`tick` ${x}",
  "yes",
  "1e3",
  "null",
  "~",
  "key: value # no comment",
  "* leading",
  "- dash",
  "{flow}, [x]",
  "%tag & @at ! |",
  "日本語のルール",
  "emoji 🚀",
  "Umlaut äöü",
  "right\u202eleft \u2028 line",
  "A".repeat(64),
  `${"A".repeat(63)}B`,
];

/** A tenant whose objects have odd names. */
function withOddNames(simulator: Simulator): void {
  const { tenant } = simulator;
  for (const name of oddNames) {
    rule(simulator, name, {
      HeaderContainsMessageHeader: area1,
      HeaderContainsWords: ["BULK", `word ${name}`],
      SetSCL: 5,
      Comments: `${name}\n${name}\r\n\t'''"""`,
    });
    tenant.add("QuarantinePolicy", {
      Name: name,
      EndUserQuarantinePermissionsValue: 3,
      ESNEnabled: true,
    });
    tenant.add("HostedContentFilterPolicy", {
      Name: name,
      SpamAction: "Quarantine",
      SpamQuarantineTag: name,
    });
    tenant.add("HostedContentFilterRule", {
      Name: name,
      HostedContentFilterPolicy: name,
      SentToMemberOf: [name],
    });
  }
}

const entries = (
  all: Record<string, (simulator: Simulator) => void>,
  component: boolean,
): GivenTenant[] =>
  Object.entries(all).map(([name, prepare]) => ({ name, component, prepare }));

/** Tenants made by hand. */
export const givenTenants: readonly GivenTenant[] = [
  ...entries(fitting, true),
  ...entries(unfitting, false),
  ...others,
  ...leftTenants.map((left): GivenTenant => ({
    name: `a tenant that ${left.name}`,
    component: false,
    prepare: (simulator) => left.prepare(simulator),
  })),
  {
    name: "use case 4 with a domain whose values are empty or not returned",
    prepare: tutorial(undefined, { domain: { require_tls_outbound: null } }),
  },
  { name: "odd names", component: false, prepare: withOddNames },
];

/** Returns random tenants, the same ones in every run. */
export const randomTenants = (count: number): GivenTenant[] =>
  fc.sample(startingTenant, { seed, numRuns: count }).map((starting, at) => ({
    name: `random tenant ${at}`,
    prepare: (simulator) => leave(simulator, starting),
  }));

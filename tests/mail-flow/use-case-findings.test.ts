import { examined } from "../../cli/doctor/diagnosis";
import { egressIpRanges } from "../../mail-flow/egress";
import type { Finding } from "../../mail-flow/finding";
import { contextOf, examine } from "../../mail-flow/findings";
import { policyRuleDefaults } from "../../mail-flow/policy-defaults";
import type {
  AntiSpamPolicy,
  CloudflareDomain,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import {
  antiSpamInputs,
  defaultSpamScl,
  useCaseDefaults,
  useCaseHeaders,
  useCaseNumbers,
  useCasePlans,
  type UseCase,
} from "../../mail-flow/use-cases";
import { freshTenant, quarantine, sclRule, valueOf } from "./fresh-tenant";

const user = "UserNotifyUserRelease";
const admin = "UserNotifyAdminRelease";
const now = new Date("2026-11-23T12:00:00Z");
const names = useCaseHeaders.find(({ key }) => key === "cloudflare")!;

/** A tenant as the tutorial makes it, with the corrections of the plan. */
class Tenant {
  readonly domain: CloudflareDomain;
  readonly policy: AntiSpamPolicy;
  readonly rules: TransportRule[];
  readonly snapshot: Snapshot;

  constructor(readonly useCase: UseCase) {
    const plan = useCasePlans[useCase];
    const fresh = freshTenant();
    this.domain = {
      ...valueOf(fresh.domains)[0]!,
      dropDispositions: [...plan.drops],
    };
    this.policy = {
      ...valueOf(fresh.antiSpamPolicies)[0]!,
      ...antiSpamInputs<string, number>(plan, user, admin, 15),
    };
    const levels = {
      ...useCaseDefaults,
      spamScl: defaultSpamScl(useCase),
    };
    this.rules = plan.rules.map(({ role, words, action }, at) => {
      const rule = sclRule(
        names[role],
        at,
        words.flatMap((input) => [...useCaseDefaults[input]]),
        0,
      );
      rule.conditions["senderIpRanges"] = [...egressIpRanges];
      return {
        ...rule,
        actions:
          action === "hosted"
            ? { quarantine: true }
            : { setScl: levels[action] },
      };
    });
    const policies = {
      user: quarantine(user, ["Release", "Delete", "Preview"]),
      admin: quarantine(admin, ["RequestRelease", "Delete", "Preview"]),
    };
    this.snapshot = {
      ...fresh,
      domains: { value: [this.domain] },
      acceptedDomains: {
        value: valueOf(fresh.acceptedDomains).slice(0, 1),
      },
      antiSpamPolicies: { value: [this.policy] },
      transportRules: { value: this.rules },
      quarantinePolicies: {
        value: [
          ...valueOf(fresh.quarantinePolicies),
          ...plan.quarantines.map((who) => policies[who]),
        ],
      },
    };
  }

  rule(role: keyof typeof names): TransportRule {
    return this.rules.find(({ name }) => name === names[role])!;
  }

  remove(role: keyof typeof names): void {
    this.rules.splice(this.rules.indexOf(this.rule(role)), 1);
  }

  /** A rule of somebody else, behind the others. */
  add(words: string[], actions: TransportRule["actions"]): void {
    this.rules.push({
      ...sclRule("Another rule", this.rules.length, words, 0),
      actions,
    });
  }
}

const shown = ({ status, check, object, property }: Finding): string =>
  `${status} ${check} ${object.replace(/^\w+ for .*/, "")}${property}`;

/** The findings of a stack. */
const inStack = ({ snapshot, useCase }: Tenant): Finding[] =>
  examine(
    snapshot,
    contextOf({ purpose: "stack", useCase, headers: ["cloudflare"], now }),
  );

test.each(useCaseNumbers)("finds nothing wrong with use case %i", (useCase) => {
  const tenant = new Tenant(useCase);
  expect(inStack(tenant)).toEqual([]);
  const { judgement, findings } = examined(tenant.snapshot, [], now);
  expect(judgement).toContain(`Judged by use case ${useCase}, which`);
  expect(
    findings.filter(
      ({ status, check }) => status !== "ok" && !check.startsWith("connector"),
    ),
  ).toMatchObject([
    // No connector, in no use case.
    { status: "warning", check: "enhanced-filtering" },
  ]);
});

const domain = 'Domain "example.com"dropDispositions';
const rule = (role: keyof typeof names, property: string): string =>
  `TransportRule "${names[role]}"${property}`;
const policy = (property: string): string =>
  `HostedContentFilterPolicy "Default"${property}`;

/** Each deviation with all that a stack finds. */
const deviations: [
  UseCase,
  string,
  (tenant: Tenant) => void,
  findings: string[],
][] = [
  [
    1,
    "a domain drops nothing",
    ({ domain }) => domain.dropDispositions.splice(0),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "a domain does not drop Malicious, and a rule holds it",
    (tenant) => {
      tenant.domain.dropDispositions.splice(0, 2);
      tenant.add(["MALICIOUS"], { quarantine: true });
    },
    [`warning domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "a domain does not drop Malicious, and the rule that would hold it is disabled",
    (tenant) => {
      tenant.domain.dropDispositions.splice(0, 2);
      tenant.add(["MALICIOUS"], { quarantine: true });
      tenant.rules.at(-1)!.enabled = false;
    },
    [
      `failed domain-drop-dispositions ${domain}`,
      'warning rule-disabled TransportRule "Another rule"enabled',
    ],
  ],
  [
    1,
    "a domain does not drop Spoof",
    ({ domain }) => domain.dropDispositions.pop(),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "a domain does not drop MALICIOUS-BEC",
    ({ domain }) => domain.dropDispositions.splice(1, 1),
    [`warning domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "a domain drops Bulk, too",
    ({ domain }) => domain.dropDispositions.push("BULK"),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "a domain drops Suspicious, too",
    ({ domain }) => domain.dropDispositions.push("SUSPICIOUS"),
    [`warning domain-drop-dispositions ${domain}`],
  ],
  [
    1,
    "Microsoft's own high confidence spam goes to Junk",
    ({ policy }) => (policy.highConfidenceSpamAction = "MoveToJmf"),
    [`warning anti-spam-action ${policy("highConfidenceSpamAction")}`],
  ],
  [
    1,
    "recipients release Microsoft's own phishing",
    ({ policy }) => (policy.phishQuarantineTag = "DefaultFullAccessPolicy"),
    [`warning malicious-self-release ${policy("phishQuarantineTag")}`],
  ],
  ...([1, 2, 3, 5] as const).flatMap((useCase): typeof deviations => [
    [
      useCase,
      "the rule for Junk is missing",
      (tenant) => tenant.remove("junk"),
      ["failed rule-missing headerContainsWords"],
    ],
    [
      useCase,
      "the rule for Junk sets a level without a verdict",
      (tenant) => (tenant.rule("junk").actions["setScl"] = 0),
      [`failed rule-scl ${rule("junk", "setScl")}`],
    ],
    [
      useCase,
      "the rule for Junk asks for more",
      (tenant) => (tenant.rule("junk").actions["setScl"] = 9),
      [`warning rule-scl ${rule("junk", "setScl")}`],
    ],
    [
      useCase,
      "spam is quarantined",
      ({ policy }) => (policy.spamAction = "Quarantine"),
      [`warning anti-spam-action ${policy("spamAction")}`],
    ],
    [
      useCase,
      "what becomes of spam is not documented",
      ({ policy }) => (policy.spamAction = "NoAction"),
      [`failed anti-spam-action ${policy("spamAction")}`],
    ],
  ]),
  [
    2,
    "a domain does not drop Malicious, and the rule holds it",
    ({ domain }) => domain.dropDispositions.splice(0),
    [`warning domain-drop-dispositions ${domain}`],
  ],
  [
    2,
    "a domain does not drop Malicious, and the rule is missing",
    (tenant) => {
      tenant.domain.dropDispositions.splice(0);
      tenant.remove("net");
    },
    [
      `failed domain-drop-dispositions ${domain}`,
      "warning rule-missing headerContainsWords",
    ],
  ],
  [
    2,
    "a domain drops Spam, too",
    ({ domain }) => domain.dropDispositions.push("SPAM"),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    2,
    "the rule for Malicious is missing",
    (tenant) => tenant.remove("net"),
    ["warning rule-missing headerContainsWords"],
  ],
  [
    2,
    "the rule for Malicious sets a level instead",
    (tenant) => (tenant.rule("net").actions = { setScl: 9 }),
    [`warning rule-scl ${rule("net", "quarantine")}`],
  ],
  [
    2,
    "the user's rule is missing",
    (tenant) => tenant.remove("user"),
    [
      "failed rule-missing headerContainsWords",
      "failed rule-missing headerContainsWords",
    ],
  ],
  [
    2,
    "the user's rule asks for spam",
    (tenant) => (tenant.rule("user").actions["setScl"] = 5),
    [`failed rule-scl ${rule("user", "setScl")}`],
  ],
  [
    2,
    "high confidence spam goes to Junk",
    ({ policy }) => (policy.highConfidenceSpamAction = "MoveToJmf"),
    [`failed anti-spam-action ${policy("highConfidenceSpamAction")}`],
  ],
  [
    2,
    "recipients cannot release high confidence spam",
    ({ policy }) => (policy.highConfidenceSpamQuarantineTag = admin),
    [
      `warning spam-not-releasable ${policy("highConfidenceSpamQuarantineTag")}`,
    ],
  ],
  [
    2,
    "the hosted quarantine of another use case takes Spam",
    (tenant) => tenant.add(["UCE"], { quarantine: true }),
    ['failed rule-diverts-mail TransportRule "Another rule"quarantine'],
  ],
  [
    3,
    "a domain drops Malicious",
    ({ domain }) => domain.dropDispositions.push("MALICIOUS"),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    3,
    "the rule is missing",
    (tenant) => tenant.remove("user"),
    Array<string>(3).fill("failed rule-missing headerContainsWords"),
  ],
  [
    3,
    "the rule asks for spam, which goes to Junk",
    (tenant) => (tenant.rule("user").actions["setScl"] = 5),
    [`failed rule-scl ${rule("user", "setScl")}`],
  ],
  [
    3,
    "recipients release high confidence spam",
    ({ policy }) =>
      (policy.highConfidenceSpamQuarantineTag = "DefaultFullAccessPolicy"),
    [
      `failed malicious-self-release ${policy("highConfidenceSpamQuarantineTag")}`,
    ],
  ],
  [
    4,
    "the administrator's rule is missing",
    (tenant) => tenant.remove("admin"),
    ["failed rule-missing headerContainsWords"],
  ],
  [
    5,
    "a domain drops Malicious",
    ({ domain }) => domain.dropDispositions.push("MALICIOUS"),
    [`failed domain-drop-dispositions ${domain}`],
  ],
  [
    5,
    "the rule for the hosted quarantine is disabled",
    (tenant) => (tenant.rule("hosted").enabled = false),
    [`failed rule-disabled ${rule("hosted", "enabled")}`],
  ],
  [
    5,
    "the rule for the hosted quarantine asks for spam",
    (tenant) => (tenant.rule("hosted").actions = { setScl: 5 }),
    [`failed rule-scl ${rule("hosted", "quarantine")}`],
  ],
  [
    5,
    "the rule for the hosted quarantine looks for no word",
    (tenant) => {
      delete tenant.rule("hosted").conditions["headerContainsWords"];
    },
    [
      ...Array<string>(3).fill("failed rule-missing headerContainsWords"),
      `failed rule-matches-all-mail ${rule("hosted", "headerContainsWords")}`,
      // Bulk mail may go there, too.
      `warning rule-diverts-mail ${rule("hosted", "quarantine")}`,
    ],
  ],
  [
    5,
    "a later rule sets a level on what is quarantined before it",
    (tenant) => tenant.add(["MALICIOUS"], { setScl: -1 }),
    [],
  ],
  [
    5,
    "a rule before it stops processing",
    (tenant) => {
      tenant.add(["MALICIOUS"], { setScl: 0 });
      Object.assign(tenant.rules.at(-1)!, {
        priority: -1,
        stopRuleProcessing: true,
      });
    },
    [
      'failed rule-stops-processing TransportRule "Another rule"stopRuleProcessing',
    ],
  ],
  [
    5,
    "recipients can ask for Microsoft's own high confidence spam",
    (tenant) => {
      valueOf(tenant.snapshot.quarantinePolicies).push(
        quarantine(admin, ["RequestRelease"]),
      );
      tenant.policy.highConfidenceSpamQuarantineTag = admin;
    },
    [
      `warning malicious-self-release ${policy("highConfidenceSpamQuarantineTag")}`,
    ],
  ],
  [
    5,
    "a preset is on",
    ({ snapshot }) => {
      snapshot.presetRules = {
        value: [
          {
            ...policyRuleDefaults,
            name: "Strict Preset Security Policy",
            hostedContentFilterPolicy: "Strict",
          },
        ],
      };
    },
    [
      'warning preset-in-force EOPProtectionPolicyRule "Strict Preset Security Policy"enabled',
    ],
  ],
];

test.each(deviations)(
  "in use case %i, reports exactly what follows if %s",
  (useCase, _, deviate, findings) => {
    const tenant = new Tenant(useCase);
    deviate(tenant);
    expect(inStack(tenant).map(shown).sort()).toEqual([...findings].sort());
  },
);

test.each([1, 2] as const)(
  "the doctor fails use case %i to the letter of the newest page, in which nothing holds Malicious",
  (useCase) => {
    const tenant = new Tenant(useCase);
    tenant.domain.dropDispositions.splice(0);
    if (useCase === 2) tenant.remove("net");
    const { judgement, findings } = examined(tenant.snapshot, [], now);
    expect(judgement).toContain(`use case ${useCase}`);
    const failed = findings.filter(({ status }) => status === "failed");
    expect(failed).toMatchObject([{ check: "domain-drop-dispositions" }]);
    expect(failed[0]?.reason).toContain(
      "Nothing holds Malicious mail for example.com",
    );
    expect(failed[0]?.fix).toContain('"MALICIOUS","MALICIOUS-BEC"');
  },
);

test("rules that were not read do not hold Malicious", () => {
  const tenant = new Tenant(2);
  tenant.domain.dropDispositions.splice(0);
  tenant.snapshot.transportRules = { unavailable: "A role is missing." };
  expect(inStack(tenant)).toContainEqual(
    expect.objectContaining({
      check: "domain-drop-dispositions",
      status: "failed",
    }),
  );
});

test("the doctor judges a tenant in no use case by use case 4, and says so", () => {
  const { judgement, findings } = examined(freshTenant(), [], now);
  expect(judgement).toContain("Judged by use case 4, because");
  expect(findings.filter(({ check }) => check === "rule-missing")).toHaveLength(
    3,
  );
});

test("texts name the use case and its actions", () => {
  const tenant = new Tenant(5);
  tenant.remove("hosted");
  valueOf(tenant.snapshot.acceptedDomains).push({
    ...valueOf(tenant.snapshot.acceptedDomains)[0]!,
    domainName: "example.org",
  });
  const found = examine(
    tenant.snapshot,
    contextOf({ purpose: "doctor", useCase: 5, now }),
  );
  const fixes = found.map(({ fix }) => fix).join("\n");
  expect(fixes).toContain("with the hosted quarantine");
  expect(fixes).toContain("UseCase5");
  expect(fixes).not.toContain("UseCase4");
  expect(found.find(({ check }) => check === "rule-missing")?.url).toMatch(
    /\/use-cases\/$/,
  );
});

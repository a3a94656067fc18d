import { dispositionHeaders, type Header } from "../../mail-flow/message";
import type { AntiSpamPolicy, Snapshot } from "../../mail-flow/snapshot";
import {
  useCaseOf,
  useCaseSentence,
  type TenantUseCase,
} from "../../mail-flow/use-case";
import { freshTenant, quarantine, sclRule, valueOf } from "./fresh-tenant";

/** What differs from a tenant that nobody has set up. */
interface SetUp {
  /** Dropped dispositions, by domain. */
  drops?: Record<string, string[]>;
  /** The quarantine policies for spam and for high confidence spam; Junk if missing. */
  spam?: string;
  highConfidenceSpam?: string;
  rules?: Rule[];
}

interface Rule {
  name?: string;
  header?: Header;
  words: string[];
  /** The level, or the hosted quarantine. */
  sets: number | "quarantine";
  more?: Partial<Parameters<typeof sclRule>[4]>;
}

const recipients = "UserNotifyUserRelease";
const administrators = "UserNotifyAdminRelease";

function tenant({
  drops = { "example.com": [] },
  spam,
  highConfidenceSpam,
  rules = [],
}: SetUp): Snapshot {
  const fresh = freshTenant();
  const [domain] = valueOf(fresh.domains);
  const [policy] = valueOf(fresh.antiSpamPolicies);
  const acting: Partial<AntiSpamPolicy> = {
    ...(spam !== undefined && {
      spamAction: "Quarantine",
      spamQuarantineTag: spam,
    }),
    ...(highConfidenceSpam !== undefined && {
      highConfidenceSpamAction: "Quarantine",
      highConfidenceSpamQuarantineTag: highConfidenceSpam,
    }),
  };
  return {
    ...fresh,
    domains: {
      value: Object.entries(drops).map(([name, dropDispositions]) => ({
        ...domain!,
        domain: name,
        dropDispositions,
      })),
    },
    antiSpamPolicies: { value: [{ ...policy!, ...acting }] },
    quarantinePolicies: {
      value: [
        ...valueOf(fresh.quarantinePolicies),
        quarantine(recipients, ["Release", "Delete", "Preview"]),
        quarantine(administrators, ["RequestRelease", "Delete", "Preview"]),
      ],
    },
    transportRules: {
      value: rules.map(
        ({ name, header = "cloudflare", words, sets, more }, at) => {
          const rule = sclRule(name ?? `Rule ${at}`, at, words, 0, more);
          return {
            ...rule,
            conditions: {
              ...rule.conditions,
              headerContainsMessageHeader: dispositionHeaders[header],
            },
            actions:
              sets === "quarantine" ? { quarantine: true } : { setScl: sets },
          };
        },
      ),
    },
  };
}

const judge = (setUp: SetUp): TenantUseCase =>
  useCaseOf(tenant(setUp), new Date("2026-11-23T12:00:00Z"));

const junk = (words: string[]): Rule => ({ words, sets: 5 });
const old = (rule: Rule): Rule => ({ ...rule, header: "area1" });
const everything = ["MALICIOUS", "MALICIOUS-BEC", "SPAM", "SPOOF"];

/** Each use case: to the letter of the tutorial of 2023, and of today with what it leaves out. */
const clean: [useCase: number, generation: string, SetUp][] = [
  [
    1,
    "old",
    {
      drops: { "example.com": ["MALICIOUS", "SPAM", "SPOOF"] },
      highConfidenceSpam: administrators,
      rules: [old(junk(["SUSPICIOUS", "BULK"]))],
    },
  ],
  [
    1,
    "new",
    {
      drops: { "example.com": everything },
      highConfidenceSpam: administrators,
      rules: [junk(["BULK"])],
    },
  ],
  [
    2,
    "old",
    {
      drops: { "example.com": ["MALICIOUS"] },
      highConfidenceSpam: recipients,
      rules: [
        old(junk(["SUSPICIOUS", "BULK"])),
        old({ words: ["SPAM", "SPOOF"], sets: 9 }),
      ],
    },
  ],
  [
    2,
    "new",
    {
      drops: { "example.com": ["MALICIOUS", "MALICIOUS-BEC"] },
      highConfidenceSpam: recipients,
      rules: [junk(["BULK"]), { words: ["UCE", "SPOOF"], sets: 9 }],
    },
  ],
  [
    3,
    "old",
    {
      highConfidenceSpam: administrators,
      rules: [
        old(junk(["SUSPICIOUS", "BULK"])),
        old({ words: ["MALICIOUS", "SPAM", "SPOOF"], sets: 9 }),
      ],
    },
  ],
  [
    3,
    "new",
    {
      highConfidenceSpam: administrators,
      rules: [
        junk(["BULK"]),
        { words: ["MALICIOUS", "UCE", "SPOOF"], sets: 9 },
      ],
    },
  ],
  [
    4,
    "old",
    {
      spam: recipients,
      highConfidenceSpam: administrators,
      rules: [
        old({ words: ["SPAM", "SPOOF"], sets: 5 }),
        old({ words: ["MALICIOUS"], sets: 9 }),
      ],
    },
  ],
  [
    4,
    "new",
    {
      spam: recipients,
      highConfidenceSpam: administrators,
      rules: [
        { words: ["uce", "Spoof"], sets: 6 },
        { words: ["MALICIOUS"], sets: 9 },
      ],
    },
  ],
  [
    5,
    "old",
    {
      highConfidenceSpam: "AdminOnlyAccessPolicy",
      rules: [
        old(junk(["SUSPICIOUS", "BULK"])),
        old({ words: ["MALICIOUS", "SPAM", "SPOOF"], sets: "quarantine" }),
      ],
    },
  ],
  [
    5,
    "new",
    {
      highConfidenceSpam: "AdminOnlyAccessPolicy",
      rules: [
        junk(["BULK"]),
        { words: ["MALICIOUS", "UCE", "SPOOF"], sets: "quarantine" },
      ],
    },
  ],
];

test.each(clean)(
  "recognises use case %i of the %s tutorial",
  (useCase, _, setUp) => {
    const found = judge(setUp);
    expect(found).toMatchObject({ state: "one", useCases: [useCase] });
    expect(useCaseSentence(found)).toContain(`use case ${useCase}:`);
    const held = found.places.map(({ destinations }) => destinations.Malicious);
    expect(held).not.toContain("microsoft");
  },
);

test.each([
  [1, { highConfidenceSpam: administrators, rules: [junk(["BULK"])] }],
  [
    2,
    {
      highConfidenceSpam: recipients,
      rules: [junk(["BULK"]), { words: ["UCE", "SPOOF"], sets: 9 }],
    },
  ],
] satisfies [number, SetUp][])(
  "says that nothing holds Malicious in use case %i to the letter of today's page",
  (useCase, setUp) => {
    const found = judge(setUp);
    expect(found).toMatchObject({ state: "one", useCases: [useCase] });
    expect(found.remarks.join()).toContain(
      "Nothing holds Malicious mail for example.com",
    );
  },
);

test("says that a rule looks for SPAM, which no header has", () => {
  const [, , setUp] = clean[6]!;
  expect(judge(setUp).remarks.join()).toContain("looks for SPAM");
});

test("takes the rules of Cloudflare's page about the whole set-up for use case 5, by what they do", () => {
  const name = "Email Security Deliver to Junk Email folder";
  const found = judge({
    highConfidenceSpam: "AdminOnlyAccessPolicy",
    rules: [
      { ...junk(["BULK"]), name },
      {
        name: `${name} 2`,
        words: ["MALICIOUS", "UCE", "SPOOF"],
        sets: "quarantine",
      },
    ],
  });
  expect(found).toMatchObject({ state: "one", useCases: [5] });
  expect(found.remarks.join()).toContain(
    `"${name} 2" sends mail to the hosted`,
  );
});

test("finds use case 4 behind the hosted quarantine of the page before it", () => {
  const found = judge({
    spam: recipients,
    highConfidenceSpam: administrators,
    rules: [
      junk(["BULK"]),
      { words: ["MALICIOUS", "UCE", "SPOOF"], sets: "quarantine" },
      { words: ["UCE", "SPOOF"], sets: 5 },
      { words: ["MALICIOUS"], sets: 9 },
    ],
  });
  expect(found).toMatchObject({
    state: "mixed",
    useCases: [4, 5],
    places: [{ useCase: 5, partsOf: [4] }],
  });
  expect(useCaseSentence(found)).toContain("use cases 4 and 5");
});

test("finds use case 4 for mail that a domain drops", () => {
  const found = judge({
    drops: { "example.com": ["MALICIOUS"], "example.org": [] },
    spam: recipients,
    highConfidenceSpam: administrators,
    rules: [
      { words: ["UCE", "SPOOF"], sets: 5 },
      { words: ["MALICIOUS"], sets: 9 },
    ],
  });
  expect(found).toMatchObject({
    state: "mixed",
    useCases: [4],
    places: [
      { domains: ["example.com"], partsOf: [4] },
      { domains: ["example.org"], useCase: 4, partsOf: [] },
    ],
  });
  expect(found.places[0]).not.toHaveProperty("useCase");
});

test("names the domains and headers that are in several use cases", () => {
  const found = judge({
    drops: { "example.com": everything, "example.org": [] },
    highConfidenceSpam: administrators,
    rules: [junk(["BULK"]), { words: ["MALICIOUS", "UCE", "SPOOF"], sets: 9 }],
  });
  expect(found).toMatchObject({ state: "several", useCases: [1, 3] });
  expect(useCaseSentence(found)).toContain(
    "use case 1 for example.com; use case 3 for example.org",
  );
  const byHeader = judge({
    spam: recipients,
    highConfidenceSpam: administrators,
    rules: [
      { words: ["UCE", "SPOOF"], sets: 5 },
      { words: ["MALICIOUS"], sets: 9 },
      old({ words: ["MALICIOUS", "UCE", "SPOOF"], sets: 9 }),
    ],
  });
  expect(byHeader).toMatchObject({ state: "several", useCases: [3, 4] });
  expect(useCaseSentence(byHeader)).toContain(
    "several use cases: use case 3 for example.com; use case 4 for example.com",
  );
});

test.each([
  ["nothing is set up", {}, "none"],
  ["Cloudflare protects no domain", { drops: {} }, "none"],
  [
    "a rule is disabled, only watches, or is for some recipients",
    {
      highConfidenceSpam: administrators,
      rules: [
        { words: ["MALICIOUS"], sets: 9, more: { enabled: false } },
        { words: ["UCE"], sets: 9, more: { mode: "Audit" } },
        {
          words: ["SPOOF"],
          sets: 9,
          more: {
            conditions: {
              headerContainsWords: ["SPOOF"],
              sentTo: ["megan@example.com"],
            },
          },
        },
      ],
    },
    "none",
  ],
  [
    "Malicious goes to Junk",
    { rules: [{ words: ["MALICIOUS", "UCE"], sets: 9 }] },
    "mixed",
  ],
  [
    "the administrator's quarantine is the recipient's",
    {
      spam: recipients,
      highConfidenceSpam: recipients,
      rules: [
        { words: ["MALICIOUS"], sets: 9 },
        { words: ["UCE", "SPOOF"], sets: 5 },
      ],
    },
    "mixed",
  ],
  [
    "a later rule takes Malicious back",
    {
      spam: recipients,
      highConfidenceSpam: administrators,
      rules: [
        { words: ["UCE", "SPOOF"], sets: 5 },
        { words: ["MALICIOUS"], sets: 9 },
        { words: ["MALICIOUS"], sets: 0 },
      ],
    },
    "mixed",
  ],
] satisfies [string, SetUp, TenantUseCase["state"]][])(
  "recognises no use case where %s",
  (_, setUp, state) => {
    const found = judge(setUp);
    expect(found).toMatchObject({ state, useCases: [] });
    expect(useCaseSentence(found)).toContain("none of the five use cases");
  },
);

test("a rule that ends the processing hides the later ones", () => {
  const rules: Rule[] = [
    { words: ["UCE", "SPOOF"], sets: 5 },
    { words: ["MALICIOUS"], sets: 9, more: { stopRuleProcessing: true } },
    { words: ["MALICIOUS"], sets: 0 },
  ];
  expect(
    judge({ spam: recipients, highConfidenceSpam: administrators, rules }),
  ).toMatchObject({ state: "one", useCases: [4] });
});

test("parts that could not be read count as nothing", () => {
  const unread = tenant({});
  unread.quarantinePolicies = { unavailable: "A role is missing." };
  unread.transportRules = { unavailable: "A role is missing." };
  unread.domains = { unavailable: "A permission is missing." };
  expect(useCaseOf(unread)).toMatchObject({ state: "none", useCases: [] });
});

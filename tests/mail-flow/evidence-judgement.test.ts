import { evidence, type Found } from "../../mail-flow/evidence";
import type {
  QuarantinedMessage,
  Reports,
  RuleHits,
  RuleMatch,
} from "../../mail-flow/reports";
import type {
  AntiSpamPolicy,
  PolicyRule,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import { freshTenant, quarantine, sclRule, valueOf } from "./fresh-tenant";
import { scope } from "./mail-tenant";

const now = Date.parse("2026-11-23T12:00:00Z");
const ago = (days: number) =>
  new Date(now - days * 24 * 3_600_000).toISOString();

/** A tenant whose spam goes to a quarantine of the recipient's, with these rules. */
function tenant(...rules: TransportRule[]): Snapshot {
  const snapshot = freshTenant();
  const [policy] = valueOf(snapshot.antiSpamPolicies);
  Object.assign(policy as AntiSpamPolicy, {
    spamAction: "Quarantine",
    spamQuarantineTag: "User",
    highConfidenceSpamAction: "Quarantine",
    highConfidenceSpamQuarantineTag: "Admin",
  });
  valueOf(snapshot.quarantinePolicies).push(
    quarantine("User", ["Release", "Delete"]),
    quarantine("Admin", ["RequestRelease", "Delete"]),
  );
  return { ...snapshot, transportRules: { value: rules } };
}

const spamRule = (more: Partial<TransportRule> = {}) =>
  sclRule("Spam", 0, ["UCE"], 5, more);

const older = "X-Area1Security-Disposition";
/** The rule for the same word in the older header. */
const olderRule = (name: string, setScl = 5) =>
  sclRule(name, 1, ["UCE"], setScl, {
    conditions: {
      headerContainsMessageHeader: older,
      headerContainsWords: ["UCE"],
    },
  });

const match = (id: number, more: Partial<RuleMatch> = {}): RuleMatch => ({
  rule: "Spam",
  at: ago(3),
  messageId: `<${id}@a.example>`,
  traceId: "",
  recipient: `person${id}@example.com`,
  sender: "",
  subject: "",
  ...more,
});

const entry = (
  { messageId, recipient, at }: RuleMatch,
  more: Partial<QuarantinedMessage> = {},
): QuarantinedMessage => ({
  identity: `${messageId}\\x`,
  messageId,
  receivedAt: at,
  recipients: [recipient],
  type: "Spam",
  policyType: "HostedContentFilterPolicy",
  policy: "Default",
  quarantinePolicy: "User",
  releaseStatus: "NOTRELEASED",
  systemReleased: false,
  ...more,
});

const several = (count: number, more: Partial<RuleMatch> = {}) =>
  Array.from({ length: count }, (_, id) => match(id, more));

function look(
  snapshot: Snapshot,
  matches: RuleMatch[],
  entries: QuarantinedMessage[] = [],
  more: Partial<Reports> = {},
) {
  return evidence(snapshot, {
    takenAt: new Date(now).toISOString(),
    hitsSince: ago(90),
    matchesSince: ago(10),
    hits: { value: [] },
    matches: { value: matches },
    quarantine: { value: entries },
    changes: [],
    ...more,
  });
}

const foundOf = (...asked: Parameters<typeof look>): Found | undefined =>
  look(...asked).rules[0]?.found[0];

test("a message that an administrator moved to the quarantine proves nothing about the rule", () => {
  const one = match(1);
  expect(
    foundOf(
      tenant(spamRule()),
      [one],
      [entry(one, { type: "AdminTriggered" })],
    ),
  ).toMatchObject({
    agrees: "unknown",
    why: "an administrator moved it there",
  });
});

test("a message that Microsoft released itself does not count as released by an unknown person", () => {
  const one = match(1);
  const released = (systemReleased: boolean) =>
    foundOf(
      tenant(spamRule()),
      [one],
      [entry(one, { releaseStatus: "RELEASED", systemReleased })],
    );
  expect(released(true)).toMatchObject({ released: 1, releasedByUnknown: 0 });
  expect(released(false)).toMatchObject({ released: 1, releasedByUnknown: 1 });
});

test("a message is compared with the rules in force when it arrived: a rule that has expired since then matched", () => {
  const bypass = sclRule("Bypass", 1, ["UCE"], -1, { expiryDate: ago(1) });
  const matches = several(5);
  expect(look(tenant(spamRule(), bypass), matches).findings).toEqual([]);
  expect(foundOf(tenant(spamRule(), bypass), matches)).toMatchObject({
    agrees: "yes",
  });
  expect(look(tenant(spamRule()), matches).findings).toHaveLength(1);
});

test("if several rules matched a message, the last one decides the expected result", () => {
  const first = sclRule("Spam", 0, ["UCE"], 9, {
    conditions: {
      headerContainsMessageHeader: "X-Area1Security-Disposition",
      headerContainsWords: ["UCE"],
    },
  });
  const one = match(1);
  const { rules, findings } = look(
    tenant(first, sclRule("Later", 1, ["UCE"], 5)),
    [one, { ...one, rule: "Later" }],
    [entry(one)],
  );
  expect(findings).toEqual([]);
  expect(
    rules.map(({ expected, found }) => [
      expected[0]?.quarantinePolicy,
      found[0]?.agrees,
    ]),
  ).toEqual([
    ["User", "yes"],
    ["User", "yes"],
  ]);
});

test("a message is compared with the expected result for its own sender", () => {
  const partner = (setScl: number) =>
    sclRule("Partner", 1, [], setScl, {
      conditions: { senderDomainIs: ["partner.example"] },
    });
  const one = match(1, { sender: "jo@partner.example" });
  const { rules } = look(
    tenant(spamRule(), partner(9)),
    [one],
    [entry(one, { quarantinePolicy: "Admin" })],
  );
  expect(rules[0]).toMatchObject({
    expected: [{ quarantinePolicy: "Admin" }],
    found: [{ agrees: "yes" }],
  });
  const missing = (sender: string) =>
    look(tenant(spamRule(), partner(-1)), several(5, { sender })).findings;
  expect(missing("jo@elsewhere.example")).toHaveLength(1);
  expect(missing("jo@partner.example")).toEqual([]);
});

test("an address on the IP Allow List makes the result undecidable if the rule has no address condition", () => {
  const snapshot = tenant(spamRule());
  valueOf(snapshot.connectionFilters)[0]?.ipAllowList.push("192.0.2.7");
  expect(look(snapshot, several(5)).findings).toEqual([]);
});

test("an address on the IP Allow List makes the result undecidable if the rule includes this address", () => {
  const ranges = { senderIpRanges: ["198.51.100.0/24", "203.0.113.0/24"] };
  const rule = spamRule();
  const limited = spamRule({ conditions: { ...rule.conditions, ...ranges } });
  const allowing = (address: string): Snapshot => {
    const snapshot = tenant(limited);
    valueOf(snapshot.connectionFilters)[0]?.ipAllowList.push(address);
    return snapshot;
  };
  expect(look(allowing("203.0.113.7"), several(5)).findings).toEqual([]);
  // Another rule takes any address.
  const both = allowing("192.0.2.7");
  valueOf(both.transportRules).push(olderRule("Older"));
  expect(
    look(both, [...several(5), ...several(5, { rule: "Older" })]).findings,
  ).toEqual([]);
  expect(
    look(both, [
      ...several(5),
      ...several(5, { rule: "Older" }).map((one) => ({
        ...one,
        messageId: `<older${one.messageId}>`,
      })),
    ]).findings,
  ).toMatchObject([{ object: 'TransportRule "Spam"' }]);
  expect(look(allowing("192.0.2.7"), several(5)).findings).toHaveLength(1);
});

/** A policy before `Default`, which differs from it, for some people. */
function withPolicy(
  snapshot: Snapshot,
  more: Partial<AntiSpamPolicy>,
  audience: Partial<PolicyRule> = { sentToMemberOf: ["vips@example.com"] },
): Snapshot {
  const [standard] = valueOf(snapshot.antiSpamPolicies);
  valueOf(snapshot.antiSpamPolicies).push({
    ...(standard as AntiSpamPolicy),
    name: "VIP",
    isDefault: false,
    ...more,
  });
  valueOf(snapshot.antiSpamRules).push({
    ...scope({ name: "VIP", hostedContentFilterPolicy: "VIP" }),
    ...audience,
  });
  return snapshot;
}

test("a policy for a group may explain a missing message, and explains an existing one", () => {
  const forGroup = (more: Partial<AntiSpamPolicy>): Snapshot =>
    withPolicy(tenant(spamRule()), more);
  const junk = forGroup({ spamAction: "MoveToJmf" });
  expect(look(junk, several(6)).findings).toEqual([]);
  expect(foundOf(junk, several(6))).toMatchObject({
    agrees: "unknown",
    why: expect.stringMatching(/members of some group/) as string,
  });
  const one = match(1);
  expect(
    foundOf(
      forGroup({ spamQuarantineTag: "Admin" }),
      [one],
      [entry(one, { policy: "VIP", quarantinePolicy: "Admin" })],
    ),
  ).toMatchObject({ agrees: "yes" });
  // The quarantine may keep theirs for a shorter time.
  expect(
    foundOf(forGroup({ quarantineRetentionPeriod: 3 }), several(6)),
  ).toMatchObject({
    agrees: "unknown",
    why: "it is as old as the quarantine keeps messages",
  });
});

test("a rule for members of two groups at once may explain a missing message", () => {
  const forBoth = (groups: TransportRule["conditions"]) =>
    look(
      tenant(
        spamRule(),
        sclRule("Both", 1, [], -1, {
          conditions: { sentToMemberOf: ["a@example.com"], ...groups },
        }),
      ),
      several(5),
    ).findings;
  expect(forBoth({ anyOfToHeaderMemberOf: ["b@example.com"] })).toEqual([]);
  expect(forBoth({ sentTo: ["ceo@example.com"] })).toHaveLength(1);
});

test("of two messages with the same Message-ID, the one that arrived when the rule matched is evaluated", () => {
  const one = match(1);
  const entries = [
    entry(one),
    entry(one, { receivedAt: ago(9), quarantinePolicy: "Admin" }),
  ];
  for (const listed of [entries, entries.toReversed()])
    expect(foundOf(tenant(spamRule()), [one], listed)).toMatchObject({
      agrees: "yes",
      quarantinePolicy: "User",
    });
});

test("each message is compared with the expected result for its own recipient", () => {
  const snapshot = withPolicy(
    tenant(spamRule(), olderRule("Older", 9)),
    { spamQuarantineTag: "Admin" },
    { sentTo: ["person2@example.com"] },
  );
  const alias = match(2, { messageId: "<to-an-alias@a.example>" });
  const matches = [match(1), match(2), alias, match(3, { rule: "Older" })];
  const vip = { policy: "VIP", quarantinePolicy: "Admin" };
  const { rules } = look(snapshot, matches, [
    entry(match(1)),
    entry(match(2), vip),
    entry(alias, { ...vip, recipients: ["alias@example.com"] }),
    entry(match(3), { quarantinePolicy: "Admin" }),
  ]);
  expect(
    rules.map(({ expected }) =>
      expected.map(({ policy, quarantinePolicy, messages }) => [
        policy,
        quarantinePolicy,
        messages,
      ]),
    ),
  ).toEqual([
    [
      ["VIP", "Admin", 2],
      ["Default", "User", 1],
    ],
    [["Default", "Admin", 1]],
  ]);
});

test("the expected result is reported once for a message, even if its rule is for several dispositions", () => {
  const rule = sclRule("Spam", 0, ["UCE", "SPOOF"], 5);
  const [there, elsewhere, missing] = [match(1), match(2), match(3)];
  const { rules } = look(
    tenant(rule),
    [there, elsewhere, missing],
    [entry(there), entry(elsewhere, { recipients: ["alias@example.com"] })],
  );
  expect(rules[0]?.expected).toEqual([
    {
      outcome: "quarantine",
      policy: "Default",
      quarantinePolicy: "User",
      release: "self",
      messages: 3,
    },
  ]);
  expect(
    rules[0]?.found.map(({ inQuarantine, agrees, why }) => [
      inQuarantine,
      agrees,
      why,
    ]),
  ).toEqual([
    [true, "yes", ""],
    [
      false,
      "unknown",
      "the quarantine has it under another recipient's address",
    ],
    [
      false,
      "unknown",
      "somebody may have deleted it, or Microsoft has found something else first",
    ],
  ]);
});

test("a rule for two dispositions of which a later rule delivers one explains both existing and missing messages", () => {
  const snapshot = tenant(
    sclRule("Spam", 0, ["UCE", "MALICIOUS"], 5),
    sclRule("Later", 1, ["MALICIOUS"], -1),
  );
  const one = match(1);
  expect(foundOf(snapshot, [one], [entry(one)])?.agrees).toBe("yes");
  expect(look(snapshot, several(5)).findings).toEqual([]);
  expect(foundOf(snapshot, several(5))?.agrees).toBe("unknown");
});

test.each<[string, TransportRule, RegExp]>([
  [
    "a level that Microsoft does not document",
    spamRule({ actions: { setScl: 8 } }),
    /^nobody has documented, or nobody can tell, where it ends: /,
  ],
  [
    "a word that Cloudflare does not stamp",
    sclRule("Spam", 0, ["SPAM"], 5),
    /^the model does not know the rule's words$/,
  ],
])("the result is undecidable if a rule has %s", (_, rule, why) => {
  const one = match(1);
  for (const entries of [[], [entry(one, { type: "Bulk" })]])
    expect(foundOf(tenant(rule), [one], entries)).toMatchObject({
      agrees: "unknown",
      why: expect.stringMatching(why) as string,
    });
});

test("another policy is reported although its quarantine policy is the expected one", () => {
  const snapshot = tenant(spamRule());
  const [standard] = valueOf(snapshot.antiSpamPolicies);
  valueOf(snapshot.antiSpamPolicies).push({
    ...(standard as AntiSpamPolicy),
    name: "Elsewhere",
    isDefault: false,
  });
  const one = match(1);
  expect(
    look(snapshot, [one], [entry(one, { policy: "Elsewhere" })]).findings,
  ).toMatchObject([{ check: "quarantined-by-other-policy" }]);
});

test("quarantined messages to a domain prove nothing about another domain", () => {
  const matches = [
    ...several(5, { subject: "a" }),
    ...several(5).map((one, id) => ({
      ...one,
      messageId: `<org${id}@a.example>`,
      recipient: `person${id}@example.org`,
    })),
  ];
  const { findings } = look(
    tenant(spamRule()),
    matches,
    matches.slice(0, 5).map((one) => entry(one)),
  );
  expect(findings).toMatchObject([
    { check: "matched-not-quarantined", messages: 5 },
  ]);
});

test("one quarantined message, even to another recipient, shows that Microsoft honours the rule's SCL", () => {
  const matches = several(8);
  const alias = entry(matches[0] as RuleMatch, {
    recipients: ["alias@example.com"],
  });
  expect(look(tenant(spamRule()), matches, [alias]).findings).toEqual([]);
  expect(look(tenant(spamRule()), matches).findings).toHaveLength(1);
});

test("a change in the last hour before a message may not have acted on it yet", () => {
  const matches = several(5);
  const changed = (hours: number) =>
    look(tenant(spamRule()), matches, [], {
      changes: [
        {
          object: 'AntiPhishPolicy "P"',
          at: new Date(Date.parse(ago(3)) - hours * 3_600_000).toISOString(),
        },
      ],
    }).findings.length;
  expect([changed(-1), changed(0.9), changed(1.1)]).toEqual([0, 0, 1]);
});

test("a part of the configuration that may not be read is reported, and makes only the results that depend on it undecidable", () => {
  const snapshot: Snapshot = {
    ...tenant(spamRule()),
    antiPhishPolicies: { unavailable: "403" },
  };
  const one = match(1);
  const found = look(snapshot, [one], [entry(one)]);
  expect(found.couldNotLook).toEqual([
    { part: "anti-phishing policies (Get-AntiPhishPolicy)", reason: "403" },
  ]);
  expect(found.rules[0]?.found[0]).toMatchObject({ agrees: "yes" });
  const blind = look(
    { ...snapshot, antiSpamPolicies: { unavailable: "403" } },
    several(6),
  );
  expect(blind.findings).toEqual([]);
  expect(blind.rules[0]?.found[0]?.agrees).toBe("unknown");
});

test("a message without any id is not searched for", () => {
  expect(
    foundOf(tenant(spamRule()), [match(1, { messageId: "" })]),
  ).toMatchObject({
    agrees: "unknown",
    why: "it has no Message-ID to find it by",
  });
});

test("rules are examined if they have one of the headers, in any case", () => {
  const { rules } = look(
    tenant(
      spamRule({
        name: "A",
        conditions: {
          headerContainsMessageHeader: "x-area1SECURITY-disposition",
          headerContainsWords: ["uce", "Malicious"],
        },
      }),
      spamRule({
        name: "Area 1 User Quarantine Message",
        conditions: { subjectContainsWords: ["UCE"] },
      }),
    ),
    [],
  );
  expect(rules).toMatchObject([
    {
      rule: "A",
      header: "area1",
      words: ["uce", "Malicious"],
      dispositions: ["Malicious", "Spam"],
    },
  ]);
});

test("properties that Exchange does not return for a quarantined message are null, and contradict nothing", () => {
  const one = match(1);
  expect(
    foundOf(
      tenant(spamRule()),
      [one],
      [
        entry(one, {
          type: "",
          policyType: "",
          policy: "",
          quarantinePolicy: "",
        }),
      ],
    ),
  ).toEqual({
    inQuarantine: true,
    policy: null,
    type: null,
    quarantinePolicy: null,
    agrees: "yes",
    why: "",
    messages: 1,
    released: 0,
    releasedByRecipient: 0,
    releasedByUnknown: 0,
  });
});

test("only messages of rules on Cloudflare's headers are reported, however the report writes a rule's name", () => {
  const { rules } = look(
    tenant(spamRule()),
    [match(1), match(2, { rule: "SPAM" }), match(3, { rule: "Disclaimer" })],
    [],
    {
      hits: {
        value: [
          { rule: "spam", date: "2026-11-20", messages: 2 },
          { rule: "Disclaimer", date: "2026-11-20", messages: 7 },
          { rule: "Spam", date: "2026-11-17", messages: 1 },
          { rule: "Spam", date: "2026-11-18", messages: 4 },
          { rule: "Spam", date: "2026-11-20", messages: 3 },
          { rule: "Spam", date: "2026-11-19", messages: 0 },
        ],
      },
    },
  );
  expect(rules).toMatchObject([
    {
      lookedAt: 2,
      matched: 10,
      perDay: [
        { date: "2026-11-17", messages: 1 },
        { date: "2026-11-18", messages: 4 },
        { date: "2026-11-20", messages: 5 },
      ],
    },
  ]);
});

test("rules are reported in Exchange's order, with the level that they set", () => {
  const { rules } = look(
    tenant(
      sclRule("Last", 2, ["UCE"], 5, { actions: {} }),
      sclRule("First", 0, ["MALICIOUS"], 9, { mode: "Audit" }),
    ),
    [],
  );
  expect(
    rules.map(({ rule, setScl, mode }) => ({ rule, setScl, mode })),
  ).toEqual([
    { rule: "First", setScl: 9, mode: "Audit" },
    { rule: "Last", setScl: null, mode: "Enforce" },
  ]);
});

test.each<[string, Partial<QuarantinedMessage>, number[]]>([
  ["nobody", { releaseStatus: "NOTRELEASED" }, [0, 0, 0]],
  [
    "nobody, whoever asked for it",
    { releaseStatus: "DENIED", releasedBy: ["person1@example.com"] },
    [0, 0, 0],
  ],
  [
    "its recipient",
    { releaseStatus: "RELEASED", releasedBy: ["Person1@Example.com"] },
    [1, 1, 0],
  ],
  [
    "its recipient under another address",
    {
      releaseStatus: "RELEASED",
      recipients: ["person1@example.com", "alias@example.com"],
      releasedBy: ["admin@example.com", "alias@example.com"],
    },
    [1, 1, 0],
  ],
  [
    "an administrator",
    { releaseStatus: "RELEASED", releasedBy: ["admin@example.com"] },
    [1, 0, 0],
  ],
  ["somebody who is not named", { releaseStatus: "RELEASED" }, [1, 0, 1]],
  [
    "somebody of an empty list",
    { releaseStatus: "RELEASED", releasedBy: [] },
    [1, 0, 1],
  ],
  ["an administrator on request", { releaseStatus: "APPROVED" }, [1, 0, 0]],
])("a message is released by %s", (_, status, counts) => {
  const one = match(1);
  const found = foundOf(tenant(spamRule()), [one], [entry(one, status)]);
  expect([
    found?.released,
    found?.releasedByRecipient,
    found?.releasedByUnknown,
  ]).toEqual(counts);
});

test.each<[TransportRule["actions"], string, string, "yes" | "no"]>([
  [{ setScl: 5 }, "User", "Spam", "yes"],
  [{ setScl: 5 }, "User", "High Confidence Spam", "no"],
  [{ setScl: 5 }, "User", "TransportRule", "no"],
  [{ setScl: 9 }, "Admin", "Spam", "yes"],
  [{ setScl: 9 }, "Admin", "HighConfSpam", "yes"],
  [{ setScl: 9 }, "Admin", "High Confidence Spam", "yes"],
  [{ setScl: 9 }, "Admin", "Bulk", "no"],
  [{ quarantine: true }, "", "TransportRule", "yes"],
  [{ quarantine: true }, "AdminOnlyAccessPolicy", "TransportRule", "yes"],
  [{ quarantine: true }, "", "Transport rule", "yes"],
  [{ quarantine: true }, "", "Spam", "no"],
])(
  "a rule with %j is compared with the quarantine %s for the reason %s: %s",
  (actions, quarantinePolicy, type, agrees) => {
    const one = match(1);
    expect(
      foundOf(
        tenant(spamRule({ actions })),
        [one],
        [entry(one, { type, quarantinePolicy })],
      ),
    ).toMatchObject({ agrees });
  },
);

test("names of policies are compared in any case, and those of anti-phishing policies not at all", () => {
  const one = match(1);
  const agrees = (more: Partial<QuarantinedMessage>) =>
    foundOf(tenant(spamRule()), [one], [entry(one, more)])?.agrees;
  expect(agrees({ policy: "DEFAULT", quarantinePolicy: "USER" })).toBe("yes");
  expect(
    agrees({ policy: "Office365 AntiPhish", policyType: "AntiPhishPolicy" }),
  ).toBe("yes");
  expect(agrees({ policy: "Gone", policyType: "" })).toBe("no");
});

test("a policy that no longer exists explains the message only if it was an anti-spam policy", () => {
  const one = match(1);
  const why = (more: Partial<QuarantinedMessage>) =>
    foundOf(tenant(spamRule()), [one], [entry(one, more)]);
  expect(why({ policy: "Gone" })).toMatchObject({
    agrees: "unknown",
    why: "the policy Gone is not there any more",
  });
  expect(
    why({ policy: "Gone", policyType: "AntiPhishPolicy", type: "Bulk" }),
  ).toMatchObject({ agrees: "no", why: "" });
  expect(why({ policy: "", type: "Bulk" })).toMatchObject({ agrees: "no" });
});

test("a disagreement names the policy, or says that there is none, and counts messages", () => {
  const delivered = tenant(spamRule({ actions: { setScl: -1 } }));
  const reasons = (count: number, more: Partial<QuarantinedMessage>) => {
    const matches = several(count);
    return look(
      delivered,
      matches,
      matches.map((one) => entry(one, { quarantinePolicy: "Odd", ...more })),
    ).findings.map(({ reason }) => reason);
  };
  expect(reasons(1, { policy: "", type: "" })).toEqual([
    "1 matched message: quarantined by an unnamed policy, where the configuration says inbox, whatever Microsoft finds them to be",
  ]);
  expect(reasons(2, { type: "Bulk" })).toEqual([
    "2 matched messages: quarantined by Default as Bulk, where the configuration says inbox, whatever Microsoft finds them to be",
  ]);
});

describe("a message that is not in quarantine", () => {
  const why = (days: number, retention = 15): string | undefined => {
    const snapshot = tenant(spamRule());
    const [policy] = valueOf(snapshot.antiSpamPolicies);
    Object.assign(policy as AntiSpamPolicy, {
      quarantineRetentionPeriod: retention,
    });
    return foundOf(snapshot, [match(1, { at: ago(days) })])?.why;
  };

  test("proves nothing in its first day, as the lists may be late", () => {
    expect(why(0.9)).toMatch(/younger than a day/);
    expect(why(1.1)).toMatch(/may have deleted it/);
  });

  test("proves nothing a day before the quarantine deletes it", () => {
    expect(why(1.9, 3)).toMatch(/may have deleted it/);
    expect(why(2.1, 3)).toMatch(/as old as the quarantine keeps/);
  });

  test("is counted separately from undecidable ones", () => {
    const young = (count: number) =>
      several(count, { at: ago(0.5) }).map((one) => ({
        ...one,
        messageId: `<young${one.messageId}>`,
      }));
    expect(
      look(tenant(spamRule()), [...several(5), ...young(1)]),
    ).toMatchObject({
      findings: [{ messages: 5 }],
      rules: [{ found: [{ agrees: "no", why: "" }, { agrees: "unknown" }] }],
    });
    expect(
      look(tenant(spamRule()), [...several(4), ...young(3)]).findings,
    ).toEqual([]);
  });

  test("proves nothing without the list of quarantined messages", () => {
    expect(
      foundOf(tenant(spamRule()), several(6), [], {
        quarantine: { unavailable: "403" },
      }),
    ).toMatchObject({
      agrees: "unknown",
      why: "the quarantine could not be looked at",
    });
  });

  test("is explained by the last change, which is named", () => {
    const change = (object: string, days: number) => ({
      object,
      at: ago(days),
    });
    expect(
      foundOf(tenant(spamRule()), [match(1)], [], {
        changes: [change("A", 5), change("B", 1), change("C", 2)],
      }),
    ).toMatchObject({ agrees: "unknown", why: "B was changed afterwards" });
  });

  test.each([
    ["four messages", several(4), 0],
    ["five messages", several(5), 1],
    [
      "five messages to two people",
      several(5).map((one, id) => ({
        ...one,
        recipient: `person${id % 2}@example.com`,
      })),
      0,
    ],
    [
      "five messages to two people, whose addresses are written in two ways",
      several(5).map((one, id) => ({
        ...one,
        recipient: `${id < 2 ? "P" : "p"}erson${id % 2}@example.com`,
      })),
      0,
    ],
    [
      "five messages to three people",
      several(5).map((one, id) => ({
        ...one,
        recipient: `person${id % 3}@example.com`,
      })),
      1,
    ],
  ])("is missed from enough of them: %s", (_, matches, findings) => {
    expect(look(tenant(spamRule()), matches).findings).toHaveLength(findings);
  });
});

test("messages of two rules are the same message by its ids and its recipient", () => {
  const snapshot = tenant(spamRule(), olderRule("Older", 9));
  const expected = (more: Partial<RuleMatch>, other: Partial<RuleMatch> = {}) =>
    look(snapshot, [
      match(1, more),
      match(1, { ...more, rule: "older", ...other }),
    ]).rules.map(({ expected: [first] }) => first?.quarantinePolicy);
  // The last rule decides about a message of both.
  expect(expected({})).toEqual(["Admin", "Admin"]);
  expect(expected({ messageId: "", traceId: "1" })).toEqual(["Admin", "Admin"]);
  expect(expected({}, { recipient: "PERSON1@example.com" })).toEqual([
    "Admin",
    "Admin",
  ]);
  expect(expected({}, { recipient: "person2@example.com" })).toEqual([
    "User",
    "Admin",
  ]);
  expect(expected({}, { messageId: "<another@a.example>" })).toEqual([
    "User",
    "Admin",
  ]);
  expect(expected({ messageId: "" })).toEqual(["User", "Admin"]);
});

test("Microsoft's own verdict explains a message of somebody in a group by the group's policy", () => {
  const one = match(1);
  expect(
    foundOf(
      withPolicy(tenant(spamRule()), {
        phishSpamAction: "Quarantine",
        phishQuarantineTag: "Admin",
      }),
      [one],
      [entry(one, { type: "Phish", policy: "VIP", quarantinePolicy: "Admin" })],
    ),
  ).toMatchObject({ agrees: "ownVerdict", why: "" });
});

test("Microsoft's own verdict causes a warning if recipients release its mail, but only an administrator the rule's mail", () => {
  const warnings = (setScl: number, phishQuarantineTag: string) => {
    const snapshot = tenant(spamRule({ actions: { setScl } }));
    Object.assign(valueOf(snapshot.antiSpamPolicies)[0] as AntiSpamPolicy, {
      phishSpamAction: "Quarantine",
      phishQuarantineTag,
    });
    const one = match(1);
    return look(
      snapshot,
      [one],
      [entry(one, { type: "Phish", quarantinePolicy: phishQuarantineTag })],
    ).findings.map(({ check, reason }) => `${check}: ${reason}`);
  };
  expect(warnings(9, "User")).toEqual([
    "own-verdict-weaker: 1 matched message: quarantined as Phish by Microsoft's own verdict, which goes before the rule's, under User: their recipients can release them",
  ]);
  expect(warnings(9, "Admin")).toEqual([]);
  expect(warnings(5, "User")).toEqual([]);
});

test("a released message is not a contradiction if the policy was changed, but still reported", () => {
  const one = match(1);
  const released = (changes: Reports["changes"]) =>
    look(
      tenant(spamRule({ actions: { setScl: 9 } })),
      [one],
      [
        entry(one, {
          quarantinePolicy: "User",
          releaseStatus: "RELEASED",
          releasedBy: [one.recipient],
        }),
      ],
      { changes },
    ).findings.map(({ status, check }) => `${status} ${check}`);
  expect(released([])).toEqual([
    "failed other-quarantine-policy",
    "failed released-by-recipient",
  ]);
  expect(
    released([{ object: 'HostedContentFilterPolicy "Default"', at: ago(1) }]),
  ).toEqual(["warning released-by-recipient"]);
});

test("a message that its recipient released is reported if no recipient can release, and not if none was expected in quarantine", () => {
  const one = match(1);
  const checks = (
    actions: TransportRule["actions"],
    more: Partial<QuarantinedMessage>,
  ) =>
    look(
      tenant(spamRule({ actions })),
      [one],
      [
        entry(one, {
          releaseStatus: "RELEASED",
          releasedBy: [one.recipient],
          ...more,
        }),
      ],
    ).findings.map(({ check }) => check);
  expect(checks({ quarantine: true }, { type: "TransportRule" })).toEqual([
    "released-by-recipient",
  ]);
  expect(checks({ setScl: -1 }, { quarantinePolicy: "Odd" })).toEqual([
    "quarantined-unexpectedly",
  ]);
  expect(checks({ setScl: 5 }, {})).toEqual([]);
});

test("failures come before warnings, whatever the order of the rules", () => {
  const { findings } = look(
    tenant(
      sclRule("Unknown", 0, ["SPAM", "JUNK"], 5),
      sclRule("Spam", 1, ["UCE"], 5),
    ),
    [match(9, { rule: "Unknown" }), ...several(5)],
  );
  expect(findings.map(({ status, check }) => `${status} ${check}`)).toEqual([
    "failed matched-not-quarantined",
    "warning unknown-word-matched",
  ]);
  expect(findings[1]?.reason).toMatch(/\(SPAM, JUNK\)/);
});

test("evidence names its tenant, and names messages only with details", () => {
  const snapshot = tenant(spamRule());
  const { tenantId, findings } = look(snapshot, several(5));
  expect(tenantId).toBe(snapshot.tenantId);
  expect(findings).toHaveLength(1);
  expect(findings[0]).not.toHaveProperty("details");
  const { tenantId: _, ...anonymous } = snapshot;
  expect(look(anonymous, [])).not.toHaveProperty("tenantId");
});

describe("a rule that never matches", () => {
  const twins = tenant(spamRule({ name: "New" }), olderRule("Old"));
  const hit = (
    rule: string,
    messages: number,
    date = "2026-11-20",
  ): RuleHits => ({ rule, date, messages });
  /** The rules that are said never to match, with the messages of the twin. */
  const silent = (
    hits: RuleHits[],
    more: Partial<Reports> = {},
    snapshot = twins,
  ) =>
    look(snapshot, [], [], { hits: { value: hits }, ...more }).findings.map(
      ({ object, messages }) => [object, messages],
    );
  const old = 'TransportRule "Old"';

  test("is reported once its twin has matched ten messages", () => {
    expect(silent([hit("New", 9)])).toEqual([]);
    expect(silent([hit("New", 10)])).toEqual([[old, 10]]);
    expect(silent([hit("new", 6), hit("New", 6, "2026-11-21")])).toEqual([
      [old, 12],
    ]);
    expect(silent([hit("New", 12), hit("Old", 1)])).toEqual([]);
  });

  test("has a twin for one of its dispositions on the other header, or on its own header where no word is stamped", () => {
    const among = (...rules: TransportRule[]) =>
      silent([hit("New", 12)], {}, tenant(...rules));
    const malicious = sclRule("New", 0, ["MALICIOUS"], 9);
    expect(among(malicious, olderRule("Old"))).toEqual([]);
    expect(among(malicious, spamRule({ name: "Old" }))).toEqual([]);
    expect(among(spamRule({ name: "New" }), spamRule({ name: "Old" }))).toEqual(
      [],
    );
    const more = olderRule("Old");
    more.conditions["headerContainsWords"] = ["MALICIOUS", "UCE"];
    expect(among(spamRule({ name: "New" }), more)).toEqual([[old, 12]]);
    const both = sclRule("New", 0, ["MALICIOUS", "UCE"], 9);
    expect(among(both, olderRule("Old"))).toEqual([[old, 12]]);
    expect(among(both, sclRule("Old", 1, ["SPAM"], 5))).toEqual([[old, 12]]);
    const unstamped = olderRule("Old");
    unstamped.conditions["headerContainsWords"] = ["SPAM"];
    expect(among(both, unstamped)).toEqual([]);
  });

  test("is reported only if it and its twin are in force", () => {
    const among = (more: Partial<TransportRule>, of: "New" | "Old") =>
      silent(
        [hit("New", 12)],
        {},
        tenant(
          ...[spamRule({ name: "New" }), olderRule("Old")].map((rule) =>
            rule.name === of ? { ...rule, ...more } : rule,
          ),
        ),
      );
    for (const rule of ["New", "Old"] as const) {
      expect(among({ enabled: false }, rule)).toEqual([]);
      expect(among({ expiryDate: ago(0.1) }, rule)).toEqual([]);
      expect(among({ expiryDate: ago(-1) }, rule)).toEqual([[old, 12]]);
      // The day on which it began is not counted.
      expect(among({ activationDate: "2026-11-20T00:00:00Z" }, rule)).toEqual(
        [],
      );
      expect(among({ activationDate: "2026-11-19T23:00:00Z" }, rule)).toEqual([
        [old, 12],
      ]);
    }
  });

  test.each(["New", "Old"])(
    "is counted from the day after the last change of both: %s",
    (name) => {
      const since = (at: string) =>
        silent([hit("New", 12)], {
          changes: [
            { object: 'TransportRule "Other"', at: ago(0) },
            { object: `TransportRule "${name}"`, at },
          ],
        });
      expect(since("2026-11-20T01:00:00Z")).toEqual([]);
      expect(since("2026-11-19T23:00:00Z")).toEqual([[old, 12]]);
    },
  );

  test("is counted since the report's first day, inclusive", () => {
    const since = (hitsSince: string) =>
      silent([hit("New", 12)], { hitsSince });
    expect(since("2026-11-20T18:00:00Z")).toEqual([[old, 12]]);
    expect(since("2026-11-21T00:00:00Z")).toEqual([]);
    const begun = { activationDate: "2026-01-01T00:00:00Z" };
    expect(
      silent(
        [hit("New", 12)],
        { hitsSince: "2026-11-21T00:00:00Z" },
        tenant(spamRule({ name: "New", ...begun }), {
          ...olderRule("Old"),
          ...begun,
        }),
      ),
    ).toEqual([]);
  });

  test("is compared with the twin that matched most", () => {
    const snapshot = tenant(
      spamRule({ name: "New" }),
      spamRule({ name: "More" }),
      olderRule("Old"),
    );
    const reasons = look(snapshot, [], [], {
      hits: { value: [hit("New", 11), hit("More", 12)] },
    }).findings.map(({ reason }) => reason);
    expect(reasons).toEqual([
      expect.stringMatching(
        /^It matched nothing while "More" matched 12 messages:/,
      ),
    ]);
  });

  test("comes after failures", () => {
    const checks = look(twins, several(5, { rule: "New" }), [], {
      hits: { value: [hit("New", 12)] },
    }).findings.map(({ check }) => check);
    expect(checks).toEqual(["matched-not-quarantined", "rule-never-matched"]);
  });

  test("is not searched for without the report of matches per day", () => {
    const { findings, rules, couldNotLook } = look(twins, several(2), [], {
      hits: { unavailable: "403" },
    });
    expect(findings).toEqual([]);
    expect(rules[0]).toMatchObject({ matched: null, perDay: [] });
    expect(couldNotLook).toEqual([
      {
        part: "messages that rules matched per day (Get-MailTrafficPolicyReport)",
        reason: "403",
      },
    ]);
  });
});

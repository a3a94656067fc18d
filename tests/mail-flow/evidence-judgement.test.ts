import { evidence, type Found } from "../../lib/mail-flow/evidence";
import type {
  QuarantinedMessage,
  Reports,
  RuleMatch,
} from "../../lib/mail-flow/reports";
import type {
  AntiSpamPolicy,
  PolicyRule,
  Snapshot,
  TransportRule,
} from "../../lib/mail-flow/snapshot";
import { freshTenant, quarantine, sclRule, valueOf } from "./fresh-tenant";

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
  sender: "",
  subject: "",
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

test("what an administrator moved to the quarantine says nothing of the rule", () => {
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

test("what Microsoft released by itself was not released by somebody unknown", () => {
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

test("a message is held against the rules as they were when it came: one that has run out since did match", () => {
  const bypass = sclRule("Bypass", 1, ["UCE"], -1, { expiryDate: ago(1) });
  const matches = several(5);
  expect(look(tenant(spamRule(), bypass), matches).findings).toEqual([]);
  expect(foundOf(tenant(spamRule(), bypass), matches)).toMatchObject({
    agrees: "yes",
  });
  expect(look(tenant(spamRule()), matches).findings).toHaveLength(1);
});

test("where several rules matched a message, the last one says what should come of it", () => {
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

test("a message is held against what is said of its own sender", () => {
  const partner = sclRule("Partner", 1, [], 9, {
    conditions: { senderDomainIs: ["partner.example"] },
  });
  const one = match(1, { sender: "jo@partner.example" });
  const { rules } = look(
    tenant(spamRule(), partner),
    [one],
    [entry(one, { quarantinePolicy: "Admin" })],
  );
  expect(rules[0]).toMatchObject({
    expected: [{ quarantinePolicy: "Admin" }],
    found: [{ agrees: "yes" }],
  });
});

test("an address on the IP Allow List says nothing, as far as the rule takes it", () => {
  const ranges = { senderIpRanges: ["198.51.100.0/24", "203.0.113.0/24"] };
  const rule = spamRule();
  const limited = spamRule({ conditions: { ...rule.conditions, ...ranges } });
  const allowing = (address: string): Snapshot => {
    const snapshot = tenant(limited);
    valueOf(snapshot.connectionFilters)[0]?.ipAllowList.push(address);
    return snapshot;
  };
  expect(look(allowing("203.0.113.7"), several(5)).findings).toEqual([]);
  expect(look(allowing("192.0.2.7"), several(5)).findings).toHaveLength(1);
});

test("a policy for a group may explain what is missing, and explains what is there", () => {
  const forGroup = (more: Partial<AntiSpamPolicy>): Snapshot => {
    const snapshot = tenant(spamRule());
    const [standard] = valueOf(snapshot.antiSpamPolicies);
    valueOf(snapshot.antiSpamPolicies).push({
      ...(standard as AntiSpamPolicy),
      name: "VIP",
      isDefault: false,
      ...more,
    });
    valueOf(snapshot.antiSpamRules).push({
      name: "VIP",
      enabled: true,
      priority: 0,
      hostedContentFilterPolicy: "VIP",
      sentTo: [],
      sentToMemberOf: ["vips@example.com"],
      recipientDomainIs: [],
      exceptIfSentTo: [],
      exceptIfSentToMemberOf: [],
      exceptIfRecipientDomainIs: [],
    } satisfies PolicyRule);
    return snapshot;
  };
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
});

test("another policy is found though its quarantine policy is the one that is expected", () => {
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

test("messages to a domain that are there prove nothing about another domain", () => {
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

test("one message that is there, even for somebody else, shows that the rule's wish is granted", () => {
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

test("a part of the configuration that may not be read is said, and hides only what it decides", () => {
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

test("a message without any id is not looked for", () => {
  expect(
    foundOf(tenant(spamRule()), [match(1, { messageId: "" })]),
  ).toMatchObject({ why: "it has no Message-ID to find it by" });
});

test("rules are ours by their header in any case, and by nothing else", () => {
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
    { rule: "A", header: "area1", dispositions: ["Malicious", "Spam"] },
  ]);
});

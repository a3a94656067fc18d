import fc from "fast-check";

import {
  classes,
  fates,
  key,
  originsOf,
  recipientClasses,
} from "../../mail-flow/recipients";
import { representatives, type Origin } from "../../mail-flow/representatives";
import { mailFlowTo } from "../../mail-flow/route";
import { rows } from "../../mail-flow/rows";
import type { Snapshot } from "../../mail-flow/snapshot";
import { seeded } from "../promises/seed";
import {
  configuredTenant,
  scope,
  withPolicies,
  withRules,
} from "./mail-tenant";
import { asSnapshot } from "./random/as-snapshot";
import { randomTenant } from "./random/tenant";

/** The tenant with both its domains at Cloudflare, so that they are alike. */
const alike = (snapshot: Snapshot): Snapshot => {
  const [domain] = "value" in snapshot.domains ? snapshot.domains.value : [];
  if (!domain) throw new Error("There is no domain");
  return {
    ...snapshot,
    domains: {
      value: [
        domain,
        {
          ...domain,
          domain: "example.org",
          transport: "example-org.mail.protection.outlook.com",
        },
      ],
    },
  };
};
const labels = (snapshot: Snapshot) =>
  recipientClasses(snapshot).map(({ label }) => label);
const strict = scope({ name: "Strict Preset Security Policy" });
const stricter = (changes: Parameters<typeof scope>[0]): Snapshot => {
  const snapshot = alike(withPolicies([], [{ ...strict, ...changes }]));
  if ("value" in snapshot.antiSpamPolicies)
    for (const policy of snapshot.antiSpamPolicies.value)
      if (policy.name === strict.name) policy.quarantineRetentionPeriod = 30;
  return snapshot;
};

test("without differences between recipients there is one class", () => {
  expect(recipientClasses(alike(configuredTenant()))).toEqual([
    { label: "everybody", recipient: "someone@example.com", groups: [] },
  ]);
  expect(labels(stricter({}))).toEqual(["everybody"]);
});

test("a recipient that a condition names is a class, also in a subdomain that the tenant accepts without listing it", () => {
  const snapshot = stricter({ sentTo: ["lee@deep.example.org"] });
  const inside = () =>
    representatives(snapshot)
      .map(({ recipient }) => recipient)
      .filter((recipient) => recipient.endsWith("@deep.example.org"));
  expect(inside()).toEqual([]);
  if ("value" in snapshot.acceptedDomains)
    for (const domain of snapshot.acceptedDomains.value)
      domain.matchSubDomains = domain.domainName === "example.org";
  expect(inside()).toEqual([
    "someone@deep.example.org",
    "lee@deep.example.org",
  ]);
});

test("a domain that Cloudflare does not protect is a class, but not one of another tenant or only for routing", () => {
  expect(labels(configuredTenant())).toEqual([
    "everybody else at example.com",
    "everybody else at example.org",
  ]);
  const snapshot = alike(configuredTenant());
  if ("value" in snapshot.domains)
    snapshot.domains.value.push({
      ...snapshot.domains.value[0]!,
      domain: "example.net",
      dropDispositions: ["SPAM"],
    });
  expect(labels(snapshot)).toEqual(["everybody"]);
});

test("members of a group, addresses and domains in a scope are classes of their own", () => {
  expect(labels(stricter({ sentToMemberOf: ["Board@example.com"] }))).toEqual([
    "everybody else",
    "members of board@example.com",
  ]);
  expect(labels(stricter({ sentTo: ["megan@example.com"] }))).toEqual([
    "everybody else",
    "megan@example.com",
  ]);
  expect(labels(stricter({ recipientDomainIs: ["example.org"] }))).toEqual([
    "everybody else at example.com",
    "everybody else at example.org",
  ]);
});

test("two kinds of conditions in one scope make the class of recipients that meet both", () => {
  expect(
    recipientClasses(
      stricter({
        sentToMemberOf: ["board@example.com"],
        recipientDomainIs: ["example.org"],
      }),
    ),
  ).toEqual([
    { label: "everybody else", recipient: "someone@example.com", groups: [] },
    {
      label: "members of board@example.com at example.org",
      recipient: "someone@example.org",
      groups: ["board@example.com"],
    },
  ]);
});

test("an address and a group in one scope make the class of recipients that meet both, and no other", () => {
  const both = {
    sentTo: ["megan@example.com"],
    sentToMemberOf: ["board@example.com"],
  };
  expect(recipientClasses(stricter(both))).toEqual([
    { label: "everybody else", recipient: "someone@example.com", groups: [] },
    {
      label: "megan@example.com as a member of board@example.com",
      recipient: "megan@example.com",
      groups: ["board@example.com"],
    },
  ]);
  const { sentTo, sentToMemberOf } = both;
  expect(
    labels(stricter({ sentTo, exceptIfSentToMemberOf: sentToMemberOf })),
  ).toEqual(["everybody else", "megan@example.com"]);
  // With very many of both, members are looked at for themselves alone.
  const many = Array.from({ length: 65 }, (_, n) => `u${n}@example.com`);
  expect(labels(stricter({ ...both, sentTo: many }))).toEqual(["everybody"]);
});

test("excepted recipients are a class, and a disabled policy creates no class", () => {
  expect(labels(stricter({ exceptIfSentTo: ["megan@example.com"] }))).toEqual([
    "everybody else",
    "megan@example.com",
  ]);
  expect(
    labels(stricter({ enabled: false, sentTo: ["megan@example.com"] })),
  ).toEqual(["everybody"]);
});

test("a rule's conditions on recipients make classes, and those without effect on the way do not", () => {
  const ruled = (
    conditions: Record<string, string[]>,
    actions: Record<string, string | number> = { setScl: -1 },
  ) => labels(alike(withRules({ conditions, actions })));
  expect(ruled({ sentToMemberOf: ["sales@example.com"] })).toEqual([
    "everybody else",
    "members of sales@example.com",
  ]);
  expect(ruled({ exceptIfSentTo: ["megan@example.com"] })).toEqual([
    "everybody else",
    "megan@example.com",
  ]);
  expect(ruled({ recipientAddressMatchesPatterns: ["\\.org$"] })).toEqual([
    "everybody else at example.com",
    "everybody else at example.org",
  ]);
  expect(
    ruled({ sentTo: ["megan@example.com"] }, { prependSubject: "x" }),
  ).toEqual(["everybody"]);
});

test("members of two groups are a class if their mail is treated like that of members of neither", () => {
  const snapshot = stricter({ sentToMemberOf: ["board@example.com"] });
  if ("value" in snapshot.transportRules)
    snapshot.transportRules.value.push({
      name: "Sales",
      priority: 5,
      enabled: true,
      mode: "Enforce",
      stopRuleProcessing: false,
      conditions: { sentToMemberOf: ["sales@example.com"] },
      unread: [],
      actions: { setScl: 5 },
    });
  expect(labels(snapshot)).toEqual([
    "everybody else",
    "members of board@example.com",
    "members of sales@example.com",
    "members of board@example.com and sales@example.com",
  ]);
});

test("rows are all dispositions in both generations for each class, with the keys that programs read", () => {
  const all = rows(configuredTenant());
  expect(all).toHaveLength(24);
  expect(Object.keys(all[0] ?? {}).sort()).toEqual([
    "action",
    "disposition",
    "header",
    "notified",
    "outcome",
    "policy",
    "quarantinePolicy",
    "recipient",
    "release",
    "retentionDays",
    "scl",
    "sourceIp",
    "steps",
    "verdict",
  ]);
  expect(all[1]).toMatchObject({
    disposition: "Malicious",
    header: "cloudflare",
    recipient: "everybody else at example.com",
    sourceIp: "52.11.209.211",
    outcome: "quarantine",
  });
  // Mail that does not go by way of Cloudflare comes from elsewhere.
  expect(all[12]?.sourceIp).not.toBe("52.11.209.211");
  expect(rows(configuredTenant(), { sourceIp: "192.0.2.9" })[0]?.sourceIp).toBe(
    "192.0.2.9",
  );
});

test("an address with unknown groups has one row, or one for each case", () => {
  const of = (snapshot: Snapshot) => [
    ...new Set(
      rows(snapshot, { recipients: ["megan@example.com"] }).map(
        ({ recipient }) => recipient,
      ),
    ),
  ];
  expect(of(configuredTenant())).toEqual(["megan@example.com"]);
  expect(of(stricter({ sentToMemberOf: ["board@example.com"] }))).toEqual([
    "megan@example.com, if no member of board@example.com",
    "megan@example.com, if a member of board@example.com",
  ]);
  expect(
    of(
      stricter({
        sentToMemberOf: ["board@example.com"],
        recipientDomainIs: ["example.org"],
      }),
    ),
  ).toEqual(["megan@example.com"]);
});

test("rows are made for a time: rules have dates", () => {
  const snapshot = withRules({
    actions: { setScl: -1 },
    expiryDate: "2027-01-01T00:00:00Z",
  });
  const outcome = (at: string) =>
    rows(snapshot, { at: new Date(at) })[1]?.outcome;
  expect(outcome("2026-12-31T23:59:59Z")).toBe("inbox");
  expect(outcome("2027-01-01T00:00:00Z")).toBe("quarantine");
});

test("without any right to read there are no classes, and no statements", () => {
  const unavailable = "no right";
  const none = Object.fromEntries(
    Object.keys(configuredTenant()).map((part) => [part, { unavailable }]),
  ) as unknown as Snapshot;
  expect(rows(none)).toEqual([]);
  expect(
    rows(none, { recipients: ["megan@example.com"] }).map(
      ({ outcome }) => outcome,
    ),
  ).toEqual(Array.from({ length: 12 }, () => "notDocumented"));
});

test("rules that do not match or do not influence such mail create no classes", () => {
  const elsewhere = { senderIpRanges: ["203.0.113.0/24"] };
  const snapshot = withRules(
    ...[{ subjectContainsWords: ["invoice"] }, elsewhere, {}].map(
      (conditions, at) => ({
        conditions: { ...conditions, sentTo: [`pat${at}@example.com`] },
        actions: at < 2 ? { setScl: -1 } : { prependSubject: "EXTERNAL: " },
      }),
    ),
  );
  const named = (origins?: Origin[]) =>
    representatives(snapshot, origins)
      .filter(({ named }) => named)
      .map(({ recipient }) => recipient);
  const origin = { sender: "news@shop.example", sourceIp: "52.11.209.211" };
  expect(named([origin])).toEqual([]);
  expect(named([origin, { ...origin, sourceIp: "203.0.113.7" }])).toEqual([
    "pat1@example.com",
  ]);
  expect(named()).toEqual(["pat0@example.com", "pat1@example.com"]);
});

test("a rule for mail that bypasses Cloudflare creates classes if Cloudflare protects no domain", () => {
  const snapshot = withRules({
    conditions: {
      senderIpRanges: ["198.51.100.0/24"],
      sentTo: ["pat@example.org"],
    },
    actions: { deleteMessage: true },
  });
  expect(labels(snapshot)).toContain("pat@example.org");
});

test("the classes result from all names in a tenant", () => {
  fc.assert(
    fc.property(randomTenant, (tenant) => {
      const snapshot = asSnapshot(tenant);
      const at = new Date("2027-01-15T12:00:00Z");
      const fateOf = fates(mailFlowTo(snapshot), { at });
      const found = (origins?: Origin[]) =>
        classes(representatives(snapshot, origins), fateOf)
          .map(({ rows }) => key(rows))
          .sort();
      expect(found(originsOf({}))).toEqual(found());
    }),
    seeded(300),
  );
});

import fc from "fast-check";

import { egressIpRanges } from "../../mail-flow/egress";
import { checks, contextOf, examine, report } from "../../mail-flow/findings";
import { policiesInForce } from "../../mail-flow/findings/in-force";
import {
  affectedMail,
  type AffectedMail,
} from "../../mail-flow/findings/affected-mail";
import { domainOf } from "../../mail-flow/mail";
import { valueOf } from "../../mail-flow/part";
import { antiSpamOrder } from "../../mail-flow/policy-choice";
import type {
  AntiSpamPolicy,
  PolicyRule,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import { sclRule } from "./fresh-tenant";
import { scope, withDefault } from "./mail-tenant";
import { asSnapshot } from "./random/as-snapshot";
import { domains, groups, recipients } from "./random/names";
import { randomTenant } from "./random/tenant";

const context = contextOf({ purpose: "doctor", domains });

/** All classes of recipients in a random tenant's domains, with any groups. */
const everybody = [...recipients, ...domains.map((name) => `other@${name}`)]
  .map((address) => address.toLowerCase())
  .filter((address) => domains.includes(domainOf(address)))
  .flatMap((recipient) =>
    [[], ...groups.map((group) => [group]), groups].map((groups) => ({
      recipient,
      recipientDomain: domainOf(recipient),
      groups,
    })),
  );

test("A policy is in force exactly if it acts for a recipient in the model", () => {
  fc.assert(
    fc.property(randomTenant, (tenant) => {
      const snapshot = asSnapshot(tenant);
      const { candidates, firstFor } = antiSpamOrder(snapshot);
      const acting = new Set(everybody.map(firstFor));
      const named = (some: readonly { kind: string; rule?: unknown }[]) =>
        some.map(({ kind, rule }) => ({ kind, rule }));
      expect(
        named(
          policiesInForce(
            {
              antiSpamPolicies: valueOf(snapshot.antiSpamPolicies),
              antiSpamRules: valueOf(snapshot.antiSpamRules),
              presetRules: valueOf(snapshot.presetRules),
            },
            context,
          ),
        ),
      ).toEqual(named(candidates.filter((one) => acting.has(one))));
    }),
    { numRuns: 300 },
  );
});

/** More people than are tried with every group. */
const many = Array.from({ length: 70 }, (_, at) => `person${at}@example.com`);

test.each<
  [string, TransportRule["conditions"], AffectedMail["extent"] | string[]]
>([
  ["the header's word", {}, "all"],
  ["another word", { headerContainsWords: ["UCE"] }, "none"],
  ["every address", { senderIpRanges: [...egressIpRanges] }, "all"],
  ["an address of another", { senderIpRanges: ["192.0.2.1"] }, "none"],
  [
    "addresses that an exception takes out again",
    {
      senderIpRanges: ["104.30.32.0/24"],
      exceptIfSenderIpRanges: ["104.30.0.0/16"],
    },
    "none",
  ],
  [
    "one domain and its subdomain",
    { recipientDomainIs: ["Example.com"] },
    ["example.com", "sub.example.com"],
  ],
  [
    "everything but one domain",
    { exceptIfRecipientDomainIs: ["example.com"] },
    ["example.org"],
  ],
  [
    "one domain but for one person",
    {
      recipientDomainIs: ["example.com"],
      exceptIfSentTo: ["a@sub.example.com"],
    },
    ["example.com"],
  ],
  ["every domain", { recipientDomainIs: domains }, "all"],
  ["somebody elsewhere", { sentTo: ["a@elsewhere.example"] }, "none"],
  [
    "somebody who may be in a group",
    { sentTo: ["a@example.com"], sentToMemberOf: ["sales@example.com"] },
    "some",
  ],
  [
    "those of many people who are in a group",
    { sentTo: many, sentToMemberOf: ["sales@example.com"] },
    "some",
  ],
  ["outside senders", { fromScope: "NotInOrganization" }, "all"],
  ["a sender", { from: ["a@elsewhere.example"] }, "some"],
  ["content", { subjectContainsWords: ["invoice"] }, "some"],
  [
    "another header",
    { headerMatchesMessageHeader: "X-Spam", headerMatchesPatterns: ["."] },
    "some",
  ],
])(
  "A rule with a condition on %s covers the expected mail",
  (_, conditions, reach) => {
    const rule = sclRule("Other", 0, ["MALICIOUS"], 5);
    const headers = {
      headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
      headerContainsWords: ["MALICIOUS"],
    };
    const { extent, domains } = affectedMail(
      { ...rule, conditions: { ...headers, ...conditions } },
      context,
    )({ header: "cloudflare", word: "MALICIOUS" });
    expect(extent === "domains" ? domains.toSorted() : extent).toEqual(reach);
  },
);

const reasons = (changes: Partial<AntiSpamPolicy>) =>
  examine(withDefault(changes), contextOf({ purpose: "doctor" })).map(
    ({ check, reason }) => `${check}: ${reason}`,
  );

test.each(["ModifySubject", "AddXHeader", "MoveToJmf"])(
  "Spam under %s goes to the Junk Email folder",
  (spamAction) =>
    expect(reasons({ spamAction })).toContainEqual(
      expect.stringMatching(/^anti-spam-action: .*the Junk Email folder/),
    ),
);

test("The tag of bulk mail matters if bulk mail is detected", () => {
  const bulk = { bulkSpamAction: "Quarantine", bulkQuarantineTag: "Gone" };
  const missing: unknown = expect.stringMatching(
    /^quarantine-tag-missing: .*Gone/,
  );
  expect(reasons({ ...bulk, markAsSpamBulkMail: "On" })).toContainEqual(
    missing,
  );
  expect(reasons({ ...bulk, markAsSpamBulkMail: "Off" })).not.toContainEqual(
    missing,
  );
});

test("A part that was not read skips the checks that need it, with the reason, and no other", () => {
  const snapshot = withDefault({});
  const doctor = contextOf({ purpose: "doctor" });
  const needing = checks.filter(({ needs }) =>
    needs.includes("antiSpamPolicies"),
  );
  const found = report(
    {
      ...snapshot,
      antiSpamPolicies: { unavailable: "403 of one." },
      quarantinePolicies: { unavailable: "403 of another." },
    },
    doctor,
  );
  const skipped = found.filter(({ status }) => status === "skipped");
  expect(skipped.length).toBeGreaterThan(needing.length);
  expect(skipped.map(({ check }) => check)).toEqual(
    checks
      .filter(({ needs }) =>
        needs.some(
          (part) =>
            part === "antiSpamPolicies" || part === "quarantinePolicies",
        ),
      )
      .map(({ name }) => name),
  );
  expect(
    skipped.find(({ check }) => check === "quarantine-tag-missing"),
  ).toEqual({
    check: "quarantine-tag-missing",
    status: "skipped",
    object:
      "HostedContentFilterPolicy, HostedContentFilterRule, EOPProtectionPolicyRule, QuarantinePolicy",
    property: "",
    reason: "403 of one. 403 of another.",
    fix: "Mend what the reason says, and look again.",
    url: expect.stringMatching(/^https:/) as string,
  });
  expect(
    skipped.find(({ check }) => check === "quarantine-policy-missing")?.reason,
  ).toBe("403 of another.");
});

test("A check without findings says what is correct, but only in a report", () => {
  const doctor = contextOf({ purpose: "doctor" });
  const fine = checks.find(({ name }) => name === "safe-list")?.fine;
  const ofSafeList = ({ check }: { check: string }) => check === "safe-list";
  expect(report(withDefault({}), doctor).filter(ofSafeList)).toMatchObject([
    {
      status: "ok",
      object: "HostedConnectionFilterPolicy",
      property: "",
      reason: fine,
      fix: "",
    },
  ]);
  expect(examine(withDefault({}), doctor).filter(ofSafeList)).toEqual([]);
});

/** Returns a tenant with a custom policy that equals `Default`, or whose properties were not returned. */
function withCustom(audience: Partial<PolicyRule>, isTold = true): Snapshot {
  const snapshot = withDefault({});
  const [standard] = valueOf(snapshot.antiSpamPolicies);
  if (isTold)
    valueOf(snapshot.antiSpamPolicies).push({
      ...(standard as AntiSpamPolicy),
      name: "Custom",
      isDefault: false,
    });
  const rule = { name: "Custom", hostedContentFilterPolicy: "Custom" };
  return {
    ...snapshot,
    antiSpamRules: { value: [scope({ ...rule, ...audience })] },
  };
}

const inForce = (snapshot: Snapshot, domains: string[]) =>
  policiesInForce(
    {
      antiSpamPolicies: valueOf(snapshot.antiSpamPolicies),
      antiSpamRules: valueOf(snapshot.antiSpamRules),
      presetRules: [],
    },
    contextOf({ purpose: "doctor", domains }),
  ).map(({ kind }) => kind);

test("If no domain is known, every policy with recipients is checked", () => {
  expect(inForce(withCustom({ sentTo: ["ceo@example.com"] }), [])).toEqual([
    "custom",
    "default",
  ]);
  // A custom rule without conditions applies to no recipient.
  expect(inForce(withCustom({}), [])).toEqual(["default"]);
});

test("A policy for many people who are also in a group is in force, and one for people of other domains is not", () => {
  const sentToMemberOf = ["Sales@example.com"];
  const inForceFor = (sentTo: string[]) =>
    inForce(withCustom({ sentTo, sentToMemberOf }), ["example.com"]);
  expect(inForceFor(many)).toEqual(["custom", "default"]);
  expect(inForceFor(many.map((one) => one.replace(/com$/, "org")))).toEqual([
    "default",
  ]);
});

test("A custom policy that was not returned, and a quarantine policy without returned permissions, are reported", () => {
  const doctor = contextOf({ purpose: "doctor" });
  const found = (snapshot: Snapshot) =>
    examine(snapshot, doctor).map(
      ({ status, check, reason }) => `${status} ${check}: ${reason}`,
    );
  expect(found(withCustom({ sentTo: ["ceo@example.com"] }, false))).toContain(
    'failed custom-policy-in-force: The policy "Custom" acts for ceo@example.com instead of Default: what it does was not told.',
  );
  const untold = withDefault({});
  const policies = valueOf(untold.quarantinePolicies).map(
    ({ endUserQuarantinePermissions: _, ...policy }) => policy,
  );
  expect(
    found({ ...untold, quarantinePolicies: { value: policies } }),
  ).toContainEqual(
    expect.stringMatching(/^warning .*of which nobody can tell/),
  );
});

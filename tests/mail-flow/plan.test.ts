import { readFileSync } from "node:fs";
import path from "node:path";
import { plan } from "../../lib/mail-flow/plan";
import type { Snapshot } from "../../lib/mail-flow/snapshot";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";

/**
 * What `pulumi preview --json` of Pulumi 3.248 printed against the simulator: `first` for use case 4 in a fresh tenant, `second`
 * for a program that changes much of it, `destroy` for `pulumi destroy --preview-only --json`. Without source positions, and
 * with long lists of addresses cut to their ends.
 */
const captured = (name: string): unknown =>
  JSON.parse(
    readFileSync(path.join(__dirname, `data/preview-${name}.json`), "utf8"),
  );

const names = (list: { name: string }[]): string[] =>
  list.map(({ name }) => name);

/** A preview of one step. */
const preview = (
  kind: string,
  op: string,
  step: { old?: object; outputs?: object; now?: object; diff?: string[] },
): unknown => ({
  steps: [
    {
      op,
      urn: `urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:${kind}::it`,
      ...(step.old && {
        oldState: {
          inputs: step.old,
          outputs: { ...step.old, ...step.outputs },
        },
      }),
      ...(step.now && { newState: { inputs: step.now } }),
      ...(step.diff && { diffReasons: step.diff }),
    },
  ],
});

describe("a program's preview", () => {
  test("of use case 4 in a fresh tenant is what its up makes", () => {
    const before = freshTenant();
    const { snapshot, notes } = plan(before, captured("first"));
    expect(names(valueOf(snapshot.transportRules)).sort()).toEqual([
      "Area 1 User Quarantine Message",
      "Area 1 User Quarantine Message Admin Release",
      "Email Security User Quarantine Message",
      "Email Security User Quarantine Message Admin Release",
    ]);
    expect(
      valueOf(snapshot.transportRules).find(({ name }) =>
        name.startsWith("Area 1 User Quarantine Message Admin"),
      ),
    ).toEqual({
      name: "Area 1 User Quarantine Message Admin Release",
      comments: "Managed by Pulumi: ops/dev/mail-area1-admin",
      priority: 1,
      enabled: true,
      mode: "Enforce",
      stopRuleProcessing: false,
      ruleErrorAction: "Ignore",
      conditions: {
        headerContainsMessageHeader: "X-Area1Security-Disposition",
        headerContainsWords: ["MALICIOUS"],
        senderIpRanges: expect.arrayContaining(["35.157.195.63"]) as string[],
      },
      unread: [],
      actions: { setScl: 9 },
    });
    expect(valueOf(snapshot.antiSpamPolicies)[0]).toMatchObject({
      name: "Default",
      spamAction: "Quarantine",
      spamQuarantineTag: "UserNotifyUserRelease",
      highConfidenceSpamAction: "Quarantine",
      highConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
      phishQuarantineTag: "UserNotifyAdminRelease",
      highConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
      bulkSpamAction: "MoveToJmf",
    });
    expect(valueOf(snapshot.quarantinePolicies).slice(2)).toEqual([
      {
        name: "UserNotifyUserRelease",
        esnEnabled: true,
        includeMessagesFromBlockedSenderAddress: false,
        endUserQuarantinePermissions: ["Delete", "Preview", "Release"],
      },
      {
        name: "UserNotifyAdminRelease",
        esnEnabled: true,
        includeMessagesFromBlockedSenderAddress: false,
        endUserQuarantinePermissions: ["Delete", "Preview", "RequestRelease"],
      },
    ]);
    expect(
      valueOf(snapshot.domains).map(({ domain, status, ...one }) => [
        domain,
        status,
        one.dropDispositions,
        one.transport,
      ]),
    ).toEqual([
      ["example.com", "ACTIVE", [], "example-com.mail.protection.outlook.com"],
      ["example.org", undefined, [], "example-org.mail.protection.outlook.com"],
    ]);
    expect(notes).toEqual([
      'Area1Domain "mail-domain-example.org": is new at Cloudflare, and is taken as verified, with its MX records pointing there',
    ]);
    expect(before).toEqual(freshTenant());
  });

  test("of a changed program sets what differs, and leaves what somebody else has set", () => {
    const after = plan(freshTenant(), captured("first")).snapshot;
    // Somebody has since switched the administrator's rule off, which this up does not look at.
    for (const rule of valueOf(after.transportRules))
      if (rule.name.endsWith("Release")) rule.enabled = false;
    const { snapshot, notes } = plan(after, captured("second"));
    const rules = valueOf(snapshot.transportRules);
    expect(
      rules.map(({ name, enabled, conditions }) => [
        name,
        enabled,
        conditions["headerContainsWords"],
      ]),
    ).toEqual([
      [
        "Email Security User Quarantine Message Admin Release",
        false,
        ["MALICIOUS"],
      ],
      ["Email Security User Quarantine Message", true, ["SPAM", "SPOOF"]],
      ["Later", true, ["SUSPICIOUS"]],
      ["Computed", true, ["A"]],
    ]);
    expect(rules.map(({ priority }) => priority)).toEqual([0, 1, 2, 3]);
    expect(rules[2]?.unread).toEqual(["senderIpRanges"]);
    expect(rules[3]?.unread).toEqual(["headerContainsMessageHeader"]);
    expect(JSON.stringify(snapshot)).not.toMatch(/\[secret\]|04da6b54/);
    expect(names(valueOf(snapshot.quarantinePolicies))).toEqual([
      "DefaultFullAccessPolicy",
      "AdminOnlyAccessPolicy",
      "UserNotifyUserRelease",
      "Limited",
      "OnlyAdministrators",
    ]);
    const [standard, board] = valueOf(snapshot.antiSpamPolicies);
    expect(standard).toMatchObject({
      phishQuarantineTag: "OnlyAdministrators",
      spamQuarantineTag: "UserNotifyUserRelease",
      quarantineRetentionPeriod: 30,
    });
    expect(board).toMatchObject({
      name: "Board",
      spamQuarantineTag: "Limited",
      phishQuarantineTag: "DefaultFullAccessPolicy",
      highConfidencePhishAction: "Quarantine",
    });
    expect(valueOf(snapshot.antiSpamRules)).toEqual([
      {
        name: "Board",
        enabled: true,
        priority: 0,
        hostedContentFilterPolicy: "Board",
        sentTo: [],
        sentToMemberOf: [],
        recipientDomainIs: ["example.org"],
        exceptIfSentTo: [],
        exceptIfSentToMemberOf: [],
        exceptIfRecipientDomainIs: [],
      },
    ]);
    expect(valueOf(snapshot.quarantineNotification)).toEqual({
      name: "DefaultGlobalTag",
      endUserSpamNotificationFrequency: "04:00:00",
    });
    expect(notes).toEqual([
      'TransportRule "later": senderIpRanges is a secret: nobody can say yet when the rule matches',
      'TransportRule "computed": headerContainsMessageHeader is not known before an up: nobody can say yet when the rule matches',
      'Area1Domain "mail-domain-example.net": is new at Cloudflare, and is taken as verified, with its MX records pointing there',
      'Area1Domain "mail-domain-example.org": stays at Cloudflare, which goes on delivering its mail',
    ]);
  });

  test("of a destroy gives back the first-seen values, and keeps what somebody else has changed since", () => {
    const before = freshTenant();
    const after = plan(before, captured("first")).snapshot;
    const [policy] = valueOf(after.antiSpamPolicies);
    policy!.quarantineRetentionPeriod = 20;
    const { snapshot } = plan(after, captured("destroy"));
    expect(snapshot).toEqual({
      ...before,
      domains: expect.anything() as Snapshot["domains"],
      antiSpamPolicies: {
        value: [
          {
            ...valueOf(before.antiSpamPolicies)[0],
            quarantineRetentionPeriod: 20,
          },
        ],
      },
    });
  });

  test("keeps a quarantine policy that is still used, and says who uses it", () => {
    const one = freshTenant();
    valueOf(one.antiSpamPolicies)[0]!.spamQuarantineTag = "Ours";
    valueOf(one.quarantinePolicies).push({ name: "Ours", esnEnabled: true });
    const { snapshot, notes } = plan(
      one,
      preview("QuarantinePolicy", "delete", {
        old: { name: "ours" },
        outputs: { adopted: false },
      }),
    );
    expect(names(valueOf(snapshot.quarantinePolicies))).toContain("Ours");
    expect(notes).toEqual([
      'QuarantinePolicy "it": stays, as the anti-spam policy "Default" still uses it',
    ]);
  });

  test("forwards a new domain where Microsoft expects its mail, known or not", () => {
    const one = freshTenant();
    const added = (domain: string) =>
      plan(one, preview("Area1Domain", "create", { now: { domain } })).snapshot;
    const known = added("example.org");
    expect(valueOf(known.domains)[1]?.transport).toBe(
      "example-org.mail.protection.outlook.com",
    );
    const asked = added("example.net");
    const { transport } = valueOf(asked.domains)[1]!;
    expect(transport).toBe("the MX that Microsoft 365 expects for example.net");
    expect(asked.mailExchanges).toMatchObject({
      value: { "example.net": [transport] },
    });
  });

  test("takes a rule over with nothing left that would narrow it", () => {
    const one = freshTenant();
    one.transportRules = {
      value: [
        sclRule("Ours", 0, ["UCE"], 5, {
          conditions: { from: ["ceo@example.com"] },
          unread: ["SomethingPredicate"],
          expiryDate: "2026-01-01T00:00:00Z",
          actions: { setScl: 5, prependSubject: "x" },
        }),
      ],
    };
    const inputs = {
      name: "OURS",
      adopt: true,
      enabled: true,
      mode: "Enforce",
      headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
      headerContainsWords: ["MALICIOUS"],
      setScl: 9,
    };
    const { snapshot } = plan(
      one,
      preview("TransportRule", "create", { now: inputs }),
    );
    expect(valueOf(snapshot.transportRules)).toEqual([
      {
        name: "OURS",
        priority: 0,
        enabled: true,
        mode: "Enforce",
        stopRuleProcessing: false,
        conditions: {
          headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
          headerContainsWords: ["MALICIOUS"],
        },
        unread: [],
        actions: { setScl: 9, prependSubject: "x" },
      },
    ]);
  });

  test("takes away conditions that a refresh has found and gives adopted properties that are left out their first values", () => {
    const one = freshTenant();
    one.transportRules = {
      value: [
        sclRule("Ours", 0, ["UCE"], 5, {
          conditions: { exceptIfFrom: ["ceo@example.com"] },
        }),
      ],
    };
    const narrowed = plan(
      one,
      preview("TransportRule", "update", {
        old: { name: "Ours", exceptIfFrom: ["ceo@example.com"] },
        now: { name: "Ours", setScl: 6 },
        diff: ["exceptIfFrom", "setScl"],
      }),
    ).snapshot;
    expect(valueOf(narrowed.transportRules)[0]).toMatchObject({
      conditions: {},
      actions: { setScl: 6 },
    });
    const { snapshot } = plan(
      one,
      preview("AntiSpamPolicy", "update", {
        old: { name: "Default", bulkThreshold: 5 },
        outputs: { adopted: true, previous: { bulkThreshold: 6 } },
        now: { name: "Default" },
        diff: ["bulkThreshold"],
      }),
    );
    expect(valueOf(snapshot.antiSpamPolicies)[0]?.bulkThreshold).toBe(6);
  });

  test("moves other rules when it gives one a place", () => {
    const one = freshTenant();
    one.transportRules = {
      value: ["A", "B", "C"].map((name, at) => sclRule(name, at, ["UCE"], 5)),
    };
    const { snapshot } = plan(
      one,
      preview("TransportRule", "update", {
        old: { name: "C" },
        now: { name: "C", priority: 0 },
        diff: ["priority"],
      }),
    );
    expect(
      valueOf(snapshot.transportRules).map(({ name, priority }) => [
        name,
        priority,
      ]),
    ).toEqual([
      ["A", 1],
      ["B", 2],
      ["C", 0],
    ]);
  });

  test("counts a replacement once, whether its halves are shown or not", () => {
    const policy = (name: string) => ({
      inputs: { name, endUserQuarantinePermissions: ["Release"] },
      outputs: { name, adopted: false },
    });
    const step = (op: string) => ({
      op,
      urn: "urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:QuarantinePolicy::it",
      oldState: policy("Old"),
      newState: policy("New"),
    });
    const one = freshTenant();
    valueOf(one.quarantinePolicies).push({ name: "Old", esnEnabled: true });
    for (const ops of [
      ["replace"],
      ["create-replacement", "replace", "delete-replaced"],
    ])
      expect(
        names(
          valueOf(
            plan(one, { steps: ops.map(step) }).snapshot.quarantinePolicies,
          ),
        ),
      ).toEqual(["DefaultFullAccessPolicy", "AdminOnlyAccessPolicy", "New"]);
  });

  test("keeps what is replaced by itself, or goes on under another resource", () => {
    const one = freshTenant();
    one.transportRules = { value: [sclRule("Ours", 0, ["UCE"], 5)] };
    const step = (op: string, resource: string, setScl: number) => ({
      op,
      urn: `urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:TransportRule::${resource}`,
      oldState: { inputs: { name: "Ours" }, outputs: { adopted: false } },
      newState: { inputs: { name: "Ours", setScl } },
    });
    for (const steps of [
      [step("replace", "it", 6)],
      [step("delete", "it", 5), step("create", "other", 6)],
    ])
      expect(
        valueOf(plan(one, { steps }).snapshot.transportRules).map(
          ({ name, actions }) => [name, actions],
        ),
      ).toEqual([["Ours", { setScl: 6 }]]);
  });

  test("says what it cannot lay over a part that could not be read", () => {
    const one = freshTenant();
    one.transportRules = { unavailable: "403" };
    const { snapshot, notes } = plan(
      one,
      preview("TransportRule", "create", { now: { name: "Ours" } }),
    );
    expect(snapshot.transportRules).toEqual({ unavailable: "403" });
    expect(notes).toEqual([
      'TransportRule "it" is left out: mail flow rules could not be read',
    ]);
  });

  test("of another tenant, of a failure, or of something else is refused", () => {
    const other = { ...freshTenant(), tenantId: "other" };
    expect(() => plan(other, captured("destroy"))).toThrow(
      "The preview is of tenant 0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90, the snapshot of other: they cannot be laid over each other",
    );
    expect(() =>
      plan(freshTenant(), {
        steps: [],
        diagnostics: [{ severity: "error", message: "domains: empty\n" }],
      }),
    ).toThrow("The preview failed: domains: empty");
    for (const other of [null, [], {}, "x"])
      expect(() => plan(freshTenant(), other)).toThrow(
        "Give what pulumi preview --json prints",
      );
  });

  test("without changes, or of other libraries only, leaves the snapshot as it is", () => {
    const { snapshot, notes } = plan(freshTenant(), {
      steps: [
        {
          op: "same",
          urn: "urn:pulumi:dev::ops::pulumi:pulumi:Stack::ops-dev",
        },
        {
          op: "create",
          urn: "urn:pulumi:dev::ops::aws:s3/bucket:Bucket::b",
          newState: { inputs: {} },
        },
        {
          op: "refresh",
          urn: "urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:TransportRule::it",
          newState: { inputs: { name: "x" } },
        },
      ],
    });
    expect(snapshot).toEqual(freshTenant());
    expect(notes).toEqual([]);
  });
});

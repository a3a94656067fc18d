import { readFileSync } from "node:fs";
import path from "node:path";
import { explanationOf } from "../../cli/explain/explanation";
import { plan } from "../../mail-flow/plan";
import type { Snapshot } from "../../mail-flow/snapshot";
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

/** The engine's placeholder for a text that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

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
  test("of use case 4 in a fresh tenant equals the result of its up", () => {
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

  test("of a changed program sets the differences, and does not change values of others", () => {
    const after = plan(freshTenant(), captured("first")).snapshot;
    // Somebody has disabled the administrator's rule since, which this up does not see.
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

  test("of a destroy restores the previous values, except where somebody else has changed them since", () => {
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

  test("without a transport for a domain forwards its mail to its MX, and explain says so", () => {
    const one = freshTenant();
    const [domain] = valueOf(one.domains);
    domain!.transport = "mx1.example.net";
    const { changes } = explanationOf(one, {
      preview: preview("Area1Domain", "create", {
        now: { domain: "example.com" },
      }),
      beforeAfter: true,
    });
    expect(
      new Set(
        changes?.map(({ before, after }) =>
          [
            before.outcome === "notDocumented",
            after.outcome === "notDocumented",
          ].join(),
        ),
      ),
    ).toEqual(new Set(["true,false"]));
  });

  test("adopts a rule and removes all conditions that narrow it and can be removed", () => {
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
        // A condition that cannot be removed.
        unread: ["SomethingPredicate"],
        actions: { setScl: 9, prependSubject: "x" },
      },
    ]);
  });

  test("does not use guardedMail and allowExposure as conditions of a rule", () => {
    const rule = {
      name: "Ours",
      headerContainsMessageHeader: "X-Area1Security-Disposition",
      headerContainsWords: ["UCE"],
      setScl: 5,
    };
    const { snapshot } = plan(
      freshTenant(),
      preview("TransportRule", "create", {
        now: {
          ...rule,
          adopt: true,
          guardedMail: { words: ["MALICIOUS"], headers: ["area1"] },
          allowExposure: false,
        },
      }),
    );
    const made = valueOf(snapshot.transportRules).find(
      ({ name }) => name === "Ours",
    );
    expect(made).toMatchObject({
      conditions: {
        headerContainsMessageHeader: "X-Area1Security-Disposition",
        headerContainsWords: ["UCE"],
      },
      unread: [],
    });
    expect(Object.keys(made?.conditions ?? {})).toHaveLength(2);
  });

  test("removes conditions that a refresh has found, and restores previous values of unset properties of adopted objects", () => {
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

  test("moves other rules when it changes a priority", () => {
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

  test("counts a replacement once, whether its parts are listed or not", () => {
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

  test("keeps an object that is replaced by itself, or that another resource takes over", () => {
    const one = freshTenant();
    one.transportRules = { value: [sclRule("Ours", 0, ["UCE"], 5)] };
    const step = (op: string, resource: string, setScl: number) => ({
      op,
      urn: `urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:TransportRule::${resource}`,
      oldState: { outputs: { name: "Ours", adopted: false } },
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

  test.each([
    ["TransportRule", "transportRules", "mail flow rules"],
    ["AntiSpamPolicy", "antiSpamPolicies", "anti-spam policies"],
    ["AntiSpamPolicy", "antiSpamRules", "anti-spam policies"],
    ["QuarantinePolicy", "quarantinePolicies", "quarantine policies"],
    [
      "QuarantineNotification",
      "quarantineNotification",
      "the quarantine notification settings",
    ],
    ["Area1Domain", "domains", "Cloudflare's domains"],
  ])(
    "says to which unread part it cannot apply a %s: %s",
    (kind, part, whatIsMissing) => {
      const one = { ...freshTenant(), [part]: { unavailable: "403" } };
      const { snapshot, notes } = plan(
        one,
        preview(kind, "create", { now: { name: "Ours", domain: "ours" } }),
      );
      expect(snapshot).toEqual(one);
      expect(notes).toEqual([
        `${kind} "it" is left out: ${whatIsMissing} could not be read`,
      ]);
    },
  );

  test("says which resources it skips: one without a known name, and one that the snapshot does not contain", () => {
    const { snapshot, notes } = plan(freshTenant(), {
      steps: [
        {
          op: "create",
          urn: "urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:TransportRule::computed",
          newState: { inputs: { name: unknown } },
        },
        {
          op: "update",
          urn: "urn:pulumi:dev::ops::pulumi-nodejs:dynamic/area1:TransportRule::gone",
          oldState: { outputs: { name: "Gone", setScl: 5 } },
          newState: { inputs: { name: "Gone", setScl: 9 } },
        },
      ],
    });
    expect(snapshot).toEqual(freshTenant());
    expect(notes).toEqual([
      'TransportRule "computed": is left out, as its name is not known before an up',
      'TransportRule "gone": is left out: the snapshot does not hold it',
    ]);
  });

  test("does not change a property whose value it does not contain, and says so", () => {
    const one = freshTenant();
    one.transportRules = { value: [sclRule("Ours", 0, ["UCE"], 5)] };
    const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4a" };
    const of = (kind: string, now: object) =>
      plan(one, preview(kind, "create", { now }));
    const policy = of("AntiSpamPolicy", {
      name: "Default",
      spamQuarantineTag: unknown,
      phishQuarantineTag: marked,
    });
    expect(policy.snapshot).toEqual(one);
    expect(policy.notes).toEqual([
      'AntiSpamPolicy "it": spamQuarantineTag is not known before an up: it is taken as it is now',
      'AntiSpamPolicy "it": phishQuarantineTag is a secret: it is taken as it is now',
    ]);
    const rule = of("TransportRule", {
      name: "Ours",
      mode: unknown,
      comments: "[secret]",
      senderIpRanges: ["192.0.2.1", unknown],
    });
    expect(valueOf(rule.snapshot.transportRules)).toEqual([
      {
        ...sclRule("Ours", 0, ["UCE"], 5),
        conditions: {},
        unread: ["senderIpRanges"],
      },
    ]);
    expect(rule.notes).toEqual([
      'TransportRule "it": mode is not known before an up: it is taken as it is now',
      'TransportRule "it": senderIpRanges is not known before an up: nobody can say yet when the rule matches',
    ]);
  });

  test("of an update that continues an earlier one sets all differences, although the engine names none", () => {
    const one = freshTenant();
    one.transportRules = { value: [sclRule("Ours", 0, ["UCE"], 7)] };
    const { snapshot } = plan(
      one,
      preview("TransportRule", "update", {
        old: { name: "Ours", setScl: 5, headerContainsWords: ["SPAM"] },
        now: { name: "Ours", setScl: 5, headerContainsWords: ["SPOOF"] },
      }),
    );
    expect(valueOf(snapshot.transportRules)).toEqual([
      sclRule("Ours", 0, ["SPOOF"], 7),
    ]);
  });

  test("does not change properties that a program no longer sets, except conditions of a rule or recipients of a policy", () => {
    const one = freshTenant();
    const rule = sclRule("Ours", 1, ["UCE"], 5, { comments: "Ours" });
    one.transportRules = { value: [sclRule("First", 0, [], 5), rule] };
    const rules = plan(
      one,
      preview("TransportRule", "update", {
        old: { ...rule },
        now: { name: "Ours" },
        diff: ["setScl", "comments", "priority", "headerContainsWords"],
      }),
    ).snapshot.transportRules;
    const { headerContainsMessageHeader } = rule.conditions;
    expect(valueOf(rules)[1]).toStrictEqual({
      ...rule,
      conditions: { headerContainsMessageHeader },
    });
    const scoped = plan(
      one,
      preview("AntiSpamPolicy", "create", {
        now: {
          name: "Board",
          bulkThreshold: 4,
          sentTo: ["ceo@example.com"],
          exceptIfSentTo: ["it@example.com"],
        },
      }),
    ).snapshot;
    const { snapshot } = plan(
      scoped,
      preview("AntiSpamPolicy", "update", {
        old: { name: "Board" },
        now: { name: "Board", recipientDomainIs: ["example.org"] },
        diff: [
          "bulkThreshold",
          "recipientDomainIs",
          "sentTo",
          "exceptIfSentTo",
        ],
      }),
    );
    expect(valueOf(snapshot.antiSpamPolicies)).toStrictEqual(
      valueOf(scoped.antiSpamPolicies),
    );
    expect(valueOf(snapshot.antiSpamRules)[0]).toMatchObject({
      recipientDomainIs: ["example.org"],
      sentTo: [],
      exceptIfSentTo: [],
    });
  });

  test("of a destroy restores the previous values of an adopted rule that still has the program's values", () => {
    const one = freshTenant();
    const written = sclRule("Ours", 0, ["B", "A"], 9, { mode: "Audit" });
    one.transportRules = {
      value: [written, sclRule("Next", 1, ["UCE"], 5)],
    };
    const { snapshot, notes } = plan(
      one,
      preview("TransportRule", "delete", {
        old: {
          name: "Ours",
          priority: 0,
          mode: "Enforce",
          setScl: 9,
          headerContainsWords: ["A", "B"],
          exceptIfSentTo: [],
          senderIpRanges: ["192.0.2.1"],
        },
        outputs: {
          adopted: true,
          previous: {
            priority: 1,
            mode: "AuditAndNotify",
            setScl: 5,
            headerContainsWords: ["UCE"],
            exceptIfSentTo: ["ceo@example.com"],
            senderIpRanges: ["198.51.100.1"],
            comments: "Theirs",
          },
        },
      }),
    );
    expect(valueOf(snapshot.transportRules)).toEqual([
      {
        ...sclRule("Ours", 1, ["UCE"], 5, { mode: "Audit" }),
        conditions: {
          ...sclRule("Ours", 1, ["UCE"], 5).conditions,
          exceptIfSentTo: ["ceo@example.com"],
        },
      },
      sclRule("Next", 0, ["UCE"], 5),
    ]);
    expect(notes).toEqual([]);
  });

  test("of a destroy, and of an update, clears conditions and actions of an adopted rule that had no previous values", () => {
    const one = freshTenant();
    const rule = sclRule("Ours", 0, ["A"], 9);
    one.transportRules = {
      value: [
        {
          ...rule,
          conditions: { ...rule.conditions, from: ["a@example.com"] },
          actions: { deleteMessage: true, prependSubject: "[x] " },
        },
      ],
    };
    const { headerContainsMessageHeader, headerContainsWords } =
      rule.conditions;
    const words = { headerContainsMessageHeader, headerContainsWords };
    const old = {
      name: "Ours",
      ...words,
      from: ["a@example.com"],
      deleteMessage: true,
    };
    const outputs = { adopted: true, previous: { name: "Ours", ...words } };
    const after = (op: string, more: object = {}) => {
      const step = { old, outputs, ...more };
      const planned = plan(one, preview("TransportRule", op, step));
      return valueOf(planned.snapshot.transportRules)[0];
    };
    const now = { name: "Ours", ...words };
    for (const left of [
      after("delete"),
      after("update", { now, diff: ["from", "deleteMessage"] }),
    ]) {
      expect(left?.actions).toEqual({ prependSubject: "[x] " });
      expect(left?.conditions).not.toHaveProperty("from");
      expect(left?.conditions).toMatchObject(words);
    }
  });

  test("of a destroy restores the frequency of the notification settings, and never deletes them", () => {
    const one = freshTenant();
    const every = (frequency: string) => ({
      name: "DefaultGlobalTag",
      endUserSpamNotificationFrequency: frequency,
    });
    one.quarantineNotification = { value: every("04:00:00") };
    const without = (outputs: object) =>
      valueOf(
        plan(
          one,
          preview("QuarantineNotification", "delete", {
            old: { endUserSpamNotificationFrequency: "04:00:00" },
            outputs,
          }),
        ).snapshot.quarantineNotification,
      );
    expect(
      without({
        adopted: true,
        previous: { endUserSpamNotificationFrequency: "1.00:00:00" },
      }),
    ).toEqual(every("1.00:00:00"));
    expect(without({ adopted: false })).toEqual(every("04:00:00"));
  });

  test("deletes a domain at Cloudflare if the program sets offboardOnDestroy", () => {
    const without = (offboardOnDestroy: boolean) =>
      plan(
        freshTenant(),
        preview("Area1Domain", "delete", {
          old: { domain: "example.com", offboardOnDestroy },
          outputs: { adopted: false },
        }),
      );
    expect(valueOf(without(true).snapshot.domains)).toEqual([]);
    expect(without(true).notes).toEqual([]);
    expect(without(false).snapshot).toEqual(freshTenant());
  });

  test("of a tenant is applied to a snapshot that names no tenant", () => {
    const { tenantId: _, ...unnamed } = freshTenant();
    const { snapshot } = plan(
      unnamed,
      preview("AntiSpamPolicy", "update", {
        old: { name: "Default", bulkThreshold: 7, tenantId: "ours" },
        now: { name: "Default", bulkThreshold: 5 },
        diff: ["bulkThreshold"],
      }),
    );
    expect(valueOf(snapshot.antiSpamPolicies)[0]?.bulkThreshold).toBe(5);
  });

  test("of another tenant, of a failure, or of something else is refused", () => {
    const other = { ...freshTenant(), tenantId: "other" };
    expect(() => plan(other, captured("destroy"))).toThrow(
      "The preview is of tenant 0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90, the snapshot of other: they cannot be laid over each other",
    );
    expect(() =>
      plan(freshTenant(), {
        steps: [],
        diagnostics: [
          { severity: "warning", message: "the token expires soon" },
          { severity: "error", message: "domains: empty\n" },
          { severity: "error", message: "setScl: 10" },
        ],
      }),
    ).toThrow(new Error("The preview failed: domains: empty setScl: 10"));
    for (const other of [null, [], {}, "x"])
      expect(() => plan(freshTenant(), other)).toThrow(
        "Give what pulumi preview --json prints",
      );
  });

  test("without changes, or only of other libraries, does not change the snapshot", () => {
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

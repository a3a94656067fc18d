import { withChanges, type ObjectChange } from "../../mail-flow/overlay";
import type {
  AntiSpamPolicy,
  CloudflareDomain,
  PolicyRule,
  QuarantinePolicy,
  Snapshot,
  TransportRule,
} from "../../mail-flow/snapshot";
import { freshTenant, sclRule, valueOf } from "./fresh-tenant";
import { configuredTenant, scope, withPolicies } from "./mail-tenant";

const kinds = [
  "Area1Domain",
  "QuarantinePolicy",
  "QuarantineNotification",
  "AntiSpamPolicy",
  "TransportRule",
] as const;
const laid = (
  snapshot: Snapshot,
  kind: string,
  name: string,
  values?: ObjectChange["values"],
) => withChanges(snapshot, [{ kind, name, ...(values && { values }) }]);

const ruleOf = (snapshot: Snapshot, name: string): TransportRule | undefined =>
  valueOf(snapshot.transportRules).find((rule) => rule.name === name);
const order = ({ transportRules }: Snapshot) =>
  [...valueOf(transportRules)]
    .sort((a, b) => a.priority - b.priority)
    .map(({ name, priority }) => `${priority} ${name}`);
const policyOf = (snapshot: Snapshot, name: string) =>
  valueOf(snapshot.antiSpamPolicies).find((policy) => policy.name === name);
const scopeOf = (snapshot: Snapshot, name: string) =>
  valueOf(snapshot.antiSpamRules).find((rule) => rule.name === name);
const quarantineOf = (snapshot: Snapshot, name: string) =>
  valueOf(snapshot.quarantinePolicies).find((policy) => policy.name === name);
const domainOf = (snapshot: Snapshot, name: string) =>
  valueOf(snapshot.domains).find(({ domain }) => domain === name);

describe("The snapshot that is given", () => {
  test.each<ObjectChange>([
    {
      kind: "Area1Domain",
      name: "example.com",
      values: { dropDispositions: [], transport: "mx.example.net" },
    },
    { kind: "Area1Domain", name: "example.org", values: {} },
    { kind: "QuarantinePolicy", name: "Everything" },
    {
      kind: "QuarantinePolicy",
      name: "Everything",
      values: { endUserQuarantinePermissions: [] },
    },
    {
      kind: "QuarantineNotification",
      name: "",
      values: { endUserSpamNotificationFrequency: "1.00:00:00" },
    },
    {
      kind: "AntiSpamPolicy",
      name: "Default",
      values: { spamAction: "Delete" },
    },
    {
      kind: "AntiSpamPolicy",
      name: "Finance",
      values: { sentTo: ["a@example.com"], priority: 0 },
    },
    { kind: "TransportRule", name: "User's" },
    { kind: "TransportRule", name: "Administrator's", values: { setScl: 5 } },
    {
      kind: "TransportRule",
      name: "Administrator's",
      values: { headerContainsWords: null },
    },
  ])(
    "is not changed, and the result shares its unchanged parts: %j",
    (change) => {
      const before = withPolicies([scope({ name: "Other" })]);
      const copy = structuredClone(before);
      const after = withChanges(before, [change]);
      expect(before).toEqual(copy);
      expect(after).not.toEqual(before);
      expect(after.presetRules).toBe(before.presetRules);
      expect(after.acceptedDomains).toBe(before.acceptedDomains);
    },
  );

  test("is returned if no property changes that decides where mail goes", () => {
    const before = configuredTenant();
    expect(withChanges(before, [])).toEqual(before);
    expect(laid(before, "MailFlowCheck", "", { failOn: "failed" })).toEqual(
      before,
    );
    expect(laid(before, "TransportRule", "Nobody's")).toEqual(before);
    expect(
      laid(before, "AntiSpamPolicy", "Default", {
        spamAction: undefined,
        adminDisplayName: "For people",
      }),
    ).toEqual(before);
  });
});

describe("An action of a rule", () => {
  const before = configuredTenant();
  const actionsAfter = (...changes: NonNullable<ObjectChange["values"]>[]) =>
    ruleOf(
      changes.reduce<Snapshot>(
        (snapshot, values) =>
          laid(snapshot, "TransportRule", "Administrator's", values),
        before,
      ),
      "Administrator's",
    )?.actions;

  test("is set, and is not a condition", () => {
    expect(actionsAfter({ setScl: null, prependSubject: "[x] " })).toEqual({
      prependSubject: "[x] ",
    });
  });

  test.each([null, false, [], ""])("is cleared by %j", (none) => {
    const set = { setScl: null, redirectMessageTo: ["a@example.com"] };
    expect(actionsAfter(set, { redirectMessageTo: none })).toEqual({});
  });

  test("that rejects is cleared together with what Exchange has added to it", () => {
    const given = { setScl: null, rejectMessageReasonText: "No." };
    const added = { rejectMessageEnhancedStatusCode: "5.7.1" };
    const own = { rejectMessageEnhancedStatusCode: "5.7.900" };
    const cleared = { rejectMessageReasonText: null };
    expect(actionsAfter(given, added, cleared)).toEqual({});
    expect(actionsAfter(given, own, cleared)).toEqual(own);
  });
});

describe("A part that was not read", () => {
  const unread = { unavailable: "It is forbidden." };
  const parts = {
    Area1Domain: ["domains"],
    QuarantinePolicy: ["quarantinePolicies"],
    QuarantineNotification: ["quarantineNotification"],
    AntiSpamPolicy: ["antiSpamPolicies", "antiSpamRules"],
    TransportRule: ["transportRules"],
  } as const;

  test.each(
    kinds.flatMap((kind) =>
      parts[kind].map((part): [string, keyof Snapshot] => [kind, part]),
    ),
  )(
    "stays unread, and its other part does not change: %s, %s",
    (kind, part) => {
      const before: Snapshot = { ...configuredTenant(), [part]: unread };
      for (const values of [{ name: "New", enabled: true }, undefined])
        expect(laid(before, kind, "Default", values)).toEqual(before);
    },
  );
});

describe("Writes that follow each other", () => {
  test("each see what the ones before have written", () => {
    const after = withChanges(freshTenant(), [
      { kind: "TransportRule", name: "A", values: { setScl: 5 } },
      { kind: "TransportRule", name: "a", values: { setScl: 9 } },
      { kind: "TransportRule", name: "B", values: {} },
      { kind: "TransportRule", name: "B" },
      {
        kind: "QuarantinePolicy",
        name: "Ours",
        values: { endUserQuarantinePermissions: ["Preview"] },
      },
      {
        kind: "AntiSpamPolicy",
        name: "Default",
        values: { spamQuarantineTag: "Ours" },
      },
      { kind: "QuarantinePolicy", name: "Ours" },
    ]);
    expect(order(after)).toEqual(["0 A"]);
    expect(ruleOf(after, "A")?.actions).toEqual({ setScl: 9 });
    // A quarantine policy that is used is not removed.
    expect(quarantineOf(after, "Ours")).toBeDefined();
  });
});

describe("A transport rule", () => {
  test("is created last, enabled, with only the given properties", () => {
    const after = laid(configuredTenant(), "TransportRule", "New", {
      name: "New",
      comments: "Ours",
      headerContainsMessageHeader: "X-Thing",
      headerContainsWords: ["one"],
      senderIpRanges: ["192.0.2.1"],
      setScl: 9,
      quarantine: false,
    });
    expect(ruleOf(after, "New")).toEqual<TransportRule>({
      name: "New",
      comments: "Ours",
      priority: 2,
      enabled: true,
      mode: "Enforce",
      stopRuleProcessing: false,
      ruleErrorAction: "Ignore",
      conditions: {
        headerContainsMessageHeader: "X-Thing",
        headerContainsWords: ["one"],
        senderIpRanges: ["192.0.2.1"],
      },
      unread: [],
      actions: { setScl: 9 },
    });
  });

  test("is changed in place, and gets its new name", () => {
    const after = laid(configuredTenant(), "TransportRule", "ADMINISTRATOR'S", {
      name: "Renamed",
      enabled: false,
      mode: "Audit",
      stopRuleProcessing: true,
      expiryDate: "2027-01-01T00:00:00Z",
      activationDate: "2026-01-01T00:00:00Z",
      quarantine: true,
      setScl: null,
      exceptIfSentTo: ["ceo@example.com"],
    });
    expect(ruleOf(after, "Renamed")).toEqual<TransportRule>({
      ...sclRule("Renamed", 0, ["MALICIOUS"], 9),
      enabled: false,
      mode: "Audit",
      stopRuleProcessing: true,
      expiryDate: "2027-01-01T00:00:00Z",
      activationDate: "2026-01-01T00:00:00Z",
      conditions: {
        headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
        headerContainsWords: ["MALICIOUS"],
        exceptIfSentTo: ["ceo@example.com"],
      },
      actions: { quarantine: true },
    });
  });

  test("loses cleared properties", () => {
    const dated = laid(configuredTenant(), "TransportRule", "User's", {
      expiryDate: "2027-01-01T00:00:00Z",
      sentTo: ["a@example.com"],
    });
    const after = laid(dated, "TransportRule", "User's", {
      expiryDate: null,
      sentTo: null,
      setScl: null,
    });
    expect(ruleOf(after, "User's")).toEqual({
      ...ruleOf(configuredTenant(), "User's"),
      actions: {},
    });
  });

  test.each<[number, string[]]>([
    [0, ["0 C", "1 A", "2 B", "3 D"]],
    [1, ["0 A", "1 C", "2 B", "3 D"]],
    [3, ["0 A", "1 B", "2 D", "3 C"]],
    [9, ["0 A", "1 B", "2 D", "3 C"]],
  ])(
    "gets its priority, and the others move by one: %i",
    (priority, expected) => {
      const before: Snapshot = {
        ...freshTenant(),
        transportRules: {
          // In any order; the priority decides.
          value: ["A", "D", "C", "B"].map((name) =>
            sclRule(name, "ABCD".indexOf(name), [], 5),
          ),
        },
      };
      expect(order(laid(before, "TransportRule", "C", { priority }))).toEqual(
        expected,
      );
    },
  );

  test("leaves no gap in the priorities if it is deleted", () => {
    expect(
      order(laid(configuredTenant(), "TransportRule", "administrator's")),
    ).toEqual(["0 User's"]);
    const before = freshTenant();
    before.transportRules = {
      value: ["D", "A", "C", "B"].map((name) =>
        sclRule(name, "ABCD".indexOf(name), [], 5),
      ),
    };
    expect(order(laid(before, "TransportRule", "B"))).toEqual([
      "0 A",
      "1 C",
      "2 D",
    ]);
  });

  test("gets no condition from settings of its resource", () => {
    const after = laid(configuredTenant(), "TransportRule", "User's", {
      adopt: true,
      allowExposure: true,
      guardedMail: { words: ["MALICIOUS"] },
      restorePoint: { setScl: 1 },
      pending: ["setScl"],
      __provider: "text",
    });
    expect(after).toEqual(configuredTenant());
  });
});

describe("An anti-spam policy", () => {
  const made = (
    values: ObjectChange["values"] = {},
    before = configuredTenant(),
  ) =>
    laid(before, "AntiSpamPolicy", "Finance", { name: "Finance", ...values });

  test("is created with Microsoft's defaults, and with a rule that comes last", () => {
    const after = made(
      { sentTo: ["a@example.com"], phishSpamAction: "Quarantine" },
      withPolicies([scope({ name: "Other" })]),
    );
    const tag = "DefaultFullAccessPolicy";
    expect(policyOf(after, "Finance")).toEqual<AntiSpamPolicy>({
      name: "Finance",
      isDefault: false,
      recommendedPolicyType: "Custom",
      spamAction: "MoveToJmf",
      spamQuarantineTag: tag,
      highConfidenceSpamAction: "MoveToJmf",
      highConfidenceSpamQuarantineTag: tag,
      phishSpamAction: "Quarantine",
      phishQuarantineTag: tag,
      highConfidencePhishAction: "Quarantine",
      highConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
      bulkSpamAction: "MoveToJmf",
      bulkQuarantineTag: tag,
      bulkThreshold: 7,
      markAsSpamBulkMail: "On",
      markAsSpamSpfRecordHardFail: "Off",
      quarantineRetentionPeriod: 15,
      allowedSenders: [],
      allowedSenderDomains: [],
      blockedSenders: [],
      blockedSenderDomains: [],
      redirectToRecipients: [],
      spamZapEnabled: true,
      phishZapEnabled: true,
    });
    expect(scopeOf(after, "Finance")).toEqual<PolicyRule>({
      ...scope({ name: "Finance", sentTo: ["a@example.com"] }),
      hostedContentFilterPolicy: "Finance",
      priority: 1,
    });
  });

  test("has the tag of older tenants if an older tenant creates it", () => {
    const before = laid(
      configuredTenant(),
      "QuarantinePolicy",
      "NotificationEnabledPolicy",
      {},
    );
    expect(policyOf(made({}, before), "Finance")).toMatchObject({
      spamQuarantineTag: "NotificationEnabledPolicy",
      highConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
    });
  });

  test("is changed together with its rule, and keeps other properties", () => {
    const before = withPolicies([
      scope({ name: "Rule 1", hostedContentFilterPolicy: "First" }),
      scope({
        name: "Rule 2",
        priority: 1,
        hostedContentFilterPolicy: "finance",
        sentTo: ["a@example.com"],
        sentToMemberOf: ["board@example.com"],
      }),
    ]);
    valueOf(before.antiSpamPolicies).push({
      ...policyOf(before, "Default")!,
      name: "Finance",
      isDefault: false,
    });
    const after = laid(before, "AntiSpamPolicy", "FINANCE", {
      highConfidenceSpamAction: "Delete",
      spamQuarantineTag: null,
      redirectToRecipients: null,
      sentTo: null,
      exceptIfRecipientDomainIs: ["example.org"],
      enabled: false,
      priority: 0,
    });
    const { spamQuarantineTag: _, ...rest } = policyOf(before, "Finance")!;
    expect(policyOf(after, "Finance")).toEqual({
      ...rest,
      highConfidenceSpamAction: "Delete",
    });
    expect(scopeOf(after, "Rule 2")).toEqual({
      ...scopeOf(before, "Rule 2")!,
      sentTo: [],
      exceptIfRecipientDomainIs: ["example.org"],
      enabled: false,
      priority: 0,
    });
    expect(scopeOf(after, "Rule 1")?.priority).toBe(1);
    expect(
      scopeOf(
        laid(after, "AntiSpamPolicy", "Finance", { enabled: null }),
        "Rule 2",
      )?.enabled,
    ).toBe(true);
  });

  test("gets a rule if it has none, which is enabled as requested", () => {
    const before = made();
    valueOf(before.antiSpamRules).length = 0;
    const bound = laid(before, "AntiSpamPolicy", "Finance", {
      sentTo: ["a@example.com"],
      exceptIfSentTo: null,
    });
    expect(scopeOf(bound, "Finance")).toEqual<PolicyRule>({
      ...scope({ name: "Finance", sentTo: ["a@example.com"] }),
      hostedContentFilterPolicy: "Finance",
      enabled: false,
    });
    const inForce = laid(before, "AntiSpamPolicy", "Finance", {
      enabled: true,
      sentTo: ["a@example.com"],
    });
    expect(valueOf(inForce.antiSpamRules)).toEqual([
      { ...scopeOf(bound, "Finance"), enabled: true },
    ]);
  });

  test("that is the built-in one gets no rule when its previous values are restored", () => {
    const after = laid(configuredTenant(), "AntiSpamPolicy", "Default", {
      recipientDomainIs: null,
      enabled: null,
      priority: null,
    });
    expect(after).toEqual(configuredTenant());
  });

  test("keeps its priority if none is set any more", () => {
    const before = withPolicies(
      ["First", "Second"].map((name, priority) => scope({ name, priority })),
    );
    for (const name of ["First", "Second"])
      expect(laid(before, "AntiSpamPolicy", name, { priority: null })).toEqual(
        before,
      );
  });

  test("without a rule is deleted alone", () => {
    const before = withPolicies([scope({ name: "Other" })]);
    const unruled = structuredClone(before);
    valueOf(unruled.antiSpamPolicies).push({
      ...policyOf(before, "Default")!,
      name: "Finance",
    });
    expect(laid(unruled, "AntiSpamPolicy", "Finance")).toEqual(before);
  });

  test("is deleted with its rule, and the others move up", () => {
    const before = withPolicies([
      scope({ name: "Finance" }),
      scope({ name: "Other", priority: 1 }),
    ]);
    const after = laid(before, "AntiSpamPolicy", "finance");
    expect(policyOf(after, "Finance")).toBeUndefined();
    expect(valueOf(after.antiSpamRules)).toEqual([
      { ...scopeOf(before, "Other"), priority: 0 },
    ]);
  });
});

describe("A quarantine policy", () => {
  test("is created with the given properties, and without permissions if none are given", () => {
    const made = (values: ObjectChange["values"]) =>
      quarantineOf(
        laid(configuredTenant(), "QuarantinePolicy", "New", values),
        "New",
      );
    expect(made({})).toEqual<QuarantinePolicy>({
      name: "New",
      esnEnabled: false,
    });
    expect(
      made({
        endUserQuarantinePermissions: ["Release"],
        esnEnabled: true,
        includeMessagesFromBlockedSenderAddress: true,
        adminDisplayName: "Ours",
      }),
    ).toEqual<QuarantinePolicy>({
      name: "New",
      endUserQuarantinePermissions: ["Release"],
      esnEnabled: true,
      includeMessagesFromBlockedSenderAddress: true,
    });
  });

  test("is changed, whatever its case", () => {
    const after = laid(configuredTenant(), "QuarantinePolicy", "everything", {
      endUserQuarantinePermissions: ["Preview"],
    });
    expect(quarantineOf(after, "Everything")).toEqual({
      ...quarantineOf(configuredTenant(), "Everything"),
      endUserQuarantinePermissions: ["Preview"],
    });
  });

  test("is deleted if no anti-spam policy uses it", () => {
    expect(
      quarantineOf(
        laid(configuredTenant(), "QuarantinePolicy", "EVERYTHING"),
        "Everything",
      ),
    ).toBeUndefined();
    expect(
      quarantineOf(
        laid(configuredTenant(), "QuarantinePolicy", "usernotifyuserrelease"),
        "UserNotifyUserRelease",
      ),
    ).toBeDefined();
    const named = withPolicies([scope({ name: "Everything" })]);
    expect(
      quarantineOf(laid(named, "QuarantinePolicy", "Everything"), "Everything"),
    ).toBeUndefined();
  });
});

describe("The notification settings", () => {
  const weekly = { endUserSpamNotificationFrequency: "7.00:00:00" };
  const frequencyIn = ({ quarantineNotification }: Snapshot) =>
    valueOf(quarantineNotification);

  test("are created if a tenant has none, changed, cleared, and never deleted", () => {
    const made = laid(freshTenant(), "QuarantineNotification", "", weekly);
    expect(frequencyIn(made)).toEqual({ name: "DefaultGlobalTag", ...weekly });
    const changed = laid(configuredTenant(), "QuarantineNotification", "", {
      ...weekly,
      name: "Other",
    });
    expect(frequencyIn(changed)).toEqual({
      name: "DefaultGlobalTag",
      ...weekly,
    });
    expect(
      frequencyIn(
        laid(changed, "QuarantineNotification", "", {
          endUserSpamNotificationFrequency: null,
        }),
      ),
    ).toEqual({ name: "DefaultGlobalTag" });
    expect(frequencyIn(laid(changed, "QuarantineNotification", ""))).toEqual(
      frequencyIn(changed),
    );
  });
});

describe("A domain of Cloudflare", () => {
  test("is created inline, and forwards its mail to its host at Microsoft", () => {
    const made = (name: string, values: ObjectChange["values"] = {}) =>
      domainOf(laid(configuredTenant(), "Area1Domain", name, values), name);
    expect(made("example.org")).toEqual<CloudflareDomain>({
      domain: "example.org",
      domainId: "",
      dropDispositions: [],
      allowedDeliveryModes: ["DIRECT"],
      ipRestrictions: [],
      transport: "example-org.mail.protection.outlook.com",
    });
    expect(made("example.net")?.transport).toBe(
      "the MX that Microsoft 365 expects for example.net",
    );
    expect(
      made("example.net", {
        transport: "mx.example.net",
        dropDispositions: ["SPAM"],
      }),
    ).toMatchObject({
      transport: "mx.example.net",
      dropDispositions: ["SPAM"],
    });
  });

  test("is changed, whatever its case, and cleared values are removed", () => {
    const before = laid(freshTenant(), "Area1Domain", "example.com", {
      ipRestrictions: ["192.0.2.1"],
    });
    expect(domainOf(before, "example.com")?.ipRestrictions).toEqual([
      "192.0.2.1",
    ]);
    const after = laid(before, "Area1Domain", "EXAMPLE.com", {
      dropDispositions: null,
      allowedDeliveryModes: null,
      ipRestrictions: null,
      lookbackHops: null,
      requireTlsInbound: true,
      requireTlsOutbound: false,
      regions: ["DE"],
    });
    const { lookbackHops: _, ...rest } = domainOf(
      freshTenant(),
      "example.com",
    )!;
    expect(domainOf(after, "example.com")).toEqual({
      ...rest,
      dropDispositions: [],
      allowedDeliveryModes: [],
      ipRestrictions: [],
      requireTlsInbound: true,
      requireTlsOutbound: false,
    });
  });

  test("stays when its resource is deleted", () => {
    expect(laid(freshTenant(), "Area1Domain", "example.com")).toEqual(
      freshTenant(),
    );
  });
});

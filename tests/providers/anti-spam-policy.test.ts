import { antiSpamPolicy } from "../../providers/exchange-online/anti-spam-policy";
import { verdicts } from "../../providers/exchange-online/anti-spam-verdicts";
import type { Values } from "../../providers/field";
import { relationFailures } from "../../providers/lifecycle/requirements";
import { detail, LoopbackExchange, notFound } from "./loopback-exchange";

jest.setTimeout(10_000);

const exchange = new LoopbackExchange();
beforeAll(() => exchange.start());
afterAll(() => exchange.close());
beforeEach(() => exchange.forget());

const [policies, rules] = [
  "Get-HostedContentFilterPolicy",
  "Get-HostedContentFilterRule",
] as const;
const [newPolicy, setPolicy, removePolicy] = [
  "New-HostedContentFilterPolicy",
  "Set-HostedContentFilterPolicy",
  "Remove-HostedContentFilterPolicy",
];
const [newRule, setRule, removeRule] = [
  "New-HostedContentFilterRule",
  "Set-HostedContentFilterRule",
  "Remove-HostedContentFilterRule",
];
const [enableRule, disableRule] = [
  "Enable-HostedContentFilterRule",
  "Disable-HostedContentFilterRule",
];

const alreadyExists = {
  status: 400,
  body: detail("ADObjectAlreadyExistsException", "It is there."),
};
const refused = { status: 400, body: detail("Wrong", "No.") };
/** A policy as the list of the kind shows it, its rule with another name than its own. */
const item = {
  Name: "Finance",
  Identity: "Finance",
  SpamAction: "MoveToJmf",
  SpamQuarantineTag: "DefaultFullAccessPolicy",
  "Rule:Name": "Rule of finance",
  "Rule:State": "Enabled",
};
const { "Rule:Name": _, ...withoutRule } = item;

describe("The inputs of an anti-spam policy", () => {
  const refuse = (inputs: Values, ...unknown: string[]) =>
    relationFailures(
      antiSpamPolicy,
      inputs,
      (property) => !unknown.includes(property),
    );
  const custom = { name: "Finance", recipientDomainIs: ["example.com"] };

  test.each([
    ["X-Looks-Like-Spam", undefined],
    [
      "X-Looks Like-Spam",
      "has a space or a colon, so that Microsoft 365 ignores it and adds X-This-Is-Spam; remove that",
    ],
    [
      "X-Spam:",
      "has a space or a colon, so that Microsoft 365 ignores it and adds X-This-Is-Spam; remove that",
    ],
  ])("take %j for the name of a header: %j", (value, reason) => {
    expect(antiSpamPolicy.fields["addXHeaderValue"]?.codec.refuse(value)).toBe(
      reason,
    );
  });

  test("enable a custom policy by default", () => {
    const complete = (inputs: Values) =>
      antiSpamPolicy.complete?.({}, inputs, () => {
        throw new Error("the configuration does not matter");
      });
    expect(complete({ name: "Finance" })).toEqual({
      name: "Finance",
      enabled: true,
    });
    expect(complete({ name: "Finance", enabled: false })).toEqual({
      name: "Finance",
      enabled: false,
    });
    expect(complete({ name: "DEFAULT" })).toEqual({ name: "DEFAULT" });
  });

  test.each([
    "recipientDomainIs",
    "sentTo",
    "sentToMemberOf",
    "exceptIfRecipientDomainIs",
    "exceptIfSentTo",
    "exceptIfSentToMemberOf",
    "priority",
    "enabled",
    "adminDisplayName",
  ])("of Default have no %s", (property) => {
    const inputs = { spamAction: "Delete", [property]: "x" };
    expect(refuse({ name: "default", ...inputs })).toEqual([
      {
        property,
        reason:
          "is only for a custom policy: Default is for everybody, always on and last; give the policy another name",
      },
    ]);
    expect(refuse({ ...custom, ...inputs })).toEqual([]);
    expect(refuse(inputs, "name")).toEqual([]);
  });

  test.each(["recipientDomainIs", "sentTo", "sentToMemberOf"])(
    "of a custom policy name its recipients, for example by %s",
    (property) => {
      const missing = [
        {
          property: "recipientDomainIs",
          reason:
            "must be given, or sentTo or sentToMemberOf: a custom policy is for somebody",
        },
      ];
      expect(refuse({ name: "Finance", exceptIfSentTo: ["a"] })).toEqual(
        missing,
      );
      expect(refuse({ name: "Finance", [property]: ["a"] })).toEqual([]);
      expect(refuse({ name: "Finance" }, property)).toEqual([]);
      expect(refuse({}, "name")).toEqual([]);
    },
  );

  test.each(verdicts.map(({ action, tag }) => [action, tag]))(
    "may have with %s a %s only if the action is Quarantine",
    (action, tag) => {
      const inputs = { name: "Default", [tag]: "x" };
      const wrong = [
        {
          property: tag,
          reason: `has no effect unless ${action} is "Quarantine"; set that too, or leave it out`,
        },
      ];
      expect(refuse({ ...inputs, [action]: "Quarantine" })).toEqual([]);
      expect(refuse({ ...inputs, [action]: "Delete" })).toEqual(wrong);
      expect(refuse(inputs)).toEqual(wrong);
      expect(refuse(inputs, action)).toEqual([]);
      expect(refuse({ name: "Default", [action]: "Delete" })).toEqual([]);
    },
  );

  test.each([
    ["Redirect", "redirectToRecipients", ["a"]],
    ["ModifySubject", "modifySubjectValue", "a"],
    ["AddXHeader", "addXHeaderValue", "a"],
  ])("must have for %s the %s that it requires", (action, property, value) => {
    const inputs = { name: "Default", phishSpamAction: action };
    const missing = [
      { property, reason: `must be given: phishSpamAction is "${action}"` },
    ];
    expect(refuse({ ...inputs, [property]: value })).toEqual([]);
    expect(refuse(inputs)).toEqual(missing);
    expect(refuse({ ...inputs, [property]: "" })).toEqual(missing);
    expect(refuse({ ...inputs, [property]: [] })).toEqual(missing);
    expect(refuse(inputs, property)).toEqual([]);
  });

  test("may have an action that is unknown in the preview", () => {
    expect(refuse({ name: "Default" }, "spamAction")).toEqual([]);
    expect(refuse({ name: "Default", spamAction: "Delete" })).toEqual([]);
  });
});

describe("The list of anti-spam policies", () => {
  test("contains no rule for Default, which has none", async () => {
    exchange.answers = { [policies]: [[{ Name: "Default" }]] };
    const { items } = await antiSpamPolicy.list(
      exchange.operation(),
      "Default",
    );
    expect(items).toEqual([{ Name: "Default" }]);
    expect(exchange.cmdlets).toEqual([[policies, {}]]);
    expect(antiSpamPolicy.alwaysExists("dEFAULT")).toBe(true);
    expect(antiSpamPolicy.alwaysExists("Default2")).toBe(false);
  });

  test("shows a custom policy with the members of its rule, whatever the rule's name is, and as disabled without one", async () => {
    exchange.answers = {
      [policies]: [[{ Name: "Finance" }, { Name: "Payroll" }]],
      [rules]: [
        [
          { Name: "Other", HostedContentFilterPolicy: "Others" },
          {
            Name: "Rule",
            HostedContentFilterPolicy: "contoso.onmicrosoft.com\\FINANCE",
            State: "Enabled",
            SentTo: ["a"],
          },
        ],
      ],
    };
    const { items } = await antiSpamPolicy.list(
      exchange.operation(),
      "Finance",
    );
    expect(items).toEqual([
      {
        Name: "Finance",
        "Rule:Name": "Rule",
        "Rule:HostedContentFilterPolicy": "contoso.onmicrosoft.com\\FINANCE",
        "Rule:State": "Enabled",
        "Rule:SentTo": ["a"],
      },
      { Name: "Payroll", "Rule:State": "Disabled" },
    ]);
  });

  test("is as new as required, and has the number of the newer of its two lists", async () => {
    const operation = exchange.operation();
    const first = await antiSpamPolicy.list(operation, "Finance");
    const { begun: ofPolicies } = await operation.exchange.list(policies);
    const { begun: ofRules } = await operation.exchange.list(rules);
    expect(first.begun).toBe(Math.max(ofPolicies, ofRules));
    expect(ofPolicies).not.toBe(ofRules);
    expect(exchange.arrived).toHaveLength(2);
    await antiSpamPolicy.list(operation, "Finance", first.begun);
    expect(exchange.cmdlets.map(([cmdlet]) => cmdlet).sort()).toEqual([
      policies,
      policies,
      rules,
      rules,
    ]);
    await antiSpamPolicy.list(operation, "Default", first.begun + 100);
    expect(exchange.arrived).toHaveLength(5);
  });
});

describe("A custom anti-spam policy", () => {
  test.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])(
    "is created before its rule, which has its name: enabled %s",
    async (enabled, Enabled) => {
      await antiSpamPolicy.create(exchange.operation(), {
        name: "Finance",
        spamAction: "Delete",
        sentTo: ["a"],
        priority: 1,
        ...(enabled !== undefined && { enabled }),
      });
      expect(exchange.cmdlets).toEqual([
        [newPolicy, { Name: "Finance", SpamAction: "Delete" }],
        [
          newRule,
          {
            Name: "Finance",
            HostedContentFilterPolicy: "Finance",
            SentTo: ["a"],
            Priority: 1,
            Enabled,
          },
        ],
      ]);
    },
  );

  const Identity = "Rule of finance";
  test.each([
    [
      "switched off before it is changed",
      { enabled: false, spamAction: "Delete", sentTo: ["a"] },
      [
        [disableRule, { Identity }],
        [setPolicy, { Identity: "Finance", SpamAction: "Delete" }],
        [setRule, { Identity, SentTo: ["a"] }],
      ],
    ],
    [
      "switched on after it was changed",
      { enabled: true, spamAction: "Delete", sentTo: null },
      [
        [setPolicy, { Identity: "Finance", SpamAction: "Delete" }],
        [setRule, { Identity, SentTo: null }],
        [enableRule, { Identity }],
      ],
    ],
    ["switched off alone", { enabled: false }, [[disableRule, { Identity }]]],
    ["switched on alone", { enabled: true }, [[enableRule, { Identity }]]],
    [
      "changed alone",
      { spamAction: "Delete" },
      [[setPolicy, { Identity: "Finance", SpamAction: "Delete" }]],
    ],
    [
      "bound to others alone",
      { priority: 0 },
      [[setRule, { Identity, Priority: 0 }]],
    ],
  ])("is %s", async (__, changes, cmdlets) => {
    await antiSpamPolicy.update(exchange.operation(), item, changes);
    expect(exchange.cmdlets).toEqual(cmdlets);
  });

  test("without a rule is changed without a request for one", async () => {
    await antiSpamPolicy.update(exchange.operation(), withoutRule, {
      spamAction: "Delete",
    });
    expect(exchange.cmdlets).toEqual([
      [setPolicy, { Identity: "Finance", SpamAction: "Delete" }],
    ]);
  });

  test("is deleted after its rule, and counts as deleted if both were deleted already", async () => {
    exchange.answers = {
      [removeRule]: [notFound()],
      [removePolicy]: [notFound()],
    };
    expect(
      await antiSpamPolicy.remove(exchange.operation(), item, {}),
    ).toBeUndefined();
    expect(exchange.cmdlets).toEqual([
      [removeRule, { Identity }],
      [rules, {}],
      [removePolicy, { Identity: "Finance" }],
    ]);
  });

  test("without a rule is deleted alone", async () => {
    await antiSpamPolicy.remove(exchange.operation(), withoutRule, {});
    expect(exchange.cmdlets).toEqual([[removePolicy, { Identity: "Finance" }]]);
  });

  test("is not deleted before a read shows that its rule is deleted", async () => {
    const one = [{ Name: "Another" }, { Name: Identity }];
    exchange.answers = { [rules]: [one, one, [{ Name: "Another" }]] };
    await antiSpamPolicy.remove(exchange.operation(), item, {});
    expect(exchange.cmdlets.map(([cmdlet]) => cmdlet)).toEqual([
      removeRule,
      rules,
      rules,
      rules,
      removePolicy,
    ]);
  });

  test("stays if its rule stays, and that is reported", async () => {
    exchange.answers = { [rules]: [[{ Name: Identity }]] };
    const operation = exchange.operation(6000);
    await expect(antiSpamPolicy.remove(operation, item, {})).rejects.toThrow(
      'the removal of its rule "Rule of finance" was answered as done, but the rule still stands. Run it again',
    );
    // A third of the time limit, and some more on a busy machine.
    expect(operation.patience.left).toBeLessThan(4100);
    expect(operation.patience.left).toBeGreaterThan(0);
    expect(exchange.writes).toEqual([[removeRule, { Identity }]]);
  });
});

describe("A custom anti-spam policy that shows no rule", () => {
  const bound = {
    Name: "By hand",
    HostedContentFilterPolicy: "finance",
    State: "Disabled",
  };
  const update = (changes: Values, before: object = withoutRule) =>
    antiSpamPolicy.update(
      exchange.operation(600),
      before as Record<string, unknown>,
      changes,
    );
  const made = (Enabled: boolean, more: object = {}) => [
    newRule,
    {
      Name: "Finance",
      HostedContentFilterPolicy: "Finance",
      ...more,
      Enabled,
    },
  ];

  test.each([
    ["is switched on", { enabled: true }, withoutRule, made(true)],
    ["is switched off", { enabled: false }, withoutRule, made(false)],
    [
      "was in force",
      { sentTo: ["a"] },
      withoutRule,
      made(true, { SentTo: ["a"] }),
    ],
    [
      "was not in force",
      { sentTo: ["a"] },
      { ...withoutRule, "Rule:State": "Disabled" },
      made(false, { SentTo: ["a"] }),
    ],
    [
      "is switched on and was not in force",
      { enabled: true, sentTo: ["a"] },
      { ...withoutRule, "Rule:State": "Disabled" },
      made(true, { SentTo: ["a"] }),
    ],
  ])("gets a rule if it %s", async (__, changes, before, rule) => {
    await update(changes, before);
    expect(exchange.cmdlets).toEqual([rule]);
  });

  test.each([
    [
      { enabled: true, sentTo: ["a"] },
      "Disabled",
      [
        [setRule, { Identity: "By hand", SentTo: ["a"] }],
        [enableRule, { Identity: "By hand" }],
      ],
    ],
    [{ enabled: true }, "Disabled", [[enableRule, { Identity: "By hand" }]]],
    [{ enabled: true }, "Enabled", []],
    [
      { enabled: false, sentTo: ["a"] },
      "Enabled",
      [
        [disableRule, { Identity: "By hand" }],
        [setRule, { Identity: "By hand", SentTo: ["a"] }],
      ],
    ],
    [{ enabled: false }, "Enabled", [[disableRule, { Identity: "By hand" }]]],
  ])(
    "gets %j on a rule that exists unexpectedly, which is %s",
    async (changes, State, writes) => {
      exchange.answers = {
        [newRule]: [alreadyExists],
        [rules]: [[], [{ Name: "Other" }, { ...bound, State }]],
      };
      await update(changes);
      expect(exchange.writes.slice(1)).toEqual(writes);
      expect(exchange.cmdlets[0]?.[0]).toBe(newRule);
      expect(
        exchange.cmdlets.filter(([cmdlet]) => cmdlet === rules),
      ).toHaveLength(2);
    },
  );

  test("fails with Exchange's reason if Exchange says that the rule exists but no list shows it", async () => {
    exchange.answers = { [newRule]: [alreadyExists] };
    await expect(update({ enabled: true })).rejects.toMatchObject({
      fault: "alreadyExists",
    });
    expect(exchange.writes).toHaveLength(1);
  });

  test("fails with Exchange's message for any other reason", async () => {
    exchange.answers = { [newRule]: [refused], [rules]: [[bound]] };
    await expect(update({ enabled: true })).rejects.toMatchObject({
      fault: "refused",
    });
    expect(exchange.cmdlets).toHaveLength(1);
  });
});

describe("A quarantine policy that an anti-spam policy names", () => {
  const listed = [{ Name: "Other" }, { Name: "contoso.onmicrosoft.com\\ours" }];
  const update = (changes: Values, milliseconds = 300) =>
    antiSpamPolicy.update(exchange.operation(milliseconds), item, changes);
  const named = { spamAction: "Quarantine", spamQuarantineTag: "Ours" };

  test("is waited for while it is listed and Exchange does not find it yet", async () => {
    exchange.answers = {
      [setPolicy]: [notFound(), notFound(), {}],
      "Get-QuarantinePolicy": [listed],
    };
    await update(named);
    expect(exchange.writes).toHaveLength(3);
    expect(
      exchange.cmdlets.filter(([cmdlet]) => cmdlet === "Get-QuarantinePolicy"),
    ).toEqual([["Get-QuarantinePolicy", {}]]);
  });

  test("is waited for with growing pauses until the time limit", async () => {
    exchange.answers = {
      [setPolicy]: [notFound()],
      "Get-QuarantinePolicy": [listed],
    };
    const started = performance.now();
    await expect(update(named, 1000)).rejects.toMatchObject({
      fault: "notFound",
    });
    const took = performance.now() - started;
    // 20 + 40 + 80 + 160 + 320 milliseconds; 640 more are not left.
    expect(exchange.writes.length).toBeGreaterThanOrEqual(5);
    expect(exchange.writes.length).toBeLessThanOrEqual(6);
    expect(took).toBeGreaterThanOrEqual(295);
    expect(took).toBeLessThan(4000);
  });

  test("is reported as missing at once if it is not listed", async () => {
    exchange.answers = {
      [setPolicy]: [notFound("No such tag")],
      "Get-QuarantinePolicy": [listed],
    };
    await expect(
      update({
        ...named,
        phishSpamAction: "Quarantine",
        phishQuarantineTag: "Nobody's",
      }),
    ).rejects.toThrow(
      'there is no quarantine policy "Nobody\'s". Exchange Online answered 404 to Set-HostedContentFilterPolicy: No such tag. Make it first, or correct the name',
    );
    expect(exchange.writes).toHaveLength(1);
  });

  test.each([
    ["no tag is named", { spamAction: "Delete" }, notFound(), "notFound"],
    ["a tag is cleared", { spamQuarantineTag: null }, notFound(), "notFound"],
    ["Exchange refuses", named, refused, "refused"],
  ])("is not waited for when %s", async (__, changes, reply, fault) => {
    exchange.answers = { [setPolicy]: [reply] };
    await expect(update(changes)).rejects.toMatchObject({ fault });
    expect(exchange.cmdlets).toHaveLength(1);
  });
});

describe("A tag that is restored", () => {
  const restoredValue = (property: string, value: string | null) =>
    antiSpamPolicy.restoredValue?.(exchange.operation(), property, value);

  test("gets its previous value while its quarantine policy exists, in any case", async () => {
    exchange.answers = {
      "Get-QuarantinePolicy": [[{ Name: "a" }, { Name: "Ours" }]],
    };
    expect(await restoredValue("spamQuarantineTag", "OURS")).toBeUndefined();
    expect(exchange.cmdlets).toEqual([["Get-QuarantinePolicy", {}]]);
  });

  test.each([
    ["spamQuarantineTag", "DefaultFullAccessPolicy"],
    ["highConfidenceSpamQuarantineTag", "DefaultFullAccessPolicy"],
    ["highConfidencePhishQuarantineTag", "AdminOnlyAccessPolicy"],
  ])(
    "is replaced by Microsoft's default if it does not exist, with a warning: %s",
    async (property, value) => {
      exchange.answers = { "Get-QuarantinePolicy": [[{ Name: "Other" }]] };
      expect(await restoredValue(property, "Ours")).toEqual({
        value,
        warning: `${property} was Ours, which no longer exists; it is set to Microsoft's default, ${value}`,
      });
    },
  );

  test.each([
    ["spamAction", "Delete"],
    ["spamQuarantineTag", null],
    ["spamQuarantineTagged", "a"],
  ])(
    "is checked only if it had a previous value: %s, %p",
    async (property, value) => {
      expect(await restoredValue(property, value)).toBeUndefined();
      expect(exchange.arrived).toEqual([]);
    },
  );
});

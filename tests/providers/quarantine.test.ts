import { quarantineNotification } from "../../providers/exchange-online/quarantine-notification";
import {
  isBuiltInQuarantinePolicy,
  quarantinePolicy,
} from "../../providers/exchange-online/quarantine-policy";
import { everyTagPointingAt } from "../../providers/exchange-online/quarantine-tags";
import { LoopbackExchange, notFound } from "./loopback-exchange";

const exchange = new LoopbackExchange();
beforeAll(() => exchange.start());
afterAll(() => exchange.close());
beforeEach(() => exchange.forget());

const antiSpam = "Get-HostedContentFilterPolicy";
const forbidden = { status: 403, body: "" };

describe("The tags of threat policies that point at a quarantine policy", () => {
  const policies = [
    {
      Name: "Default",
      SpamQuarantineTag: "OURS",
      PhishQuarantineTag: "ours",
      BulkQuarantineTag: "Theirs",
      SpamAction: "Ours",
      EndUserSpamQuarantineTagLimit: "Ours",
    },
    {
      Name: "contoso.onmicrosoft.com\\Finance",
      HighConfidenceSpamQuarantineTag: "Ours",
    },
    { Name: "Odd", SpamQuarantineTag: 3 },
  ];

  test("are those of anti-phishing and anti-malware policies as well, where every tag counts", async () => {
    exchange.answers = {
      [antiSpam]: [policies],
      "Get-AntiPhishPolicy": [
        [{ Name: "Phish", TargetedUserQuarantineTag: "Ours" }],
      ],
      "Get-MalwareFilterPolicy": [[{ Name: "Malware", QuarantineTag: "Ours" }]],
    };
    expect(await everyTagPointingAt(exchange.operation(), "Ours")).toEqual([
      "SpamQuarantineTag of Default",
      "PhishQuarantineTag of Default",
      "HighConfidenceSpamQuarantineTag of Finance",
      "TargetedUserQuarantineTag of Phish",
      "QuarantineTag of Malware",
    ]);
    expect(exchange.warnings).toEqual([]);
  });

  test("are unknown for policies that the role may not read, which is reported", async () => {
    exchange.answers = {
      "Get-AntiPhishPolicy": [forbidden],
      "Get-MalwareFilterPolicy": [[{ Name: "Malware", QuarantineTag: "Ours" }]],
    };
    expect(await everyTagPointingAt(exchange.operation(), "Ours")).toEqual([
      "QuarantineTag of Malware",
    ]);
    expect(exchange.warnings).toEqual([
      'quarantine policy "Ours": it could not be looked at whether a tag of Get-AntiPhishPolicy points at it: Exchange Online answered 403 to Get-AntiPhishPolicy: no reason given',
    ]);
  });

  test.each([
    ["Get-AntiPhishPolicy", { status: 404, body: "" }],
    [antiSpam, forbidden],
  ])("are unknown if %s fails for another reason", async (cmdlet, reply) => {
    exchange.answers = { [cmdlet]: [reply] };
    await expect(
      everyTagPointingAt(exchange.operation(), "Ours"),
    ).rejects.toThrow(cmdlet);
  });
});

describe("A quarantine policy", () => {
  const permissions = ["Delete", "Preview", "Release"];
  const encoded =
    quarantinePolicy.fields["endUserQuarantinePermissions"]?.codec.encode(
      permissions,
    );

  test("is created and changed with its permissions under the name that Exchange accepts", async () => {
    const operation = exchange.operation();
    await quarantinePolicy.create(operation, {
      name: "Ours",
      endUserQuarantinePermissions: permissions,
      esnEnabled: true,
    });
    const item = { Name: "contoso.onmicrosoft.com\\Ours" };
    await quarantinePolicy.update(operation, item, {
      endUserQuarantinePermissions: permissions,
    });
    await quarantinePolicy.update(operation, item, { esnEnabled: false });
    expect(exchange.cmdlets).toEqual([
      [
        "New-QuarantinePolicy",
        {
          Name: "Ours",
          ESNEnabled: true,
          EndUserQuarantinePermissionsValue: encoded,
        },
      ],
      [
        "Set-QuarantinePolicy",
        { Identity: "Ours", EndUserQuarantinePermissionsValue: encoded },
      ],
      ["Set-QuarantinePolicy", { Identity: "Ours", ESNEnabled: false }],
    ]);
  });

  test("is listed with its permissions, under either of their names", async () => {
    exchange.answers = {
      "Get-QuarantinePolicy": [
        [
          {
            Name: "a",
            EndUserQuarantinePermissions: "text",
            EndUserQuarantinePermissionsValue: 7,
          },
          { Name: "b", EndUserQuarantinePermissionsValue: 7 },
        ],
      ],
    };
    const operation = exchange.operation();
    const { items, begun } = await quarantinePolicy.list(operation, "a");
    expect(items.map((item) => item["EndUserQuarantinePermissions"])).toEqual([
      "text",
      7,
    ]);
    expect(items.map((item) => item["Name"])).toEqual(["a", "b"]);
    await quarantinePolicy.list(operation, "b");
    await quarantinePolicy.list(operation, "b", begun);
    expect(exchange.cmdlets).toEqual([
      ["Get-QuarantinePolicy", {}],
      ["Get-QuarantinePolicy", {}],
    ]);
  });

  test("of Microsoft's own is recognised in any case, and its name is refused for another one", () => {
    expect(isBuiltInQuarantinePolicy("ADMINONLYACCESSPOLICY")).toBe(true);
    expect(isBuiltInQuarantinePolicy("AdminOnlyAccessPolicy2")).toBe(false);
    const { codec } = quarantinePolicy.fields["name"] ?? {};
    expect(codec?.refuse("Ours")).toBeUndefined();
    expect(codec?.refuse("")).toBe("must not be empty");
    expect(codec?.refuse("defaultglobaltag")).toBe(
      "defaultglobaltag is a policy of Microsoft's own, which nobody can change; choose another name",
    );
    expect(quarantinePolicy.alwaysExists("AdminOnlyAccessPolicy")).toBe(false);
  });

  test("is deleted if no policy uses it, and counts as deleted if it was deleted already", async () => {
    exchange.answers = { "Remove-QuarantinePolicy": [notFound()] };
    expect(
      await quarantinePolicy.remove(exchange.operation(), { Name: "Ours" }, {}),
    ).toBeUndefined();
    expect(exchange.writes).toEqual([
      ["Remove-QuarantinePolicy", { Identity: "Ours" }],
    ]);
  });

  test.each([
    [
      { SpamQuarantineTag: "Ours" },
      "SpamQuarantineTag of Default still points at it, and quarantined mail would have no policy. Point them elsewhere, then remove it",
    ],
    [
      { SpamQuarantineTag: "Ours", BulkQuarantineTag: "Ours" },
      "SpamQuarantineTag of Default, BulkQuarantineTag of Default still point at it, and quarantined mail would have no policy. Point them elsewhere, then remove it",
    ],
  ])("is not deleted if tags point at it: %j", async (tags, reason) => {
    exchange.answers = { [antiSpam]: [[{ Name: "Default", ...tags }]] };
    expect(
      await quarantinePolicy.remove(exchange.operation(), { Name: "Ours" }, {}),
    ).toBe(reason);
    expect(exchange.writes).toEqual([]);
  });
});

describe("The notification settings of a tenant", () => {
  const global = { QuarantinePolicyType: "GlobalQuarantinePolicy" };
  const daily = { endUserSpamNotificationFrequency: "1.00:00:00" };
  const written = { EndUserSpamNotificationFrequency: "1.00:00:00" };
  const given = {
    Name: "DefaultGlobalTag",
    Identity: "contoso\\DefaultGlobalTag",
    Guid: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01",
    WhenChangedUTC: "2026-09-01T00:00:00Z",
  };

  test("always exist, and cannot be deleted", async () => {
    expect(quarantineNotification.alwaysExists("")).toBe(true);
    expect(
      await quarantineNotification.remove(exchange.operation(), given, {}),
    ).toBe("the settings of a tenant cannot be removed");
    expect(exchange.arrived).toEqual([]);
  });

  test("are the same whatever Guid they have", () => {
    expect(quarantineNotification.identify(given)).toEqual({
      name: "DefaultGlobalTag",
      changedAt: "2026-09-01T00:00:00Z",
    });
    expect(quarantineNotification.identify({ Name: "a" })).toEqual({
      name: "a",
    });
  });

  test("are the customised ones, else the original ones", async () => {
    const untouched = { Name: "DEFAULTGLOBALPOLICY" };
    exchange.answers = {
      "Get-QuarantinePolicy": [[untouched, given], [untouched]],
    };
    const operation = exchange.operation();
    const { items, begun } = await quarantineNotification.list(operation, "");
    expect(items).toEqual([given]);
    expect((await quarantineNotification.list(operation, "")).begun).toBe(
      begun,
    );
    const later = await quarantineNotification.list(operation, "", begun);
    expect(later.items).toEqual([untouched]);
    expect(later.begun).toBeGreaterThan(begun);
    expect(exchange.cmdlets).toEqual([
      ["Get-QuarantinePolicy", global],
      ["Get-QuarantinePolicy", global],
    ]);
  });

  test("are created if they were never customised, and set otherwise", async () => {
    const operation = exchange.operation();
    const made = [
      "New-QuarantinePolicy",
      { Name: "DefaultGlobalTag", ...global, ...written },
    ];
    await quarantineNotification.create(operation, daily);
    await quarantineNotification.update(
      operation,
      { Name: "DefaultGlobalPOLICY" },
      daily,
    );
    await quarantineNotification.update(operation, given, daily);
    await quarantineNotification.update(operation, { Name: "a" }, daily);
    expect(exchange.cmdlets).toEqual([
      made,
      made,
      [
        "Set-QuarantinePolicy",
        { Identity: "contoso\\DefaultGlobalTag", ...written },
      ],
      ["Set-QuarantinePolicy", { Identity: "a", ...written }],
    ]);
  });
});

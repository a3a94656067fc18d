import type { JsonObject } from "../../simulator/json";
import { zeroGuid } from "../../simulator/exchange-record";
import { at, errorOf, simulated } from "./simulated";

const permissions = (value: string) =>
  Object.fromEntries(
    value
      .slice(1, -1)
      .split("\r\n")
      .map((line) => line.replace("PermissionTo", "").split(": ")),
  ) as Record<string, string>;

test("exchange 27: permissions are set as a number and read as the bracketed text", async () => {
  const { simulator, run } = await simulated();
  await run("New-QuarantinePolicy", {
    Name: "UserNotifyAdminRelease",
    EndUserQuarantinePermissionsValue: 11,
    ESNEnabled: true,
  });
  const read = async () =>
    (
      await run("Get-QuarantinePolicy", { Identity: "UserNotifyAdminRelease" })
    )[0];
  const [policy] = [await read()];
  expect(policy?.["EndUserQuarantinePermissions"]).toBe(
    "[PermissionToBlockSender: False\r\nPermissionToDelete: True\r\nPermissionToDownload: False\r\nPermissionToPreview: True\r\nPermissionToRelease: False\r\nPermissionToRequestRelease: True\r\nPermissionToViewHeader: False\r\nPermissionToAllowSender: False]",
  );
  expect(policy).not.toHaveProperty("EndUserQuarantinePermissionsValue");
  simulator.quirks.permissionsReadBack = "number";
  expect(await read()).toMatchObject({ EndUserQuarantinePermissionsValue: 11 });
});

test("exchange 28: release and request together are refused, and so is a value beyond 255", async () => {
  const { invoke } = await simulated();
  for (const EndUserQuarantinePermissionsValue of [12, 15, 256, -1]) {
    const { status } = await invoke("New-QuarantinePolicy", {
      Name: "q",
      EndUserQuarantinePermissionsValue,
    });
    expect(status).toBe(400);
  }
});

test("exchange 28: the bits 64 and 128 may come back changed", async () => {
  const { simulator, run } = await simulated();
  await run("New-QuarantinePolicy", {
    Name: "q",
    EndUserQuarantinePermissionsValue: 64,
  });
  const shown = async () => {
    const [policy] = await run("Get-QuarantinePolicy", { Identity: "q" });
    const { Download, ViewHeader } = permissions(
      policy?.["EndUserQuarantinePermissions"] as string,
    );
    return [Download, ViewHeader];
  };
  expect(await shown()).toEqual(["True", "False"]);
  simulator.quirks.idlePermissionBits = "set";
  expect(await shown()).toEqual(["True", "True"]);
  simulator.quirks.idlePermissionBits = "cleared";
  expect(await shown()).toEqual(["False", "False"]);
});

test("exchange 29: the built-in policies share the zero Guid and can be neither made, changed nor removed", async () => {
  const { run, invoke } = await simulated();
  const policies = await run("Get-QuarantinePolicy");
  expect(policies.map(({ Name, Guid }) => [Name, Guid])).toEqual([
    ["AdminOnlyAccessPolicy", zeroGuid],
    ["DefaultFullAccessPolicy", zeroGuid],
    ["DefaultFullAccessWithNotificationPolicy", zeroGuid],
  ]);
  const Identity = "DefaultFullAccessPolicy";
  const statuses = [
    await invoke("New-QuarantinePolicy", { Name: Identity }),
    await invoke("Set-QuarantinePolicy", { Identity, ESNEnabled: true }),
    await invoke("Remove-QuarantinePolicy", { Identity }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([400, 400, 400]);
});

test("exchange 29: Identity may carry the tenant, and such an identity is understood", async () => {
  const { simulator, run } = await simulated();
  simulator.quirks.identityPrefix = true;
  await run("New-QuarantinePolicy", { Name: "q" });
  const [policy] = await run("Get-QuarantinePolicy", { Identity: "q" });
  expect(policy?.["Identity"]).toBe("contoso.onmicrosoft.com\\q");
  await run("Remove-QuarantinePolicy", {
    Identity: policy?.["Identity"] as string,
  });
  expect(simulator.tenant.find("QuarantinePolicy", "q")).toBeUndefined();
});

test("exchange 30: a quarantine policy cannot be renamed, and ESNEnabled is false by default", async () => {
  const { run, invoke } = await simulated();
  const [made] = await run("New-QuarantinePolicy", { Name: "q" });
  expect(made?.["ESNEnabled"]).toBe(false);
  const answer = await invoke("Set-QuarantinePolicy", {
    Identity: "q",
    Name: "p",
    AdminDisplayName: "x",
  });
  expect(errorOf(answer).text).toMatch(/Name, AdminDisplayName$/);
});

test("exchange 31: Get with an unknown Identity is an error, nothing, or everything", async () => {
  const { simulator, invoke } = await simulated();
  const get = () => invoke("Get-QuarantinePolicy", { Identity: "nobody" });
  expect((await get()).status).toBe(404);
  simulator.quirks.unknownIdentity = "empty";
  expect((await get()).at("value")).toEqual([]);
  simulator.quirks.unknownIdentity = "all";
  expect((await get()).at("value", 2, "Name")).toBe(
    "DefaultFullAccessWithNotificationPolicy",
  );
});

test("exchange 32: the global policy reads the frequency in ISO form", async () => {
  const { run, invoke } = await simulated();
  const global = { QuarantinePolicyType: "GlobalQuarantinePolicy" };
  const frequency = async () => {
    const policies = await run("Get-QuarantinePolicy", global);
    expect(policies).toHaveLength(1);
    expect(policies[0]?.["Name"]).toBe("DefaultGlobalTag");
    return policies[0]?.["EndUserSpamNotificationFrequency"];
  };
  expect(await frequency()).toBe("P1D");
  const set = (EndUserSpamNotificationFrequency: string) =>
    invoke("Set-QuarantinePolicy", {
      Identity: "DefaultGlobalTag",
      EndUserSpamNotificationFrequency,
    });
  expect((await set("04:00:00")).status).toBe(200);
  expect(await frequency()).toBe("PT4H");
  expect((await set("7.00:00:00")).status).toBe(200);
  expect(await frequency()).toBe("P7D");
  expect((await set("P1D")).status).toBe(400);
  expect((await set("2.00:00:00")).status).toBe(400);
});

test("exchange 32: a global policy that was never customised cannot be set until DefaultGlobalTag is made", async () => {
  const { run, invoke } = await simulated({
    seed: {
      tenants: [{ quarantinePolicies: [{ Name: "DefaultGlobalPolicy" }] }],
    },
  });
  const global = { QuarantinePolicyType: "GlobalQuarantinePolicy" };
  const [before] = await run("Get-QuarantinePolicy", global);
  expect(before?.["Name"]).toBe("DefaultGlobalPolicy");
  const frequency = { EndUserSpamNotificationFrequency: "04:00:00" };
  const set = await invoke("Set-QuarantinePolicy", {
    Identity: "DefaultGlobalPolicy",
    ...frequency,
  });
  expect(errorOf(set).type).toContain("ManagementObjectNotFoundException");
  await run("New-QuarantinePolicy", {
    Name: "DefaultGlobalTag",
    ...global,
    ...frequency,
  });
  const after = await run("Get-QuarantinePolicy", global);
  expect(after).toMatchObject([
    { Name: "DefaultGlobalTag", EndUserSpamNotificationFrequency: "PT4H" },
  ]);
});

test("exchange 33: removing a policy that a tag names is refused, or leaves the tag dangling", async () => {
  const { simulator, run, invoke } = await simulated();
  await run("New-QuarantinePolicy", { Name: "q" });
  await run("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    SpamQuarantineTag: "q",
  });
  const remove = () => invoke("Remove-QuarantinePolicy", { Identity: "q" });
  const refused = await remove();
  expect(refused.status).toBe(400);
  expect(errorOf(refused).text).toContain("used by: Default");
  simulator.quirks.removalInUse = "allowed";
  expect((await remove()).status).toBe(200);
  const [policy] = await run("Get-HostedContentFilterPolicy", {
    Identity: "Default",
  });
  expect(policy?.["SpamQuarantineTag"]).toBe("q");
});

test("exchange 34: Remove-QuarantinePolicy has no Confirm", async () => {
  const { run, invoke } = await simulated();
  await run("New-QuarantinePolicy", { Name: "q" });
  const answer = await invoke("Remove-QuarantinePolicy", {
    Identity: "q",
    Confirm: false,
  });
  expect(errorOf(answer).type).toContain("AmbiguousParameterSetException");
});

test("exchange 35: Default is there with fresh values and can be neither made, removed nor bound to a rule", async () => {
  const { run, invoke } = await simulated();
  const [policy] = await run("Get-HostedContentFilterPolicy", {
    Identity: "Default",
  });
  expect(policy).toMatchObject({
    IsDefault: true,
    QuarantineRetentionPeriod: 15,
    SpamAction: "MoveToJmf",
    HighConfidencePhishAction: "Quarantine",
    SpamQuarantineTag: "DefaultFullAccessPolicy",
    HighConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
    RecommendedPolicyType: "Custom",
    BulkMovesEnabled: "NotSet",
    ObjectClass: ["top", "msExchHostedContentFilterConfig"],
  });
  const statuses = [
    await invoke("New-HostedContentFilterPolicy", { Name: "default" }),
    await invoke("Remove-HostedContentFilterPolicy", { Identity: "Default" }),
    await invoke("Set-HostedContentFilterPolicy", {
      Identity: "Default",
      Name: "Other",
    }),
    await invoke("New-HostedContentFilterRule", {
      Name: "r",
      HostedContentFilterPolicy: "Default",
      RecipientDomainIs: ["example.com"],
    }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([400, 400, 400, 400]);
});

test("exchange 36: the presets' policies are in the same list, with digits at the end of their names", async () => {
  const { run, invoke } = await simulated();
  const policies = await run("Get-HostedContentFilterPolicy");
  const [standard] = policies.filter(
    (policy) => policy["RecommendedPolicyType"] === "Standard",
  );
  expect(standard).toMatchObject({
    Name: expect.stringMatching(
      /^Standard Preset Security Policy\d{13}$/,
    ) as string,
    IsDefault: false,
    QuarantineRetentionPeriod: 30,
    BulkThreshold: 6,
  });
  const rules = await run("Get-EOPProtectionPolicyRule");
  expect(rules.map(({ Name, State }) => [Name, State])).toEqual([
    ["Strict Preset Security Policy", "Disabled"],
    ["Standard Preset Security Policy", "Disabled"],
  ]);
  expect(rules[1]?.["HostedContentFilterPolicy"]).toBe(standard?.["Name"]);
  const { status } = await invoke("Set-HostedContentFilterPolicy", {
    Identity: standard?.["Name"] as string,
    BulkThreshold: 5,
  });
  expect(status).toBe(400);
});

test("exchange 37: a tag is accepted as name, Guid or distinguished name and returned as name; an unknown one is not found", async () => {
  const { run, invoke } = await simulated();
  const [made] = await run("New-QuarantinePolicy", { Name: "q" });
  for (const tag of ["Q", made?.["Guid"], made?.["DistinguishedName"]]) {
    await run("Set-HostedContentFilterPolicy", {
      Identity: "Default",
      SpamQuarantineTag: tag as string,
    });
    const [policy] = await run("Get-HostedContentFilterPolicy", {
      Identity: "Default",
    });
    expect(policy?.["SpamQuarantineTag"]).toBe("q");
  }
  const answer = await invoke("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    SpamQuarantineTag: "nobody",
  });
  expect(errorOf(answer).type).toContain("ManagementObjectNotFoundException");
});

test("exchange 37: a tag that has not reached this domain controller is not found yet", async () => {
  const { simulator, run, invoke } = await simulated({
    quirks: { readLagMs: 60_000 },
  });
  await run("New-QuarantinePolicy", { Name: "q" });
  const set = () =>
    invoke("Set-HostedContentFilterPolicy", {
      Identity: "Default",
      SpamQuarantineTag: "q",
    });
  expect((await set()).status).toBe(404);
  simulator.tenant.settle();
  expect((await set()).status).toBe(200);
});

test("exchange 38: a new policy keeps mail 15 days, and its name takes no special characters", async () => {
  const { run, invoke } = await simulated();
  const [made] = await run("New-HostedContentFilterPolicy", { Name: "p" });
  expect(made).toMatchObject({
    QuarantineRetentionPeriod: 15,
    IsDefault: false,
  });
  expect(
    (await invoke("New-HostedContentFilterPolicy", { Name: "a/b" })).status,
  ).toBe(400);
});

test.each([
  ["Redirect", "RedirectToRecipients", ["postmaster@example.com"]],
  ["ModifySubject", "ModifySubjectValue", "[spam]"],
  ["AddXHeader", "AddXHeaderValue", "X-Spam"],
])(
  "exchange 38: the action %s is refused without %s, in the same call or before it",
  async (action, needed, value) => {
    const { invoke, simulator } = await simulated();
    const set = (more: JsonObject) =>
      invoke("Set-HostedContentFilterPolicy", { Identity: "Default", ...more });
    for (const verdict of ["Spam", "HighConfidenceSpam", "PhishSpam"])
      expect(
        errorOf(await set({ [`${verdict}Action`]: action })).text,
      ).toContain(`${needed} is required`);
    const given = { SpamAction: action, [needed]: value };
    expect((await set(given)).status).toBe(200);
    expect((await set({ BulkSpamAction: action })).status).toBe(200);
    expect((await set({ [needed]: null })).status).toBe(400);
    // The cmdlet's page does not say that it refuses what the portal does.
    simulator.quirks.actionWithoutValue = "accepted";
    expect((await set({ [needed]: null })).status).toBe(200);
  },
);

test("exchange 39: a policy has one rule, and sending the same policy again is refused", async () => {
  const { simulator, run, invoke } = await simulated();
  await run("New-HostedContentFilterPolicy", { Name: "p" });
  const rule = {
    HostedContentFilterPolicy: "p",
    RecipientDomainIs: ["example.com"],
  };
  await run("New-HostedContentFilterRule", { Name: "r", ...rule });
  const answers = [
    await invoke("New-HostedContentFilterRule", { Name: "s", ...rule }),
    await invoke("Set-HostedContentFilterRule", {
      Identity: "r",
      HostedContentFilterPolicy: "p",
    }),
  ];
  for (const answer of answers)
    expect(errorOf(answer)).toMatchObject({
      type: "Microsoft.Exchange.Management.Tasks.ValidationException",
      text: expect.stringMatching(/already has rule 'r' associated/) as string,
    });
  await run("Disable-HostedContentFilterRule", { Identity: "r" });
  const [read] = await run("Get-HostedContentFilterRule", { Identity: "r" });
  expect(read).toMatchObject({
    State: "Disabled",
    Priority: 0,
    SentTo: null,
    Conditions: [
      "Microsoft.Exchange.MessagingPolicies.Rules.Tasks.RecipientDomainIsPredicate",
    ],
    Exceptions: null,
  });
  await run("Remove-HostedContentFilterPolicy", { Identity: "p" });
  expect(simulator.tenant.hostedContentFilterRules).toHaveLength(1);
  await run("Remove-HostedContentFilterRule", { Identity: "r" });
  expect(await run("Get-HostedContentFilterRule")).toEqual([]);
});

test("exchange 39: a rule needs recipients", async () => {
  const { run, invoke } = await simulated();
  await run("New-HostedContentFilterPolicy", { Name: "p" });
  const { status } = await invoke("New-HostedContentFilterRule", {
    Name: "r",
    HostedContentFilterPolicy: "p",
  });
  expect(status).toBe(400);
});

test("exchange 40: MoveToJmf for high confidence phishing is stored as Quarantine", async () => {
  const { simulator, run } = await simulated();
  simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
    HighConfidencePhishAction: "Redirect",
    RedirectToRecipients: ["postmaster@example.com"],
  });
  await run("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    HighConfidencePhishAction: "MoveToJmf",
  });
  const [policy] = await run("Get-HostedContentFilterPolicy", {
    Identity: "Default",
  });
  expect(policy?.["HighConfidencePhishAction"]).toBe("Quarantine");
});

test("exchange 49: a tenant that was never customised refuses custom policies until it is, once", async () => {
  const { simulator, run, invoke } = await simulated({
    seed: { tenants: [{ dehydrated: true }] },
    quirks: { customizationLagMs: 60_000 },
  });
  const dehydrated = async () =>
    at((await run("Get-OrganizationConfig"))[0], "IsDehydrated");
  const make = () => invoke("New-QuarantinePolicy", { Name: "q" });
  expect(await dehydrated()).toBe(true);
  expect(errorOf(await make()).text).toContain(
    "you first need to run the command: Enable-OrganizationCustomization.",
  );
  const enable = () => invoke("Enable-OrganizationCustomization");
  expect((await enable()).status).toBe(200);
  expect((await enable()).status).toBe(400);
  expect(await dehydrated()).toBe(true);
  simulator.tenant.settle();
  expect(await dehydrated()).toBe(false);
  expect((await make()).status).toBe(200);
});

test("exchange 56: the default policy is the one whose IsDefault is true, whatever its name and place; Set -MakeDefault makes it so", async () => {
  const { simulator, run, invoke } = await simulated();
  const policyOf = () =>
    simulator.mail.where({
      recipient: "megan@example.com",
      microsoftVerdict: "spam",
    }).policy;
  const defaults = async () =>
    (await run("Get-HostedContentFilterPolicy"))
      .filter(({ IsDefault }) => IsDefault === true)
      .map(({ Name }) => Name);
  await run("New-HostedContentFilterPolicy", { Name: "Contoso baseline" });
  expect(policyOf()).toBe("Default");
  await run("Set-HostedContentFilterPolicy", {
    Identity: "Contoso baseline",
    MakeDefault: true,
  });
  expect(await defaults()).toEqual(["Contoso baseline"]);
  expect(policyOf()).toBe("Contoso baseline");
  simulator.tenant.hostedContentFilterPolicies.reverse();
  expect(policyOf()).toBe("Contoso baseline");
  const refused = [
    await invoke("Remove-HostedContentFilterPolicy", {
      Identity: "Contoso baseline",
    }),
    await invoke("New-HostedContentFilterRule", {
      Name: "r",
      HostedContentFilterPolicy: "Contoso baseline",
      RecipientDomainIs: ["example.com"],
    }),
  ].map(({ status }) => status);
  expect(refused).toEqual([400, 400]);
});

test("exchange 59: lists of senders come in the form of the switch, and are set and edited in every one", async () => {
  const { simulator, run } = await simulated();
  const Identity = "Default";
  const listed = async () => {
    const [policy] = await run("Get-HostedContentFilterPolicy", { Identity });
    return [policy?.["AllowedSenders"], policy?.["BlockedSenderDomains"]];
  };
  await run("Set-HostedContentFilterPolicy", {
    Identity,
    AllowedSenders: ["allowed@partner.example"],
    BlockedSenderDomains: ["spam.example"],
  });
  expect(await listed()).toEqual([
    ["allowed@partner.example"],
    ["spam.example"],
  ]);
  simulator.quirks.senderListForm = "typeNotes";
  expect(await listed()).toEqual([
    [
      {
        Sender: {
          "@odata.type": "#Exchange.GenericHashTable",
          Address: "allowed@partner.example",
        },
      },
    ],
    [{ "Domain@data.type": "System.String", Domain: "spam.example" }],
  ]);
  simulator.quirks.senderListForm = "smtpAddress";
  expect(await listed()).toEqual([
    [
      {
        Sender: {
          Length: 23,
          IsUTF8: false,
          Local: "allowed",
          Domain: "partner.example",
          IsValidAddress: true,
          Address: "allowed@partner.example",
        },
      },
    ],
    [{ Domain: "spam.example", IncludeSubDomains: false }],
  ]);
  simulator.quirks.senderListForm = "objects";
  expect(await listed()).toEqual([
    [{ Sender: { Address: "allowed@partner.example" } }],
    [{ Domain: "spam.example" }],
  ]);
  // What somebody put there in another form is edited as what it says.
  simulator.tenant.edit("HostedContentFilterPolicy", Identity, {
    AllowedSenders: [{ Sender: { Address: "allowed@partner.example" } }],
  });
  simulator.quirks.senderListForm = "asKept";
  await run("Set-HostedContentFilterPolicy", {
    Identity,
    AllowedSenders: {
      "@odata.type": "#Exchange.GenericHashTable",
      add: ["b@partner.example"],
    },
  });
  expect((await listed())[0]).toEqual([
    "allowed@partner.example",
    "b@partner.example",
  ]);
});

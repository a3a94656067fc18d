import type { JsonObject } from "../../simulator/json";
import { at, errorOf, newRule, simulated } from "./simulated";

const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

test("exchange 41: a rule is enabled by default, and changes its state by Enable- and Disable-", async () => {
  const { run } = await simulated();
  const [on] = await run("New-TransportRule", newRule("on"));
  const [off] = await run(
    "New-TransportRule",
    newRule("off", { Enabled: false }),
  );
  expect([on?.["State"], off?.["State"]]).toEqual(["Enabled", "Disabled"]);
  await run("Enable-TransportRule", { Identity: "off", Mode: "Audit" });
  await run("Disable-TransportRule", { Identity: "on", Confirm: false });
  const disabled = await run("Get-TransportRule", { State: "Disabled" });
  expect(disabled.map(({ Name }) => Name)).toEqual(["on"]);
  const [enabled] = await run("Get-TransportRule", { Identity: "off" });
  expect(enabled).toMatchObject({ State: "Enabled", Mode: "Audit" });
});

test("exchange 42: priorities stay dense and unique, and New takes one up to the count", async () => {
  const { run, invoke } = await simulated();
  for (const name of ["a", "b", "c"])
    await run("New-TransportRule", newRule(name));
  await run("New-TransportRule", newRule("first", { Priority: 0 }));
  await run("Set-TransportRule", { Identity: "c", Priority: 1 });
  const order = async () =>
    (await run("Get-TransportRule")).map(({ Name, Priority }) => [
      Name,
      Priority,
    ]);
  expect(await order()).toEqual([
    ["first", 0],
    ["c", 1],
    ["a", 2],
    ["b", 3],
  ]);
  await run("Remove-TransportRule", { Identity: "c" });
  expect(await order()).toEqual([
    ["first", 0],
    ["a", 1],
    ["b", 2],
  ]);
  const { status } = await invoke(
    "New-TransportRule",
    newRule("x", { Priority: 4 }),
  );
  expect(status).toBe(400);
});

test("exchange 43: header name and words come together or not at all", async () => {
  const { run, invoke, simulator } = await simulated();
  const halves: JsonObject[] = [
    { HeaderContainsMessageHeader: "X-A" },
    { HeaderContainsWords: ["UCE"] },
    { ExceptIfHeaderContainsWords: ["UCE"] },
  ];
  for (const half of halves) {
    const answer = await invoke("New-TransportRule", { Name: "r", ...half });
    expect(errorOf(answer)).toMatchObject({
      type: "System.ArgumentException",
      text: expect.stringContaining("used together") as string,
    });
  }
  await run("New-TransportRule", newRule("r"));
  const set = (change: JsonObject) =>
    invoke("Set-TransportRule", { Identity: "r", ...change });
  const lone: JsonObject = { HeaderContainsWords: ["SPOOF"] };
  expect((await set({ HeaderContainsWords: null })).status).toBe(400);
  expect((await set(lone)).status).toBe(400);
  // Another tenant may take it, as long as the rule stays whole.
  simulator.quirks.loneParameter = "accepted";
  expect((await set(lone)).status).toBe(200);
  expect((await set({ HeaderContainsWords: null })).status).toBe(400);
});

test("exchange 43: an attribute is compared with Equal, or with the operator that comes with it", async () => {
  const { invoke } = await simulated();
  const statusOf = async (parameters: JsonObject) =>
    (await invoke("New-TransportRule", { SetSCL: 5, ...parameters })).status;
  const attribute = { ADComparisonAttribute: "Department" };
  const operator = { ADComparisonOperator: "NotEqual" };
  expect(await statusOf({ Name: "a", ...attribute })).toBe(200);
  expect(await statusOf({ Name: "b", ...attribute, ...operator })).toBe(200);
  expect(await statusOf({ Name: "c", ...operator })).toBe(400);
  expect(
    await statusOf({ Name: "d", ExceptIfADComparisonOperator: "Equal" }),
  ).toBe(400);
});

test("exchange 44: a rule reads as its class names, flattened properties and an English description", async () => {
  const { run } = await simulated();
  await run(
    "New-TransportRule",
    newRule("r", { SenderIpRanges: ["192.0.2.1"], Comments: "c" }),
  );
  const [rule] = await run("Get-TransportRule");
  expect(rule).toMatchObject({
    Identity: "r",
    Conditions: [
      `${tasks}.HeaderContainsPredicate`,
      `${tasks}.SenderIpRangesPredicate`,
    ],
    Exceptions: null,
    Actions: [`${tasks}.SetSclAction`],
    HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    SetSCL: 5,
    Comments: "c",
    Mode: "Enforce",
    RuleErrorAction: "Ignore",
    SenderAddressLocation: "Header",
    From: null,
    ExceptIfFrom: null,
    RedirectMessageTo: null,
    DeleteMessage: false,
    Quarantine: false,
    StopRuleProcessing: false,
    ActivationDate: null,
    IsValid: true,
    ManuallyModified: false,
    RegexSize: 0,
    Description: expect.stringMatching(
      /^If the message:\r\n\tIncludes these words .*'UCE' or 'SPOOF'\r\n\tand .*\r\nTake the following actions:\r\n\tSet the spam confidence level \(SCL\) to '5'\r\n$/,
    ) as string,
  });
  expect(Object.keys(rule ?? {}).length).toBeGreaterThan(180);
});

test("exchange 44: SetSCL, single values and IP ranges have the form that the switches say", async () => {
  const { simulator, run } = await simulated();
  await run(
    "New-TransportRule",
    newRule("r", {
      HeaderContainsWords: ["MALICIOUS"],
      SenderIpRanges: [
        "192.0.2.1/32",
        "198.51.100.7/24",
        "192.0.2.4-192.0.2.9",
      ],
    }),
  );
  Object.assign(simulator.quirks, {
    sclType: "string",
    bareSingletons: true,
    ipRangeForm: "normalised",
  });
  const [rule] = await run("Get-TransportRule");
  expect(rule).toMatchObject({
    SetSCL: "5",
    HeaderContainsWords: "MALICIOUS",
    SenderIpRanges: ["192.0.2.1", "198.51.100.0/24", "192.0.2.4-192.0.2.9"],
  });
});

test("exchange 45: a rule takes up to 8192 characters", async () => {
  const { run, invoke } = await simulated();
  const ranges = (count: number) =>
    Array.from({ length: count }, (_, at) => `192.0.2.${at % 256}`);
  const [rule] = await run(
    "New-TransportRule",
    newRule("r", { SenderIpRanges: ranges(42) }),
  );
  expect(rule?.["Size"]).toBeLessThan(2000);
  const answer = await invoke("Set-TransportRule", {
    Identity: "r",
    SenderIpRanges: ranges(400),
  });
  expect(errorOf(answer).text).toMatch(
    /^The rule cannot be created because it is too large\. It has \d+ characters and the maximum number of characters is 8192\. Reduce the size\.$/,
  );
});

test("exchange 45: an organisation takes 300 rules", async () => {
  const { simulator, invoke } = await simulated();
  for (let at = 0; at < 300; at += 1)
    simulator.tenant.add("TransportRule", { Name: `rule ${at}` });
  const answer = await invoke("New-TransportRule", newRule("one more"));
  expect(errorOf(answer).text).toContain("maximum number of rules: 300");
  simulator.tenant.remove("TransportRule", "rule 7");
  expect((await invoke("New-TransportRule", newRule("r"))).status).toBe(200);
});

test("exchange 46: null removes a condition, and a rule without any is for all mail", async () => {
  const { run } = await simulated();
  await run("New-TransportRule", newRule("r"));
  await run("Set-TransportRule", {
    Identity: "r",
    HeaderContainsMessageHeader: null,
    HeaderContainsWords: null,
  });
  const [rule] = await run("Get-TransportRule");
  expect(rule).toMatchObject({ Conditions: null, HeaderContainsWords: null });
  expect(rule?.["Description"]).toMatch(/^Apply to all messages/);
});

test("exchange 47: Set has neither Enabled nor UseLegacyRegex", async () => {
  const { run, invoke } = await simulated();
  await run("New-TransportRule", newRule("r", { UseLegacyRegex: false }));
  for (const name of ["Enabled", "UseLegacyRegex"]) {
    const answer = await invoke("Set-TransportRule", {
      Identity: "r",
      [name]: true,
    });
    expect(errorOf(answer).text).toMatch(new RegExp(` ${name}$`));
  }
});

test("exchange 48: reads lag behind New, Set and Remove, each object for itself", async () => {
  const { simulator, run, invoke } = await simulated();
  await run("New-TransportRule", newRule("old"));
  simulator.quirks.readLagMs = 60_000;
  await run("New-TransportRule", newRule("new"));
  await run("Set-TransportRule", { Identity: "old", SetSCL: 9 });
  const seen = async () =>
    (await run("Get-TransportRule")).map(({ Name, SetSCL }) => [Name, SetSCL]);
  expect(await seen()).toEqual([["old", 5]]);
  expect((await invoke("Get-TransportRule", { Identity: "new" })).status).toBe(
    404,
  );
  simulator.tenant.settle();
  expect(await seen()).toEqual([
    ["old", 9],
    ["new", 5],
  ]);
  await run("Remove-TransportRule", { Identity: "old" });
  expect(await seen()).toHaveLength(2);
  simulator.tenant.settle();
  expect(await seen()).toEqual([["new", 5]]);
});

test("exchange 48: within the lag every second read may be up to date, and lists may come in any order", async () => {
  const { simulator, run } = await simulated();
  for (const name of ["a", "b", "c", "d", "e", "f"])
    await run("New-TransportRule", newRule(name));
  Object.assign(simulator.quirks, { readLagMs: 60_000, flap: true });
  await run("Set-TransportRule", { Identity: "a", SetSCL: 9 });
  const scl = async () => at((await run("Get-TransportRule"))[0], "SetSCL");
  const both = [await scl(), await scl(), await scl(), await scl()];
  expect(both).toEqual(both[0] === 5 ? [5, 9, 5, 9] : [9, 5, 9, 5]);
  simulator.quirks.shuffleLists = true;
  const orders = new Set<string>();
  for (let time = 0; time < 10; time += 1)
    orders.add(
      (await run("Get-TransportRule"))
        .map(({ Name }) => Name as string)
        .join(""),
    );
  expect(orders.size).toBeGreaterThan(1);
});

test("editing, renaming, replacing or removing a rule changes its WhenChanged and Guid, as for the vendor", async () => {
  const { simulator, run } = await simulated({
    quirks: { whenChangedResolutionMs: 1 },
  });
  const [made] = await run("New-TransportRule", newRule("r"));
  simulator.tenant.edit("TransportRule", "r", { SetSCL: 6, Enabled: false });
  const [edited] = await run("Get-TransportRule");
  expect(edited).toMatchObject({ SetSCL: 6, State: "Disabled" });
  expect(edited?.["WhenChanged"]).not.toBe(made?.["WhenChanged"]);
  simulator.tenant.rename("TransportRule", "r", "s");
  simulator.tenant.replace("TransportRule", "s");
  const [replaced] = await run("Get-TransportRule");
  expect(replaced).toMatchObject({ Name: "s", SetSCL: 6 });
  expect(replaced?.["Guid"]).not.toBe(made?.["Guid"]);
  simulator.tenant.remove("TransportRule", "s");
  expect(await run("Get-TransportRule")).toEqual([]);
  expect(() => simulator.tenant.edit("TransportRule", "s", {})).toThrow(
    'There is no TransportRule "s"',
  );
});

test("a cmdlet with WhatIf changes nothing", async () => {
  const { simulator, run } = await simulated();
  await run("New-TransportRule", newRule("r", { WhatIf: true }));
  expect(simulator.tenant.transportRules).toEqual([]);
});

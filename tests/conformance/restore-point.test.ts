import { bench, messageOf } from "./bench";
import { markOfState } from "../../providers/mark";
import { inProcess } from "./chosen-platform";
import { Resource } from "./resource";
import {
  antiSpamDefault,
  area1Domain,
  foreignMark,
  ourMark,
  quarantinePolicy,
  siblingsMark,
  transportRule,
} from "./subjects";

const rule = String(transportRule.inputs["name"]);
const objects = [
  { kind: "QuarantinePolicy", name: "UserNotifyUserRelease", mark: ourMark },
  { kind: "QuarantineNotification", name: "" },
  { kind: "AntiSpamPolicy", name: "Default", mark: ourMark },
  { kind: "TransportRule", name: rule, mark: ourMark },
  { kind: "Area1Domain", name: "example.com" },
];

describe("A restore point", () => {
  const stage = bench(
    { ...transportRule, prepare: () => undefined },
    inProcess,
  );
  const point = () =>
    new Resource("RestorePoint", inProcess, stage.environment);
  const otherTenant = () => [...stage.simulator.tenants.keys()][1] ?? "";
  /** Returns the environment with the credentials of another tenant. */
  const elsewhere = () => ({
    ...stage.environment,
    AZURE_TENANT_ID: otherTenant(),
  });

  test("contains the values of every object, and null for an object that did not exist", async () => {
    transportRule.add(stage.simulator, { SetSCL: 7 });
    const resource = point();
    await resource.up({ objects });
    expect(resource.outputs).toMatchObject({
      tenantId: stage.simulator.tenant.id,
      accountId: stage.simulator.account.id,
      values: {
        "QuarantinePolicy/UserNotifyUserRelease": null,
        "QuarantineNotification/": {
          endUserSpamNotificationFrequency: "1.00:00:00",
        },
        "AntiSpamPolicy/Default": {
          spamAction: "MoveToJmf",
          quarantineRetentionPeriod: 15,
        },
        [`TransportRule/${rule}`]: { setScl: 7, enabled: true },
        "Area1Domain/example.com": null,
      },
    });
    expect(Date.parse(String(resource.outputs["takenAt"]))).not.toBeNaN();
    expect(stage.writes()).toEqual([]);
  });

  test("reads one list for each kind of its objects or that decides where mail goes, and nothing afterwards", async () => {
    const resource = point();
    await resource.up({ objects });
    const asked = stage
      .requests()
      .map(({ cmdlet, path, parameters }) =>
        cmdlet
          ? `${cmdlet} ${JSON.stringify(parameters)}`
          : path.split("/").at(-1),
      );
    expect(asked.sort()).toEqual([
      "Get-AcceptedDomain {}",
      "Get-EOPProtectionPolicyRule {}",
      "Get-HostedConnectionFilterPolicy {}",
      "Get-HostedContentFilterPolicy {}",
      "Get-HostedContentFilterRule {}",
      "Get-InboundConnector {}",
      "Get-OrganizationConfig {}",
      'Get-QuarantinePolicy {"QuarantinePolicyType":"GlobalQuarantinePolicy"}',
      "Get-QuarantinePolicy {}",
      "Get-TransportRule {}",
      "domains",
    ]);
    stage.simulator.log.splice(0);
    expect(await resource.preview({ objects })).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    expect((await resource.up({ objects })).steps).toEqual([]);
    expect(stage.simulator.log).toEqual([]);
  });

  test("keeps values that it has, adds objects that are new, and removes those that are no longer listed", async () => {
    transportRule.add(stage.simulator, { SetSCL: 7 });
    const resource = point();
    const [quarantine, , spam, mailRule, domain] = objects;
    await resource.up({ objects: [quarantine, mailRule] });
    const { takenAt } = resource.outputs;
    transportRule.edit(stage.simulator, "SetSCL", 5);
    const program = { objects: [mailRule, spam, domain] };
    expect(await resource.preview(program)).toEqual(["objects"]);
    await resource.up(program);
    const values = resource.outputs["values"] as Record<string, object>;
    expect(Object.keys(values).sort()).toEqual([
      "AntiSpamPolicy/Default",
      "Area1Domain/example.com",
      `TransportRule/${rule}`,
    ]);
    expect(values[`TransportRule/${rule}`]).toMatchObject({ setScl: 7 });
    expect(resource.outputs["takenAt"]).toBe(takenAt);
    expect(await resource.preview(program)).toEqual([]);
  });

  test("does not read again an object that did not exist, so that one that we created stays ours", async () => {
    const resource = point();
    await resource.up({ objects });
    const made = new Resource("TransportRule", inProcess, stage.environment);
    await made.up(transportRule.least);
    const more = [...objects, { kind: "Area1Domain", name: "example.org" }];
    await resource.up({ objects: more });
    expect(resource.outputs["values"]).toMatchObject({
      [`TransportRule/${rule}`]: null,
    });
  });

  test.each([
    ["another stack", foreignMark, "ops/prod/mail", true],
    ["another resource of this stack", siblingsMark, "ops/dev/other", false],
  ])(
    "refuses an object of %s before anything is written",
    async (_, mark, whose, mayAdopt) => {
      transportRule.add(stage.simulator, { Comments: mark });
      const message = await messageOf(point().up({ objects }));
      expect(message).toContain(rule);
      expect(message).toContain(whose);
      expect(message).toContain("nothing was written");
      const adopting = objects.map((object) => ({ ...object, adopt: true }));
      const attempt = point().up({ objects: adopting });
      if (mayAdopt) await attempt;
      else await expect(attempt).rejects.toThrow(whose);
      expect(stage.writes()).toEqual([]);
    },
  );

  test("refuses every foreign object in one message", async () => {
    transportRule.add(stage.simulator, { Comments: foreignMark });
    quarantinePolicy.add(stage.simulator, { AdminDisplayName: foreignMark });
    const message = await messageOf(point().up({ objects }));
    expect(message).toContain(rule);
    expect(message).toContain("UserNotifyUserRelease");
  });

  test("refuses Default if one of its tags points at a policy with the mark of another stack", async () => {
    stage.simulator.tenant.add("QuarantinePolicy", {
      Name: "Theirs",
      AdminDisplayName: foreignMark,
      EndUserQuarantinePermissionsValue: 11,
    });
    antiSpamDefault.edit(stage.simulator, "PhishQuarantineTag", "Theirs");
    const message = await messageOf(point().up({ objects }));
    expect(message).toContain("PhishQuarantineTag");
    expect(message).toContain("ops/prod/mail");
    await point().up({
      objects: objects.map((object) => ({ ...object, adopt: true })),
    });
  });

  test("has its own id, and recognises objects of an interrupted run by the mark with that id", async () => {
    const first = point();
    await first.up({ objects: objects.slice(1) });
    const id = first.kept?.id ?? "";
    expect(id).toMatch(/^restore-point-[0-9a-f]{12}$/);
    quarantinePolicy.add(stage.simulator, {
      AdminDisplayName: markOfState(ourMark, id),
    });
    await first.up({ objects });
    expect(first.kept?.id).toBe(id);
  });

  test("adopts an object of another state with the same names only with adopt, and stores its values", async () => {
    const other = point();
    await other.up({ objects });
    quarantinePolicy.add(stage.simulator, {
      AdminDisplayName: markOfState(ourMark, other.kept?.id ?? ""),
    });
    expect(await messageOf(point().up({ objects }))).toBe(
      'Cannot begin, and nothing was written: a state of the same names in another backend has "UserNotifyUserRelease" (of ops/dev/mail), and a tenant has one use case. Remove it there, choose other names, or set adopt: true if nobody manages it there any more. If it is this state\'s own, its restore point is being replaced: leave that out of --replace, or untaint it.',
    );
    const [policy, ...others] = objects;
    const mine = point();
    await mine.up({ objects: [{ ...policy, adopt: true }, ...others] });
    expect(mine.outputs["values"]).toMatchObject({
      "QuarantinePolicy/UserNotifyUserRelease": { esnEnabled: true },
    });
  });

  test("accepts marks without an id if it was created by an earlier version, which gave it no id", async () => {
    quarantinePolicy.add(stage.simulator, { AdminDisplayName: ourMark });
    const { outputs } = await point()
      .run()
      .of("RestorePoint")
      .update("restore-point", { objects: objects.slice(1) }, { objects });
    expect(Object.keys(outputs["values"] as object)).toHaveLength(
      objects.length,
    );
  });

  test.each([
    ["an object twice", [objects[0], objects[0]]],
    ["a kind that there is none of", [{ kind: "Mailbox", name: "x" }]],
    ["no object", []],
  ])("refuses %s in the preview", async (_, wrong) => {
    await expect(point().preview({ objects: wrong })).rejects.toThrow(
      /^objects | is there twice: /,
    );
    expect(stage.requests()).toEqual([]);
  });

  test("refuses a second one for the same tenant in the same program if their objects are the same", async () => {
    const run = inProcess.run(stage.environment);
    const handlers = run.of("RestorePoint");
    await handlers.create({ objects });
    const others = objects.map((object) => ({ ...object, mark: siblingsMark }));
    const { failures } = await handlers.check({}, { objects: others });
    expect(failures).toEqual([]);
    expect(await messageOf(handlers.create({ objects: others }))).toBe(
      "Cannot begin, and nothing was written: ops/dev/mail holds quarantinepolicy/usernotifyuserrelease already, and a tenant has one use case.",
    );
  });

  test("accepts objects that are unknown in the preview, and counts them as changed", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const resource = point();
    await resource.up({ objects });
    for (const news of [unknown, [{ kind: "Area1Domain", name: unknown }]]) {
      const handlers = resource.run().of("RestorePoint");
      const { inputs, failures } = await handlers.check({}, { objects: news });
      expect(failures).toEqual([]);
      const { changes } = await handlers.diff(
        "restore-point",
        resource.outputs,
        inputs,
      );
      expect(changes).not.toBe("none");
    }
  });

  test("fails with one message, and is not created, when a list cannot be read", async () => {
    stage.simulator.faults.add({
      kind: "html",
      match: { cmdlet: "Get-TransportRule", times: "always" },
    });
    const resource = point();
    expect(await messageOf(resource.up({ objects }))).toMatch(
      /^Cannot take the restore point: /,
    );
    expect(resource.kept).toBeUndefined();
  });

  test("refuses another tenant or account than its own", async () => {
    const resource = point();
    await resource.up({ objects });
    resource.environment = elsewhere();
    const message = await messageOf(
      resource.up({
        objects: [...objects, { kind: "TransportRule", name: "Other" }],
      }),
    );
    expect(message).toContain(stage.simulator.tenant.id);
    expect(message).toContain(otherTenant());
  });

  test("makes destroy restore previous values after an interrupted first run", async () => {
    area1Domain.add(stage.simulator, { drop_dispositions: ["MALICIOUS"] });
    const resource = point();
    await resource.up({ objects });
    const values = resource.outputs["values"] as Record<string, unknown>;
    const program = {
      domain: "example.com",
      restorePoint: values["Area1Domain/example.com"],
    };
    // Simulates a run that was killed after the write and before the state was saved.
    await new Resource("Area1Domain", inProcess, stage.environment).up(program);
    const again = new Resource("Area1Domain", inProcess, stage.environment);
    await again.up(program);
    expect(await again.refresh()).toEqual([]);
    expect(again.kept?.inputs["restorePoint"]).toEqual(program.restorePoint);
    await again.destroy();
    expect(area1Domain.live(stage.simulator)).toMatchObject({
      drop_dispositions: ["MALICIOUS"],
    });
  });

  describe("that is removed", () => {
    test("warns of every difference to the previous values of objects that no delete has handled", async () => {
      area1Domain.add(stage.simulator, {
        drop_dispositions: ["BULK", "MALICIOUS", "SPAM", "SPOOF", "SUSPICIOUS"],
        lookback_hops: 3,
      });
      const narrowed = { kind: "TransportRule", name: "Narrowed" };
      stage.simulator.tenant.add("TransportRule", {
        Name: "Narrowed",
        SetSCL: 5,
        ExceptIfFrom: ["megan@example.com"],
      });
      transportRule.add(stage.simulator);
      const resource = point();
      const policy = { kind: "QuarantinePolicy", name: "Made" };
      const unknown = { kind: "TransportRule", name: "Never there" };
      await resource.up({ objects: [...objects, policy, unknown, narrowed] });
      area1Domain.edit(stage.simulator, "drop_dispositions", []);
      area1Domain.edit(stage.simulator, "lookback_hops", 5);
      stage.simulator.tenant.add("QuarantinePolicy", { Name: "Made" });
      transportRule.remove(stage.simulator);
      stage.simulator.tenant.edit("TransportRule", "Narrowed", {
        ExceptIfFrom: [],
        FromScope: "NotInOrganization",
      });
      const run = resource.run();
      await run.of("RestorePoint").delete("restore-point", resource.outputs);
      const advice =
        ". This stack did not know of that, as after an up that was interrupted; set it right by hand.";
      expect([...(await run.warnings())].sort()).toEqual([
        `domain "example.com": lookbackHops was first 3, is 5; dropDispositions was first BULK, MALICIOUS, SPAM, SPOOF, SUSPICIOUS, is none${advice}`,
        `quarantine policy "Made": was not there first, is now${advice}`,
        `transport rule "${String(transportRule.inputs["name"])}": was there first, is no more${advice}`,
        `transport rule "Narrowed": fromScope was first none, is NotInOrganization; exceptIfFrom was first megan@example.com, is none${advice}`,
      ]);
    });

    test("sends no request for objects that a delete has handled", async () => {
      area1Domain.add(stage.simulator);
      const resource = point();
      const domain = [{ kind: "Area1Domain", name: "example.com" }];
      await resource.up({ objects: domain });
      area1Domain.edit(stage.simulator, "lookback_hops", 5);
      const run = resource.run();
      const { accountId } = resource.outputs;
      await run
        .of("Area1Domain")
        .delete("example.com", { domain: "example.com", accountId });
      const asked = stage.requests().length;
      await run.of("RestorePoint").delete("restore-point", resource.outputs);
      expect(stage.requests()).toHaveLength(asked);
      expect(await run.warnings()).not.toContainEqual(
        expect.stringContaining("first"),
      );
    });

    test("fails with the credentials of another tenant", async () => {
      const resource = point();
      await resource.up({ objects });
      resource.environment = elsewhere();
      expect(await messageOf(resource.destroy())).toMatch(
        /^Cannot remove the restore point: the state belongs to tenant .* Nothing was done/,
      );
    });
  });
});

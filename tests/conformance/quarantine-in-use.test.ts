import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import { Resource } from "./resource";
import {
  antiSpamDefault,
  quarantineNotification,
  quarantinePolicy,
} from "./subjects";

describe("A quarantine policy that a tag points at", () => {
  const stage = bench(quarantinePolicy, inProcess);
  const { inputs } = quarantinePolicy;

  test.each(["refused", "allowed"] as const)(
    "is not deleted, with a warning that names the tag, if Microsoft would have %s it",
    async (removalInUse) => {
      stage.simulator.quirks.removalInUse = removalInUse;
      const resource = stage.resource();
      await resource.up(inputs);
      stage.simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
        SpamQuarantineTag: "UserNotifyUserRelease",
      });
      stage.forget();
      const { run } = await resource.destroy();
      stage.live();
      expect(stage.writes()).toEqual([]);
      expect((await run.warnings(1)).join()).toMatch(
        /SpamQuarantineTag of Default/,
      );
    },
  );

  test("is deleted after the tag was restored in the same operation", async () => {
    const policy = stage.resource();
    await policy.up(inputs);
    const spam = new Resource("AntiSpamPolicy", inProcess, stage.environment);
    await spam.up({
      name: "Default",
      spamAction: "Quarantine",
      spamQuarantineTag: "UserNotifyUserRelease",
    });
    const run = policy.run();
    const of = (resource: Resource) => resource.kept ?? fail();
    await run.of("AntiSpamPolicy").delete(of(spam).id, of(spam).outputs);
    await run.of("QuarantinePolicy").delete(of(policy).id, of(policy).outputs);
    expect(quarantinePolicy.live(stage.simulator)).toBeUndefined();
    expect(await run.warnings()).toEqual([]);
  });

  test("cannot be created in a tenant that was never customised: the message names the cmdlet to run", async () => {
    stage.simulator.tenant.organizationConfig["IsDehydrated"] = true;
    const message = await messageOf(stage.resource().up(inputs));
    expect(message).toContain("Enable-OrganizationCustomization");
  });

  test("keeps the description at Microsoft when the program changes adminDisplayName", async () => {
    const resource = stage.resource();
    await resource.up(inputs);
    const other = { ...inputs, adminDisplayName: "for other people" };
    expect(await resource.preview(other)).toEqual([]);
    stage.forget();
    await resource.up(other);
    expect(stage.writes()).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
  });
});

describe("The anti-spam policy Default on destroy", () => {
  const stage = bench(antiSpamDefault, inProcess);

  test("gets Microsoft's default tag, with a warning, if its previous tag no longer exists", async () => {
    antiSpamDefault.edit(stage.simulator, "PhishQuarantineTag", "Some Policy");
    antiSpamDefault.edit(
      stage.simulator,
      "HighConfidencePhishQuarantineTag",
      "Some Policy",
    );
    const resource = stage.resource();
    await resource.up(antiSpamDefault.inputs);
    stage.simulator.tenant.remove("QuarantinePolicy", "Some Policy");
    const { run } = await resource.destroy();
    expect(stage.live()).toMatchObject({
      PhishQuarantineTag: "DefaultFullAccessPolicy",
      HighConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
      SpamQuarantineTag: "DefaultFullAccessPolicy",
    });
    expect((await run.warnings(1)).join()).toMatch(/Some Policy/);
  });

  test("waits for a quarantine policy that was created a moment ago", async () => {
    stage.simulator.quirks.readLagMs = 120;
    const policy = new Resource(
      "QuarantinePolicy",
      inProcess,
      stage.environment,
    );
    await policy.up(quarantinePolicy.inputs);
    const resource = stage.resource();
    await resource.up({
      name: "Default",
      spamAction: "Quarantine",
      spamQuarantineTag: "UserNotifyUserRelease",
    });
    expect(stage.live()["SpamQuarantineTag"]).toBe("UserNotifyUserRelease");
  });

  test("is refused, with its name, if a quarantine policy does not exist", async () => {
    const message = await messageOf(
      stage.resource().up({
        name: "Default",
        spamAction: "Quarantine",
        spamQuarantineTag: "Nobody's",
      }),
    );
    expect(message).toContain(`"Nobody's"`);
  });
});

describe("The notification settings of a tenant that has never set them", () => {
  const stage = bench(quarantineNotification, inProcess);

  test("are created, and found under another name afterwards", async () => {
    const { tenant } = stage.simulator;
    tenant.rename(
      "QuarantinePolicy",
      "DefaultGlobalTag",
      "DefaultGlobalPolicy",
    );
    const resource = stage.resource();
    await resource.up(quarantineNotification.inputs);
    expect(stage.writes()).toEqual(["New-QuarantinePolicy"]);
    expect(stage.live()["EndUserSpamNotificationFrequency"]).toBe("04:00:00");
    expect(resource.outputs).toMatchObject({ adopted: true });
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(quarantineNotification.inputs)).toEqual([]);
    await resource.destroy();
    expect(stage.live()["EndUserSpamNotificationFrequency"]).toBe("1.00:00:00");
  });
});

function fail(): never {
  throw new Error("there is no such resource in the state");
}

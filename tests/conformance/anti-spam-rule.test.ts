import { bench } from "./bench";
import { inProcess } from "./chosen-platform";
import { antiSpamCustom } from "./subjects";

describe("The rule of a custom anti-spam policy", () => {
  const stage = bench(antiSpamCustom, inProcess);
  const { inputs } = antiSpamCustom;
  const renamed = () => {
    antiSpamCustom.add(stage.simulator);
    stage.simulator.tenant.rename(
      "HostedContentFilterRule",
      "Finance",
      "Rule of finance",
    );
  };

  test("is changed, disabled and restored under its own name when somebody has given it another name than the policy's", async () => {
    renamed();
    const resource = stage.resource();
    await resource.up({ ...inputs, adopt: true });
    await resource.up({
      ...inputs,
      adopt: true,
      enabled: false,
      sentTo: ["ceo@example.com"],
    });
    const rule = stage.simulator.tenant.find(
      "HostedContentFilterRule",
      "Rule of finance",
    );
    expect(rule).toMatchObject({
      State: "Disabled",
      SentTo: ["ceo@example.com"],
    });
    await resource.destroy();
    expect(rule).toMatchObject({
      State: "Enabled",
      SentTo: ["cfo@elsewhere.example"],
    });
  });

  test("is created by the next up when only the policy could be created", async () => {
    const { faults, tenant } = stage.simulator;
    const id = faults.add({
      kind: "status",
      status: 400,
      match: { cmdlet: "New-HostedContentFilterRule", times: "always" },
    });
    const resource = stage.resource();
    await expect(resource.up(inputs)).rejects.toThrow(/^Cannot create /);
    expect(resource.kept).toMatchObject({ id: "Finance", unfinished: true });
    faults.remove(id);
    expect(await resource.preview(inputs)).not.toEqual([]);
    await resource.up(inputs);
    expect(tenant.find("HostedContentFilterRule", "Finance")).toMatchObject({
      RecipientDomainIs: ["example.com"],
      State: "Enabled",
    });
    expect(await resource.preview(inputs)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    await resource.destroy();
    expect(tenant.find("HostedContentFilterPolicy", "Finance")).toBeUndefined();
  });

  test.each([true, false])(
    "shows as drift when only the rule was deleted, and is created again with enabled %s",
    async (enabled) => {
      const program = { ...inputs, enabled };
      const resource = stage.resource();
      await resource.up(program);
      stage.simulator.tenant.remove("HostedContentFilterRule", "Finance");
      expect(await resource.refresh()).toEqual(
        expect.arrayContaining([
          ...(enabled ? ["enabled"] : []),
          "recipientDomainIs",
        ]),
      );
      await resource.up(program);
      expect(await resource.refresh()).toEqual([]);
      expect(await resource.preview(program)).toEqual([]);
    },
  );
});

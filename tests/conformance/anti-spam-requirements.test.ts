import { bench } from "./bench";
import { inProcess } from "./chosen-platform";
import { antiSpamDefault } from "./subjects";

describe("An action of an anti-spam policy that was changed by hand", () => {
  const stage = bench(antiSpamDefault, inProcess);
  const program = {
    name: "Default",
    spamAction: "ModifySubject",
    modifySubjectValue: "[spam]",
  };
  const byHand = () => {
    stage.simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
      PhishSpamAction: "ModifySubject",
    });
    stage.forget();
  };

  test("makes an up fail that would remove the value that the action requires, before anything is written", async () => {
    const resource = stage.resource();
    await resource.up(program);
    byHand();
    await expect(
      resource.up({ name: "Default", spamAction: "MoveToJmf" }),
    ).rejects.toThrow(
      'Cannot update anti-spam policy "Default": modifySubjectValue must be given: phishSpamAction is "ModifySubject". The anti-spam policy "Default" would have none, so nothing was written.',
    );
    expect(stage.writes()).toEqual([]);
    await resource.up({ ...program, spamAction: "MoveToJmf" });
    expect(stage.live()).toMatchObject({
      SpamAction: "MoveToJmf",
      ModifySubjectValue: "[spam]",
    });
  });

  test("keeps the value that it requires on destroy, while everything else is restored", async () => {
    const resource = stage.resource();
    await resource.up(program);
    byHand();
    const { run } = await resource.destroy();
    expect(await run.warnings()).toEqual([
      expect.stringContaining(
        "keeps modifySubjectValue: with what was first it would lack what its other settings require",
      ),
    ]);
    expect(stage.live()).toMatchObject({
      SpamAction: "MoveToJmf",
      PhishSpamAction: "ModifySubject",
      ModifySubjectValue: "[spam]",
    });
  });

  test("is not restored when somebody has removed the value that it requires", async () => {
    const { tenant } = stage.simulator;
    tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction: "Redirect",
      RedirectToRecipients: ["security@example.com"],
    });
    const resource = stage.resource();
    await resource.up({ name: "Default", spamAction: "Quarantine" });
    tenant.edit("HostedContentFilterPolicy", "Default", {
      RedirectToRecipients: [],
    });
    const { run } = await resource.destroy();
    expect(await run.warnings()).toEqual([
      expect.stringContaining("keeps spamAction: with what was first"),
    ]);
    expect(stage.live()).toMatchObject({ SpamAction: "Quarantine" });
  });
});

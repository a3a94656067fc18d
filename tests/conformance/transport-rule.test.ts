import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import { conforms } from "./suite";
import { transportRule, wholeRules } from "./subjects";

conforms(transportRule);
conforms(wholeRules[0]);
conforms(wholeRules[1]);
conforms(wholeRules[2]);

describe("A transport rule whose values look right but match no mail is written again and shows as drift:", () => {
  const run = bench(transportRule, inProcess);
  test.each([
    [
      "senderIpRanges",
      "SenderIpRanges",
      ["134.195.26.0/23"],
      ["134.195.26.0/24", "134.195.27.0/24"],
    ],
    [
      "headerContainsWords",
      "HeaderContainsWords",
      ["UCE ", "SPOOF"],
      ["SPOOF", "UCE"],
    ],
  ])("%s", async (property, wire, byHand, wanted) => {
    run.subject.add(run.simulator, { [wire]: byHand });
    const resource = run.resource();
    const program = {
      ...run.subject.inputs,
      [property]: wire === "SenderIpRanges" ? byHand : wanted,
      adopt: true,
      allowExposure: true,
    };
    await resource.up(program);
    expect(run.live()[wire]).toEqual(wanted);
    run.subject.edit(run.simulator, wire, byHand);
    expect(await resource.refresh()).toEqual([property]);
    await resource.up(program);
    expect(run.live()[wire]).toEqual(wanted);
    run.forget();
    await resource.up(program, { refresh: true });
    expect(run.writes()).toEqual([]);
  });
});

describe("A transport rule that applies to all mail", () => {
  const stage = bench(transportRule, inProcess);
  const name = String(transportRule.inputs["name"]);
  const program = {
    name,
    appliesToAllMail: true,
    prependSubject: "[external] ",
    allowExposure: true,
  };
  const limited = {
    name,
    from: ["a@example.com"],
    prependSubject: "[external] ",
    allowExposure: true,
  };
  const rule = () => stage.live();

  test("is created without conditions, and shows a condition that somebody adds as drift", async () => {
    const resource = stage.resource();
    await resource.up(program);
    expect(rule()).toMatchObject({ PrependSubject: "[external] " });
    expect(rule()).not.toHaveProperty("AppliesToAllMail");
    expect(await resource.refresh()).toEqual([]);
    stage.subject.edit(stage.simulator, "From", ["a@example.com"]);
    expect(await resource.refresh()).toEqual(["appliesToAllMail", "from"]);
    stage.forget();
    await resource.up(program);
    expect(stage.writes()).toEqual(["Set-TransportRule"]);
    expect(await resource.refresh()).toEqual([]);
    expect(rule()["From"] ?? []).toEqual([]);
  });

  test("gets a condition and loses it again, each with one write", async () => {
    const resource = stage.resource();
    await resource.up(program);
    for (const [next, from] of [
      [limited, ["a@example.com"]],
      [program, []],
    ] as const) {
      stage.forget();
      await resource.up(next);
      expect(stage.writes()).toEqual(["Set-TransportRule"]);
      expect(rule()["From"] ?? []).toEqual(from);
      expect(await resource.refresh()).toEqual([]);
      expect(await resource.preview(next)).toEqual([]);
    }
  });

  test("is imported with the input that says so, and an import previews empty", async () => {
    stage.simulator.tenant.add("TransportRule", {
      Name: name,
      PrependSubject: "[external] ",
    });
    const handlers = stage.resource().run().of(stage.subject.kind);
    const found = await handlers.read(name, {});
    expect(found?.inputs).toMatchObject({ appliesToAllMail: true });
    const { inputs, failures } = await handlers.check({}, found?.inputs ?? {});
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ appliesToAllMail: true });
  });

  test("is restored to it when the program had given it a condition, and the other way round", async () => {
    for (const [before, during] of [
      [[], limited],
      [["b@example.com"], program],
    ] as const) {
      stage.simulator.tenant.add("TransportRule", {
        Name: name,
        PrependSubject: "[ours] ",
        From: [...before],
      });
      const resource = stage.resource();
      await resource.up({ ...during, adopt: true });
      const { run } = await resource.destroy();
      expect(await run.warnings()).toEqual([]);
      expect(rule()).toMatchObject({ PrependSubject: "[ours] " });
      expect(rule()["From"] ?? []).toEqual(before);
      stage.simulator.tenant.remove("TransportRule", name);
    }
  });

  test("is not restored to it while it has a condition that somebody added since", async () => {
    stage.simulator.tenant.add("TransportRule", {
      Name: name,
      PrependSubject: "[ours] ",
    });
    const resource = stage.resource();
    await resource.up({ ...limited, adopt: true });
    stage.subject.edit(stage.simulator, "SubjectContainsWords", ["x"]);
    stage.forget();
    const { run } = await resource.destroy();
    expect(await run.warnings()).toEqual([
      expect.stringContaining(
        "keeps subjectContainsWords: somebody else has changed that since",
      ),
    ]);
    expect(stage.writes()).toEqual(["Set-TransportRule"]);
    expect(rule()).toMatchObject({
      PrependSubject: "[ours] ",
      SubjectContainsWords: ["x"],
    });
    expect(rule()["From"] ?? []).toEqual([]);
  });

  test("is refused together with a condition, or when neither is given", async () => {
    expect(
      await messageOf(stage.resource().up({ ...limited, ...program })),
    ).toContain(
      "appliesToAllMail cannot be true together with from, which limits the rule; leave one of them out",
    );
    expect(
      await messageOf(
        stage.resource().up({ ...program, appliesToAllMail: false }),
      ),
    ).toContain("If it is to, set appliesToAllMail to true");
  });
});

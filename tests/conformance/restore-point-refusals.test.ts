import { bench, messageOf } from "./bench";
import { inProcess } from "./platform";
import { Resource } from "./resource";
import {
  antiSpamCustom,
  antiSpamDefault,
  area1Domain,
  foreignMark,
  ourMark,
  quarantinePolicy,
  siblingsMark,
  transportRule,
} from "./subjects";

const rule = String(transportRule.inputs["name"]);
const user = String(quarantinePolicy.inputs["name"]);
const releasing = {
  kind: "QuarantinePolicy",
  name: user,
  mark: ourMark,
  recipientsRelease: true,
};
const domain = { kind: "Area1Domain", name: "example.com" };

/** What a restore point says before it refuses. */
const begin = (reason: string) =>
  `Cannot begin, and nothing was written: ${reason}.`;

describe("A restore point that refuses", () => {
  const stage = bench(
    { ...transportRule, prepare: () => undefined },
    inProcess,
  );
  const point = () =>
    new Resource("RestorePoint", inProcess, stage.environment);
  const up = (...objects: object[]) => point().up({ objects });
  const refused = (...objects: object[]) => messageOf(up(...objects));

  describe("objects of others", () => {
    const mine = (kind: string, name: string, more: object = {}) => ({
      kind,
      name,
      mark: ourMark,
      ...more,
    });

    test("names all of another stack, and what can be done", async () => {
      transportRule.add(stage.simulator, { Comments: foreignMark });
      quarantinePolicy.add(stage.simulator, { AdminDisplayName: foreignMark });
      expect(
        await refused(
          mine("TransportRule", rule),
          mine("QuarantinePolicy", user),
        ),
      ).toBe(
        begin(
          `another stack has "${rule}" (of ops/prod/mail), "${user}" (of ops/prod/mail), and there is one UseCase4 for a tenant. Remove it there, choose other names, or set adopt: true if that stack no longer manages it`,
        ),
      );
      await up(
        mine("TransportRule", rule, { adopt: true }),
        mine("QuarantinePolicy", user, { adopt: true }),
      );
    });

    test("names all of another resource of the stack", async () => {
      transportRule.add(stage.simulator, { Comments: siblingsMark });
      quarantinePolicy.add(stage.simulator, { AdminDisplayName: siblingsMark });
      expect(
        await refused(
          mine("TransportRule", rule, { adopt: true }),
          mine("QuarantinePolicy", user),
        ),
      ).toBe(
        begin(
          `another resource of this stack has "${rule}" (of ops/dev/other), "${user}" (of ops/dev/other), and there is one UseCase4 for a tenant. Remove the other; if you renamed it in the program, give it an alias to its old name`,
        ),
      );
    });

    test("takes no object for somebody's that will carry no mark, that carries none, or that carries its own", async () => {
      transportRule.add(stage.simulator, { Comments: foreignMark });
      await up({ kind: "TransportRule", name: rule });
      transportRule.edit(stage.simulator, "Comments", "by hand");
      await up(mine("TransportRule", rule));
      transportRule.edit(stage.simulator, "Comments", ourMark);
      await up(mine("TransportRule", rule));
    });
  });

  describe("tags of Default", () => {
    const mine = { kind: "AntiSpamPolicy", name: "default", mark: ourMark };
    const point = (...tags: string[]) => {
      for (const tag of tags)
        antiSpamDefault.edit(stage.simulator, tag, "theirs");
    };
    beforeEach(() =>
      stage.simulator.tenant.add("QuarantinePolicy", {
        Name: "Theirs",
        AdminDisplayName: foreignMark,
        EndUserQuarantinePermissionsValue: 11,
      }),
    );
    const pointing = (tag: string) =>
      `${tag} of Default points at "theirs", which belongs to another stack (ops/prod/mail): there is one UseCase4 for a tenant. Remove it there, or set adopt: true if that stack no longer manages it`;

    test("that point at quarantine policies of another stack are named, each", async () => {
      point("SpamQuarantineTag", "BulkQuarantineTag");
      expect(await refused(mine)).toBe(
        begin(
          `${pointing("SpamQuarantineTag")}; ${pointing("BulkQuarantineTag")}`,
        ),
      );
    });

    test("are let be with adopt, by who has no Default, and where the policy is of this stack or nobody's", async () => {
      point("PhishQuarantineTag");
      await up({ ...mine, adopt: true });
      await up({ ...mine, kind: "TransportRule" });
      await up({ ...mine, name: "Finance" });
      for (const mark of [siblingsMark, ourMark, "made by hand"]) {
        stage.simulator.tenant.edit("QuarantinePolicy", "Theirs", {
          AdminDisplayName: mark,
        });
        await up(mine);
      }
    });
  });

  describe("a policy that recipients are to release from", () => {
    test("while grave tags point at it, and names them", async () => {
      quarantinePolicy.add(stage.simulator);
      const advice =
        "which recipients are to release from: such mail would be theirs to release. Have those point at another quarantine policy first, or choose another userQuarantineName";
      antiSpamDefault.edit(stage.simulator, "PhishQuarantineTag", user);
      expect(await refused(releasing)).toBe(
        begin(`PhishQuarantineTag of Default points at "${user}", ${advice}`),
      );
      antiSpamDefault.edit(
        stage.simulator,
        "HighConfidencePhishQuarantineTag",
        user,
      );
      expect(await refused(releasing)).toBe(
        begin(
          `PhishQuarantineTag of Default, HighConfidencePhishQuarantineTag of Default point at "${user}", ${advice}`,
        ),
      );
      await up({ ...releasing, recipientsRelease: false });
    });

    test("where grave tags pointed at first, and names them, whatever they point at now", async () => {
      quarantinePolicy.add(stage.simulator);
      const tags = ["PhishQuarantineTag", "HighConfidenceSpamQuarantineTag"];
      for (const tag of tags)
        antiSpamDefault.edit(stage.simulator, tag, user.toUpperCase());
      const policy = { kind: "AntiSpamPolicy", name: "Default", mark: ourMark };
      const resource = point();
      await resource.up({ objects: [policy] });
      for (const tag of [...tags, "SpamQuarantineTag"])
        antiSpamDefault.edit(stage.simulator, tag, "AdminOnlyAccessPolicy");
      expect(
        await messageOf(resource.up({ objects: [policy, releasing] })),
      ).toBe(
        begin(
          `highConfidenceSpamQuarantineTag, phishQuarantineTag of Default pointed at "${user}" at first, and would again in a destroy, while recipients release from it: choose another userQuarantineName`,
        ),
      );
      await resource.up({
        objects: [policy, { ...releasing, name: "Another" }],
      });
      await point().up({ objects: [policy, releasing] });
    });

    test("when it becomes one, and not again while it stays one", async () => {
      const resource = point();
      const closed = { ...releasing, recipientsRelease: false };
      await resource.up({ objects: [closed] });
      quarantinePolicy.add(stage.simulator);
      antiSpamDefault.edit(stage.simulator, "PhishQuarantineTag", user);
      expect(await messageOf(resource.up({ objects: [releasing] }))).toContain(
        "PhishQuarantineTag",
      );
      antiSpamDefault.edit(
        stage.simulator,
        "PhishQuarantineTag",
        "AdminOnlyAccessPolicy",
      );
      await resource.up({ objects: [releasing] });
      antiSpamDefault.edit(stage.simulator, "PhishQuarantineTag", user);
      const more = { kind: "TransportRule", name: rule };
      await resource.up({ objects: [releasing, more] });
      expect(
        await messageOf(
          resource.up({
            objects: [
              { ...releasing, name: "Another" },
              { ...releasing, name: user, kind: "TransportRule" },
              more,
            ],
          }),
        ),
      ).toContain(`point`);
    });
  });

  describe("spam that recipients are to release, while rules take Malicious for it", () => {
    const strict = {
      Name: "Strict",
      HeaderContainsMessageHeader: "X-Area1Security-Disposition",
      HeaderContainsWords: ["MALICIOUS", "UCE"],
      SetSCL: 5,
    };
    const add = (...rules: object[]) => {
      for (const [at, different] of rules.entries())
        stage.simulator.tenant.add("TransportRule", {
          ...strict,
          ...(at > 0 && { Name: `Strict ${at + 1}` }),
          ...different,
        });
    };
    const advice = (its: string) =>
      `mail with the word MALICIOUS for spam, which is to be its recipients' to release from "${user}": they could release such mail, too. Set ${its} SCL to 9 or take MALICIOUS out of ${its} words first`;

    test("names the rules with their level", async () => {
      add({});
      expect(await refused(releasing)).toBe(
        begin(`the rule "Strict" (SCL 5) takes ${advice("its")}`),
      );
      add(
        { Name: "Other", SetSCL: 9 },
        {
          SetSCL: 8,
          HeaderContainsMessageHeader: "x-cfemailsecurity-disposition",
          HeaderContainsWords: ["malicious"],
        },
      );
      expect(await refused(releasing)).toBe(
        begin(
          `the rules "Strict" (SCL 5), "Strict 2" (SCL 8) take ${advice("their")}`,
        ),
      );
    });

    test.each([
      ["gives another level below", { SetSCL: 4 }],
      ["gives the level of high confidence spam", { SetSCL: 9 }],
      ["gives no level", { SetSCL: null }],
      ["is off", { State: "Disabled" }],
      ["is only tried", { Mode: "Audit" }],
      ["is for another header", { HeaderContainsMessageHeader: "X-Spam" }],
      ["is for other words", { HeaderContainsWords: ["UCE", "MALICIOUS2"] }],
      [
        "has no header",
        {
          HeaderContainsMessageHeader: null,
          HeaderContainsWords: null,
          SubjectContainsWords: ["MALICIOUS"],
        },
      ],
    ])("lets a rule be that %s", async (_, different) => {
      add(different);
      await up(releasing);
    });

    test("lets them be where spam is its recipients' already, or where they are to release nothing", async () => {
      add({});
      await up({ ...releasing, recipientsRelease: false });
      antiSpamDefault.edit(stage.simulator, "SpamAction", "Quarantine");
      antiSpamDefault.edit(
        stage.simulator,
        "SpamQuarantineTag",
        "contoso.onmicrosoft.com\\defaultFullAccessPolicy",
      );
      await up(releasing);
      antiSpamDefault.edit(
        stage.simulator,
        "SpamQuarantineTag",
        "AdminOnlyAccessPolicy",
      );
      expect(await refused(releasing)).toContain("Strict");
      antiSpamDefault.edit(
        stage.simulator,
        "SpamQuarantineTag",
        "DefaultFullAccessPolicy",
      );
      antiSpamDefault.edit(stage.simulator, "SpamAction", "Delete");
      expect(await refused(releasing)).toContain("Strict");
    });

    test("asks what quarantine spam goes to now by the tag, whatever recipients may do elsewhere", async () => {
      add({});
      antiSpamDefault.edit(stage.simulator, "SpamAction", "Quarantine");
      for (const [tag, value] of [
        ["Readers", 0],
        ["Releasers", 7],
      ] as const) {
        stage.simulator.tenant.add("QuarantinePolicy", {
          Name: tag,
          EndUserQuarantinePermissionsValue: value,
        });
        antiSpamDefault.edit(stage.simulator, "SpamQuarantineTag", tag);
        if (value === 0) expect(await refused(releasing)).toContain("Strict");
        else await up(releasing);
      }
      antiSpamDefault.edit(stage.simulator, "SpamQuarantineTag", "Gone");
      expect(await refused(releasing)).toContain("Strict");
    });
  });

  test.each([
    [true, /Strict.*, for example with pulumi up --target on the rule/],
    [false, undefined],
  ])(
    "a tag of Default, too, where the program's recipients release spam alone from its policy: %s",
    async (recipientsRelease, reason) => {
      quarantinePolicy.add(stage.simulator);
      stage.simulator.tenant.add("TransportRule", {
        Name: "Strict",
        HeaderContainsMessageHeader: "X-Area1Security-Disposition",
        HeaderContainsWords: ["MALICIOUS"],
        SetSCL: 5,
      });
      const run = inProcess.run(stage.environment);
      const objects = [{ ...releasing, recipientsRelease }];
      await run.of("RestorePoint").check({}, { objects });
      const handlers = run.of("AntiSpamPolicy");
      const { inputs } = await handlers.check(
        {},
        { name: "Default", spamAction: "Quarantine", spamQuarantineTag: user },
      );
      const created = handlers.create(inputs);
      if (reason) await expect(created).rejects.toThrow(reason);
      else expect(await created).toMatchObject({ id: "Default" });
    },
  );

  describe("a domain that is to deliver Malicious, when everything else is written", () => {
    const holding = {
      name: "Holding",
      headerContainsMessageHeader: "X-Area1Security-Disposition",
      headerContainsWords: ["MALICIOUS"],
      setScl: 9,
    };
    const ruled = { kind: "TransportRule", name: "Holding" };
    /** The first up of a program, from the restore point to the domain. */
    const deliver = async (
      objects: object[],
      dropDispositions: string[] = [],
      rule: object = holding,
    ) => {
      const run = inProcess.run({
        ...stage.environment,
        AREA1_PATIENCE_MS: "2000",
      });
      await run.of("RestorePoint").check({}, { objects });
      await run.of("TransportRule").check({}, { ...rule });
      const handlers = run.of("Area1Domain");
      const { inputs } = await handlers.check(
        {},
        {
          domain: "example.com",
          dropDispositions,
          adopt: true,
        },
      );
      await handlers.create(inputs);
    };
    const refusedFor = (...reasons: string[]) =>
      `Cannot create domain "example.com": Cloudflare drops Malicious for example.com today, and would deliver it, but ${reasons.join(", and ")}. Run pulumi up --refresh, which sets right what somebody has changed of this stack, exclude the recipients at example.com from policies before Default, or keep dropDispositions: ["MALICIOUS"].`;
    const byDefault =
      "Default is for the others, where such mail goes to the Junk Email folder";
    const close = () => {
      antiSpamDefault.edit(
        stage.simulator,
        "HighConfidenceSpamAction",
        "Quarantine",
      );
      antiSpamDefault.edit(
        stage.simulator,
        "HighConfidenceSpamQuarantineTag",
        "AdminOnlyAccessPolicy",
      );
    };
    const hold = () =>
      void stage.simulator.tenant.add("TransportRule", {
        Name: "HOLDING",
        HeaderContainsMessageHeader: "X-Area1Security-Disposition",
        HeaderContainsWords: ["MALICIOUS"],
        SetSCL: 9,
      });
    const dispositions = () =>
      area1Domain.live(stage.simulator)?.["drop_dispositions"];
    beforeEach(() =>
      area1Domain.add(stage.simulator, {
        drop_dispositions: ["SPAM", "malicious"],
      }),
    );

    test("is refused where Default or a rule of the program lets it through, and told what to do", async () => {
      expect(await messageOf(deliver([ruled, domain]))).toBe(
        refusedFor(byDefault, 'the rule "Holding" lets it through'),
      );
      hold();
      expect(await messageOf(deliver([ruled, domain]))).toBe(
        refusedFor(byDefault),
      );
      close();
      stage.simulator.tenant.edit("TransportRule", "HOLDING", { SetSCL: 5 });
      expect(await messageOf(deliver([ruled, domain]))).toBe(
        refusedFor('the rule "Holding" lets it through'),
      );
      expect(dispositions()).toEqual(["SPAM", "malicious"]);
    });

    test("delivers it where everything for its recipients holds it", async () => {
      close();
      hold();
      antiSpamCustom.add(stage.simulator, {
        HighConfidenceSpamAction: "MoveToJmf",
        "Rule:RecipientDomainIs": ["example.org"],
      });
      await deliver([ruled, { ...domain, name: "Example.COM" }]);
      expect(dispositions()).toEqual([]);
    });

    test("may be changed otherwise while it goes on dropping it", async () => {
      const run = inProcess.run(stage.environment);
      await run.of("RestorePoint").check({}, { objects: [ruled, domain] });
      await run.of("TransportRule").check({}, holding);
      const handlers = run.of("Area1Domain");
      const { inputs } = await handlers.check(
        {},
        {
          domain: "example.com",
          lookbackHops: 7,
          dropDispositions: ["SPAM", "MALICIOUS"],
        },
      );
      await handlers.create(inputs);
      expect(area1Domain.live(stage.simulator)?.["lookback_hops"]).toBe(7);
    });

    test("waits for a list that lags", async () => {
      close();
      stage.simulator.faults.add({
        kind: "hook",
        when: "after",
        match: { cmdlet: "Get-TransportRule" },
        run: () => hold(),
      });
      await deliver([ruled, domain]);
      expect(dispositions()).toEqual([]);
    });

    test.each([
      ["goes on dropping it", [ruled, domain], ["BULK", "MALICIOUS"]],
      ["is in no restore point", [ruled], []],
      [
        "is said to go on dropping it",
        [ruled, { ...domain, dropsMalicious: true }],
        [],
      ],
    ])("is not looked at where it %s", async (_, objects, dropped) => {
      await deliver(objects, dropped);
      expect(dispositions()).toEqual(dropped);
    });

    test("is not held against rules that are to hold nothing, but against policies before Default", async () => {
      const spam = { ...holding, headerContainsWords: ["UCE"], setScl: 5 };
      antiSpamCustom.add(stage.simulator, {
        HighConfidenceSpamAction: "MoveToJmf",
      });
      expect(await messageOf(deliver([ruled, domain], [], spam))).toMatch(
        /but "Finance" goes before Default for .*, where such mail goes to the Junk Email folder\. Run/,
      );
      antiSpamCustom.remove(stage.simulator);
      await deliver([ruled, domain], [], spam);
      expect(dispositions()).toEqual([]);
    });
  });

  describe("to have Malicious delivered that Cloudflare drops today", () => {
    const dropping = (dispositions: string[] = ["MALICIOUS"]) =>
      area1Domain.add(stage.simulator, { drop_dispositions: dispositions });
    const custom = (different: Record<string, string>) =>
      antiSpamCustom.add(stage.simulator, {
        HighConfidenceSpamAction: "MoveToJmf",
        ...different,
      });
    const advice = (names: string, policies: string) =>
      begin(
        `Cloudflare drops Malicious for ${names} today, and would deliver it, but ${policies}. Exclude the recipients at ${names} from there, have it quarantine high confidence spam where only administrators release, or keep dropDispositions: ["MALICIOUS"]`,
      );
    const who = (name = "Finance") => `"${name}" goes before Default for`;

    test("by a policy before Default that puts it into Junk, for the domains that it is for", async () => {
      dropping();
      custom({});
      const message = await refused(domain);
      const [, audience] =
        /goes before Default for (.*), where such mail/.exec(message) ?? [];
      expect(audience).toContain("example.com");
      expect(message).toBe(
        advice(
          "example.com",
          `${who()} ${audience}, where such mail goes to the Junk Email folder`,
        ),
      );
      stage.simulator.account.add({
        domain: "example.org",
        transport: "mx.example.net",
        drop_dispositions: ["SPAM", "malicious"],
      });
      expect(
        await refused(domain, { ...domain, name: "example.org" }),
      ).toContain("Cloudflare drops Malicious for example.com, example.org");
    });

    test.each([
      [
        "a quarantine that its recipients release from",
        {
          HighConfidenceSpamAction: "Quarantine",
          HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
        },
        "goes to a quarantine that its recipient releases from (DefaultFullAccessPolicy)",
      ],
      [
        "a quarantine that there is none of",
        {
          HighConfidenceSpamAction: "Quarantine",
          HighConfidenceSpamQuarantineTag: "Gone",
        },
        "lies under the quarantine policy Gone, which does not exist",
      ],
      ["the inbox", { HighConfidenceSpamAction: "NoAction" }, "is delivered"],
    ])("by a policy that hands it to %s", async (_, different, goes) => {
      dropping();
      custom(different);
      expect(await refused(domain)).toMatch(
        new RegExp(
          `, where such mail ${goes.replace(/[()]/g, "\\$&")}\\. Exclude`,
        ),
      );
    });

    test.each([
      ["deletes it", { HighConfidenceSpamAction: "Delete" }],
      [
        "keeps it where only administrators release",
        {
          HighConfidenceSpamAction: "Quarantine",
          HighConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
          PhishQuarantineTag: "DefaultFullAccessPolicy",
          SpamAction: "MoveToJmf",
        },
      ],
    ])("lets a policy be that %s", async (_, different) => {
      dropping();
      custom(different);
      await up(domain);
    });

    test("by a policy that is named by a rule and listed nowhere", async () => {
      dropping();
      stage.simulator.tenant.add("HostedContentFilterRule", {
        Name: "Orphan",
        HostedContentFilterPolicy: "Nowhere",
        RecipientDomainIs: ["example.com"],
      });
      expect(await refused(domain)).toMatch(
        /but "Orphan" goes before Default for .*example\.com.*, and its policy is not listed\. Exclude/,
      );
    });

    test("by several policies, each of which is named", async () => {
      dropping();
      custom({});
      stage.simulator.tenant.add("HostedContentFilterRule", {
        Name: "Orphan",
        HostedContentFilterPolicy: "Nowhere",
        RecipientDomainIs: ["example.com"],
        Priority: 1,
      });
      expect(await refused(domain)).toMatch(
        /but "Finance" goes .* goes to the Junk Email folder, and "Orphan" goes .* is not listed\. Exclude/,
      );
    });

    test("by Microsoft's presets, which go before all others", async () => {
      dropping();
      const { tenant } = stage.simulator;
      const preset = tenant.eopProtectionPolicyRules.find(({ Name }) =>
        /^Standard/.test(Name),
      );
      const name = preset?.Name ?? "";
      tenant.edit("EOPProtectionPolicyRule", name, {
        State: "Enabled",
        RecipientDomainIs: ["example.com"],
      });
      tenant.edit(
        "HostedContentFilterPolicy",
        preset?.["HostedContentFilterPolicy"] as string,
        { HighConfidenceSpamAction: "MoveToJmf" },
      );
      expect(await refused(domain)).toContain(who(name));
    });

    test("only where it is dropped today, and is not to stay so", async () => {
      custom({});
      await up(domain);
      dropping(["SPAM", "BULK"]);
      await up(domain);
      area1Domain.edit(stage.simulator, "drop_dispositions", null);
      await up(domain);
      area1Domain.edit(stage.simulator, "drop_dispositions", ["MALICIOUS"]);
      await up({ ...domain, dropsMalicious: true });
      await up({ ...domain, kind: "TransportRule" });
      expect(await refused(domain)).toContain("Cloudflare drops Malicious");
    });

    test("when the program begins to, and not again afterwards", async () => {
      dropping();
      const resource = point();
      const keeping = { ...domain, dropsMalicious: true };
      const more = { kind: "TransportRule", name: rule };
      await resource.up({ objects: [keeping] });
      custom({});
      expect(
        await messageOf(resource.up({ objects: [domain, more] })),
      ).toContain("Cloudflare drops Malicious");
      area1Domain.edit(stage.simulator, "drop_dispositions", []);
      await resource.up({ objects: [domain] });
      area1Domain.edit(stage.simulator, "drop_dispositions", ["MALICIOUS"]);
      await resource.up({ objects: [domain, more] });
      antiSpamCustom.edit(stage.simulator, "Rule:SentTo", []);
      antiSpamCustom.edit(stage.simulator, "Rule:RecipientDomainIs", [
        "example.com",
        "example.org",
      ]);
      stage.simulator.account.add({
        domain: "example.org",
        transport: "mx.example.net",
        drop_dispositions: ["MALICIOUS"],
      });
      expect(
        await messageOf(
          resource.up({
            objects: [domain, { ...domain, name: "example.org" }],
          }),
        ),
      ).toContain("Cloudflare drops Malicious for example.org today");
    });
  });
});

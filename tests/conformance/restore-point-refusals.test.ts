import type { JsonObject } from "../../simulator/json";
import { bench, messageOf } from "./bench";
import { markOfState } from "../../providers/mark";
import { inProcess } from "./chosen-platform";
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

/** Returns the message with which a restore point refuses. */
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

    test("names all objects of another stack, and what to do", async () => {
      transportRule.add(stage.simulator, { Comments: foreignMark });
      quarantinePolicy.add(stage.simulator, { AdminDisplayName: foreignMark });
      expect(
        await refused(
          mine("TransportRule", rule),
          mine("QuarantinePolicy", user),
        ),
      ).toBe(
        begin(
          `another stack has "${rule}" (of ops/prod/mail), "${user}" (of ops/prod/mail), and a tenant has one use case. Remove it there, choose other names, or set adopt: true if nobody manages it there any more`,
        ),
      );
      await up(
        mine("TransportRule", rule, { adopt: true }),
        mine("QuarantinePolicy", user, { adopt: true }),
      );
    });

    test("names all objects of another resource of the stack", async () => {
      transportRule.add(stage.simulator, { Comments: siblingsMark });
      quarantinePolicy.add(stage.simulator, { AdminDisplayName: siblingsMark });
      expect(
        await refused(
          mine("TransportRule", rule, { adopt: true }),
          mine("QuarantinePolicy", user),
        ),
      ).toBe(
        begin(
          `another resource of this stack has "${rule}" (of ops/dev/other), "${user}" (of ops/dev/other), and a tenant has one use case. Remove the other; if you renamed it in the program, give it an alias to its old name`,
        ),
      );
    });

    test("accepts an object that carries no mark, or for which the program sets no mark", async () => {
      transportRule.add(stage.simulator, { Comments: foreignMark });
      await up({ kind: "TransportRule", name: rule });
      transportRule.edit(stage.simulator, "Comments", "by hand");
      await up(mine("TransportRule", rule));
    });

    test.each([
      ["a component renamed with an alias", "ops/dev/old", "ops/dev/new"],
      ["a renamed stack", "ops/old/mail", "ops/new/mail"],
    ])(
      "does not refuse objects of its own state under its former name: %s",
      async (_, before, after) => {
        const [oldMark, newMark] = [before, after].map(
          (names) => `Managed by Pulumi: ${names}`,
        );
        const resource = point();
        const other = { kind: "QuarantineNotification", name: "" };
        await resource.up({ objects: [other] });
        const comments = markOfState(String(oldMark), resource.kept?.id ?? "");
        transportRule.add(stage.simulator, { Comments: comments });
        quarantinePolicy.add(stage.simulator, { AdminDisplayName: comments });
        antiSpamDefault.edit(stage.simulator, "SpamQuarantineTag", user);
        // An interrupted run has written the objects with the old mark. The program now lists them with the new mark.
        await resource.up({
          objects: [
            other,
            ...[
              { kind: "QuarantinePolicy", name: user },
              { kind: "AntiSpamPolicy", name: "Default" },
              { kind: "TransportRule", name: rule },
            ].map((object) => ({ ...object, mark: newMark })),
          ],
        });
        expect(resource.outputs["values"]).toHaveProperty([
          `TransportRule/${rule}`,
        ]);
      },
    );

    test("names all objects of another state with the same names", async () => {
      const theirs = markOfState(ourMark, "restore-point-0123456789ab");
      transportRule.add(stage.simulator, { Comments: theirs });
      quarantinePolicy.add(stage.simulator, { AdminDisplayName: ourMark });
      const reason = begin(
        `a state of the same names in another backend has "${rule}" (of ops/dev/mail), "${user}" (of ops/dev/mail), and a tenant has one use case. Remove it there, choose other names, or set adopt: true if nobody manages it there any more. If it is this state's own, its restore point is being replaced: leave that out of --replace, or untaint it`,
      );
      const objects = [
        mine("TransportRule", rule),
        mine("QuarantinePolicy", user),
      ];
      expect(await refused(...objects)).toBe(reason);
      await up(...objects.map((object) => ({ ...object, adopt: true })));
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
      `${tag} of Default points at "theirs", which belongs to another stack (ops/prod/mail): a tenant has one use case. Remove it there, or set adopt: true if nobody manages it there any more`;

    test("are all named if they point at quarantine policies of another stack", async () => {
      point("SpamQuarantineTag", "BulkQuarantineTag");
      expect(await refused(mine)).toBe(
        begin(
          `${pointing("SpamQuarantineTag")}; ${pointing("BulkQuarantineTag")}`,
        ),
      );
    });

    test("are accepted with adopt, without Default in the program, and if the policy is of this stack or unmarked", async () => {
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

    test("are named if they point at a quarantine policy of another state with the same names", async () => {
      point("PhishQuarantineTag");
      stage.simulator.tenant.edit("QuarantinePolicy", "Theirs", {
        AdminDisplayName: markOfState(
          siblingsMark,
          "restore-point-0123456789ab",
        ),
      });
      expect(await refused(mine)).toBe(
        begin(
          'PhishQuarantineTag of Default points at "theirs", which belongs to a state of the same names in another backend (ops/dev/other): a tenant has one use case. Remove it there, or set adopt: true if nobody manages it there any more',
        ),
      );
    });
  });

  describe("exposures that the guard finds in its program", () => {
    const [area1, cloudflare] = [
      "X-Area1Security-Disposition",
      "X-CFEmailSecurity-Disposition",
    ];
    const held = (
      kind: string,
      name: string,
      wanted: Readonly<Record<string, unknown>>,
    ) => ({ kind, name, mark: ourMark, adopt: true, wanted });
    const quarantine = (permission: "Release" | "RequestRelease") =>
      held("QuarantinePolicy", user, {
        name: user,
        endUserQuarantinePermissions: [permission, "Delete", "Preview"],
      });
    const releasing = quarantine("Release");
    const byDefault = (wanted: object) =>
      held("AntiSpamPolicy", "Default", { name: "Default", ...wanted });
    const quarantining = byDefault({
      highConfidenceSpamAction: "Quarantine",
      highConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
    });
    const ruleFor = (header: string) =>
      held("TransportRule", header, {
        name: header,
        headerContainsMessageHeader: header,
        headerContainsWords: ["MALICIOUS"],
        setScl: 9,
      });
    const rules = [ruleFor(area1), ruleFor(cloudflare)];
    const delivering = held("Area1Domain", "example.com", {
      domain: "example.com",
      dropDispositions: [],
    });
    const program = [quarantining, ...rules, delivering];
    const edit = (values: Record<string, string>) => {
      for (const [wire, value] of Object.entries(values))
        antiSpamDefault.edit(stage.simulator, wire, value);
    };
    const dropping = (
      dispositions: string[] = ["MALICIOUS", "MALICIOUS-BEC"],
    ) =>
      area1Domain.add(stage.simulator, {
        drop_dispositions: dispositions,
        transport: "example-com.mail.protection.outlook.com",
      });
    /** Adds a policy before `Default` that moves mail to Junk that the program quarantines. */
    const custom = (different: JsonObject = {}) =>
      antiSpamCustom.add(stage.simulator, {
        HighConfidenceSpamAction: "MoveToJmf",
        "Rule:SentTo": [],
        "Rule:SentToMemberOf": [],
        ...different,
      });

    describe("a quarantine policy that begins to let recipients release", () => {
      const phishing = {
        PhishSpamAction: "Quarantine",
        PhishQuarantineTag: user,
      };
      beforeEach(() =>
        quarantinePolicy.add(stage.simulator, {
          EndUserQuarantinePermissionsValue: 11,
        }),
      );

      test("is refused while phishing goes to it, and the message names the deciding property", async () => {
        edit(phishing);
        expect(await refused(releasing)).toBe(
          begin(
            `it would expose mail that Microsoft finds to be phishing to recipients at example.com, example.org, example.net, which is in a quarantine that an administrator releases from now and could then be in a quarantine that its recipient releases from (QuarantinePolicy "${user}", endUserQuarantinePermissions Delete, Preview, Release: the recipient releases it). Change QuarantinePolicy "${user}", or set allowExposure: true if it is meant to be so`,
          ),
        );
        await up(quarantine("RequestRelease"));
      });

      test("is accepted with allowExposure: only its own write warns", async () => {
        edit(phishing);
        await point().up({ objects: [releasing], allowExposure: true });
      });

      test("is accepted if phishing goes to Junk, wherever its tag points", async () => {
        edit({ PhishQuarantineTag: user });
        await up(releasing);
      });

      test("is refused if phishing went to it before, and would again during a destroy", async () => {
        edit(phishing);
        const policy = byDefault({
          phishSpamAction: "Quarantine",
          phishQuarantineTag: "AdminOnlyAccessPolicy",
        });
        const resource = point();
        await resource.up({ objects: [policy] });
        edit({ PhishQuarantineTag: "AdminOnlyAccessPolicy" });
        expect(
          await messageOf(resource.up({ objects: [releasing, policy] })),
        ).toContain(
          `it would expose mail that Microsoft finds to be phishing to recipients at example.com`,
        );
        // In this order destroy removes the recipients' permission before it restores Default.
        await resource.up({ objects: [policy, releasing] });
      });
    });

    describe("a tag with which recipients release spam, if a rule treats Malicious as spam", () => {
      const wanted = byDefault({
        spamAction: "Quarantine",
        spamQuarantineTag: "DefaultFullAccessPolicy",
      });
      beforeEach(() => {
        dropping([]);
        stage.simulator.tenant.add("TransportRule", {
          Name: "Strict",
          HeaderContainsMessageHeader: area1,
          HeaderContainsWords: ["MALICIOUS", "UCE"],
          SetSCL: 5,
        });
      });

      test("is refused if an administrator releases spam now", async () => {
        edit({
          SpamAction: "Quarantine",
          SpamQuarantineTag: "AdminOnlyAccessPolicy",
        });
        expect(await refused(wanted)).toContain(
          "it would expose mail with the word MALICIOUS to recipients at example.com, which is in a quarantine that an administrator releases from now and could then be in a quarantine that its recipient releases from (",
        );
      });

      test("is accepted if spam goes to Junk now, which is nearer to the recipient", async () => {
        await up(wanted);
      });

      test("is accepted if the guarded mail carries another word", async () => {
        edit({
          SpamAction: "Quarantine",
          SpamQuarantineTag: "AdminOnlyAccessPolicy",
        });
        await point().up({
          objects: [wanted],
          guardedMail: { words: ["VIRUS"] },
        });
      });
    });

    describe("a domain that begins to deliver Malicious", () => {
      test("is accepted if the program itself quarantines the mail first", async () => {
        dropping();
        await up(...program);
        expect(stage.writes()).toEqual([]);
      });

      test("is refused without a rule, or without Default", async () => {
        dropping();
        expect(await refused(delivering)).toContain(
          "could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it)",
        );
        expect(await refused(...rules, delivering)).toContain(
          'could then be in the Junk Email folder (HostedContentFilterPolicy "Default", highConfidenceSpamAction',
        );
      });

      test("is refused if a policy before Default moves the mail to Junk", async () => {
        dropping();
        custom();
        expect(await refused(...program)).toBe(
          begin(
            'it would expose mail with the word MALICIOUS to recipients at example.com, which is dropped or sent elsewhere now and could then be in the Junk Email folder (HostedContentFilterPolicy "Finance", highConfidenceSpamAction MoveToJmf: it is moved to the Junk Email folder). Change HostedContentFilterPolicy "Finance", or keep dropDispositions: ["MALICIOUS"], or set allowExposure: true if it is meant to be so',
          ),
        );
      });

      test.each([
        [
          "a quarantine that its recipient releases from",
          {
            HighConfidenceSpamAction: "Quarantine",
            HighConfidenceSpamQuarantineTag: "DefaultFullAccessPolicy",
          },
          'in a quarantine that its recipient releases from (QuarantinePolicy "DefaultFullAccessPolicy"',
        ],
        [
          "a quarantine policy that does not exist",
          {
            HighConfidenceSpamAction: "Quarantine",
            HighConfidenceSpamQuarantineTag: "Gone",
          },
          'in a quarantine that its recipient releases from (QuarantinePolicy "Gone": there is no such quarantine policy',
        ],
        [
          "the inbox",
          { HighConfidenceSpamAction: "NoAction" },
          'in the inbox (HostedContentFilterPolicy "Finance"',
        ],
      ])(
        "is refused if a policy delivers the mail to %s",
        async (_, to, place) => {
          dropping();
          custom(to);
          expect(await refused(...program)).toContain(`could then be ${place}`);
        },
      );

      test.each([
        ["deletes the mail", { HighConfidenceSpamAction: "Delete" }],
        [
          "quarantines the mail for administrators to release",
          {
            HighConfidenceSpamAction: "Quarantine",
            HighConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
          },
        ],
        [
          "applies to another domain",
          { "Rule:RecipientDomainIs": ["example.org"] },
        ],
      ])("is accepted if a policy before Default %s", async (_, different) => {
        dropping();
        custom(different);
        await up(...program);
      });

      test("is refused if Microsoft's presets, which apply before all other policies, move the mail to Junk", async () => {
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
        const policy = preset?.["HostedContentFilterPolicy"] as string;
        tenant.edit("HostedContentFilterPolicy", policy, {
          HighConfidenceSpamAction: "MoveToJmf",
        });
        expect(await refused(...program)).toContain(
          `HostedContentFilterPolicy "${policy}"`,
        );
      });

      test("is accepted if it delivers already, or keeps dropping the mail", async () => {
        custom();
        await up(...program);
        dropping(["SPAM", "BULK"]);
        await up(...program);
        area1Domain.edit(stage.simulator, "drop_dispositions", null);
        await up(...program);
        area1Domain.edit(stage.simulator, "drop_dispositions", ["MALICIOUS"]);
        await up(
          quarantining,
          ...rules,
          held("Area1Domain", "example.com", {
            domain: "example.com",
            dropDispositions: ["MALICIOUS"],
          }),
        );
        await up(
          quarantining,
          ...rules,
          held("Area1Domain", "example.com", { domain: "example.com" }),
        );
      });

      test("is evaluated with the host that Microsoft Graph returns, and refused if the host cannot be queried", async () => {
        dropping();
        area1Domain.edit(stage.simulator, "transport", null);
        await up(...program);
        for (const application of stage.simulator.tenant.applications)
          application.appRoles = ["Exchange.ManageAsApp"];
        expect(await refused(...program)).toContain(
          "no host to forward to is told",
        );
      });

      test("is evaluated again whenever the program changes", async () => {
        dropping();
        const resource = point();
        await resource.up({ objects: program });
        custom();
        await resource.up({ objects: [...program].reverse() });
        expect(
          await messageOf(
            resource.up({
              objects: [
                ...program,
                held("TransportRule", "More", {
                  name: "More",
                  subjectContainsWords: ["x"],
                }),
              ],
            }),
          ),
        ).toContain('HostedContentFilterPolicy "Finance"');
      });

      test("is accepted after waiting for a list that lags", async () => {
        dropping();
        edit({
          HighConfidenceSpamAction: "Quarantine",
          HighConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
        });
        stage.simulator.faults.add({
          kind: "hook",
          when: "after",
          match: { cmdlet: "Get-TransportRule" },
          run: () => {
            for (const header of [area1, cloudflare])
              stage.simulator.tenant.add("TransportRule", {
                Name: header,
                HeaderContainsMessageHeader: header,
                HeaderContainsWords: ["MALICIOUS"],
                SetSCL: 9,
              });
          },
        });
        const resource = new Resource("RestorePoint", inProcess, {
          ...stage.environment,
          AREA1_PATIENCE_MS: "60000",
        });
        await resource.up({ objects: [delivering] });
      });
    });

    /** Changes the tenant as a first `up` of the program does. */
    const carryOut = (...headers: string[]) => {
      edit({
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
      });
      for (const header of headers)
        stage.simulator.tenant.add("TransportRule", {
          Name: header,
          HeaderContainsMessageHeader: header,
          HeaderContainsWords: ["MALICIOUS"],
          SetSCL: 9,
        });
    };

    describe("an object that the program no longer has", () => {
      test("is accepted if only mail with its header alone is exposed, and refused if other mail is", async () => {
        dropping([]);
        const resource = point();
        await resource.up({ objects: [quarantining, ...rules] });
        carryOut(area1, cloudflare);
        expect(
          await messageOf(resource.up({ objects: [quarantining] })),
        ).toContain(
          "it would expose mail with the word MALICIOUS in both headers to recipients at example.com, which is in a quarantine that an administrator releases from now and could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it)",
        );
        await resource.up({ objects: [quarantining, ruleFor(cloudflare)] });
      });

      test("is deleted in the opposite order: an object is deleted before those that it depends on", async () => {
        dropping([]);
        const resource = point();
        await resource.up({
          objects: [quarantine("RequestRelease"), quarantining, ...rules],
        });
        carryOut(area1, cloudflare);
        // The rules are deleted before Default is restored, so the mail goes to the inbox, and not to Junk.
        expect(
          await messageOf(
            resource.up({ objects: [quarantine("RequestRelease")] }),
          ),
        ).toContain("could then be in the inbox (TransportRule");
      });

      test("gets its previous values back", async () => {
        dropping([]);
        carryOut(cloudflare);
        stage.simulator.tenant.edit("TransportRule", cloudflare, {
          State: "Disabled",
        });
        const resource = point();
        const enabled = held("TransportRule", cloudflare, {
          ...ruleFor(cloudflare).wanted,
          enabled: true,
        });
        await resource.up({ objects: [quarantining, enabled] });
        stage.simulator.tenant.edit("TransportRule", cloudflare, {
          State: "Enabled",
        });
        expect(
          await messageOf(resource.up({ objects: [quarantining] })),
        ).toContain(
          `(TransportRule "${cloudflare}", enabled false: the rule is switched off)`,
        );
      });

      test("gets the previous value of each property of the program, unless somebody else has changed it since", async () => {
        const phishing = {
          phishSpamAction: "Quarantine",
          phishQuarantineTag: "AdminOnlyAccessPolicy",
        };
        const notification = {
          kind: "QuarantineNotification",
          name: "",
          wanted: { endUserSpamNotificationFrequency: "4:00:00" },
        };
        const kept = quarantine("RequestRelease");
        const upAndDown = async (wanted: object) => {
          const resource = point();
          await resource.up({
            objects: [kept, notification, byDefault(wanted)],
          });
          edit({
            SpamAction: "Quarantine",
            PhishSpamAction: "Quarantine",
            PhishQuarantineTag: "AdminOnlyAccessPolicy",
          });
          return resource.up({ objects: [kept] });
        };
        await upAndDown({ spamAction: "Quarantine" });
        edit({ PhishSpamAction: "MoveToJmf" });
        expect(await messageOf(upAndDown(phishing))).toContain(
          "it would expose mail that Microsoft finds to be phishing",
        );
      });
    });

    describe("a property that the program no longer sets", () => {
      test("gets its previous value, which is refused if it exposes mail", async () => {
        dropping([]);
        const resource = point();
        await resource.up({ objects: [...rules, quarantining] });
        carryOut(area1, cloudflare);
        const without = { objects: [...rules, byDefault({})] };
        expect(await messageOf(resource.up(without))).toContain(
          'could then be in the Junk Email folder (HostedContentFilterPolicy "Default", highConfidenceSpamAction MoveToJmf: it is moved to the Junk Email folder)',
        );
        await resource.up({ objects: [...rules, quarantining, releasing] });
        edit({ HighConfidenceSpamAction: "MoveToJmf" });
        await resource.up(without);
      });

      test("does not change if the program has never set it", async () => {
        dropping([]);
        const resource = point();
        await resource.up({
          objects: [...rules, byDefault({ spamAction: "Quarantine" })],
        });
        carryOut(area1, cloudflare);
        await resource.up({ objects: [...rules, byDefault({})] });
      });
    });

    describe("domains", () => {
      test("are evaluated together, and reported in one message", async () => {
        dropping();
        area1Domain.add(stage.simulator, {
          domain: "example.org",
          drop_dispositions: ["MALICIOUS", "MALICIOUS-BEC"],
          transport: "example-org.mail.protection.outlook.com",
        });
        const other = held("Area1Domain", "example.org", {
          domain: "example.org",
          dropDispositions: [],
        });
        expect(await refused(delivering, other)).toContain(
          "mail with the word MALICIOUS to recipients at example.com, example.org, which",
        );
        await up(quarantining, ...rules, delivering, other);
      });

      test("make the restore point fail if their host cannot be queried", async () => {
        dropping();
        area1Domain.edit(stage.simulator, "transport", null);
        stage.simulator.faults.add({
          kind: "html",
          match: { vendor: "graph", times: "always" },
        });
        expect(await refused(...program)).toMatch(
          /^Cannot take the restore point: .*Microsoft Graph/,
        );
      });
    });

    describe("at each write as well", () => {
      const write = async (
        kind: string,
        inputs: Readonly<Record<string, unknown>>,
        more: object = {},
      ) => {
        const resource = new Resource(kind, inProcess, stage.environment);
        return resource.up({ ...inputs, ...more });
      };
      const dispositions = () =>
        area1Domain.live(stage.simulator)?.["drop_dispositions"];

      test("are refused, and the message says what to do", async () => {
        dropping(["SPAM", "malicious"]);
        const refusal = () =>
          messageOf(write("Area1Domain", delivering.wanted));
        const advice =
          'keep dropDispositions: ["MALICIOUS"], or set allowExposure: true if it is meant to be so.';
        expect(await refusal()).toBe(
          `Cannot create domain "example.com": it would expose mail with the word MALICIOUS to recipients at example.com, which is dropped or sent elsewhere now and could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it). Change TransportRule, or ${advice}`,
        );
        await write("AntiSpamPolicy", quarantining.wanted);
        await write("TransportRule", ruleFor(area1).wanted);
        expect(await refusal()).toContain(
          `it would expose mail with the word MALICIOUS in ${cloudflare} to recipients`,
        );
        expect(dispositions()).toEqual(["SPAM", "malicious"]);
        await write("TransportRule", ruleFor(cloudflare).wanted);
        await write("Area1Domain", delivering.wanted);
        expect(dispositions()).toEqual([]);
      });

      test("are written with allowExposure, with a warning", async () => {
        dropping();
        const { run } = await write("Area1Domain", delivering.wanted, {
          allowExposure: true,
        });
        expect(await run.warnings()).toEqual([
          'domain "example.com": it would expose mail with the word MALICIOUS to recipients at example.com, which is dropped or sent elsewhere now and could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it), as allowExposure says.',
        ]);
        expect(dispositions()).toEqual([]);
      });

      test("are not checked for if the write does not change where mail goes", async () => {
        dropping();
        await write("Area1Domain", { domain: "example.com", lookbackHops: 7 });
        expect(area1Domain.live(stage.simulator)?.["lookback_hops"]).toBe(7);
        expect(stage.requests().map(({ cmdlet }) => cmdlet)).not.toContain(
          "Get-TransportRule",
        );
      });
    });
  });
});

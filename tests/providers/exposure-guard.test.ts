import { area1Domain } from "../../providers/cloudflare/area1-domain";
import { resolveConfiguration } from "../../providers/session/configuration";
import { antiSpamPolicy } from "../../providers/exchange-online/anti-spam-policy";
import { quarantineNotification } from "../../providers/exchange-online/quarantine-notification";
import { quarantinePolicy } from "../../providers/exchange-online/quarantine-policy";
import { transportRule } from "../../providers/exchange-online/transport-rule";
import {
  guardWrite,
  type GuardedWrite,
} from "../../providers/exposure-guard/exposure-guard";
import type { Values } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import {
  checkExposure,
  type IntendedWrite,
} from "../../providers/lifecycle/check-exposure";
import { Session, type Operation } from "../../providers/session/session";
import { startSimulator, type Simulator } from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";
import { errorOf, messageOf } from "../conformance/bench";
import {
  adminRule,
  egressEntries,
  followTutorial,
  userRule,
} from "../simulator/tutorial";

jest.setTimeout(30_000);

const current = "X-CFEmailSecurity-Disposition";
const older = "X-Area1Security-Disposition";
/** Every list that decides where mail goes; Cloudflare's has no cmdlet. */
const lists = [
  "Get-AcceptedDomain",
  "Get-EOPProtectionPolicyRule",
  "Get-HostedConnectionFilterPolicy",
  "Get-HostedContentFilterPolicy",
  "Get-HostedContentFilterRule",
  "Get-InboundConnector",
  "Get-OrganizationConfig",
  "Get-QuarantinePolicy",
  "Get-TransportRule",
  "cloudflare",
];

let simulator: Simulator;
let warnings: string[];
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(() => {
  Object.assign(simulator.quirks, structuredClone(defaultQuirks));
  simulator.reset();
  followTutorial(simulator);
  warnings = [];
});

const sessionOf = (environment: Record<string, string> = {}): Session =>
  new Session(
    resolveConfiguration(() => undefined, {
      ...simulator.environment,
      AREA1_PATIENCE_MS: "3000",
      ...environment,
    }),
    (message, severity) => {
      if (severity === "warning") warnings.push(message);
    },
  );
const begin = (session: Session): Operation =>
  session.begin(session.configuration.cloudflareAccountId);

const guard = (
  change: GuardedWrite["change"],
  more: Partial<GuardedWrite> = {},
  operation = begin(sessionOf()),
): Promise<void> =>
  guardWrite(operation, {
    label: "the object",
    change,
    inputs: {},
    restores: false,
    ...more,
  });

/** What was read: the cmdlets, with Cloudflare for itself. */
const asked = (): string[] =>
  simulator.log
    .filter(({ vendor }) => vendor !== "entra")
    .map(({ cmdlet, vendor }) => cmdlet ?? vendor)
    .sort();
const countOf = (list: string): number =>
  asked().filter((one) => one === list).length;

const rule = (
  values: Values | undefined,
  name = adminRule,
): GuardedWrite["change"] => ({
  kind: "TransportRule",
  name,
  ...(values && { values }),
});
const byDefault = (values: Values): GuardedWrite["change"] => ({
  kind: "AntiSpamPolicy",
  name: "Default",
  values,
});
const switchedOff = rule({ enabled: false });

const administrators = "in a quarantine that an administrator releases from";
const everywhere = "recipients at example.com, example.org, example.net";

describe("A write that would expose mail", () => {
  test.each<[string, GuardedWrite["change"], string]>([
    [
      "disables the rule that quarantines it",
      switchedOff,
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in the inbox (TransportRule "${adminRule}", enabled false: the rule is switched off). Change TransportRule "${adminRule}", or set allowExposure: true if it is meant to be so`,
    ],
    [
      "removes the rule that quarantines it",
      rule(undefined),
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it). Change TransportRule, or set allowExposure: true if it is meant to be so`,
    ],
    [
      "bypasses the filter for one recipient",
      rule({ setScl: -1, sentTo: ["ceo@example.com"] }, "Bypass"),
      `it would expose mail with the word MALICIOUS, mail that Microsoft finds to be high confidence spam, mail that Microsoft finds to be phishing, mail that Microsoft finds to be high confidence phishing to ceo@example.com, which is ${administrators} now and could then be in the inbox (TransportRule "Bypass", setScl -1: it asks to skip spam filtering). Change TransportRule "Bypass", or set allowExposure: true if it is meant to be so`,
    ],
    [
      "lets its recipients release it",
      byDefault({ highConfidenceSpamQuarantineTag: "UserNotifyUserRelease" }),
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in a quarantine that its recipient releases from (QuarantinePolicy "UserNotifyUserRelease", endUserQuarantinePermissions Delete, Preview, Release: the recipient releases it); it would expose mail that Microsoft finds to be high confidence spam to ${everywhere}, which is ${administrators} now and could then be in a quarantine that its recipient releases from (QuarantinePolicy "UserNotifyUserRelease", endUserQuarantinePermissions Delete, Preview, Release: the recipient releases it). Change QuarantinePolicy "UserNotifyUserRelease", or set allowExposure: true if it is meant to be so`,
    ],
    [
      "creates a policy for some recipients",
      {
        kind: "AntiSpamPolicy",
        name: "Board",
        values: {
          sentToMemberOf: ["board@example.com"],
          phishSpamAction: "Quarantine",
          phishQuarantineTag: "UserNotifyAdminRelease",
        },
      },
      `it would expose mail with the word MALICIOUS, mail that Microsoft finds to be high confidence spam to members of board@example.com, which is ${administrators} now and could then be in the Junk Email folder (HostedContentFilterPolicy "Board", highConfidenceSpamAction MoveToJmf: it is moved to the Junk Email folder). Change HostedContentFilterPolicy "Board", or set allowExposure: true if it is meant to be so`,
    ],
    [
      "makes it unknown who releases it",
      byDefault({ highConfidenceSpamQuarantineTag: "Nowhere" }),
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in a quarantine that its recipient releases from (QuarantinePolicy "Nowhere": there is no such quarantine policy, so that who may release it is not documented); it would expose mail that Microsoft finds to be high confidence spam to ${everywhere}, which is ${administrators} now and could then be in a quarantine that its recipient releases from (QuarantinePolicy "Nowhere": there is no such quarantine policy, so that who may release it is not documented). Change QuarantinePolicy "Nowhere", or set allowExposure: true if it is meant to be so`,
    ],
    [
      "bypasses Cloudflare",
      {
        kind: "Area1Domain",
        name: "example.com",
        values: { allowedDeliveryModes: ["BCC"] },
      },
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in the inbox (Domain "example.com", allowedDeliveryModes BCC: Cloudflare does not stand in the way of its mail, which goes past it and carries no disposition). Change Domain "example.com", or set allowExposure: true if it is meant to be so`,
    ],
  ])("is refused if it %s", async (_, change, message) => {
    const error = await errorOf(guard(change));
    expect(error.message).toBe(message);
    expect(error.name).toBe("UserError");
    expect(warnings).toEqual([]);
  });

  test("is refused if Cloudflare would no longer drop mail that no rule quarantines, with what to keep", async () => {
    simulator.account.edit("example.com", {
      drop_dispositions: ["MALICIOUS", "MALICIOUS-BEC"],
    });
    simulator.tenant.edit("TransportRule", adminRule, { State: "Disabled" });
    const change = (dropDispositions: string[]): GuardedWrite["change"] => ({
      kind: "Area1Domain",
      name: "example.com",
      values: { dropDispositions },
    });
    expect(await messageOf(guard(change([])))).toBe(
      `it would expose mail with the word MALICIOUS in ${older} to recipients at example.com, which is dropped or sent elsewhere now and could then be in the inbox (TransportRule, headerContainsWords: no rule looks for it); it would expose mail with the word MALICIOUS to recipients at example.com, which is dropped or sent elsewhere now and could then be in the inbox (TransportRule "${adminRule}", enabled false: the rule is switched off). Change TransportRule, TransportRule "${adminRule}", or keep dropDispositions: ["MALICIOUS"], or set allowExposure: true if it is meant to be so`,
    );
    await guard(change(["MALICIOUS", "MALICIOUS-BEC", "SPAM"]));
  });

  test("is refused with the advice to refresh if somebody has changed an object of a stack", async () => {
    simulator.tenant.edit("TransportRule", adminRule, {
      State: "Disabled",
      Comments: "Managed by Pulumi: ops/dev/mail-admin",
    });
    simulator.tenant.add("TransportRule", {
      Name: "By hand",
      HeaderContainsMessageHeader: current,
      HeaderContainsWords: ["MALICIOUS"],
      SetSCL: 9,
    });
    expect(await messageOf(guard(rule(undefined, "By hand")))).toBe(
      `it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in the inbox (TransportRule "${adminRule}", enabled false: the rule is switched off). Run pulumi up --refresh, which sets right what somebody has changed of TransportRule "${adminRule}", or set allowExposure: true if it is meant to be so`,
    );
  });

  test("is refused without the advice to refresh if no object of a stack decides", async () => {
    simulator.tenant.edit("TransportRule", userRule, {
      Comments: "Managed by Pulumi: ops/dev/mail-user",
    });
    expect(await messageOf(guard(switchedOff))).toMatch(
      `. Change TransportRule "${adminRule}", or set`,
    );
  });

  test("only warns if the resource has allowExposure", async () => {
    await guard(switchedOff, { inputs: { allowExposure: true } });
    expect(warnings).toEqual([
      `the object: it would expose mail with the word MALICIOUS to recipients at example.com, which is ${administrators} now and could then be in the inbox (TransportRule "${adminRule}", enabled false: the rule is switched off), as allowExposure says.`,
    ]);
  });

  test.each<[string, object, string[]]>([
    [
      "other words",
      { words: ["SPOOF"] },
      ["mail with the word SPOOF", userRule],
    ],
    ["another header alone", { headers: ["area1"] }, ["in both headers"]],
    [
      "addresses that the rule does not have",
      { senderIpRanges: ["192.0.2.1"] },
      [],
    ],
  ])(
    "is reported for the mail that the resource guards: %s",
    async (_, given, parts) => {
      const inputs = { guardedMail: given };
      const name = parts.includes(userRule) ? userRule : adminRule;
      const before = { spamQuarantineTag: "UserNotifyAdminRelease" };
      simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
        SpamQuarantineTag: before.spamQuarantineTag,
      });
      const work = guard(rule({ enabled: false }, name), { inputs });
      if (parts.length === 0) await work;
      else {
        const message = await messageOf(work);
        for (const part of parts) expect(message).toContain(part);
      }
    },
  );

  test("no longer guards mail with only the header of the removed rule, but still mail with both", async () => {
    simulator.tenant.add("TransportRule", {
      Name: "Older",
      HeaderContainsMessageHeader: older,
      HeaderContainsWords: ["MALICIOUS"],
      SenderIpRanges: egressEntries,
      SetSCL: 9,
    });
    // Mail with both is held by the other rule.
    await guard(rule(undefined), { leavingHeader: current.toUpperCase() });
    expect(await messageOf(guard(rule(undefined)))).toContain(
      `mail with the word MALICIOUS in ${current} to`,
    );
    simulator.tenant.edit("TransportRule", "Older", { State: "Disabled" });
    expect(
      await messageOf(guard(rule(undefined), { leavingHeader: current })),
    ).toContain("mail with the word MALICIOUS in both headers to");
  });
});

describe("A write that would lose mail", () => {
  beforeEach(() => {
    simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
      SpamAction: "Delete",
    });
  });
  const suspicious = rule(
    {
      headerContainsMessageHeader: current,
      headerContainsWords: ["SUSPICIOUS"],
      setScl: 5,
    },
    "New",
  );
  const message =
    'Suspicious mail to recipients at example.com would be lost: it is in the inbox now, and could then be rejected or deleted (HostedContentFilterPolicy "Default", spamAction Delete: it is deleted, and nobody is told). Change HostedContentFilterPolicy "Default"';

  test("is refused, even with allowExposure", async () => {
    expect(await messageOf(guard(suspicious))).toBe(message);
    expect(
      await messageOf(guard(suspicious, { inputs: { allowExposure: true } })),
    ).toBe(message);
  });

  test("is not refused if the program itself sets the action", async () => {
    await guard(byDefault({ highConfidenceSpamAction: "Delete" }));
    expect(warnings).toEqual([]);
  });

  describe("by a rule", () => {
    const words = {
      headerContainsMessageHeader: current,
      headerContainsWords: ["BULK"],
    };
    const lost =
      /^Bulk mail to .* would be lost: .* \(TransportRule "Bulk", (deleteMessage|rejectMessage\w+) /;

    test.each<[string, Values]>([
      ["deletes it", { deleteMessage: true }],
      ["rejects it with a text", { rejectMessageReasonText: "No." }],
      ["rejects it with a code", { rejectMessageEnhancedStatusCode: "5.7.1" }],
    ])(
      "is not refused if the program says that the rule %s",
      async (_, action) => {
        await guard(rule({ ...words, ...action }, "Bulk"));
        // The rule exists, and the program changes only its condition. Exchange has set the other half of a rejection.
        simulator.tenant.add("TransportRule", {
          Name: "Bulk",
          HeaderContainsMessageHeader: current,
          HeaderContainsWords: ["NOTHING"],
          ...(action["deleteMessage"]
            ? { DeleteMessage: true }
            : {
                RejectMessageReasonText: "No.",
                RejectMessageEnhancedStatusCode: "5.7.1",
              }),
        });
        const change = rule({ headerContainsWords: ["BULK"] }, "Bulk");
        expect(await messageOf(guard(change))).toMatch(lost);
        await guard({ ...change, inputs: action });
        const denied = Object.fromEntries(
          Object.keys(action).map((property) => [property, false]),
        );
        expect(await messageOf(guard({ ...change, inputs: denied }))).toMatch(
          lost,
        );
        expect(warnings).toEqual([]);
      },
    );
  });

  test("is refused if it enables a policy whose action deletes the mail", async () => {
    simulator.tenant.add("HostedContentFilterPolicy", {
      Name: "Finance",
      HighConfidenceSpamAction: "Delete",
      PhishSpamAction: "Quarantine",
      PhishQuarantineTag: "UserNotifyAdminRelease",
    });
    simulator.tenant.add("HostedContentFilterRule", {
      Name: "Finance",
      HostedContentFilterPolicy: "Finance",
      SentTo: ["cfo@example.com"],
      State: "Disabled",
    });
    expect(
      await messageOf(
        guard({
          kind: "AntiSpamPolicy",
          name: "Finance",
          values: { enabled: true },
        }),
      ),
    ).toContain(
      `mail with the word MALICIOUS, mail that Microsoft finds to be high confidence spam to cfo@example.com would be lost: it is ${administrators} now, and could then be rejected or deleted (HostedContentFilterPolicy "Finance", highConfidenceSpamAction Delete: it is deleted, and nobody is told)`,
    );
  });
});

describe("A write that restores previous values", () => {
  test("warns once, only for guarded words, and checks once", async () => {
    await guard(
      byDefault({
        highConfidenceSpamAction: "MoveToJmf",
        phishSpamAction: "MoveToJmf",
      }),
      { restores: true },
    );
    expect(warnings).toEqual([
      `the object: from now on mail with the word MALICIOUS in ${current} to recipients at example.com can be in the Junk Email folder (HostedContentFilterPolicy "Default", highConfidenceSpamAction MoveToJmf: it is moved to the Junk Email folder).`,
    ]);
    expect(asked()).toEqual(lists);
  });

  test("does not warn of Microsoft's own verdicts, or of lost mail", async () => {
    await guard(byDefault({ phishSpamAction: "MoveToJmf" }), {
      restores: true,
    });
    await guard(byDefault({ spamAction: "Delete" }), { restores: true });
    expect(warnings).toEqual([]);
  });

  const judge = async (
    more: Partial<IntendedWrite>,
    programGoesOn: boolean,
  ) => {
    const session = sessionOf();
    if (programGoesOn)
      session.ledger.register(transportRule, { guardedMail: {} });
    await checkExposure(transportRule, begin(session), {
      name: adminRule,
      inputs: { guardedMail: {}, headerContainsMessageHeader: older },
      leavesWithResource: true,
      ...more,
    });
  };

  test("is one that deletes a resource, unless the resource and the program guard mail", async () => {
    await judge({}, false);
    await judge({ inputs: {} }, true);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(
      `transport rule "${adminRule}": from now on mail with the word MALICIOUS`,
    );
  });

  test("no longer guards mail with only the header of a deleted rule while the program still guards mail", async () => {
    simulator.tenant.add("TransportRule", {
      Name: "Older",
      HeaderContainsMessageHeader: older,
      HeaderContainsWords: ["MALICIOUS"],
      SenderIpRanges: egressEntries,
      SetSCL: 9,
    });
    const inputs = { guardedMail: {}, headerContainsMessageHeader: current };
    await judge({ inputs }, true);
    expect(warnings).toEqual([]);
    expect(
      await messageOf(
        judge(
          { inputs, leavesWithResource: false, values: { enabled: false } },
          true,
        ),
      ),
    ).toContain(`in ${current} to`);
  });

  test("is not one while the program guards mail, or if the resource stays", async () => {
    expect(await messageOf(judge({}, true))).toContain("it would expose");
    expect(
      await messageOf(
        judge({ leavesWithResource: false, values: { enabled: false } }, false),
      ),
    ).toContain("it would expose");
    expect(
      await messageOf(
        checkExposure(transportRule, begin(sessionOf()), {
          name: adminRule,
          values: { enabled: false },
          inputs: {},
        }),
      ),
    ).toContain("it would expose");
  });

  test("is evaluated with the mail that the program guards now", async () => {
    const inputs = { guardedMail: { words: ["VIRUS"] } };
    expect(await messageOf(judge({ inputs }, true))).toContain(
      "it would expose mail with the word MALICIOUS",
    );
  });
});

describe("The configuration that decides where mail goes", () => {
  test("is read once for a write that does no harm, in one request for each list", async () => {
    await guard(rule({ setScl: 9 }));
    expect(asked()).toEqual(lists);
  });

  test("is read in the account of the resource if the configuration names none", async () => {
    const session = sessionOf({ CLOUDFLARE_ACCOUNT_ID: "" });
    expect(
      await messageOf(
        guard(switchedOff, {}, session.begin(simulator.account.id)),
      ),
    ).toContain("to recipients at example.com, which");
  });

  test("is read once for all resources of the process", async () => {
    const session = sessionOf();
    await Promise.all(
      [9, 9, 9].map((setScl) => guard(rule({ setScl }), {}, begin(session))),
    );
    await guard(byDefault({ spamAction: "Quarantine" }), {}, begin(session));
    expect(asked()).toEqual(lists);
  });

  test("is read again before a write is refused, because a list may lag", async () => {
    simulator.quirks.readLagMs = 150;
    const session = sessionOf();
    const { exchange, patience } = begin(session);
    await exchange.write(
      "New-TransportRule",
      {
        Name: "Successor",
        HeaderContainsMessageHeader: current,
        HeaderContainsWords: ["MALICIOUS"],
        SenderIpRanges: egressEntries,
        SetSCL: 9,
      },
      patience,
    );
    simulator.log.splice(0);
    await guard(rule(undefined), {}, begin(session));
    expect(countOf("Get-TransportRule")).toBeGreaterThan(1);
  });

  test("is read hardly more often for twenty waiting writes than for one", async () => {
    const session = sessionOf({ AREA1_PATIENCE_MS: "20000" });
    const waiting = Array.from({ length: 20 }, () => {
      const looks: unknown[] = [];
      const on = begin(session);
      const list: Operation["exchange"]["list"] = (cmdlet, ...more) => {
        if (cmdlet === "Get-TransportRule") looks.push(more);
        return on.exchange.list(cmdlet, ...more);
      };
      const exchange = Object.create(on.exchange, {
        list: { value: list },
      }) as Operation["exchange"];
      return { looks, on: { ...on, exchange } };
    });
    const messages = await Promise.all(
      waiting.map(({ on }) => messageOf(guard(switchedOff, {}, on))),
    );
    expect(new Set(messages).size).toBe(1);
    const most = Math.max(...waiting.map(({ looks }) => looks.length));
    expect(most).toBeGreaterThan(1);
    for (const list of lists)
      expect(countOf(list)).toBeLessThanOrEqual(most + 1);
  });

  test.each<[string, Kind, Values]>([
    [
      adminRule,
      transportRule,
      { comments: "Text", name: "Name", ruleErrorAction: "Ignore" },
    ],
    [
      "Default",
      antiSpamPolicy,
      {
        name: "Default",
        adminDisplayName: "Text",
        quarantineRetentionPeriod: 30,
        redirectToRecipients: ["a@example.com"],
        modifySubjectValue: "Text",
        addXHeaderValue: "X-Text",
        spamZapEnabled: false,
        phishZapEnabled: false,
      },
    ],
    [
      "UserNotifyUserRelease",
      quarantinePolicy,
      {
        esnEnabled: false,
        includeMessagesFromBlockedSenderAddress: true,
        adminDisplayName: "Text",
      },
    ],
    [
      "the notification settings",
      quarantineNotification,
      { endUserSpamNotificationFrequency: "1.00:00:00" },
    ],
    [
      "example.com",
      area1Domain,
      {
        lookbackHops: 2,
        requireTlsInbound: true,
        requireTlsOutbound: false,
        ipRestrictions: ["192.0.2.1"],
        regions: ["DE"],
        folder: "Inbox",
      },
    ],
  ])(
    "is not read for a property that does not decide where mail goes: %s, %#",
    async (name, kind, values) => {
      await checkExposure(kind, begin(sessionOf()), {
        name,
        values,
        inputs: {},
      });
      expect(asked()).toEqual([]);
    },
  );

  test.each<[string, Kind, Values | undefined]>([
    ["New", transportRule, undefined],
    [adminRule, transportRule, { comments: "Text", priority: 0 }],
    ["New", antiSpamPolicy, undefined],
    ["Default", antiSpamPolicy, { bulkThreshold: 5 }],
    ["New", quarantinePolicy, undefined],
    [
      "UserNotifyUserRelease",
      quarantinePolicy,
      { endUserQuarantinePermissions: ["Release"] },
    ],
    ["example.com", area1Domain, { dropDispositions: ["MALICIOUS"] }],
    ["example.com", area1Domain, { transport: "mx.example.net" }],
    ["example.com", area1Domain, { allowedDeliveryModes: ["DIRECT"] }],
  ])(
    "is read for a property that decides where mail goes: %s, %#",
    async (name, kind, values) => {
      await checkExposure(kind, begin(sessionOf()), {
        name,
        inputs: {},
        ...(values && { values }),
      });
      expect(asked()).toEqual(lists);
    },
  );
});

describe("A part that may not be read", () => {
  const forbid = (cmdlet: string) =>
    void simulator.faults.add({
      match: { cmdlet, times: "always" },
      when: "before",
      kind: "status",
      status: 403,
    });
  const weaker = byDefault({
    highConfidenceSpamQuarantineTag: "UserNotifyUserRelease",
  });
  const better = byDefault({ spamQuarantineTag: "UserNotifyAdminRelease" });

  test.each([
    "Get-AcceptedDomain",
    "Get-EOPProtectionPolicyRule",
    "Get-HostedConnectionFilterPolicy",
    "Get-HostedContentFilterRule",
    "Get-InboundConnector",
    "Get-TransportRule",
  ])("neither hides a harm nor causes one: %s", async (cmdlet) => {
    forbid(cmdlet);
    expect(await messageOf(guard(weaker))).toContain(
      cmdlet === "Get-TransportRule"
        ? // Nobody knows whether a rule holds mail with a word.
          "mail that Microsoft finds to be high confidence spam"
        : "mail with the word MALICIOUS",
    );
    await guard(better);
  });

  test("makes it unknown who releases if it is the quarantine policies", async () => {
    forbid("Get-QuarantinePolicy");
    await guard(weaker);
    await guard(better);
    expect(
      await messageOf(
        guard(byDefault({ highConfidenceSpamAction: "MoveToJmf" })),
      ),
    ).toContain(
      "which is in a quarantine that its recipient releases from now and could then be in the Junk Email folder",
    );
  });

  test.each([
    ["there is no token", { CLOUDFLARE_API_TOKEN: "" }],
    ["there is no account", { CLOUDFLARE_ACCOUNT_ID: "" }],
    ["the token is refused", { CLOUDFLARE_API_TOKEN: "another" }],
  ])(
    "is replaced by the tenant's domains if it is Cloudflare's domains: %s",
    async (_, environment) => {
      expect(
        await messageOf(guard(switchedOff, {}, begin(sessionOf(environment)))),
      ).toBe(
        `it would expose mail with the word MALICIOUS to recipients at contoso.onmicrosoft.com, example.com, example.org, example.net, which is ${administrators} now and could then be in the inbox (TransportRule "${adminRule}", enabled false: the rule is switched off). Change TransportRule "${adminRule}", or set allowExposure: true if it is meant to be so`,
      );
      await guard(rule({ setScl: 9 }), {}, begin(sessionOf(environment)));
    },
  );

  test("is not one whose read failed: then the write fails", async () => {
    simulator.faults.add({
      match: { cmdlet: "Get-InboundConnector", times: "always" },
      when: "before",
      kind: "refuse",
    });
    const hasty = begin(sessionOf({ AREA1_PATIENCE_MS: "200" }));
    expect(await messageOf(guard(better, {}, hasty))).toContain(
      "could not be reached",
    );
  });
});

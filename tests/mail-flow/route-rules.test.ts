import type { Message } from "../../mail-flow/message";
import type { TransportRule } from "../../mail-flow/snapshot";
import { follow, withRules } from "./mail-tenant";

const acting = (
  actions: TransportRule["actions"],
  rule: Partial<TransportRule> = {},
) => withRules({ actions, ...rule });
const bypass = { setScl: -1 };

test("the last rule that matches sets the SCL, in the order of priority", () => {
  expect(follow(acting(bypass))).toMatchObject({ outcome: "inbox", scl: -1 });
  expect(follow(acting(bypass, { priority: -1 }))).toMatchObject({
    outcome: "quarantine",
    scl: 9,
  });
});

test("a rule without conditions applies to all mail", () => {
  expect(follow(acting({ setScl: 5 }), { disposition: "None" }).verdict).toBe(
    "spam",
  );
});

test("5 and 6 request spam, 9 high confidence spam, 0 to 4 no verdict, -1 skips the filter", () => {
  const verdict = (setScl: number, message?: Partial<Message>) =>
    follow(acting({ setScl }), { disposition: "None", ...message }).verdict;
  expect([-1, 0, 4, 5, 6, 9].map((scl) => verdict(scl))).toEqual([
    "none",
    "none",
    "none",
    "spam",
    "spam",
    "highConfidenceSpam",
  ]);
  expect(verdict(3, { microsoftVerdict: "spam" })).toBe("spam");
  expect(verdict(-1, { microsoftVerdict: "spam" })).toBe("none");
});

test("7 and 8, which are no longer documented, have a documented destination only if Microsoft's own verdict comes first", () => {
  for (const setScl of [7, 8]) {
    expect(follow(acting({ setScl })).outcome).toBe("notDocumented");
    expect(
      follow(acting({ setScl }), { microsoftVerdict: "phish" }),
    ).toMatchObject({
      outcome: "quarantine",
      verdict: "phish",
    });
  }
});

test("a rule that is disabled, in audit mode or outside its dates changes nothing", () => {
  for (const rule of [
    { enabled: false },
    { mode: "Audit" },
    { mode: "AuditAndNotify" },
    { activationDate: "2026-11-23T12:00:01Z" },
    { expiryDate: "2026-11-23T12:00:00Z" },
  ])
    expect(follow(acting(bypass, rule)).outcome).toBe("quarantine");
  expect(
    follow(
      acting(bypass, {
        activationDate: "2026-11-23T12:00:00Z",
        expiryDate: "2026-11-23T12:00:01Z",
      }),
    ).outcome,
  ).toBe("inbox");
});

test("a rule in audit mode is reported if it would match", () => {
  const steps = (rule: Partial<TransportRule>) =>
    follow(acting(bypass, rule)).steps.filter(
      ({ object }) => object === 'TransportRule "Foreign 0"',
    );
  expect(steps({ mode: "Audit" })).toMatchObject([
    { property: "mode", value: "Audit" },
  ]);
  expect(
    steps({ mode: "Audit", conditions: { sentTo: ["other@example.com"] } }),
  ).toEqual([]);
});

test("only stop processing prevents later rules from being applied to the message", () => {
  const stopping = (rule: Partial<TransportRule>) =>
    follow(
      acting(
        { prependSubject: "x" },
        { priority: -1, stopRuleProcessing: true, ...rule },
      ),
    ).outcome;
  expect(stopping({})).toBe("inbox");
  expect(stopping({ mode: "Audit" })).toBe("quarantine");
  expect(stopping({ conditions: { sentTo: ["other@example.com"] } })).toBe(
    "quarantine",
  );
});

test("an action of a rule that ends the processing of a message decides its destination", () => {
  const outcome = (actions: TransportRule["actions"]) =>
    follow(acting(actions)).outcome;
  expect(outcome({ deleteMessage: true })).toBe("deleted");
  expect(outcome({ rejectMessageReasonText: "no" })).toBe("rejected");
  expect(outcome({ rejectMessageEnhancedStatusCode: "5.7.1" })).toBe(
    "rejected",
  );
  expect(outcome({ redirectMessageTo: ["a@example.com"] })).toBe("redirected");
  for (const action of [
    "routeMessageOutboundConnector",
    "moderateMessageByUser",
    "notifySender",
  ])
    expect(outcome({ [action]: "x" })).toBe("notDocumented");
  expect(outcome({ prependSubject: "x", blindCopyTo: ["a@example.com"] })).toBe(
    "quarantine",
  );
  expect(outcome({ deleteMessage: false })).toBe("quarantine");
});

test("the hosted quarantine has no quarantine policy: only an administrator releases, for 30 days, and nobody is notified", () => {
  expect(follow(acting({ quarantine: true, setScl: 5 }))).toMatchObject({
    outcome: "hostedQuarantine",
    scl: 5,
    policy: null,
    quarantinePolicy: null,
    release: "none",
    notified: false,
    retentionDays: 30,
  });
});

test("later rules see a header as an earlier rule has removed or written it", () => {
  const first = (
    actions: TransportRule["actions"],
    message?: Partial<Message>,
  ) => follow(acting(actions, { priority: -1 }), message).outcome;
  expect(first({ removeHeader: "x-cfemailsecurity-disposition" })).toBe(
    "inbox",
  );
  expect(first({ removeHeader: "X-Other" })).toBe("quarantine");
  const write = {
    setHeaderName: "X-CFEmailSecurity-Disposition",
    setHeaderValue: "MALICIOUS",
  };
  expect(first(write, { disposition: "None" })).toBe("quarantine");
});

test("conditions are joined with and, values of one with or, and one exception is enough", () => {
  const outcome = (conditions: TransportRule["conditions"]) =>
    follow(acting(bypass, { conditions })).outcome;
  const megan = { sentTo: ["other@example.com", "MEGAN@example.com"] };
  expect(outcome(megan)).toBe("inbox");
  expect(outcome({ ...megan, senderIpRanges: ["192.0.2.0/24"] })).toBe(
    "quarantine",
  );
  expect(outcome({ ...megan, exceptIfFromScope: "InOrganization" })).toBe(
    "inbox",
  );
  expect(
    outcome({ ...megan, exceptIfRecipientDomainIs: ["example.com"] }),
  ).toBe("quarantine");
  expect(
    outcome({
      ...megan,
      exceptIfFromScope: "InOrganization",
      exceptIfSentTo: ["megan@example.com"],
    }),
  ).toBe("quarantine");
});

test("a header condition matches whole words in any case, in the header that it names", () => {
  const outcome = (
    headerContainsWords: string[],
    headerContainsMessageHeader = "X-CFEMAILSECURITY-Disposition",
  ) =>
    follow(
      acting(bypass, {
        conditions: { headerContainsMessageHeader, headerContainsWords },
      }),
    ).outcome;
  expect(outcome(["malicious"])).toBe("inbox");
  expect(outcome(["MAL"])).toBe("quarantine");
  expect(outcome(["ICIOUS"])).toBe("quarantine");
  expect(outcome(["MALICIOUS-BEC"])).toBe("quarantine");
  expect(outcome(["MALICIOUS"], "X-Area1Security-Disposition")).toBe(
    "quarantine",
  );
  expect(outcome(["hello"], "Subject")).toBe("quarantine");
});

test("each condition on sender and recipient is evaluated for the message", () => {
  const message = {
    sender: "News@mail.shop.example",
    recipientGroups: ["Sales@example.com"],
  };
  const holds = (conditions: TransportRule["conditions"]) =>
    follow(acting(bypass, { conditions }), message).outcome === "inbox";
  for (const [name, yes, no] of [
    ["senderIpRanges", ["52.11.209.0/24"], ["52.11.209.212"]],
    ["from", ["news@mail.shop.example"], ["news@shop.example"]],
    ["senderDomainIs", ["MAIL.shop.example"], ["ail.shop.example"]],
    ["senderDomainIs", ["shop.example"], ["www.mail.shop.example"]],
    ["fromAddressContainsWords", ["shop"], ["sho"]],
    ["fromAddressMatchesPatterns", ["^news@.*\\.example$"], ["^shop"]],
    ["fromScope", "NotInOrganization", "InOrganization"],
    ["sentTo", ["megan@example.com"], ["megan@example.org"]],
    ["anyOfToHeader", ["megan@example.com"], ["pat@example.com"]],
    ["sentToMemberOf", ["sales@EXAMPLE.com"], ["board@example.com"]],
    ["anyOfToCcHeaderMemberOf", ["sales@example.com"], ["board@example.com"]],
    ["recipientDomainIs", ["example.com"], ["ample.com"]],
    ["recipientDomainIs", ["com"], ["mail.example.com"]],
    ["recipientAddressContainsWords", ["megan"], ["meg"]],
    ["anyOfRecipientAddressMatchesPatterns", ["^meg"], ["gan$"]],
    ["sentToScope", "InOrganization", "NotInOrganization"],
    ["hasNoClassification", true, undefined],
    ["withImportance", "Normal", "High"],
  ] as const) {
    expect([name, holds({ [name]: yes as string })]).toEqual([name, true]);
    if (no !== undefined)
      expect([name, holds({ [name]: no as string })]).toEqual([name, false]);
  }
});

test("expressions are evaluated in linear time, and unreadable ones are undecided", () => {
  const outcome = (pattern: string) =>
    follow(
      acting(bypass, {
        conditions: { fromAddressMatchesPatterns: [pattern] },
      }),
      { sender: `${"a".repeat(60)}@shop.example` },
    ).outcome;
  expect(outcome("^([a-z]+)*@SHOP")).toBe("inbox");
  // A backtracking engine would practically never finish.
  expect(outcome("^([a-z]+)*!")).toBe("quarantine");
  expect(outcome("(?=a)a")).toBe("notDocumented");
  expect(outcome("[")).toBe("notDocumented");
  expect(outcome("a".repeat(8192))).toBe("quarantine");
  expect(outcome("a".repeat(8193))).toBe("notDocumented");
});

test("a message is assumed to be plain: conditions on content, attachments or classes do not match", () => {
  for (const conditions of [
    { subjectContainsWords: ["invoice"] },
    { subjectOrBodyMatchesPatterns: ["invoice"] },
    { attachmentHasExecutableContent: true },
    { attachmentSizeOver: "10 MB" },
    { messageSizeOver: "10 MB" },
    { messageTypeMatches: "Encrypted" },
    { hasClassification: "Secret" },
    { fromMemberOf: ["sales@example.com"] },
    { senderAdAttributeContainsWords: ["Department:Sales"] },
    { anyOfCcHeader: ["megan@example.com"] },
  ])
    expect(
      follow(
        acting(bypass, {
          conditions: conditions,
        }),
      ).outcome,
    ).toBe("quarantine");
});

test("a condition that cannot be evaluated makes the destination undocumented, if it decides", () => {
  const unknown = { recipientAdAttributeContainsWords: ["Department:Sales"] };
  const both = follow(acting(bypass, { conditions: unknown }));
  expect(both).toMatchObject({ outcome: "notDocumented", scl: null });
  expect(both.steps.slice(-2)).toMatchObject([
    {
      object: 'TransportRule "Foreign 0"',
      value: ["recipientAdAttributeContainsWords"],
      why: "nobody can tell from outside whether it matches",
    },
    {
      object: 'TransportRule "Foreign 0"',
      why: "nobody has documented, or nobody can tell, where it ends: in quarantine under UserNotifyAdminRelease, or in the inbox",
    },
  ]);
  expect(follow(acting(bypass, { unread: ["NewPredicate"] })).outcome).toBe(
    "notDocumented",
  );
  for (const rule of [
    // Set again by ours.
    { conditions: unknown, priority: -1 },
    { conditions: unknown, mode: "Audit" },
    { conditions: { ...unknown, sentTo: ["other@example.com"] } },
    { conditions: { ...unknown, exceptIfSentTo: ["megan@example.com"] } },
    { conditions: unknown, actions: { setScl: 9 } },
    { conditions: unknown, actions: { prependSubject: "x" } },
  ])
    expect(follow(acting(bypass, rule))).toMatchObject({
      outcome: "quarantine",
      scl: 9,
    });
});

test("whether a sender of one of the tenant's own domains is inside is unknown", () => {
  const scope = (fromScope: string, sender: string) =>
    follow(acting(bypass, { conditions: { fromScope } }), { sender }).outcome;
  expect(scope("NotInOrganization", "boss@example.com")).toBe("notDocumented");
  expect(scope("InOrganization", "boss@example.com")).toBe("quarantine");
  expect(scope("NotInOrganization", "a@partner.example")).toBe("inbox");
});

test("a condition on the SCL sees the value that earlier rules set; Microsoft's own SCL is unknown", () => {
  const over = (sclOver: number, message?: Partial<Message>) =>
    follow(
      acting({ deleteMessage: true }, { conditions: { sclOver } }),
      message,
    ).outcome;
  expect(over(9)).toBe("deleted");
  expect(over(5, { disposition: "Spam" })).toBe("deleted");
  expect(over(6, { disposition: "Spam" })).toBe("quarantine");
  expect(over(5, { disposition: "None" })).toBe("notDocumented");
});

import { transportRule as kind } from "../../providers/exchange-online/transport-rule";
import { valuesOf } from "../../providers/kind";
import { transportRule } from "../../providers/snapshot/transport-rule";

const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

test("A rule without any returned property is in force, and all its properties are unknown", () => {
  expect(transportRule({ Name: "Rule" })).toStrictEqual({
    name: "Rule",
    priority: 0,
    enabled: true,
    mode: "Enforce",
    stopRuleProcessing: false,
    conditions: {},
    unread: [],
    actions: {},
  });
});

test("A rule with all properties returned has all of them", () => {
  const guid = "6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11";
  expect(
    transportRule({
      Name: "Rule",
      Guid: guid,
      Priority: 3,
      State: "Enabled",
      Mode: "AuditAndNotify",
      Comments: "of the scanner",
      ActivationDate: "2026-07-23T23:51:45+02:00",
      ExpiryDate: "2027-01-01T00:00:00Z",
      StopRuleProcessing: true,
      RuleErrorAction: "Defer",
      Size: 412,
    }),
  ).toStrictEqual({
    name: "Rule",
    guid,
    priority: 3,
    enabled: true,
    mode: "AuditAndNotify",
    comments: "of the scanner",
    activationDate: "2026-07-23T21:51:45.000Z",
    expiryDate: "2027-01-01T00:00:00.000Z",
    stopRuleProcessing: true,
    ruleErrorAction: "Defer",
    size: 412,
    conditions: {},
    unread: [],
    actions: {},
  });
});

test.each([
  ["no date", null],
  ["an empty one", ""],
  ["what is none", "never"],
])("A rule with %s for its dates has no schedule", (_, date) => {
  const rule = transportRule({
    Name: "Rule",
    ActivationDate: date,
    ExpiryDate: date,
    Size: null,
    Comments: null,
  });
  expect(Object.keys(rule)).not.toContain("activationDate");
  expect(Object.keys(rule)).not.toContain("expiryDate");
  expect(Object.keys(rule)).not.toContain("size");
  expect(Object.keys(rule)).not.toContain("comments");
});

describe("The values of conditions and actions", () => {
  test.each([
    [
      "addresses in one spelling, in numeric order",
      { SenderIpRanges: ["192.0.2.0-192.0.2.255", "9.9.9.9"] },
      { senderIpRanges: ["9.9.9.9", "192.0.2.0/24"] },
    ],
    [
      "words as they are, also those that look like addresses",
      { SubjectContainsWords: ["192.0.2.0-192.0.2.255"] },
      { subjectContainsWords: ["192.0.2.0-192.0.2.255"] },
    ],
    [
      "one that came bare as a list",
      { RecipientDomainIs: "example.com" },
      { recipientDomainIs: ["example.com"] },
    ],
    [
      "the one of a list where only one is taken",
      { HeaderContainsMessageHeader: ["X-Test"] },
      { headerContainsMessageHeader: "X-Test" },
    ],
    [
      "all of a list where only one is expected",
      { HeaderContainsMessageHeader: ["X-One", "X-Two"] },
      { headerContainsMessageHeader: ["X-One", "X-Two"] },
    ],
    [
      "numbers as numbers, and sizes with their unit",
      { AttachmentSizeOver: 1024, SCLOver: "4" },
      { attachmentSizeOver: "1 KB", sclOver: 4 },
    ],
    [
      "sizes with their unit as texts",
      { MessageSizeOver: "10 MB (10,485,760 bytes)" },
      { messageSizeOver: "10 MB" },
    ],
    [
      "what is no plain value as its text",
      { HasClassification: { Name: "Secret" } },
      { hasClassification: '{"Name":"Secret"}' },
    ],
    [
      "flags that are set",
      { HasSenderOverride: "True", AttachmentIsUnsupported: true },
      { hasSenderOverride: true, attachmentIsUnsupported: true },
    ],
    [
      "none that are null",
      { SCLOver: null, FromScope: null, SentTo: null },
      {},
    ],
    [
      "exceptions under their own names, in the same forms",
      {
        ExceptIfSCLOver: "-1",
        ExceptIfSenderIpRanges: "192.0.2.7/32",
        ExceptIfFromScope: "InOrganization",
      },
      {
        exceptIfSclOver: -1,
        exceptIfSenderIpRanges: ["192.0.2.7"],
        exceptIfFromScope: "InOrganization",
      },
    ],
  ])("are read: %s", (_, wire, conditions) => {
    expect(transportRule({ Name: "Rule", ...wire }).conditions).toStrictEqual(
      conditions,
    );
  });

  test.each([
    [{ SetSCL: "-1" }, { setScl: -1 }],
    [{ SetSCL: 0 }, { setScl: 0 }],
    [{ CopyTo: "a@example.com" }, { copyTo: ["a@example.com"] }],
    [{ PrependSubject: "[external]" }, { prependSubject: "[external]" }],
    [{ DeleteMessage: true }, { deleteMessage: true }],
    [{ SetHeaderName: null, Quarantine: "False" }, {}],
  ])("of actions are read: %j", (wire, actions) => {
    expect(transportRule({ Name: "Rule", ...wire }).actions).toStrictEqual(
      actions,
    );
  });
});

test.each<[string, Record<string, unknown>]>([
  ["one value in a list", { HeaderContainsMessageHeader: ["X-Test"] }],
  [
    "several where one is expected",
    { HeaderContainsMessageHeader: ["a", "b"] },
  ],
  ["words in another order and case", { HeaderContainsWords: ["b", "A", "B"] }],
  ["one range, bare", { SenderIpRanges: "192.0.2.0-192.0.2.255" }],
  ["a number as a text", { SetSCL: "-1" }],
  ["a number in a list", { SetSCL: [5] }],
  ["a flag as a text in a list", { Quarantine: ["True"] }],
])("The snapshot and the resource read the same from %s", (_, wire) => {
  const { conditions, actions } = transportRule({ Name: "Rule", ...wire });
  const read = { ...conditions, ...actions };
  expect(Object.keys(read)).toHaveLength(1);
  expect(valuesOf(kind, wire)).toMatchObject(read);
});

describe("A class of conditions", () => {
  const unreadOf = (item: Record<string, unknown>) =>
    transportRule({ Name: "Rule", ...item }).unread;
  const unknown = `${tasks}.SomethingNewPredicate`;

  test.each(["Conditions", "Exceptions"])(
    "of %s that no value explains is named, in a list or bare",
    (member) => {
      expect(unreadOf({ [member]: [unknown] })).toEqual([unknown]);
      expect(unreadOf({ [member]: unknown })).toEqual([unknown]);
    },
  );

  test.each([[""], [null], [[]], [["", null]]])(
    "does not exist if its value is %j",
    (classes) => {
      expect(unreadOf({ Conditions: classes, Exceptions: classes })).toEqual(
        [],
      );
    },
  );

  test("is not explained by the value of another condition", () => {
    expect(
      unreadOf({ Conditions: [unknown], FromScope: "NotInOrganization" }),
    ).toEqual([unknown]);
  });

  test("is not explained by a value of the exceptions, nor the other way round", () => {
    const scope = `${tasks}.FromScopePredicate`;
    expect(
      unreadOf({ Conditions: scope, ExceptIfFromScope: "InOrganization" }),
    ).toEqual([scope]);
    expect(
      unreadOf({ Exceptions: scope, FromScope: "InOrganization" }),
    ).toEqual([scope]);
  });

  test("whose name is longer than the parameter's is explained by it, once", () => {
    const longer = `${tasks}.SenderDomainIsAnyOfPredicate`;
    const value = { SenderDomainIs: ["example.com"] };
    expect(unreadOf({ Conditions: longer, ...value })).toEqual([]);
    expect(unreadOf({ Conditions: [longer, longer], ...value })).toEqual([
      longer,
    ]);
  });

  test("is explained by the value with the same name before one with a similar name", () => {
    const alike = `${tasks}.SubjectPredicate`;
    const same = `${tasks}.SubjectContainsPredicate`;
    expect(
      unreadOf({
        Conditions: [alike, same],
        SubjectContainsWords: ["invoice"],
      }),
    ).toEqual([alike]);
    expect(
      unreadOf({
        Conditions: [alike, `${tasks}.SubjectMatchesPredicate`],
        SubjectMatchesPatterns: ["^invoice"],
      }),
    ).toEqual([alike]);
  });

  test("is distinguished from another with the same prefix", () => {
    const scope = `${tasks}.SentToScopePredicate`;
    expect(
      unreadOf({
        Conditions: [`${tasks}.SentToPredicate`, scope],
        SentTo: ["a@example.com"],
      }),
    ).toEqual([scope]);
  });
});

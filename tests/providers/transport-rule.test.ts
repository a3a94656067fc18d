import { identityOf } from "../../providers/exchange-online/identity";
import { transportRule } from "../../providers/exchange-online/transport-rule";
import { propertyOf } from "../../mail-flow/names";
import { conditions } from "../../providers/exchange-online/transport-rule-properties";
import type { Value } from "../../providers/codecs";
import { equal, stored, storedValue, type Values } from "../../providers/field";
import { valuesOf, type Item } from "../../providers/kind";
import {
  refuseUnmet,
  relationFailures,
} from "../../providers/lifecycle/requirements";
import { kindsUnderTest } from "../conformance/subjects";
import { LoopbackExchange, notFound } from "./loopback-exchange";
import parameters from "./data/transport-rule-parameters.json";

describe("The identity of an object of Exchange", () => {
  const guid = "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01";

  test.each([
    ["its name", { Name: "One", Identity: "Two" }, { name: "One" }],
    [
      "its name without the tenant",
      { Name: "contoso.onmicrosoft.com\\One" },
      { name: "One" },
    ],
    [
      "its name with the backslash that somebody gave it",
      { Name: "a\\b" },
      { name: "a\\b" },
    ],
    ["its identity", { Identity: "One" }, { name: "One" }],
    [
      "what its identity ends with",
      { Identity: "contoso\\organization\\One" },
      { name: "One" },
    ],
    ["nothing, where nothing is said", {}, { name: "" }],
    ["nothing, where what is said is no text", { Identity: 3 }, { name: "" }],
    ["nothing, where its name is no text", { Name: 3 }, { name: "" }],
    ["its Guid", { Name: "One", Guid: guid }, { name: "One", guid }],
    [
      "no Guid, where it is nobody's",
      { Name: "One", Guid: "00000000-0000-0000-0000-000000000000" },
      { name: "One" },
    ],
    ["no Guid, where it is no text", { Name: "One", Guid: 3 }, { name: "One" }],
    [
      "its change stamp in UTC",
      { Name: "One", WhenChangedUTC: "utc", WhenChanged: "local" },
      { name: "One", changedAt: "utc" },
    ],
    [
      "its change stamp",
      { Name: "One", WhenChanged: "local" },
      { name: "One", changedAt: "local" },
    ],
    [
      "no change stamp, where it is no text",
      { Name: "One", WhenChanged: 3 },
      { name: "One" },
    ],
  ])("is %s", (_, item, identity) => {
    expect(identityOf(item)).toEqual(identity);
  });
});

describe("A parameter of a transport rule", () => {
  test.each([
    ["From", "from"],
    ["SentTo", "sentTo"],
    ["SCLOver", "sclOver"],
    ["SCL", "scl"],
    ["SetSCL", "setScl"],
    ["ADComparisonAttribute", "adComparisonAttribute"],
    ["SenderADAttributeContainsWords", "senderAdAttributeContainsWords"],
    ["ExceptIfADComparisonOperator", "exceptIfAdComparisonOperator"],
    ["ApplyOME", "applyOme"],
    ["RemoveOMEv2", "removeOmeV2"],
    ["RemoveRMSAttachmentEncryption", "removeRmsAttachmentEncryption"],
  ])("is %s to Exchange and %s to programs", (parameter, property) => {
    expect(propertyOf(parameter)).toBe(property);
  });

  test("has its own property, and each condition a second one for the exception", () => {
    const properties = Object.keys(transportRule.fields);
    for (const { wire: condition } of Object.values(conditions))
      expect(properties).toEqual(
        expect.arrayContaining([
          propertyOf(condition),
          propertyOf(`ExceptIf${condition}`),
        ]),
      );
    const wires = Object.values(transportRule.fields).map(({ wire }) => wire);
    expect(new Set(wires).size).toBe(wires.length);
  });

  test("that is not set has no value, and no entry among the values that a state stores", () => {
    const item = {
      SubjectContainsWords: ["b", "a"],
      ExceptIfSCLOver: 3,
      From: null,
      SentTo: [],
      FromScope: false,
      HasSenderOverride: false,
      ActivationDate: "2026-09-01T00:00:00Z",
    };
    const values = valuesOf(transportRule, item);
    expect(stored(transportRule, values)).toEqual({
      subjectContainsWords: ["a", "b"],
      exceptIfSclOver: 3,
      activationDate: "2026-09-01T00:00:00.000Z",
      ...Object.fromEntries(
        ["name", "priority", "comments", "setScl"].map((one) => [one, null]),
      ),
    });
    expect(values).toMatchObject({ from: null, sentTo: [], fromScope: null });
    expect(storedValue({}, "from", transportRule.fields["from"])).toBeNull();
    expect(storedValue({}, "mode", transportRule.fields["mode"])).toBe(
      undefined,
    );
  });

  test("of New-TransportRule and Set-TransportRule is an input, each of 173", () => {
    expect(parameters).toHaveLength(173);
    const sent = Object.entries(transportRule.fields).filter(
      ([, { derived }]) => !derived,
    );
    const wires = sent.map(([, { wire }]) =>
      // Get-TransportRule returns the parameter Enabled as State.
      wire === "State" ? "Enabled" : wire,
    );
    expect(wires.sort()).toEqual([...parameters].sort());
    const tested = new Set(
      kindsUnderTest.TransportRule.subjects.flatMap(({ inputs }) =>
        Object.keys(inputs),
      ),
    );
    const untested = sent.filter(([property]) => !tested.has(property));
    expect(untested).toEqual([]);
  });

  const spellings: [property: string, one: Value, other: Value][] = [
    ["attachmentSizeOver", "10 MB", "10485760"],
    ["attachmentSizeOver", "10 MB", "10 MB (10,485,760 bytes)"],
    ["messageSizeOver", "1.5 MB", "1536 kb"],
    ["activationDate", "2027-01-31T18:00:00Z", "2027-01-31T19:00:00+01:00"],
    ["expiryDate", "2027-01-31", "2027-01-31T00:00:00.000Z"],
    ["from", ["A@x.example", "b@x.example"], ["b@x.example", "a@x.example"]],
    ["subjectMatchesPatterns", ["^a", "b$"], ["b$", "^a"]],
    [
      "senderAdAttributeContainsWords",
      ["city:Rome,Milan"],
      ["City:milan,rome,Rome"],
    ],
    [
      "messageContainsDataClassifications",
      ['{"name":"a","minCount":2}'],
      ['{ "minCount": "2", "name": "a" }'],
    ],
  ];
  test.each(spellings)(
    "%s has the same value as %j and as %j",
    (property, one, other) => {
      const field = transportRule.fields[property];
      if (!field) throw new Error(`there is no ${property}`);
      for (const value of [one, other])
        expect(field.codec.refuse(value)).toBeUndefined();
      expect(equal(field, one, other)).toBe(true);
    },
  );

  const differing: [property: string, one: Value, other: Value][] = [
    ["subjectMatchesPatterns", ["^a"], ["^A"]],
    ["subjectMatchesPatterns", ["a "], ["a"]],
    ["prependSubject", "[x] ", "[x]"],
    ["messageSizeOver", "10 MB", "10 KB"],
    ["senderAdAttributeMatchesPatterns", ["City:a,b"], ["City:b,a"]],
  ];
  test.each(differing)(
    "%s has another value as %j than as %j",
    (property, one, other) => {
      const field = transportRule.fields[property];
      if (!field) throw new Error(`there is no ${property}`);
      expect(equal(field, one, other)).toBe(false);
    },
  );

  test.each<[property: string, value: unknown, reason: string]>([
    [
      "activationDate",
      "2027-01-31T18:00:00",
      "is not a date with its time zone",
    ],
    ["activationDate", "01/31/2027", "is not a date with its time zone"],
    ["expiryDate", "2027-02-31T18:00", "is not a date with its time zone"],
    ["messageSizeOver", "10 megabytes", "is not a size in whole bytes"],
    ["messageSizeOver", "0.3 B", "is not a size in whole bytes"],
    ["senderAdAttributeContainsWords", ["Rome"], "has no name and values"],
    ["senderAdAttributeContainsWords", ["Town:Rome"], "is no attribute"],
    ["attachmentPropertyContainsWords", ["Secret:"], "has no name and values"],
    ["messageContainsDataClassifications", ["PII"], "is not a JSON object"],
    ["rejectMessageEnhancedStatusCode", "5.1.1", "must be 5.7.1"],
    ["smtpRejectMessageRejectStatusCode", 550, "must be a whole number"],
    ["subjectContainsWords", ["x".repeat(129)], "at most 128"],
    ["rejectMessageReasonText", "x".repeat(1025), "at most 1024"],
    ["incidentReportContent", ["Body"], "must be one of"],
    ["setHeaderName", "X Y", "is not the name of a header"],
  ])("%s refuses %j: it %s", (property, value, reason) => {
    expect(transportRule.fields[property]?.codec.refuse(value)).toContain(
      reason,
    );
  });

  test("with sensitive information types is sent and read as tables", () => {
    const { codec } =
      transportRule.fields["messageContainsDataClassifications"] ?? {};
    const sent = codec?.encode(['{"minCount":"2","name":"a"}']);
    expect(sent).toEqual([{ minCount: "2", name: "a" }]);
    for (const wire of [
      sent,
      [{ Name: "a", MinCount: 2 }],
      '{"name":"a","minCount":"2"}',
    ])
      expect(codec?.decode(wire)).toEqual(['{"minCount":"2","name":"a"}']);
    for (const none of [null, false, ""])
      expect(codec?.decode(none)).toBeNull();
  });
});

describe("The inputs of a transport rule", () => {
  const header = { headerContainsMessageHeader: "X-Thing" };
  const words = { headerContainsWords: ["a"] };
  const ranges = { senderIpRanges: ["192.0.2.1"] };
  const unconditional = {
    property: "headerContainsWords",
    reason:
      "must be given, or senderIpRanges or another one: a rule without a condition applies to all mail. If it is to, set appliesToAllMail to true",
  };
  const noHeader = {
    property: "headerContainsMessageHeader",
    reason: "must be given with headerContainsWords",
  };
  const noWords = {
    property: "headerContainsWords",
    reason: "must be given with headerContainsMessageHeader",
  };

  test.each([
    ["header and words", { ...header, ...words }, [], []],
    ["ranges", ranges, [], []],
    ["all of them", { ...header, ...words, ...ranges }, [], []],
    ["no condition", { name: "a" }, [], [unconditional]],
    ["words alone", words, [], [noHeader]],
    ["words and ranges", { ...words, ...ranges }, [], [noHeader]],
    ["a header alone", header, [], [noWords]],
    ["a header and ranges", { ...header, ...ranges }, [], [noWords]],
    [
      "words, the header not known yet",
      words,
      ["headerContainsMessageHeader"],
      [],
    ],
    ["a header, the words not known yet", header, ["headerContainsWords"], []],
    ["nothing, the words not known yet", {}, ["headerContainsWords"], []],
    ["nothing, the ranges not known yet", {}, ["senderIpRanges"], []],
    [
      "nothing, the header not known yet",
      {},
      ["headerContainsMessageHeader"],
      [unconditional],
    ],
  ])("are accepted or not: %s", (_, inputs, unknown: string[], failures) => {
    expect(
      relationFailures(
        transportRule,
        { name: "a", ...inputs },
        (property) => !unknown.includes(property),
      ),
    ).toEqual(failures);
  });

  test("have 8,192 characters at most, whatever they are", () => {
    const sized = (length: number, more: object) =>
      transportRule.refuse?.({
        ...ranges,
        setScl: 5,
        comments: "x".repeat(length),
        ...more,
      });
    // 9 of the range, 1 of the SCL. The error names the longest value.
    expect(sized(8192 - 10, {})).toEqual([]);
    expect(sized(8192 - 9, {})).toEqual([
      {
        property: "senderIpRanges",
        reason:
          "the values of the rule have 8193 characters, a rule takes 8192; shorten them or make two rules",
      },
    ]);
    expect(
      sized(8192 - 20, { ...header, headerContainsWords: ["ab", "c"] }),
    ).toEqual([]);
    expect(
      sized(8192 - 19, { ...header, headerContainsWords: ["ab", "c"] }),
    ).toMatchObject([{ property: "senderIpRanges" }]);
    expect(
      sized(0, { exceptIfSubjectMatchesPatterns: ["x".repeat(8192)] }),
    ).toMatchObject([{ property: "exceptIfSubjectMatchesPatterns" }]);
  });

  test.each<[string, string | undefined]>([
    ["X-Area1Security-Disposition", undefined],
    ["!~", undefined],
    ...["X:", ":X", "X Y", " X", "X ", "Xé", "X\n"].map(
      (name): [string, string] => [
        name,
        `"${name}" is not the name of a header; give it without colon and spaces`,
      ],
    ),
  ])("accept %p as a header or not", (name, reason) => {
    const { codec } = transportRule.fields["headerContainsMessageHeader"] ?? {};
    expect(codec?.refuse(name)).toBe(reason);
  });

  test("accept only words without spaces at their ends", () => {
    const { codec } = transportRule.fields["headerContainsWords"] ?? {};
    expect(codec?.refuse(["a b"])).toBeUndefined();
    for (const word of [" a", "a ", "\ta"])
      expect(codec?.refuse(["x", word])).toBe(
        `entry 2 "${word}" has spaces at an end, which no word has; remove them`,
      );
  });
});

describe("A transport rule", () => {
  const exchange = new LoopbackExchange();
  beforeAll(() => exchange.start());
  afterAll(() => exchange.close());
  beforeEach(() => exchange.forget());

  const Identity = "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01";
  const item = {
    Name: "a",
    Guid: Identity,
    HeaderContainsMessageHeader: "X-Thing",
    HeaderContainsWords: ["a"],
  };

  test.each([
    [true, true],
    [false, false],
  ])("is created with one request: enabled %s", async (enabled, Enabled) => {
    await transportRule.create(exchange.operation(), {
      name: "a",
      enabled,
      headerContainsWords: ["a"],
      setScl: 5,
    });
    expect(exchange.cmdlets).toEqual([
      [
        "New-TransportRule",
        { Name: "a", Enabled, HeaderContainsWords: ["a"], SetSCL: 5 },
      ],
    ]);
  });

  test.each([
    [
      "disabled before it is changed",
      { enabled: false, setScl: 6 },
      [
        ["Disable-TransportRule", { Identity }],
        ["Set-TransportRule", { Identity, SetSCL: 6 }],
      ],
    ],
    [
      "enabled after it was changed",
      { enabled: true, setScl: 6 },
      [
        ["Set-TransportRule", { Identity, SetSCL: 6 }],
        ["Enable-TransportRule", { Identity }],
      ],
    ],
    [
      "disabled alone",
      { enabled: false },
      [["Disable-TransportRule", { Identity }]],
    ],
    [
      "enabled alone",
      { enabled: true },
      [["Enable-TransportRule", { Identity }]],
    ],
    [
      "cleared of a flag, which has no null",
      { deleteMessage: null, exceptIfHasNoClassification: null },
      [
        [
          "Set-TransportRule",
          {
            Identity,
            DeleteMessage: false,
            ExceptIfHasNoClassification: false,
          },
        ],
      ],
    ],
    [
      "changed alone",
      { setScl: null },
      [["Set-TransportRule", { Identity, SetSCL: null }]],
    ],
  ])("is %s", async (_, changes, cmdlets) => {
    await transportRule.update(exchange.operation(), item, changes);
    expect(exchange.cmdlets).toEqual(cmdlets);
  });

  test("stops rejecting when its text or its code is cleared, if Exchange has added the other one", async () => {
    const text = "Delivery not authorized, message refused";
    const rejecting = {
      ...item,
      RejectMessageReasonText: text,
      RejectMessageEnhancedStatusCode: "5.7.1",
    };
    const both = {
      Identity,
      RejectMessageReasonText: null,
      RejectMessageEnhancedStatusCode: null,
    };
    for (const half of ["ReasonText", "EnhancedStatusCode"])
      await transportRule.update(exchange.operation(), rejecting, {
        [`rejectMessage${half}`]: null,
      });
    await transportRule.update(
      exchange.operation(),
      { ...rejecting, RejectMessageReasonText: "No." },
      { rejectMessageEnhancedStatusCode: null },
    );
    expect(exchange.cmdlets).toEqual([
      ["Set-TransportRule", both],
      ["Set-TransportRule", both],
      [
        "Set-TransportRule",
        { Identity, RejectMessageEnhancedStatusCode: null },
      ],
    ]);
  });

  test.each(
    [
      ["HeaderContainsMessageHeader", "HeaderContainsWords"],
      ["HeaderMatchesMessageHeader", "HeaderMatchesPatterns"],
      ["BetweenMemberOf1", "BetweenMemberOf2"],
      ["ManagerAddresses", "ManagerForEvaluatedUser"],
      ["ADComparisonAttribute", "ADComparisonOperator"],
    ].flatMap(([one = "", other = ""]) =>
      ["", "ExceptIf"].flatMap((prefix) => [
        [`${prefix}${one}`, `${prefix}${other}`],
        [`${prefix}${other}`, `${prefix}${one}`],
      ]),
    ),
  )("gets %s together with %s, which did not change", async (one, other) => {
    const field = transportRule.fields[propertyOf(other)];
    const [, named = "kept"] = /`([^`]+)`/.exec(field?.codec.type ?? "") ?? [];
    const live = { ...item, [one]: ["old"], [other]: [named], From: ["a"] };
    for (const value of [null, ["new"]]) {
      await transportRule.update(exchange.operation(), live, {
        [propertyOf(one)]: value,
      });
      const [, sent] = exchange.cmdlets.pop() ?? [];
      const { [other]: beside, ...rest } = sent as Record<string, unknown>;
      expect(Object.keys(rest).sort()).toEqual(["Identity", one].sort());
      expect([beside].flat()).toEqual([named]);
    }
  });

  const refuse = (live: Item, changes: Values): void => {
    refuseUnmet(transportRule, "a", valuesOf(transportRule, live), changes);
  };
  const noWords = {
    headerContainsMessageHeader: null,
    headerContainsWords: null,
  };
  test.each([
    ["a condition that it has besides", { From: ["a"] }, noWords],
    ["a condition that it gets", {}, { ...noWords, from: ["a"] }],
    [
      "another condition in exchange",
      { SenderIpRanges: ["192.0.2.1"] },
      { ...noWords, setScl: 5 },
    ],
    ["an exception taken out", {}, { exceptIfFrom: null }],
  ])("may lose conditions for %s", (_, more, changes) => {
    expect(() => {
      refuse({ ...item, ...more }, changes);
    }).not.toThrow();
  });

  test.each([
    ["all that it has", {}, noWords],
    [
      "all that it has, while those that it has not are empty lists",
      { SentTo: [], SubjectContainsWords: [], HasSenderOverride: false },
      noWords,
    ],
    [
      "all but one that it has not",
      {},
      { ...noWords, senderIpRanges: null, setScl: 5 },
    ],
    [
      "the last one that it has",
      {
        HeaderContainsMessageHeader: undefined,
        HeaderContainsWords: undefined,
        From: ["a"],
      },
      { from: null },
    ],
  ])("never loses its conditions: %s", (_, more, changes) => {
    expect(() => {
      refuse({ ...item, ...more }, changes);
    }).toThrow(
      'headerContainsWords must be given, or senderIpRanges or another one: a rule without a condition applies to all mail. If it is to, set appliesToAllMail to true. The transport rule "a" would have none, so nothing was written',
    );
  });

  test("that already has no condition may be changed", () => {
    expect(() => {
      refuse({ Name: "a", Guid: Identity }, { setScl: 5 });
    }).not.toThrow();
  });

  test("is deleted by its Guid, and counts as deleted if it was deleted already", async () => {
    exchange.replies = [notFound()];
    expect(
      await transportRule.remove(exchange.operation(), item, {}),
    ).toBeUndefined();
    expect(exchange.cmdlets).toEqual([["Remove-TransportRule", { Identity }]]);
  });

  test("is listed without parameters, and is never one of Microsoft's", async () => {
    exchange.answers = { "Get-TransportRule": [[item]] };
    const operation = exchange.operation();
    const { items, begun } = await transportRule.list(operation, "a");
    expect(items).toEqual([item]);
    await transportRule.list(operation, "b");
    expect(exchange.cmdlets).toEqual([["Get-TransportRule", {}]]);
    await transportRule.list(operation, "b", begun);
    expect(exchange.cmdlets).toHaveLength(2);
    expect(transportRule.alwaysExists("Default")).toBe(false);
  });
});

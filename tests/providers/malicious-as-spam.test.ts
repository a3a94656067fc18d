import {
  isToHoldMalicious,
  reasonToKeep,
  rulesThatLetMaliciousThrough,
} from "../../providers/exchange-online/malicious-as-spam";
import type { Item } from "../../providers/kind";
import { LoopbackExchange } from "./loopback-exchange";

const exchange = new LoopbackExchange();
beforeAll(() => exchange.start());
afterAll(() => exchange.close());
beforeEach(() => exchange.forget());

/** A rule that holds Malicious. */
const holding = {
  Name: "Old",
  State: "Enabled",
  Mode: "Enforce",
  HeaderContainsMessageHeader: "X-Area1Security-Disposition",
  HeaderContainsWords: ["MALICIOUS"],
  SenderIpRanges: ["198.51.100.1", "192.0.2.0/24"],
  SetSCL: "9",
};
const successor = {
  ...holding,
  Name: "New",
  HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
};
/** @param rules that the tenant has beside it. */
const reason = (rule: Item, ...rules: Item[]) => {
  exchange.answers = { "Get-TransportRule": [[rule, ...rules]] };
  return reasonToKeep(exchange.operation(), rule, (name) =>
    name.startsWith("New")
      ? { name, senderIpRanges: ["192.0.2.0/24", "198.51.100.1"] }
      : undefined,
  );
};
const advice = (names: string) =>
  `${names} should hold mail with the word MALICIOUS from now on, and would let it through: somebody has switched it off, made it only watch, narrowed it, or changed its SCL. Run pulumi up --refresh, which sets that right first`;

describe("A rule that holds Malicious is kept", () => {
  test.each([
    ["is off", { State: "Disabled" }],
    ["only watches", { Mode: "Audit" }],
    ["only watches and tells", { Mode: "AuditAndNotify" }],
    ["asks for SCL 8", { SetSCL: "8" }],
    ["asks for the inbox", { SetSCL: "-1" }],
    ["has an exception", { ExceptIfRecipientDomainIs: ["example.com"] }],
    ["is for fewer addresses", { SenderIpRanges: ["198.51.100.1"] }],
    ["has a condition more", { FromScope: "NotInOrganization" }],
    ["ends some day", { ExpiryDate: "2026-12-24T00:00:00Z" }],
  ])("while the one that is to follow %s", async (_, changes) => {
    expect(await reason(holding, { ...successor, ...changes })).toBe(
      advice('"New"'),
    );
  });

  test("while none of those that are to follow holds it, which are named, each", async () => {
    const off = { State: "Disabled" };
    expect(
      await reason(
        holding,
        { ...successor, ...off },
        { ...holding, ...off, Name: "New, too" },
        { ...holding, ...off, Name: "Another" },
      ),
    ).toBe(advice('"New", "New, too"'));
  });
});

test("It is kept, too, while somebody has bound the one that is to follow to addresses", async () => {
  exchange.answers = { "Get-TransportRule": [[holding, successor]] };
  expect(
    await reasonToKeep(exchange.operation(), holding, (name) =>
      name === "New" ? { name } : undefined,
    ),
  ).toBe(advice('"New"'));
});

describe("A rule is not kept", () => {
  test.each([
    ["one that follows holds Malicious", [successor]],
    [
      "one of those that follow holds it, in any case",
      [
        { ...successor, State: "Disabled" },
        {
          ...successor,
          Name: "New, too",
          HeaderContainsMessageHeader: "x-cfemailsecurity-disposition",
          HeaderContainsWords: ["BULK", "malicious"],
        },
      ],
    ],
    ["none is there", []],
    [
      "none is wanted, as in a destroy",
      [{ ...successor, Name: "Another", State: "Disabled" }],
    ],
    [
      "those that follow are for other words",
      [{ ...successor, HeaderContainsWords: ["UCE"], State: "Disabled" }],
    ],
    [
      "those that follow look at another header",
      [{ ...successor, HeaderContainsMessageHeader: "X-Other", SetSCL: "5" }],
    ],
    [
      "those that follow set no SCL",
      [{ ...successor, SetSCL: null, DeleteMessage: true }],
    ],
  ])("where %s", async (_, rules: Item[]) => {
    expect(await reason(holding, ...rules)).toBeUndefined();
  });

  test.each([
    ["it is off", { State: "Disabled" }],
    ["it only watches", { Mode: "Audit" }],
    ["it asks for spam", { SetSCL: "5" }],
    ["it is for other words", { HeaderContainsWords: ["UCE"] }],
    ["it has an exception", { ExceptIfFrom: ["megan@example.com"] }],
  ])("where %s, and nothing is asked for then", async (_, changes) => {
    expect(
      await reason({ ...holding, ...changes }, { ...successor, SetSCL: "5" }),
    ).toBeUndefined();
    expect(exchange.arrived).toEqual([]);
  });
});

describe("Rules that are to hold Malicious", () => {
  const wanted = {
    name: "new",
    headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
    headerContainsWords: ["malicious", "BULK"],
    senderIpRanges: ["192.0.2.0/24", "198.51.100.1"],
    setScl: 9,
  };

  test.each([
    ["with such a header, such a word and SCL 9", {}, true],
    ["with another SCL", { setScl: 6 }, false],
    ["without one", { setScl: undefined }, false],
    ["with other words", { headerContainsWords: ["UCE"] }, false],
    ["with another header", { headerContainsMessageHeader: "X-Other" }, false],
    ["without a header", { headerContainsMessageHeader: undefined }, false],
  ])("are those %s", (_, changes, holds) => {
    expect(isToHoldMalicious({ ...wanted, ...changes })).toBe(holds);
  });

  const letThrough = (...rules: Item[]) => {
    exchange.answers = { "Get-TransportRule": [rules, rules] };
    return rulesThatLetMaliciousThrough(exchange.operation(), [
      wanted,
      { ...wanted, name: "Other" },
    ]);
  };

  test("do where they are as the program wants them, by their names in any case", async () => {
    expect(
      await letThrough(holding, successor, { ...successor, Name: "OTHER" }),
    ).toEqual([]);
  });

  test.each([
    ["is off", { State: "Disabled" }],
    ["only watches", { Mode: "Audit" }],
    ["asks for spam", { SetSCL: "5" }],
    ["has an exception", { ExceptIfFrom: ["megan@example.com"] }],
    ["is for fewer addresses", { SenderIpRanges: ["198.51.100.1"] }],
    ["is not there", { Name: "Another" }],
  ])("do not where one %s, which is named", async (_, changes) => {
    expect(
      await letThrough({ ...successor, ...changes }, holding, {
        ...successor,
        Name: "Other",
      }),
    ).toEqual(['the rule "new" lets it through']);
  });

  test("are looked at in a list that is not older than asked for", async () => {
    const operation = exchange.operation();
    exchange.answers = { "Get-TransportRule": [[], [successor]] };
    const looked = (newerThan?: number) =>
      rulesThatLetMaliciousThrough(operation, [wanted], newerThan);
    expect(await looked()).toHaveLength(1);
    expect(await looked()).toHaveLength(1);
    expect(await looked(Date.now())).toEqual([]);
  });
});

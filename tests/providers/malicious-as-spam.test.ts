import {
  reasonToKeep,
  rulesThatLetMaliciousThrough,
} from "../../providers/exchange-online/malicious-as-spam";
import type { Values } from "../../providers/field";
import type { Item, State } from "../../providers/kind";
import { LoopbackExchange } from "./loopback-exchange";

const exchange = new LoopbackExchange();
beforeAll(() => exchange.start());
afterAll(() => exchange.close());
beforeEach(() => exchange.forget());

/** A rule that the program no longer wants, and that holds Malicious. */
const old = {
  Name: "Old",
  State: "Enabled",
  Mode: "Enforce",
  HeaderContainsMessageHeader: "X-Area1Security-Disposition",
  HeaderContainsWords: ["MALICIOUS"],
  SetSCL: "9",
};
/** The rule that is to hold Malicious, as a program has it and as Exchange does. */
const wanted = {
  name: "new",
  headerContainsMessageHeader: "X-CFEmailSecurity-Disposition",
  headerContainsWords: ["malicious", "BULK"],
  senderIpRanges: ["192.0.2.0/24", "198.51.100.1"],
  setScl: 9,
};
const live = {
  Name: "New",
  State: "Enabled",
  Mode: "Enforce",
  HeaderContainsMessageHeader: "x-cfemailsecurity-disposition",
  HeaderContainsWords: ["BULK", "MALICIOUS"],
  SenderIpRanges: ["198.51.100.1", "192.0.2.0/24"],
  SetSCL: "9",
};
const operation = (...rules: State[]) => exchange.operation([], 500, rules);

/** What somebody does to a rule so that it holds Malicious no more. */
const changes: [string, object][] = [
  ["is off", { State: "Disabled" }],
  ["only watches", { Mode: "Audit" }],
  ["only watches and tells", { Mode: "AuditAndNotify" }],
  ["asks for SCL 8", { SetSCL: "8" }],
  ["asks for the inbox", { SetSCL: "-1" }],
  ["asks for no SCL", { SetSCL: null }],
  ["is for other words", { HeaderContainsWords: ["BULK"] }],
  ["looks at another header", { HeaderContainsMessageHeader: "X-Other" }],
  ["is for fewer addresses", { SenderIpRanges: ["198.51.100.1"] }],
  ["has an exception", { ExceptIfRecipientDomainIs: ["example.com"] }],
  ["has a condition more", { FromScope: "NotInOrganization" }],
  ["ends some day", { ExpiryDate: "2026-12-24T00:00:00Z" }],
  ["is not there", { Name: "Another" }],
];

describe("Rules that are to hold Malicious", () => {
  const letThrough = (program: State[], ...rules: Item[]) => {
    exchange.answers = { "Get-TransportRule": [rules] };
    return rulesThatLetMaliciousThrough(operation(...program));
  };

  test("hold it as the program wants them, by their names in any case", async () => {
    expect(
      await letThrough([wanted, { ...wanted, name: "Other" }], old, live, {
        ...live,
        Name: "OTHER",
      }),
    ).toEqual([]);
  });

  test.each(changes)(
    "do not where one %s, which is named",
    async (_, change) => {
      const other = { ...wanted, name: "Other" };
      expect(
        await letThrough([wanted, other], { ...live, ...change }, old, {
          ...live,
          Name: "Other",
        }),
      ).toEqual(['"new"']);
    },
  );

  test("do not where somebody has bound one to addresses", async () => {
    const { senderIpRanges: _, ...everywhere } = wanted;
    expect(await letThrough([everywhere], live)).toEqual(['"new"']);
  });

  test.each<[string, Values]>([
    ["asks for another SCL", { setScl: 6 }],
    ["asks for none", { setScl: null }],
    ["is for other words", { headerContainsWords: ["UCE"] }],
    ["looks at another header", { headerContainsMessageHeader: "X-Other" }],
    ["is to be off", { enabled: false }],
    ["is to watch", { mode: "Audit" }],
  ])(
    "are not those that the program wants so: one that %s",
    async (_, input) => {
      expect(await letThrough([{ ...wanted, ...input }])).toEqual([]);
      expect(exchange.arrived).toEqual([]);
    },
  );

  test("are looked at in a list that is not older than asked for", async () => {
    const asked = operation(wanted);
    exchange.answers = { "Get-TransportRule": [[], [live]] };
    const look = (newerThan?: number) =>
      rulesThatLetMaliciousThrough(asked, newerThan);
    expect(await look()).toHaveLength(1);
    expect(await look()).toHaveLength(1);
    expect(await look(Date.now())).toEqual([]);
  });
});

describe("A rule that catches Malicious", () => {
  const advice = (names: string) =>
    `${names} should hold mail with the word MALICIOUS from now on, and would let it through: somebody has removed it, switched it off, made it only watch, narrowed it, or changed its SCL. Run pulumi up --refresh, which sets that right first`;
  /** Whether a rule is kept from becoming what it is to be, or from going, where the one that is to follow is off. */
  const reason = (rule: Item, after?: Values) => {
    exchange.answers = {
      "Get-TransportRule": [[rule, { ...live, State: "Disabled" }]],
    };
    return reasonToKeep(operation(wanted), rule, after);
  };
  /** The same rule by its properties. */
  const same = {
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["MALICIOUS"],
    setScl: 9,
  };

  test.each<[string, Values | undefined]>([
    ["goes", undefined],
    ["is for other words", { ...same, headerContainsWords: ["UCE"] }],
    ["looks elsewhere", { ...same, headerContainsMessageHeader: "X-Other" }],
    ["asks for less", { ...same, setScl: 4 }],
    ["is off", { ...same, enabled: false }],
    ["watches", { ...same, mode: "Audit" }],
  ])(
    "is kept while one that is to hold it does not, and says what to do: it %s",
    async (_, after) => {
      expect(await reason(old, after)).toBe(advice('"new"'));
      expect(await reason({ ...old, SetSCL: "5" }, after)).toBe(
        advice('"new"'),
      );
    },
  );

  test.each<[string, object, Values | undefined]>([
    ["goes on catching it", {}, { ...same, setScl: 5 }],
    ["is off", { State: "Disabled" }, undefined],
    ["only watches", { Mode: "Audit" }, undefined],
    ["asks for less than spam", { SetSCL: "4" }, undefined],
    ["is for other words", { HeaderContainsWords: ["UCE"] }, undefined],
  ])("is not, and nothing is asked for, where it %s", async (_, now, after) => {
    expect(await reason({ ...old, ...now }, after)).toBeUndefined();
    expect(exchange.arrived).toEqual([]);
  });

  test("may go where none is to follow it, as in a destroy, and nothing is asked for", async () => {
    expect(await reasonToKeep(operation(), old)).toBeUndefined();
    expect(exchange.arrived).toEqual([]);
  });

  test("is kept while none of several holds it, which are named, each", async () => {
    exchange.answers = { "Get-TransportRule": [[old]] };
    expect(
      await reasonToKeep(operation(wanted, { ...wanted, name: "Other" }), old),
    ).toBe(advice('"new", "Other"'));
  });

  test("may go when those that follow hold it, as a list shows after a while", async () => {
    exchange.answers = { "Get-TransportRule": [[old], [old], [old, live]] };
    const asked = exchange.operation([], 5000, [wanted]);
    expect(await reasonToKeep(asked, old)).toBeUndefined();
    expect(exchange.arrived).toHaveLength(3);
  });
});

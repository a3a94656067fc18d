import { isLost, nearest } from "../../mail-flow/destination";
import type { Headers, Mail } from "../../mail-flow/mail";
import type { Message } from "../../mail-flow/message";
import { mailFlow } from "../../mail-flow/route";
import { mostStates } from "../../mail-flow/rule-states";
import type { TransportRule } from "../../mail-flow/snapshot";
import { transportRules } from "../../mail-flow/transport-rules";
import { sclRule } from "./fresh-tenant";
import { withRules } from "./mail-tenant";

type Rule = Partial<TransportRule>;

/** Returns a rule with a condition that cannot be evaluated. */
const undecided = (
  actions: TransportRule["actions"],
  rule: Rule = {},
): Rule => ({
  ...rule,
  conditions: {
    recipientAdAttributeContainsWords: ["Department:Sales"],
    ...rule.conditions,
  },
  actions,
});
const sets = (header: string, value = "yes") => ({
  setHeaderName: header,
  setHeaderValue: value,
});
const tests = (header: string, setScl: number): Rule => ({
  conditions: {
    headerContainsMessageHeader: header,
    headerContainsWords: ["yes"],
  },
  actions: { setScl },
});
const many = <T>(make: (n: number) => T, count = 60): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const follow = (rules: Rule[], message: Partial<Message> = {}) =>
  mailFlow(withRules(...rules))({
    disposition: "Malicious",
    header: "cloudflare",
    recipient: "megan@example.com",
    at: new Date("2026-11-23T12:00:00Z"),
    ...message,
  });
const outcomes = (rules: Rule[], message?: Partial<Message>) =>
  follow(rules, message).results.map(({ outcome }) => outcome);

const mail: Mail = {
  recipient: "megan@example.com",
  recipientDomain: "example.com",
  groups: [],
  sender: "sender@sender.example",
  senderDomain: "sender.example",
  sourceIp: "52.11.209.211",
  senderInside: false,
  senderOwned: false,
  behindCloudflare: true,
  allowed: false,
  microsoftVerdict: "none",
  bcl: undefined,
  at: 0,
};
/** How many states are left behind the rules, and how many ends there are at them. */
const counts = (rules: Rule[], headers: Headers = new Map()) => {
  const { passed, ended } = transportRules(
    rules.map((rule, at) => sclRule(`Rule ${at}`, at, [], 0, rule)),
  )(
    mail,
    headers,
  )(mail);
  return [passed.length, ended.length];
};

test("undecidable rules that each set an otherwise unused header change nothing", () => {
  const rules = many((n) => undecided(sets(`X-Rule-${n}`)));
  const { path, results: ends } = follow(rules);
  expect(ends).toHaveLength(1);
  expect(path).toEqual(follow([]).path);
  expect(counts(rules)).toEqual([1, 0]);
});

test("a header that is tested only by rules that cannot match makes no difference", () => {
  const rules = [
    ...many((n) => undecided(sets(`X-Rule-${n}`))),
    ...many((n) => ({
      ...tests(`X-Rule-${n}`, 9),
      conditions: {
        ...tests(`X-Rule-${n}`, 9).conditions,
        subjectContainsWords: ["invoice"],
      },
    })),
    { ...tests("X-Rule-0", 9), mode: "Audit" },
    { ...tests("X-Rule-0", 9), expiryDate: "1969-12-31T00:00:00Z" },
    { ...tests("X-Rule-0", 9), actions: sets("X-Nobody") },
  ];
  expect(counts(rules)).toEqual([1, 0]);
});

test("one header that many rules may set is followed until the last rule that tests it", () => {
  const rules = [
    ...many(() => undecided(sets("X-Pilot"))),
    tests("X-Pilot", -1),
    ...many(() => undecided(sets("X-Pilot", "no"))),
  ];
  expect(counts(rules)).toEqual([2, 0]);
  expect(outcomes(rules)).toEqual(["quarantine", "inbox"]);
});

test("undecidable rules leave one state for each SCL", () => {
  const levels = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const rules = many((n) => undecided({ setScl: levels[n % 11] ?? 0 }));
  expect(counts(rules)).toEqual([12, 0]);
  expect(
    counts(rules.map((rule) => ({ ...rule, stopRuleProcessing: true }))),
  ).toEqual([12, 0]);
});

test("undecidable rules leave one path for each destination", () => {
  const endings = [
    { deleteMessage: true },
    { rejectMessageReasonText: "no" },
    { quarantine: true },
    { redirectMessageTo: ["pat@example.com"] },
  ];
  const rules = many((n) => undecided(endings[n % 4] ?? {}));
  expect(counts(rules)).toEqual([1, 4]);
  expect(outcomes(rules, { disposition: "None" })).toEqual([
    "deleted",
    "rejected",
    "hostedQuarantine",
    "redirected",
    "inbox",
  ]);
});

/** So many rules that cannot be decided set headers that later rules test. */
const doubling = (count: number): Rule[] => [
  ...many((n) => undecided(sets(`X-Rule-${n}`)), count),
  ...many((n) => tests(`X-Rule-${n}`, n % 2 ? 9 : 5), count),
];

test("as many states are followed as are allowed, and no more", () => {
  const most = Math.log2(mostStates);
  expect(counts(doubling(most))).toEqual([3, 0]);
  expect(outcomes(doubling(most), { disposition: "None" })).not.toContain(
    "notDocumented",
  );
  expect(counts(doubling(most + 1))).toEqual([0, 1]);
});

test("with too many undecidable rules a step names the first, and the destination is undocumented", () => {
  const { path, results: ends } = follow(doubling(60));
  expect(path.outcome).toBe("notDocumented");
  expect(path.steps.at(-1)).toMatchObject({
    object: "TransportRule",
    property: "conditions",
    why: expect.stringMatching(
      /^too many rules cannot be decided .*: Foreign 0, Foreign 1, Foreign 2, Foreign 3 and 3 more$/,
    ) as string,
  });
  expect(ends.map(({ outcome }) => outcome)).toEqual(["notDocumented"]);
});

test("destinations that were found before there were too many states are kept", () => {
  const { path, results: ends } = follow([
    undecided({ deleteMessage: true }),
    ...doubling(60),
  ]);
  expect(ends.map(({ outcome }) => outcome)).toEqual([
    "deleted",
    "notDocumented",
  ]);
  expect(ends.some(isLost)).toBe(true);
  expect(nearest(ends)).toBe("inbox");
  expect(path.outcome).toBe("notDocumented");
  expect(path.steps.some(({ why }) => /^too many rules/.test(why))).toBe(true);
});

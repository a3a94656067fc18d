import { texts } from "../conditions";
import { named } from "../result";
import {
  generationOf,
  headers as generations,
  type Disposition,
  type Header,
} from "../message";
import { collected } from "../grouped";
import type { Destination } from "../destination";
import { requestedVerdict, type RequestedVerdict } from "../scl";
import { same } from "../names";
import type { RuleValue, TransportRule } from "../snapshot";
import {
  defaultSpamScl,
  netRule,
  useCaseDefaults,
  useCaseNumbers,
  useCasePlans,
  type RulePlan,
  type UseCase,
  type VerdictPlan,
} from "../use-cases";
import { check, listed, oncePerReport, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { inForce, textOf, type Mail } from "./affected-mail";

/** What a rule of a use case asks for: a verdict of the anti-spam policy, or the hosted quarantine, which comes before it. */
export type Request = "spam" | "highConfidenceSpam" | "hostedQuarantine";

/** A disposition for which a use case has a rule. */
export interface Tier {
  readonly disposition: Extract<
    Disposition,
    "Malicious" | "Spam" | "Spoof" | "Bulk"
  >;
  /** The word that Cloudflare writes into the header. */
  readonly word: string;
  /** Words that are mistaken for it but that no header contains: those of the 2022 tutorial, and the API's labels. */
  readonly mistaken: readonly string[];
  /** What its rule asks for. */
  readonly request: Request;
  /** Whether Cloudflare holds such mail itself, so that the rule is only for what arrives all the same. */
  readonly isNet: boolean;
  /** Whether the use case requires the rule. */
  readonly isRequired: boolean;
}

/** The dispositions that rules look for, by the component's input of their words. */
const byInput = {
  maliciousWords: [
    {
      disposition: "Malicious",
      word: "MALICIOUS",
      mistaken: ["MALICIOUS-BEC"],
    },
  ],
  spamWords: [
    { disposition: "Spam", word: "UCE", mistaken: ["SPAM"] },
    { disposition: "Spoof", word: "SPOOF", mistaken: [] },
  ],
  junkWords: [{ disposition: "Bulk", word: "BULK", mistaken: [] }],
} as const;

const tiersByUseCase = new Map(
  useCaseNumbers.map((useCase) => {
    const { drops, rules } = useCasePlans[useCase];
    // UseCase1 has this rule as an option.
    const optional =
      drops.length > 0 && !rules.includes(netRule) ? [netRule] : [];
    const tiers = [...optional, ...rules].flatMap((rule) =>
      rule.words.flatMap((input) =>
        byInput[input].map((one): Tier => ({
          ...one,
          request: requestIn(rule, useCase),
          isNet: rule.role === "net",
          isRequired: !optional.includes(rule),
        })),
      ),
    );
    return [useCase, tiers];
  }),
);

/** Returns what a rule of a use case asks for. */
function requestIn({ action }: RulePlan, useCase: UseCase): Request {
  if (action === "hosted") return "hostedQuarantine";
  const level =
    action === "spamScl" ? defaultSpamScl(useCase) : useCaseDefaults[action];
  return level === 9 ? "highConfidenceSpam" : "spam";
}

/** Returns the dispositions that a use case has rules for. */
export const tiersOf = ({
  useCase,
}: Pick<Context, "useCase">): readonly Tier[] =>
  tiersByUseCase.get(useCase) ?? [];

/** Returns the dispositions whose rules ask for a verdict or for the hosted quarantine. */
export const dispositionsAsking = (
  context: Pick<Context, "useCase">,
  request: Request,
): string[] =>
  tiersOf(context).flatMap((tier) =>
    tier.request === request ? [tier.disposition] : [],
  );

/** Returns whether the anti-spam policy decides about Malicious mail: it is neither held by Cloudflare nor in the hosted quarantine. */
export const filtersMalicious = (context: Pick<Context, "useCase">): boolean =>
  dispositionsAsking(context, "highConfidenceSpam").includes("Malicious");

const destinationsOf: Readonly<Record<VerdictPlan, Destination>> = {
  junk: "junk",
  user: "recipientsQuarantine",
  admin: "administrator",
  adminOnly: "administrator",
};

/** Returns where mail goes in a use case if a rule asks for this. */
export function destinationIn(
  { useCase }: Pick<Context, "useCase">,
  request: Request | RequestedVerdict,
): Destination {
  const { spam, highConfidenceSpam } = useCasePlans[useCase];
  switch (request) {
    case "spam":
      return destinationsOf[spam];
    case "highConfidenceSpam":
      return destinationsOf[highConfidenceSpam];
    case "hostedQuarantine":
      return "administrator";
    case "bypass":
    case "nothing":
    case "notDocumented":
      return "inbox";
  }
}

/** Returns the spam confidence level that a rule sets. */
export const sclOf = ({ actions }: TransportRule): number | undefined =>
  actions["setScl"] === undefined ? undefined : Number(actions["setScl"]);

/** Returns whether a rule sends mail to the hosted quarantine. */
export const toHosted = ({ actions }: TransportRule): boolean =>
  actions["quarantine"] === true;

/** Returns whether a rule asks for what a tier's rule must ask for. */
const asksFor = (rule: TransportRule, { request }: Tier): boolean =>
  request === "hostedQuarantine"
    ? toHosted(rule)
    : requestedVerdict(sclOf(rule)) === request;

/** The route of mail with one disposition, in one generation of headers, through the rules. */
export interface Route {
  readonly tier: Tier;
  readonly mail: Mail;
  /** The rules that are intended for the route, whether or not they work, by priority. */
  readonly candidates: readonly TransportRule[];
  /** Rules that are intended for the route but search for a word that no header contains. */
  readonly mistaken: readonly TransportRule[];
  /** The rule that acts on all mail of the route and asks for the right thing: the last one with a verdict, the first one that quarantines. */
  readonly setter: TransportRule | undefined;
  /** The addresses that `setter` and all other right rules require; undefined if one of them requires none. */
  readonly ranges: readonly string[] | undefined;
}

/** Returns a property, a condition or an action of a rule, with its live value. */
export const ofRule = (
  rule: TransportRule,
  property: string,
): Required<Pick<Detail, "object" | "property" | "value">> => {
  const { conditions, actions, ...own } = rule;
  const all: Partial<Record<string, RuleValue>> = {
    ...own,
    ...conditions,
    ...actions,
  };
  return {
    object: named("TransportRule", rule.name),
    property,
    value: all[property] ?? null,
  };
};

/** Returns a check that needs only mail flow rules. */
export const ruleCheck = ({
  look,
  ...definition
}: Omit<Parameters<typeof check>[0], "needs" | "look"> & {
  readonly look: (
    rules: readonly TransportRule[],
    context: Context,
  ) => Iterable<Detail>;
}): Check =>
  check({
    ...definition,
    needs: ["transportRules"],
    look: ({ transportRules }, context) => look(transportRules, context),
  });

const expectedConditions: ReadonlySet<string> = new Set([
  "headerContainsMessageHeader",
  "headerContainsWords",
  "senderIpRanges",
]);

/** Returns all routes that should exist. */
export const routesOf = (
  rules: readonly TransportRule[],
  context: Context,
): readonly Route[] => routesIn(context, rules);

const routesIn = oncePerReport(function (
  context,
  transportRules: readonly TransportRule[],
): Route[] {
  const rules = byPriority(transportRules);
  return headersOf(rules, context).flatMap((header) => {
    const own = rules.filter((rule) => headerOf(rule) === header);
    return tiersOf(context).flatMap((tier): Route[] => {
      const mail = { header, word: tier.word };
      const candidates = own.filter((rule) => has(rule, [tier.word]));
      const right = candidates.filter(
        (rule) =>
          asksFor(rule, tier) &&
          inForce(rule, context.now) &&
          narrowing(rule).length === 0,
      );
      const ranges = right.map(
        ({ conditions }) => conditions["senderIpRanges"],
      );
      const mistaken = own.filter(
        (rule) => has(rule, tier.mistaken) && !candidates.includes(rule),
      );
      if (!tier.isRequired && candidates.length === 0 && mistaken.length === 0)
        return [];
      return [
        {
          tier,
          mail,
          candidates,
          mistaken,
          setter: right.at(tier.request === "hostedQuarantine" ? 0 : -1),
          ranges: ranges.includes(undefined)
            ? undefined
            : ranges.flatMap(texts),
        },
      ];
    });
  });
});

/** Returns rules in the order in which Exchange applies them. */
export const byPriority = (
  rules: readonly TransportRule[],
): readonly TransportRule[] =>
  rules.toSorted((one, other) => one.priority - other.priority);

/** Returns the names of the conditions and exceptions that narrow a rule of a route, including those that cannot be read. */
export const narrowing = ({ conditions, unread }: TransportRule): string[] => [
  ...Object.keys(conditions).filter(
    (name) =>
      !expectedConditions.has(name) &&
      // All mail from the internet to the tenant meets these two conditions.
      !(name === "sentToScope" && conditions[name] === "InOrganization") &&
      !(name === "hasNoClassification" && conditions[name] === true),
  ),
  ...unread,
];

/** Returns whether a rule belongs to the routes: by its name, or because it tests a disposition's header and acts as their rules do. */
export const isOwn = (rule: TransportRule, context: Context): boolean =>
  context.ruleNames.some((name) => same(rule.name, name)) ||
  (headerOf(rule) !== undefined && acts(rule, context));

/** Returns whether a rule sets an SCL, or sends mail to the hosted quarantine where the use case does that. */
export const acts = (rule: TransportRule, context: Context): boolean =>
  sclOf(rule) !== undefined ||
  (toHosted(rule) &&
    dispositionsAsking(context, "hostedQuarantine").length > 0);

const headerOf = ({ conditions }: TransportRule): Header | undefined =>
  generationOf(textOf(conditions["headerContainsMessageHeader"]));

const has = (
  { conditions }: TransportRule,
  words: readonly string[],
): boolean =>
  texts(conditions["headerContainsWords"]).some((word) =>
    words.includes(word.toUpperCase()),
  );

/** Returns the generations for which rules must exist: those of the context, else those with rules in force. */
function headersOf(
  rules: readonly TransportRule[],
  context: Context,
): readonly Header[] {
  const { headers, now } = context;
  if (headers.length > 0) return headers;
  const words = tiersOf(context).flatMap(({ word, mistaken }) => [
    word,
    ...mistaken,
  ]);
  const among = (some: readonly TransportRule[]): Header[] =>
    generations.filter((header) =>
      some.some(
        (rule) =>
          headerOf(rule) === header && has(rule, words) && acts(rule, context),
      ),
    );
  const live = among(rules.filter((rule) => inForce(rule, now)));
  if (live.length > 0) return live;
  const any = among(rules);
  return any.length > 0 ? any : ["cloudflare"];
}

/** Returns the rules that implement the routes, each with its dispositions. */
export function settersOf(
  rules: readonly TransportRule[],
  context: Context,
): Map<TransportRule, string> {
  const byRule = collected(
    routesOf(rules, context).flatMap(({ setter, tier }) =>
      setter ? [[setter, tier.disposition]] : [],
    ),
  );
  return new Map(
    [...byRule].map(([rule, dispositions]) => [rule, listed(dispositions)]),
  );
}

/** Returns whether rules send all Malicious mail that arrives to the hosted quarantine. */
export function holdMalicious(
  rules: readonly TransportRule[],
  context: Context,
): boolean {
  const routes = routesOf(rules, context).filter(
    ({ tier }) => tier.disposition === "Malicious",
  );
  return routes.length > 0 && routes.every(({ setter }) => setter);
}

/** The consequence for a route's mail if its rule does not act. */
export const elsewhere =
  "ends where Microsoft's own verdict sends it, the inbox included";

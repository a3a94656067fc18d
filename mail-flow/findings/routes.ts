import { texts } from "../conditions";
import { named } from "../result";
import {
  generationOf,
  headers as generations,
  type Disposition,
  type Header,
} from "../message";
import { collected } from "../grouped";
import { askedFor } from "../scl";
import { same } from "../names";
import type { RuleValue, TransportRule } from "../snapshot";
import { check, listed, oncePerReport, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { inForce, textOf, type Mail } from "./affected-mail";

/** A disposition that use case 4 has a rule for. */
export interface Tier {
  readonly disposition: Extract<Disposition, "Malicious" | "Spam" | "Spoof">;
  /** The word that Cloudflare stamps for it. */
  readonly word: string;
  /** Words that people take for it and that no header has: the tutorial's of 2022, and the API's labels. */
  readonly mistaken: readonly string[];
  /** The verdict that its rule asks for. */
  readonly verdict: "spam" | "highConfidenceSpam";
}

/** The dispositions of use case 4. */
export const tiers: readonly Tier[] = [
  {
    disposition: "Malicious",
    word: "MALICIOUS",
    mistaken: ["MALICIOUS-BEC"],
    verdict: "highConfidenceSpam",
  },
  { disposition: "Spam", word: "UCE", mistaken: ["SPAM"], verdict: "spam" },
  { disposition: "Spoof", word: "SPOOF", mistaken: [], verdict: "spam" },
];

/** The spam confidence level that a rule sets. */
export const sclOf = ({ actions }: TransportRule): number | undefined =>
  actions["setScl"] === undefined ? undefined : Number(actions["setScl"]);

/** The way of one disposition under one generation of headers through the rules. */
export interface Route {
  readonly tier: Tier;
  readonly mail: Mail;
  /** The rules that are for it, whether they work or not, by priority. */
  readonly candidates: readonly TransportRule[];
  /** Rules that are meant for it and look for a word that no header has. */
  readonly mistaken: readonly TransportRule[];
  /** The last one that acts on all of it and asks for the right verdict. */
  readonly setter: TransportRule | undefined;
  /** The addresses that it and others like it look for; undefined where one of them looks for none. */
  readonly ranges: readonly string[] | undefined;
}

/** A property, a condition or an action of a rule, with its live value. */
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

/** A check of mail flow rules alone. */
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

/** Every route that there should be. */
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
    return tiers.map((tier): Route => {
      const mail = { header, word: tier.word };
      const candidates = own.filter((rule) => has(rule, [tier.word]));
      const right = candidates.filter(
        (rule) =>
          askedFor(sclOf(rule)) === tier.verdict &&
          inForce(rule, context.now) &&
          narrowing(rule).length === 0,
      );
      const ranges = right.map(
        ({ conditions }) => conditions["senderIpRanges"],
      );
      return {
        tier,
        mail,
        candidates,
        mistaken: own.filter(
          (rule) => has(rule, tier.mistaken) && !candidates.includes(rule),
        ),
        setter: right.at(-1),
        ranges: ranges.includes(undefined) ? undefined : ranges.flatMap(texts),
      };
    });
  });
});

/** In the order in which they are looked at. */
export const byPriority = (
  rules: readonly TransportRule[],
): readonly TransportRule[] =>
  rules.toSorted((one, other) => one.priority - other.priority);

/** Names of the conditions and exceptions that narrow a rule of a route, those that nobody can read among them. */
export const narrowing = ({ conditions, unread }: TransportRule): string[] => [
  ...Object.keys(conditions).filter(
    (name) =>
      !expectedConditions.has(name) &&
      // Mail from the internet to the tenant meets both of these.
      !(name === "sentToScope" && conditions[name] === "InOrganization") &&
      !(name === "hasNoClassification" && conditions[name] === true),
  ),
  ...unread,
];

/** Whether a rule belongs to the routes: by its name, or by the header that it looks at and the level that it sets. */
export const isOwn = (rule: TransportRule, context: Context): boolean =>
  context.ruleNames.some((name) => same(rule.name, name)) ||
  (headerOf(rule) !== undefined && sclOf(rule) !== undefined);

const headerOf = ({ conditions }: TransportRule): Header | undefined =>
  generationOf(textOf(conditions["headerContainsMessageHeader"]));

const has = (
  { conditions }: TransportRule,
  words: readonly string[],
): boolean =>
  texts(conditions["headerContainsWords"]).some((word) =>
    words.includes(word.toUpperCase()),
  );

/** The generations that there must be rules for: those that are asked for, else those that there are rules in force for. */
function headersOf(
  rules: readonly TransportRule[],
  { headers, now }: Context,
): readonly Header[] {
  if (headers.length > 0) return headers;
  const words = tiers.flatMap(({ word, mistaken }) => [word, ...mistaken]);
  const among = (some: readonly TransportRule[]): Header[] =>
    generations.filter((header) =>
      some.some(
        (rule) =>
          headerOf(rule) === header &&
          has(rule, words) &&
          sclOf(rule) !== undefined,
      ),
    );
  const live = among(rules.filter((rule) => inForce(rule, now)));
  if (live.length > 0) return live;
  const any = among(rules);
  return any.length > 0 ? any : ["cloudflare"];
}

/** The rules that make the routes, each with its dispositions. */
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

/** Where a route's mail ends when its rule does not act. */
export const elsewhere =
  "ends where Microsoft's own verdict sends it, the inbox included";

import { texts } from "../conditions";
import { named } from "../result";
import {
  generationOf,
  headers as generations,
  type Disposition,
  type Header,
} from "../message";
import { collected } from "../grouped";
import { requestedVerdict } from "../scl";
import { same } from "../names";
import type { RuleValue, TransportRule } from "../snapshot";
import { check, listed, oncePerReport, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { inForce, textOf, type Mail } from "./affected-mail";

/** A disposition for which use case 4 has a rule. */
export interface Tier {
  readonly disposition: Extract<Disposition, "Malicious" | "Spam" | "Spoof">;
  /** The word that Cloudflare writes into the header. */
  readonly word: string;
  /** Words that are mistaken for it but that no header contains: those of the 2022 tutorial, and the API's labels. */
  readonly mistaken: readonly string[];
  /** The verdict that its rule requests. */
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

/** Returns the spam confidence level that a rule sets. */
export const sclOf = ({ actions }: TransportRule): number | undefined =>
  actions["setScl"] === undefined ? undefined : Number(actions["setScl"]);

/** The route of mail with one disposition, in one generation of headers, through the rules. */
export interface Route {
  readonly tier: Tier;
  readonly mail: Mail;
  /** The rules that are intended for the route, whether or not they work, by priority. */
  readonly candidates: readonly TransportRule[];
  /** Rules that are intended for the route but search for a word that no header contains. */
  readonly mistaken: readonly TransportRule[];
  /** The last rule that acts on all mail of the route and requests the right verdict. */
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
    return tiers.map((tier): Route => {
      const mail = { header, word: tier.word };
      const candidates = own.filter((rule) => has(rule, [tier.word]));
      const right = candidates.filter(
        (rule) =>
          requestedVerdict(sclOf(rule)) === tier.verdict &&
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

/** Returns whether a rule belongs to the routes: by its name, or because it tests a disposition's header and sets an SCL. */
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

/** Returns the generations for which rules must exist: those of the context, else those with rules in force. */
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

/** The consequence for a route's mail if its rule does not act. */
export const elsewhere =
  "ends where Microsoft's own verdict sends it, the inbox included";

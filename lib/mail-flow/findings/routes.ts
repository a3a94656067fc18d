import { dispositionHeaders } from "../message";
import type { Disposition, Header } from "../message";
import type { TransportRule } from "../snapshot";
import { listed, same } from "./check";
import type { Context } from "./context";
import { hasAny, inForce, isHeader, listOf, textOf, type Mail } from "./reach";

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

/** What a spam confidence level asks for; 7 and 8 are no longer named by Microsoft's documentation (of 2026-08-11). */
export const askedFor = (
  scl: number | undefined,
): "bypass" | "nothing" | "spam" | "highConfidenceSpam" | "notDocumented" =>
  scl === undefined || (scl >= 0 && scl < 5)
    ? "nothing"
    : scl < 0
      ? "bypass"
      : scl < 7
        ? "spam"
        : scl === 9
          ? "highConfidenceSpam"
          : "notDocumented";

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

/** The conditions that a rule of a route has. */
export const expectedConditions: ReadonlySet<string> = new Set([
  "headerContainsMessageHeader",
  "headerContainsWords",
  "senderIpRanges",
]);

/** Every route that there should be. Most checks ask for them, so they are kept as long as the rules and the context are. */
export function routesOf(
  rules: readonly TransportRule[],
  context: Context,
): readonly Route[] {
  const byContext = known.get(rules) ?? new WeakMap<Context, Route[]>();
  known.set(rules, byContext);
  const routes = byContext.get(context) ?? found(rules, context);
  byContext.set(context, routes);
  return routes;
}

const known = new WeakMap<
  readonly TransportRule[],
  WeakMap<Context, Route[]>
>();

function found(
  transportRules: readonly TransportRule[],
  context: Context,
): Route[] {
  const rules = byPriority(transportRules);
  return headersOf(rules, context).flatMap((header) =>
    tiers.map((tier): Route => {
      const mail = { header, word: tier.word };
      const own = rules.filter((rule) => looksAt(rule, header));
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
        ranges: ranges.includes(undefined) ? undefined : ranges.flatMap(listOf),
      };
    }),
  );
}

/** In the order in which they are looked at. */
export const byPriority = (
  rules: readonly TransportRule[],
): readonly TransportRule[] =>
  [...rules].sort((one, other) => one.priority - other.priority);

/** Names of the conditions and exceptions that narrow a rule of a route, those that nobody can read among them. */
export const narrowing = ({ conditions, unread }: TransportRule): string[] => [
  ...Object.entries(conditions)
    .filter(
      ([name, value]) =>
        !expectedConditions.has(name) &&
        // Mail from the internet to the tenant meets both of these.
        !(name === "sentToScope" && value === "InOrganization") &&
        !(name === "hasNoClassification" && value === true),
    )
    .map(([name]) => name),
  ...unread,
];

/** Whether a rule belongs to the routes: by its name, or by the header that it looks at and the level that it sets. */
export const isOwn = (rule: TransportRule, context: Context): boolean =>
  context.ruleNames.some((name) => same(rule.name, name)) ||
  (looksAt(rule, "area1") || looksAt(rule, "cloudflare")
    ? sclOf(rule) !== undefined
    : false);

const looksAt = ({ conditions }: TransportRule, header: Header): boolean =>
  isHeader(textOf(conditions["headerContainsMessageHeader"]), header);

const has = (
  { conditions }: TransportRule,
  words: readonly string[],
): boolean =>
  words.some((word) => hasAny(word, listOf(conditions["headerContainsWords"])));

/** The generations that there must be rules for: those that are asked for, else those that there are rules in force for. */
function headersOf(
  rules: readonly TransportRule[],
  { headers, now }: Context,
): readonly Header[] {
  if (headers.length > 0) return headers;
  const words = tiers.flatMap(({ word, mistaken }) => [word, ...mistaken]);
  const among = (some: readonly TransportRule[]): Header[] =>
    (Object.keys(dispositionHeaders) as Header[]).filter((header) =>
      some.some(
        (rule) =>
          looksAt(rule, header) &&
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
  const byRule = new Map<TransportRule, string[]>();
  for (const { setter, tier } of routesOf(rules, context))
    if (setter)
      byRule.set(setter, [...(byRule.get(setter) ?? []), tier.disposition]);
  return new Map(
    [...byRule].map(([rule, dispositions]) => [rule, listed(dispositions)]),
  );
}

/** Where a route's mail ends when its rule does not act. */
export const elsewhere =
  "ends where Microsoft's own verdict sends it, the inbox included";

import { named } from "../result";
import { same } from "../names";
import { valueOf } from "../part";
import type { Reports } from "../reports";
import type { OurRule } from "./our-rules";

/** A rule that matched nothing while a similar rule, its twin, did. */
export interface NeverMatched {
  readonly rule: OurRule;
  readonly twin: OurRule;
  /** What the two rules have in common: their dispositions, or the header. */
  readonly alike: "dispositions" | "header";
  /** The number of messages that the twin matched in the same period. */
  readonly messages: number;
}

/** The smallest number of messages of the twin; fewer may be chance. */
const enough = 10;

/**
 * Returns the rules that never match while a twin does: a rule for the same dispositions on the other generation of headers or, if
 * Cloudflare stamps none of the rule's words, a rule on the same header. Only the period since the last change of both rules counts.
 */
export function neverMatched(
  rules: readonly OurRule[],
  reports: Reports,
): NeverMatched[] {
  const hits = valueOf(reports.hits);
  const { changes } = reports;
  const sinceOf = ({ rule }: OurRule): string => {
    const object = named("TransportRule", rule.name);
    const change = changes.find((one) => one.object === object);
    return latest([
      reports.hitsSince.slice(0, 10),
      // The day of the change does not count, because both configurations applied on it.
      ...[change?.at, rule.activationDate].flatMap((at) =>
        at === undefined ? [] : [dayAfter(at)],
      ),
    ]);
  };
  const count = ({ rule }: OurRule, since: string): number =>
    hits
      .filter((hit) => same(hit.rule, rule.name) && hit.date >= since)
      .reduce((sum, { messages }) => sum + messages, 0);
  const running = rules.filter(
    ({ rule }) =>
      rule.enabled &&
      !(rule.expiryDate !== undefined && rule.expiryDate < reports.takenAt),
  );
  return running.flatMap((rule) =>
    running
      .flatMap((twin): NeverMatched[] => {
        const alike = likeness(rule, twin);
        if (!alike) return [];
        const since = latest([sinceOf(rule), sinceOf(twin)]);
        const messages = count(twin, since);
        return messages >= enough && count(rule, since) === 0
          ? [{ rule, twin, alike, messages }]
          : [];
      })
      .sort((one, other) => other.messages - one.messages)
      .slice(0, 1),
  );
}

function likeness(
  rule: OurRule,
  twin: OurRule,
): NeverMatched["alike"] | undefined {
  if (rule.dispositions.length === 0)
    return rule.header === twin.header ? "header" : undefined;
  return rule.header !== twin.header &&
    rule.dispositions.some((one) => twin.dispositions.includes(one))
    ? "dispositions"
    : undefined;
}

const latest = (days: readonly string[]): string =>
  days.reduce((one, other) => (other > one ? other : one));

const dayAfter = (at: string): string =>
  new Date(Date.parse(at) + 24 * 3_600_000).toISOString().slice(0, 10);

import { named } from "../result";
import { same } from "../names";
import { valueOf } from "../part";
import type { Reports } from "../reports";
import type { OurRule } from "./our-rules";

/** A rule that has matched nothing while its twin has. */
export interface NeverMatched {
  readonly rule: OurRule;
  readonly twin: OurRule;
  /** What the two have in common: what they are for, or the header. */
  readonly alike: "dispositions" | "header";
  /** How many messages the twin matched in the same time. */
  readonly messages: number;
}

/** How many messages the twin must have matched: fewer may be chance. */
const enough = 10;

/**
 * Rules that never match while a twin does: one for the same dispositions on the other generation of headers, or, where none of the
 * words is ever stamped, one on the same header. Only the time since both are as they are is looked at.
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
      // The day of the change belongs to neither.
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

import type { AntiSpamPolicy, PolicyRule } from "../snapshot";
import { listed, same } from "./check";
import type { Context } from "./context";
import type { Reach } from "./coverage";
import { domainOf, share } from "./reach";

/** An anti-spam policy that acts on mail of somebody, and the rule that says for whom. */
export interface InForce {
  /** Undefined where the rule names a policy that was not listed. */
  readonly policy: AntiSpamPolicy | undefined;
  /** Undefined for `Default`, which is for everybody who is left. */
  readonly rule: PolicyRule | undefined;
  readonly kind: "preset" | "custom" | "default";
  readonly reach: Exclude<Reach, "none">;
}

/** What decides which policy wins. */
export interface Policies {
  readonly antiSpamPolicies: readonly AntiSpamPolicy[];
  readonly antiSpamRules: readonly PolicyRule[];
  readonly presetRules: readonly PolicyRule[];
}

/**
 * The policies that act on mail for the domains, in the order in which one goes before the other: Strict, Standard, custom ones by
 * priority, `Default`. Only the first that is for a recipient applies; behind one that is for all there is none.
 */
export function policiesInForce(
  { antiSpamPolicies, antiSpamRules, presetRules }: Policies,
  context: Context,
): InForce[] {
  const found: InForce[] = [];
  const candidates = [
    ...[...presetRules]
      .sort((one, other) => strictness(one) - strictness(other))
      .map((rule) => ({ rule, kind: "preset" as const })),
    ...[...antiSpamRules]
      .sort((one, other) => one.priority - other.priority)
      .map((rule) => ({ rule, kind: "custom" as const })),
  ];
  for (const { rule, kind } of candidates) {
    if (!rule.enabled || rule.hostedContentFilterPolicy === undefined) continue;
    const reach = scopeOf(rule, context);
    if (reach === "none") continue;
    const policy = antiSpamPolicies.find(({ name }) =>
      same(rule.hostedContentFilterPolicy, name),
    );
    found.push({ policy, rule, kind, reach });
    if (reach === "all") return found;
  }
  const last = antiSpamPolicies.find(({ isDefault }) => isDefault);
  if (last)
    found.push({
      policy: last,
      rule: undefined,
      kind: "default",
      reach: found.length === 0 ? "all" : "some",
    });
  return found;
}

/** Strict goes before Standard, whatever their priorities. */
const strictness = ({ name }: PolicyRule): number =>
  /^strict/i.test(name) ? 0 : /^standard/i.test(name) ? 1 : 2;

/**
 * For which part of the domains' recipients a rule is: kinds of conditions are joined with "and", values of one kind are
 * alternatives, one exception is enough; without conditions it is for everybody. Who is in a group nobody has said.
 */
export function scopeOf(rule: PolicyRule, { domains }: Context): Reach {
  const lower = domains.map((domain) => domain.toLowerCase());
  const left = lower.filter(
    (domain) => !isUnder(domain, rule.exceptIfRecipientDomainIs),
  );
  if (lower.length > 0 && left.length === 0) return "none";
  const partial =
    left.length < lower.length ||
    rule.exceptIfSentTo.length > 0 ||
    rule.exceptIfSentToMemberOf.length > 0;
  const byDomain: Reach =
    rule.recipientDomainIs.length === 0
      ? "all"
      : shareUnder(rule.recipientDomainIs, left);
  if (byDomain === "none") return "none";
  const named = rule.sentTo.filter(
    (address) => !rule.exceptIfSentTo.some((one) => same(one, address)),
  );
  if (rule.sentTo.length > 0) {
    if (
      named.length === 0 ||
      (left.length > 0 && share(named.map(domainOf), left) === "none")
    )
      return "none";
    return "some";
  }
  if (rule.sentToMemberOf.length > 0) return "some";
  return byDomain === "some" || partial ? "some" : "all";
}

/** Whether a domain is one of these or below one: a domain of a policy stands for its subdomains as well. */
const isUnder = (domain: string, names: readonly string[]): boolean =>
  names.some(
    (name) => same(domain, name) || domain.endsWith(`.${name.toLowerCase()}`),
  );

/** Which part of the domains these names stand for. */
const shareUnder = (
  names: readonly string[],
  domains: readonly string[],
): Reach => {
  if (domains.length === 0) return "some";
  const hit = domains.filter((domain) => isUnder(domain, names)).length;
  return hit === 0 ? "none" : hit === domains.length ? "all" : "some";
};

/** Whom a rule is for, in words. */
export function audienceOf(rule: PolicyRule): string {
  const to = [
    rule.sentTo.length > 0 && listed(rule.sentTo),
    rule.sentToMemberOf.length > 0 &&
      `members of ${listed(rule.sentToMemberOf)}`,
    rule.recipientDomainIs.length > 0 &&
      `recipients at ${listed(rule.recipientDomainIs)}`,
  ].filter((text) => text !== false);
  const except = [
    ...rule.exceptIfSentTo,
    ...rule.exceptIfSentToMemberOf.map((group) => `members of ${group}`),
    ...rule.exceptIfRecipientDomainIs,
  ];
  return `${to.length > 0 ? to.join(" that are also ") : "all recipients"}${except.length > 0 ? ` except ${listed(except)}` : ""}`;
}

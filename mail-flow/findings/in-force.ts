import { named } from "../result";
import { folded } from "../mail";
import { snapshotOf, type Parts } from "../part";
import { antiSpamOrder, type Candidate } from "../policy-choice";
import type { Representative } from "../representatives";
import type { AntiSpamPolicy, PolicyRule } from "../snapshot";
import { listed, oncePerReport, propertyOf } from "./check";
import type { Context } from "./context";
import { recipientsOf } from "./recipients";

/** What decides which policy wins. */
export type Policies = Pick<
  Parts,
  "antiSpamPolicies" | "antiSpamRules" | "presetRules"
>;

/** The anti-spam policies that act on mail of somebody in the domains, in the order in which one goes before the other. */
export const policiesInForce = (
  { antiSpamPolicies, antiSpamRules, presetRules }: Policies,
  context: Context,
): readonly Candidate[] =>
  inForce(context, antiSpamPolicies, antiSpamRules, presetRules);

const inForce = oncePerReport(function (
  context,
  antiSpamPolicies: Policies["antiSpamPolicies"],
  antiSpamRules: Policies["antiSpamRules"],
  presetRules: Policies["presetRules"],
): Candidate[] {
  const policies = snapshotOf({ antiSpamPolicies, antiSpamRules, presetRules });
  const { candidates, firstFor } = antiSpamOrder(policies);
  // Only groups of rules that may be for an address decide about it.
  const groupsFor = (named: Representative) =>
    candidates.flatMap(({ rule, covers }) => {
      if (!rule) return [];
      const members = rule.sentToMemberOf.map(folded);
      const memberships = [[], ...members.map((group) => [group])];
      return memberships.some((groups) => covers({ ...named, groups }))
        ? [...members, ...rule.exceptIfSentToMemberOf.map(folded)]
        : [];
    });
  const acting = new Set(
    recipientsOf(policies, context, groupsFor).map(firstFor),
  );
  return candidates.filter((candidate) => acting.has(candidate));
});

/** The same without what was not read: those of some kinds. */
export const actingPolicies = (
  policies: Policies,
  context: Context,
  kinds: readonly Candidate["kind"][] = ["preset", "custom", "default"],
): AntiSpamPolicy[] =>
  policiesInForce(policies, context)
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ chosen }) => chosen.policy ?? []);

/** An anti-spam policy as findings name it. */
export const antiSpamObject = (name: string): string =>
  named("HostedContentFilterPolicy", name);

/** A property of an anti-spam policy, with its live value. */
export const ofPolicy = (
  policy: AntiSpamPolicy,
  property: keyof AntiSpamPolicy,
) => propertyOf("HostedContentFilterPolicy", policy, property);

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

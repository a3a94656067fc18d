import { named } from "../result";
import { folded } from "../mail";
import { snapshotOf, type Parts } from "../part";
import { antiSpamOrder, type Candidate } from "../policy-choice";
import type { Representative } from "../representatives";
import type { AntiSpamPolicy, PolicyRule } from "../snapshot";
import { listed, oncePerReport, propertyOf } from "./check";
import type { Context } from "./context";
import { recipientsOf } from "./recipients";

/** The parts of a snapshot that decide which policy applies. */
export type Policies = Pick<
  Parts,
  "antiSpamPolicies" | "antiSpamRules" | "presetRules"
>;

/** Returns the anti-spam policies that act on any mail to the domains, in order of precedence. */
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
  // For a named address, only groups in rules that may cover it matter.
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

/** Returns the policies in force of some kinds, without those that were not read. */
export const actingPolicies = (
  policies: Policies,
  context: Context,
  kinds: readonly Candidate["kind"][] = ["preset", "custom", "default"],
): AntiSpamPolicy[] =>
  policiesInForce(policies, context)
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ chosen }) => chosen.policy ?? []);

/** Returns the name of an anti-spam policy in findings. */
export const antiSpamObject = (name: string): string =>
  named("HostedContentFilterPolicy", name);

/** Returns a property of an anti-spam policy, with its live value. */
export const ofPolicy = (
  policy: AntiSpamPolicy,
  property: keyof AntiSpamPolicy,
) => propertyOf("HostedContentFilterPolicy", policy, property);

/** Returns a description of the recipients of a rule. */
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

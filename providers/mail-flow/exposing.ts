import { contextOf } from "../../lib/mail-flow/findings/context";
import {
  audienceOf,
  policiesInForce,
} from "../../lib/mail-flow/findings/in-force";
import {
  shortfallsOf,
  type Shortfall,
} from "../../lib/mail-flow/findings/shortfalls";
import { quarantinePolicy } from "../exchange-online/quarantine-policy";
import type { Item } from "../kind";
import type { Operation } from "../session";
import {
  contentFilterPolicy,
  policyRule,
  recipientsQuarantine,
} from "./exchange-objects";

/** How it is looked. */
export interface Look {
  readonly withDefault?: boolean;
  readonly newerThan?: number | undefined;
}

/**
 * The policies that go before `Default` for recipients of the domains and would hand them high confidence spam, which Malicious
 * is taken for: in Junk, in the inbox, or in a quarantine that they release from. In words.
 *
 * @param withDefault looks at `Default`, too.
 * @param newerThan reads lists anew that began before.
 * @throws VendorError when a list cannot be read, UserError when one cannot be understood.
 */
export async function exposingPolicies(
  operation: Operation,
  domains: readonly string[],
  { withDefault = false, newerThan }: Look = {},
): Promise<string[]> {
  const every = async <T>(
    cmdlet: `Get-${string}`,
    view: (item: Item) => T,
  ): Promise<T[]> =>
    (await operation.exchange.list(cmdlet, {}, newerThan)).items.map(view);
  const [presetRules, antiSpamRules, antiSpamPolicies, quarantinePolicies] =
    await Promise.all([
      every("Get-EOPProtectionPolicyRule", policyRule),
      every("Get-HostedContentFilterRule", policyRule),
      every("Get-HostedContentFilterPolicy", contentFilterPolicy),
      quarantinePolicy
        .list(operation, "", newerThan)
        .then(({ items }) => items.map(recipientsQuarantine)),
    ]);
  return policiesInForce(
    { presetRules, antiSpamRules, antiSpamPolicies },
    contextOf({ purpose: "stack", domains }),
  ).flatMap(({ policy, rule }) => {
    if (!rule && !withDefault) return [];
    const who = rule
      ? `"${rule.name}" goes before Default for ${audienceOf(rule)}`
      : "Default is for the others";
    if (!policy) return [`${who}, and its policy is not listed`];
    return shortfallsOf(policy, quarantinePolicies)
      .filter(exposesMalicious)
      .map(({ goes }) => `${who}, where such mail ${goes}`);
  });
}

/** Whether recipients get it, or may: what nobody can tell counts. */
const exposesMalicious = ({ verdict, grade, kind }: Shortfall): boolean =>
  verdict === "high confidence spam" &&
  (grade === "failed" || kind === "unknown");

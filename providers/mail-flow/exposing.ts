import {
  audienceOf,
  policiesInForce,
} from "../../lib/mail-flow/findings/in-force";
import { contextOf } from "../../lib/mail-flow/findings/context";
import type { QuarantinePolicy, Snapshot } from "../../lib/mail-flow/snapshot";
import type { Operation } from "../session";
import { readSnapshot } from "./snapshot";

/** What keeps a message from its recipient, whatever quarantine policy stands beside it. */
const harmless = ["Delete", "Redirect"];

/**
 * The policies that go before `Default` for recipients of the domains and would hand them high confidence spam, which Malicious is taken
 * for: in Junk, in the inbox, or in a quarantine that they release from. In words; what could not be read counts as such a policy.
 */
export async function exposingPolicies(
  operation: Operation,
  domains: readonly string[],
): Promise<string[]> {
  const snapshot = await readSnapshot(operation, { mailExchangesOf: [] });
  const { presetRules, antiSpamRules, antiSpamPolicies, quarantinePolicies } =
    snapshot;
  if (
    "unavailable" in presetRules ||
    "unavailable" in antiSpamRules ||
    "unavailable" in antiSpamPolicies ||
    "unavailable" in quarantinePolicies
  )
    return [
      `whether another policy would hand it to recipients could not be looked at: ${reasonsOf(snapshot)}`,
    ];
  const inForce = policiesInForce(
    {
      presetRules: presetRules.value,
      antiSpamRules: antiSpamRules.value,
      antiSpamPolicies: antiSpamPolicies.value,
    },
    contextOf({ purpose: "stack", domains }),
  );
  return inForce.flatMap(({ policy, rule }) => {
    if (!rule) return [];
    const who = `"${rule.name}" goes before Default for ${audienceOf(rule)}`;
    if (!policy) return [`${who}, and its policy is not listed`];
    const { highConfidenceSpamAction: action } = policy;
    if (harmless.includes(action)) return [];
    if (action !== "Quarantine")
      return [`${who}, and its action for high confidence spam is ${action}`];
    const tag = policy.highConfidenceSpamQuarantineTag;
    const quarantine = quarantinePolicies.value.find(
      ({ name }) => name.toLowerCase() === tag?.toLowerCase(),
    );
    return isClosed(quarantine)
      ? []
      : [`${who}, and recipients release from its "${tag ?? "default"}"`];
  });
}

const reasonsOf = ({
  presetRules,
  antiSpamRules,
  antiSpamPolicies,
  quarantinePolicies,
}: Snapshot): string =>
  [presetRules, antiSpamRules, antiSpamPolicies, quarantinePolicies]
    .flatMap((part) => ("unavailable" in part ? [part.unavailable] : []))
    .join(" ");

/** What nobody says may be released. */
const isClosed = (policy: QuarantinePolicy | undefined): boolean =>
  policy?.endUserQuarantinePermissions?.includes("Release") === false;

import { asDelivered } from "../delivered";
import { representatives, type Representative } from "../representatives";
import type { Snapshot } from "../snapshot";
import type { Context } from "./context";

/** A domain that does not exist. */
const unnamed = "recipient.example";

/**
 * Returns one recipient of each class in the domains that a snapshot distinguishes. If no domain is known, mail may be for named recipients
 * and for others.
 *
 * @param groupsFor returns the groups that matter for a named recipient, whose memberships are unknown
 */
export function recipientsOf(
  snapshot: Snapshot,
  { domains }: Pick<Context, "domains">,
  groupsFor: (named: Representative) => readonly string[],
): Representative[] {
  return (domains.length > 0 ? [domains] : [[], [unnamed]])
    .flatMap((names) => representatives(asDelivered(snapshot, names)))
    .flatMap((one) =>
      one.named
        ? [one, ...groupsFor(one).map((group) => ({ ...one, groups: [group] }))]
        : [one],
    );
}

/** Returns one recipient in each of the domains, or in a domain that does not exist if there are none. */
export const someoneIn = (domains: readonly string[]): Representative[] =>
  (domains.length > 0 ? domains : [unnamed]).map((recipientDomain) => ({
    recipient: `someone@${recipientDomain}`,
    recipientDomain,
    groups: [],
    domains: [recipientDomain],
    named: false,
  }));

import { asDelivered } from "../delivered";
import { representatives, type Representative } from "../representatives";
import type { Snapshot } from "../snapshot";
import type { Context } from "./context";

/** A domain that nobody has. */
const unnamed = "recipient.example";

/**
 * Somebody of each class of recipients in the domains that a snapshot tells apart. Where no domain is known, mail may be for those
 * that something names, and for others.
 *
 * @param groupsFor groups by which something decides about somebody who is named: which he is a member of is not known
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

/** Somebody in each of the domains, or in one that nobody has where none is known. */
export const someoneIn = (domains: readonly string[]): Representative[] =>
  (domains.length > 0 ? domains : [unnamed]).map((recipientDomain) => ({
    recipient: `someone@${recipientDomain}`,
    recipientDomain,
    groups: [],
    domains: [recipientDomain],
    named: false,
  }));

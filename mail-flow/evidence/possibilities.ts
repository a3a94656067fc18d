import { verdicts, type Message } from "../message";
import type { Path } from "../path";
import type { RuleMatch } from "../reports";
import { asDelivered } from "../delivered";
import { groupsIn } from "../representatives";
import { texts } from "../conditions";
import { egressIpRanges } from "../egress";
import { remembered } from "../remembered";
import { mailFlow, type MailFlow } from "../route";
import { sendingAddresses } from "../sending-addresses";
import type { Snapshot } from "../snapshot";
import type { OurRule } from "./our-rules";

/** The possible paths, by the model, of a message that a rule matched. */
export interface Possibilities {
  /** Without a verdict of Microsoft's own: one path for each disposition that the rule is for. */
  readonly expected: readonly Path[];
  /** The same paths for the message's own sender and time. They are computed for each message. */
  readonly precisely: () => readonly Path[];
  /** The paths for values that the reports do not contain: groups of the recipient, the sending server. */
  readonly circumstances: () => readonly Path[];
  /** The paths for other verdicts of Microsoft's own. */
  readonly ownVerdicts: () => readonly Path[];
}

/**
 * Returns a function that returns the possible paths of a message that a rule matched. Cloudflare's settings are ignored: it has delivered
 * the message with the header.
 */
export function modelOf(
  snapshot: Snapshot,
  matches: readonly RuleMatch[],
): (rule: OurRule, match: RuleMatch) => Possibilities {
  const follow = mailFlow(
    asDelivered(
      snapshot,
      matches.map(({ recipient }) => recipient),
    ),
  );
  const groups = groupsIn(snapshot);
  // The reports do not contain the sending server, so one address of each class that the snapshot distinguishes is tried.
  const addressesOf = remembered(
    ({ rule }: OurRule) => rule.name,
    ({ rule }) => {
      const own = texts(rule.conditions["senderIpRanges"]);
      return sendingAddresses(snapshot, own.length > 0 ? own : everywhere);
    },
    Infinity,
  );
  const inGeneral = remembered(
    ({ rule }: OurRule, recipient: string) => `${rule.name}\n${recipient}`,
    (rule, recipient) =>
      possibilities(follow, rule, recipient, groups, addressesOf(rule)),
    Infinity,
  );
  return (rule, match) => {
    const recipient = match.recipient.toLowerCase();
    const message = {
      ...messageFor(rule, recipient, addressesOf(rule)),
      sender: match.sender,
      at: new Date(match.at),
    };
    return {
      ...inGeneral(rule, recipient),
      precisely: () =>
        rule.dispositions.map(
          (disposition) => follow({ ...message, disposition }).path,
        ),
    };
  };
}

/** All addresses, for a rule without a condition on addresses; the published ones first. */
const everywhere = [...egressIpRanges, "0.0.0.0/0"];

function possibilities(
  follow: MailFlow,
  rule: OurRule,
  recipient: string,
  groups: readonly string[],
  addresses: readonly string[],
): Omit<Possibilities, "precisely"> {
  const base = messageFor(rule, recipient, addresses);
  const paths = (variants: readonly Partial<Message>[]): Path[] =>
    variants.flatMap((variant) =>
      rule.dispositions.map(
        (disposition) => follow({ ...base, ...variant, disposition }).path,
      ),
    );
  const memberships = [
    ...groups.map((group) => ({ recipientGroups: [group] })),
    ...(groups.length > 1 ? [{ recipientGroups: [...groups] }] : []),
  ];
  return {
    expected: paths([{}]),
    circumstances: once(() =>
      paths([
        ...memberships,
        ...addresses.slice(1).map((sourceIp) => ({ sourceIp })),
      ]),
    ),
    ownVerdicts: once(() =>
      paths(
        verdicts.flatMap((microsoftVerdict) =>
          [{}, ...memberships].map((membership) => ({
            ...membership,
            microsoftVerdict,
          })),
        ),
      ),
    ),
  };
}

/** Returns a message that the rule matches, from one of its addresses. */
const messageFor = (
  { header }: OurRule,
  recipient: string,
  [sourceIp]: readonly string[],
): Omit<Message, "disposition"> => ({
  header,
  recipient,
  ...(sourceIp !== undefined && { sourceIp }),
});

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

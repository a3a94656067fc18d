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

/** What may have become of a message that a rule matched. */
export interface Possibilities {
  /** By the model, with no verdict of Microsoft's own: one path for each disposition that the rule is for. */
  readonly expected: readonly Path[];
  /** The same for the message's own sender and time, which cost a look at the model for each message. */
  readonly precisely: () => readonly Path[];
  /** By the model for what the reports do not tell: groups of the recipient, the sending server. */
  readonly circumstances: () => readonly Path[];
  /** By the model for another verdict of Microsoft's own. */
  readonly ownVerdicts: () => readonly Path[];
}

/** Asks the model about messages that rules have matched already: whatever Cloudflare did, it delivered them with the header. */
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
  // The reports do not say which server mail came from: one address of each kind that the snapshot tells apart.
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

/** Everything that a rule without addresses takes, the published addresses first. */
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

/** A message that the rule has matched: from an address that it takes. */
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

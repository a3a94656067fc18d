import { verdicts, type Message } from "../message";
import type { Path } from "../path";
import type { RuleMatch } from "../reports";
import { asDelivered } from "../delivered";
import { groupsIn } from "../representatives";
import { mailFlow, type MailFlow } from "../route";
import type { Snapshot } from "../snapshot";
import { addressesFor } from "./addresses";
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
  const addressesOf = addressesFor(snapshot);
  const known = new Map<string, Omit<Possibilities, "precisely">>();
  return (rule, match) => {
    const recipient = match.recipient.toLowerCase();
    const key = `${rule.rule.name}\n${recipient}`;
    let found = known.get(key);
    if (!found) {
      found = possibilities(follow, rule, recipient, groups, addressesOf(rule));
      known.set(key, found);
    }
    const message = {
      ...messageFor(rule, recipient, addressesOf(rule)),
      ...(match.sender !== "" && { sender: match.sender }),
      at: new Date(match.at),
    };
    return {
      ...found,
      precisely: () =>
        rule.dispositions.map(
          (disposition) => follow({ ...message, disposition }).path,
        ),
    };
  };
}

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
        verdicts
          .filter((verdict) => verdict !== "none")
          .flatMap((microsoftVerdict) =>
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

import { acceptance } from "./accepted-domains";
import { cloudflare } from "./cloudflare";
import { connection } from "./connection";
import { egressIpRanges } from "./egress";
import { end, named, oneOf, step, unread, type Way } from "./end";
import {
  domainOf,
  folded,
  type Arrived,
  type Headers,
  type Mail,
} from "./mail";
import { dispositionHeaders, type Message } from "./message";
import type { Path, Step } from "./path";
import { policyChoice } from "./policy-choice";
import { quarantine } from "./quarantine";
import type { Snapshot } from "./snapshot";
import { transportRules, type TransportRules } from "./transport-rules";
import { filtered } from "./verdict";

/** Where a message goes, step by step; and the last hop that was taken, where none was given. */
export interface Followed {
  readonly path: Path;
  readonly sourceIp: string;
}

/** Follows messages through a snapshot. */
export type MailFlow = (message: Message) => Followed;

/**
 * Where a message ends, and what decided: Cloudflare, connectors, connection filter, rules in their order, the verdict, the policy
 * that is for the recipient, its action, the quarantine policy. Where nobody has documented what happens, where nobody can tell,
 * or where a part of the snapshot was not read, and it matters for the end, the outcome is `notDocumented` and a step says why.
 *
 * For many messages, {@link mailFlow} prepares the snapshot once.
 */
export function route(snapshot: Snapshot, message: Message): Path {
  return mailFlow(snapshot)(message).path;
}

/** Prepares a snapshot for many messages. The snapshot must not change while the answer is in use. */
export function mailFlow(snapshot: Snapshot): MailFlow {
  const throughCloudflare = cloudflare(snapshot);
  const accepts = acceptance(snapshot.acceptedDomains);
  const connect = connection(snapshot);
  const rules = rulesOf(snapshot.transportRules);
  const choice = policyChoice(snapshot);
  const detain = quarantine(snapshot);
  return (message) => {
    const recipient = folded(message.recipient);
    const recipientDomain = domainOf(recipient);
    const arrival = throughCloudflare(
      recipientDomain,
      message.disposition,
      message.sourceIp,
    );
    if ("end" in arrival)
      return {
        path: oneOf([arrival]),
        sourceIp: message.sourceIp ?? egressIpRanges[0] ?? "",
      };
    const { sourceIp, word } = arrival;
    const sender = folded(message.sender ?? unknownSender);
    const arrived: Arrived = {
      recipient,
      recipientDomain,
      groups: (message.recipientGroups ?? []).map(folded),
      sender,
      senderDomain: domainOf(sender),
      senderInside: accepts(domainOf(sender)),
      sourceIp,
      behindCloudflare: arrival.behindCloudflare,
      microsoftVerdict: message.microsoftVerdict ?? "none",
      bcl: message.bcl,
      at: (message.at ?? new Date()).getTime(),
    };
    const headers: Headers = new Map(
      word === undefined
        ? []
        : [[folded(dispositionHeaders[message.header]), word]],
    );
    return { path: oneOf(ways(arrived, headers, arrival.steps)), sourceIp };
  };

  function ways(
    arrived: Arrived,
    headers: Headers,
    before: readonly Step[],
  ): Way[] {
    const { recipientDomain } = arrived;
    if (accepts(recipientDomain) === false)
      return [
        {
          end: end("notDocumented"),
          steps: [
            ...before,
            step(
              named("AcceptedDomain", recipientDomain),
              "domainName",
              null,
              "the tenant does not accept mail for it; it is another tenant's or nobody's",
            ),
          ],
        },
      ];
    const connected = connect(arrived);
    const steps = [...before, ...connected.steps];
    if ("end" in connected) return [{ end: connected.end, steps }];
    const mail: Mail = { ...arrived, allowed: connected.allowed };
    const { ended, passed } = rules(mail, headers, steps);
    return [
      ...ended,
      ...passed.flatMap((one) => filtered(one, mail, choice, detain)),
    ];
  }
}

/** An address of a domain that nobody has. */
const unknownSender = "sender@sender.example";

function rulesOf(part: Snapshot["transportRules"]): TransportRules {
  if ("value" in part) return transportRules(part.value);
  const { unavailable } = part;
  const why = unread(
    "TransportRule",
    "mail flow rules were not read",
    unavailable,
  );
  return (_mail, _headers, steps) => ({
    ended: [{ end: end("notDocumented"), steps: [...steps, why] }],
    passed: [],
  });
}

import { acceptance, ownership } from "./accepted-domains";
import { cloudflare, type Delivered } from "./cloudflare";
import { connection } from "./connection";
import { egressIpRanges } from "./egress";
import {
  distinctResults,
  result,
  named,
  oneOf,
  step,
  unread,
  type Result,
  type Way,
} from "./result";
import { domainOf, folded, type Headers, type Mail, type Origin } from "./mail";
import { dispositionHeaders, headers, type Message } from "./message";
import type { Path, Step } from "./path";
import { policyChoice } from "./policy-choice";
import { quarantine } from "./quarantine";
import { remembered } from "./remembered";
import type { Representative } from "./representatives";
import type { Snapshot } from "./snapshot";
import type { ThreeValued } from "./three-valued";
import { transportRules, type TransportRules } from "./transport-rules";
import { filter } from "./verdict";

/** Where a message goes, step by step; and the last hop that was taken, where none was given. */
export interface Followed {
  readonly path: Path;
  /** Every result that the message could have: one, unless the path is not documented. */
  readonly results: readonly Result[];
  readonly sourceIp: string;
}

/** Follows messages through a snapshot. */
export type MailFlow = (message: Message) => Followed;

/** Whom messages are for. */
export type Addressee = Pick<Representative, "recipient" | "groups">;

/** A message, whoever it is for. */
export type Sent = Omit<Message, "recipient" | "recipientGroups">;

/** Follows messages through a snapshot, first by whom they are for: most of the way is the same for all of these. */
export type MailFlowTo = (to: Addressee) => (message: Sent) => Followed;

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

/**
 * Prepares a snapshot for many messages. The snapshot must not change while the result is in use. Messages without a time count as
 * sent at the time of the preparation.
 */
export function mailFlow(snapshot: Snapshot): MailFlow {
  const followTo = remembered(
    ({ recipient, groups }: Addressee) => [recipient, ...groups].join("\n"),
    mailFlowTo(snapshot),
  );
  return (message) => {
    const { recipient, recipientGroups: groups = [] } = message;
    return followTo({ recipient, groups })(message);
  };
}

/** The same for a table of many recipients, who get the same messages. */
export function mailFlowTo(snapshot: Snapshot): MailFlowTo {
  const throughCloudflare = cloudflare(snapshot);
  const accepts = acceptance(snapshot.acceptedDomains);
  const owns = ownership(snapshot.acceptedDomains);
  const connect = connection(snapshot);
  const rules = rulesOf(snapshot.transportRules);
  const policiesFor = policyChoice(snapshot);
  const filtered = filter(quarantine(snapshot));
  const now = new Date();
  const ofKind = remembered(kindOf, (delivered, message): Kind => {
    const sender = folded(message.sender ?? unknownSender);
    const senderDomain = domainOf(sender);
    const origin: Origin = {
      sender,
      senderDomain,
      senderInside: accepts(senderDomain),
      senderOwned: owns(senderDomain),
      sourceIp: delivered.sourceIp,
      behindCloudflare: delivered.behindCloudflare,
      microsoftVerdict: message.microsoftVerdict ?? "none",
      bcl: message.bcl,
      at: (message.at ?? now).getTime(),
    };
    return {
      origin,
      connected: connect(origin),
      ruled: rules(origin, stamped(delivered, message)),
    };
  });
  return (addressee) => {
    const recipient = folded(addressee.recipient);
    const recipientDomain = domainOf(recipient);
    const groups = addressee.groups.map(folded);
    const arrive = throughCloudflare(recipientDomain);
    const to: To = {
      recipient,
      recipientDomain,
      groups,
      accepted: accepts(recipientDomain),
      filtered: filtered(policiesFor({ recipient, recipientDomain, groups })),
    };
    return (message) => {
      const arrival = arrive(message);
      if ("result" in arrival)
        return {
          path: oneOf([arrival]),
          results: [arrival.result],
          sourceIp: message.sourceIp ?? egressIpRanges[0] ?? "",
        };
      const all = ways(ofKind(arrival, message), to, arrival.steps);
      const { sourceIp } = arrival;
      return { path: oneOf(all), results: distinctResults(all), sourceIp };
    };
  };
}

/** Every way of a message that Microsoft gets. */
function ways(
  { origin, connected, ruled }: Kind,
  to: To,
  before: readonly Step[],
): Way[] {
  const { recipient, recipientDomain, groups, accepted, filtered } = to;
  if (accepted === false) {
    const why = step(
      named("AcceptedDomain", recipientDomain),
      "domainName",
      null,
      "the tenant does not accept mail for it; it is another tenant's or nobody's",
    );
    return [{ result: result("notDocumented"), steps: [...before, why] }];
  }
  const { ended: atConnection, passed: taken } = connected(to);
  const found: Way[] = [];
  add(found, before, atConnection);
  if (!taken) return found;
  // Member by member: a table of all mail copies both for each of its rows.
  const mail: Mail = {
    sender: origin.sender,
    senderDomain: origin.senderDomain,
    senderInside: origin.senderInside,
    senderOwned: origin.senderOwned,
    sourceIp: origin.sourceIp,
    behindCloudflare: origin.behindCloudflare,
    microsoftVerdict: origin.microsoftVerdict,
    bcl: origin.bcl,
    at: origin.at,
    recipient,
    recipientDomain,
    groups,
    allowed: taken.allowed,
  };
  const steps = before.concat(taken.steps);
  const { ended, passed } = ruled(mail);
  add(found, steps, ended);
  for (const one of passed)
    add(found, steps.concat(one.steps), filtered(one.scl, mail));
  return found;
}

/** A recipient of messages, with what is the same for all messages to him. */
interface To extends Pick<Mail, "recipient" | "recipientDomain" | "groups"> {
  /** Whether the tenant accepts mail for the domain. */
  readonly accepted: ThreeValued;
  readonly filtered: ReturnType<ReturnType<typeof filter>>;
}

/** Messages that Microsoft gets and that nothing but their recipient tells apart. */
interface Kind {
  readonly origin: Origin;
  readonly connected: ReturnType<ReturnType<typeof connection>>;
  readonly ruled: ReturnType<TransportRules>;
}

/** What tells messages apart that Microsoft gets, whoever they are for. */
function kindOf(
  { word, sourceIp, behindCloudflare }: Delivered,
  { header, sender, microsoftVerdict, bcl, at }: Sent,
): string {
  return [
    word,
    sourceIp,
    behindCloudflare,
    header,
    sender,
    microsoftVerdict,
    bcl,
    at?.getTime(),
  ].join("\n");
}

const stamped = (
  { word }: Delivered,
  { header }: Pick<Message, "header">,
): Headers =>
  new Map(
    word === undefined
      ? []
      : (header === "both" ? headers : [header]).map((one) => [
          folded(dispositionHeaders[one]),
          word,
        ]),
  );

/** Adds ways with other steps before their own. */
function add(found: Way[], before: readonly Step[], ways: readonly Way[]) {
  for (const { result, steps } of ways)
    found.push({ result, steps: before.concat(steps) });
}

/** An address of a domain that nobody has: the sender of messages that name none. */
export const unknownSender = "sender@sender.example";

function rulesOf(part: Snapshot["transportRules"]): TransportRules {
  if ("value" in part) return transportRules(part.value);
  const why = unread(
    "TransportRule",
    "mail flow rules were not read",
    part.unavailable,
  );
  return () => () => ({
    ended: [{ result: result("notDocumented"), steps: [why] }],
    passed: [],
  });
}

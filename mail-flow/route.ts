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

/** The path and the possible results of a message, with the last hop that was assumed if the message had none. */
export interface Followed {
  readonly path: Path;
  /** All results that the message can have: exactly one, unless the path is not documented. */
  readonly results: readonly Result[];
  readonly sourceIp: string;
}

/** Returns the path of a message through a snapshot. */
export type MailFlow = (message: Message) => Followed;

/** The recipient of messages. */
export type Addressee = Pick<Representative, "recipient" | "groups">;

/** A message without its recipient. */
export type Sent = Omit<Message, "recipient" | "recipientGroups">;

/** Returns the paths of messages, first by recipient, because most of the path is the same for all messages to a recipient. */
export type MailFlowTo = (to: Addressee) => (message: Sent) => Followed;

/**
 * Returns the outcome of a message, and the steps that decided it: Cloudflare, connectors, connection filter, rules by priority, the
 * verdict, the policy that applies to the recipient, its action, the quarantine policy. The outcome is `notDocumented`, with a step that
 * explains why, if something that the outcome depends on is not documented, cannot be determined, or was not read.
 *
 * For many messages, {@link mailFlow} prepares the snapshot once.
 */
export function route(snapshot: Snapshot, message: Message): Path {
  return mailFlow(snapshot)(message).path;
}

/**
 * Prepares a snapshot for many messages. The snapshot must not change while the result is in use. Messages without a time are assumed to be
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

/** Prepares a snapshot for many recipients of the same messages. */
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

/** Returns all ways of a message that reaches Microsoft. */
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
  // Copied property by property, which is faster than a spread: this runs for every row of a table.
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

/** A recipient, with everything that is the same for all messages to this recipient. */
interface To extends Pick<Mail, "recipient" | "recipientDomain" | "groups"> {
  /** Whether the tenant accepts mail for the domain. */
  readonly accepted: ThreeValued;
  readonly filtered: ReturnType<ReturnType<typeof filter>>;
}

/** Messages that reach Microsoft and differ only in their recipient. */
interface Kind {
  readonly origin: Origin;
  readonly connected: ReturnType<ReturnType<typeof connection>>;
  readonly ruled: ReturnType<TransportRules>;
}

/** Returns a key that is equal for messages that differ only in their recipient. */
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

/** Adds ways, with the given steps before their own. */
function add(found: Way[], before: readonly Step[], ways: readonly Way[]) {
  for (const { result, steps } of ways)
    found.push({ result, steps: before.concat(steps) });
}

/** The sender of messages without one: an address of a domain that does not exist. */
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

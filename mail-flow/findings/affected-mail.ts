import { texts, unprefixed } from "../conditions";
import { domainOf, folded, unknownMail, within } from "../mail";
import { dispositionHeaders, generationOf, type Header } from "../message";
import { snapshotOf } from "../part";
import { allHold, requirementsOf } from "../rule-match";
import { groupsIn } from "../representatives";
import { sendingAddresses } from "../sending-addresses";
import type { RuleValue, TransportRule } from "../snapshot";
import { watchingStep } from "../rule-states";
import type { ThreeValued } from "../three-valued";
import type { Context } from "./context";
import { recipientsOf, someoneIn } from "./recipients";

/** How much of something is meant. */
export interface AffectedMail {
  /** `domains`: all of it at some of the domains. */
  readonly extent: "all" | "domains" | "some" | "none";
  /** The domains at which all of it is meant. */
  readonly domains: readonly string[];
}

/** Mail that Cloudflare delivers: one disposition in a header of one generation, from any of its addresses, to any of the domains. */
export interface Mail {
  readonly header: Header;
  /** The word that is stamped, such as `UCE`. */
  readonly word: string;
}

const none: AffectedMail = { extent: "none", domains: [] };

/**
 * How much of such mail a rule acts on now: all where it matches whoever the recipient is and whichever address Cloudflare delivers
 * from. A rule that is disabled, only watches or is outside its dates acts on none.
 */
export function affectedMail(
  rule: TransportRule,
  context: Context,
): (mail: Mail) => AffectedMail {
  if (!inForce(rule, context.now)) return () => none;
  const alone = snapshotOf({ transportRules: [rule] });
  const requirements = requirementsOf(onlyOfDelivery(rule));
  // Most rules do not look at recipients; telling them apart takes longest.
  const looksAtThem = requirements.some(({ on }) => on === "recipient");
  const classes = looksAtThem
    ? toldApart(context.domains, rule)
    : [context.domains];
  const samples = classes.flatMap(([sample]) => sample ?? []);
  const recipients = looksAtThem
    ? recipientsOf(alone, { domains: samples }, () => groupsIn(alone))
    : someoneIn(samples);
  const addresses = sendingAddresses(alone, context.egressIpRanges);
  const mails = recipients.map((recipient) =>
    addresses.map((sourceIp) => ({
      ...recipient,
      ...unknownMail,
      senderInside: false,
      sourceIp,
      at: context.now.getTime(),
    })),
  );
  return ({ header, word }) => {
    const headers = new Map([[folded(dispositionHeaders[header]), word]]);
    const truths = mails.map(
      (some) =>
        new Set(
          some.map((mail) =>
            allHold(true, requirements, { mail, headers, scl: null }),
          ),
        ),
    );
    const isAll = (among: readonly ReadonlySet<ThreeValued>[]) =>
      among.length > 0 &&
      among.every((found) => found.size === 1 && found.has(true));
    if (isAll(truths)) return { extent: "all", domains: context.domains };
    const domains = classes.filter(([sample = ""]) =>
      isAll(truths.filter((_, at) => recipients[at]?.domains.includes(sample))),
    );
    if (domains.length > 0)
      return { extent: "domains", domains: domains.flat() };
    const isMet = truths.some(
      (found) => found.has(true) || found.has(undefined),
    );
    return isMet ? { extent: "some", domains: [] } : none;
  };
}

/** The domains that a rule names, each by itself, and the others together: an account may have thousands. */
function toldApart(
  domains: readonly string[],
  { conditions }: TransportRule,
): (readonly string[])[] {
  const isNamed = within(
    Object.values(conditions)
      .flatMap(texts)
      .map((name) => domainOf(folded(name))),
  );
  const others = domains.filter((domain) => !isNamed(domain));
  return [
    ...domains.filter(isNamed).map((domain) => [domain]),
    ...(others.length > 0 ? [others] : []),
  ];
}

/** The rule as far as Cloudflare and the recipient decide: what it asks of senders and of content may hold for some of the mail. */
function onlyOfDelivery(rule: TransportRule): TransportRule {
  const [known, unknown] = [new Map<string, RuleValue>(), [...rule.unread]];
  for (const [name, value] of Object.entries(rule.conditions))
    if (isOfDelivery(unprefixed(name), value)) known.set(name, value);
    else unknown.push(name);
  return { ...rule, conditions: Object.fromEntries(known), unread: unknown };
}

function isOfDelivery(name: string, value: RuleValue): boolean {
  return name.endsWith("MessageHeader")
    ? generationOf(String(value)) !== undefined
    : /^(header|senderIpRanges|recipientDomainIs|sentTo|anyOfTo|fromScope|has)/.test(
        name,
      );
}

/** Whether a rule acts on any mail now: its state, its mode and its dates. */
export const inForce = (rule: TransportRule, now: Date): boolean =>
  rule.enabled && watchingStep(rule, now.getTime()) === undefined;

/** A value of a rule as a text. */
export const textOf = (value: RuleValue | undefined): string =>
  texts(value)[0] ?? "";

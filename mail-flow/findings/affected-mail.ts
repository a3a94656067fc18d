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

/** How much of some mail is affected. */
export interface AffectedMail {
  /** `domains`: all mail, but only for some of the domains. */
  readonly extent: "all" | "domains" | "some" | "none";
  /** The domains for which all mail is affected. */
  readonly domains: readonly string[];
}

/** Mail that Cloudflare delivers, with one disposition in one generation of headers, from any of its addresses, to any of the domains. */
export interface Mail {
  readonly header: Header;
  /** The word in the header, such as `UCE`. */
  readonly word: string;
}

const none: AffectedMail = { extent: "none", domains: [] };

/**
 * Returns how much of such mail a rule acts on now: all if it matches for every recipient and every address of Cloudflare. A rule that is
 * disabled, only reports or is outside its dates acts on none.
 */
export function affectedMail(
  rule: TransportRule,
  context: Context,
): (mail: Mail) => AffectedMail {
  if (!inForce(rule, context.now)) return () => none;
  const alone = snapshotOf({ transportRules: [rule] });
  const requirements = requirementsOf(onlyOfDelivery(rule));
  // Recipients are distinguished only if the rule tests them: most rules do not, and it is slow.
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

/** Returns the domains in groups: each domain that a rule names alone, and all others together, because an account may have thousands. */
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

/**
 * Returns a rule with only the conditions on Cloudflare and the recipient. Conditions on senders and content count as unknown, because they
 * may hold for some of the mail.
 */
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

/** Returns whether a rule acts on any mail now, by its state, its mode and its dates. */
export const inForce = (rule: TransportRule, now: Date): boolean =>
  rule.enabled && watchingStep(rule, now.getTime()) === undefined;

/** Returns a value of a rule as a string: the first one of a list. */
export const textOf = (value: RuleValue | undefined): string =>
  texts(value)[0] ?? "";

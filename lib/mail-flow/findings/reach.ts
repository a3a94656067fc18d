import { matchesPattern } from "../conditions";
import { dispositionHeaders } from "../message";
import type { Header } from "../message";
import type { RuleValue, TransportRule } from "../snapshot";
import type { Context } from "./context";
import { coverage, type Reach } from "./coverage";

/** Mail that Cloudflare delivers: one disposition in a header of one generation, from any of its addresses, to any of the domains. */
export interface Mail {
  readonly header: Header;
  /** The word that is stamped, such as `UCE`. */
  readonly word: string;
}

/**
 * How much of such mail a rule acts on now: conditions are joined with "and", one exception is enough, and what a condition asks
 * of senders, groups or content may hold for some. A rule that is disabled, only watches or is outside its dates acts on none.
 */
export function reachOf(
  rule: TransportRule,
  mail: Mail,
  context: Context,
): Reach {
  if (!inForce(rule, context.now)) return "none";
  let reach: Reach = rule.unread.length > 0 ? "some" : "all";
  for (const [name, value] of Object.entries(rule.conditions)) {
    if (companions.has(name)) continue;
    const excepts = name.startsWith("exceptIf");
    const condition = excepts
      ? lowerFirst(name.slice("exceptIf".length))
      : name;
    const held = holds(condition, value, rule, excepts, mail, context);
    if (held === (excepts ? "all" : "none")) return "none";
    if (held === "some") reach = "some";
  }
  return reach;
}

/** Whether a rule acts on any mail now: its state, its mode and its dates. */
export const inForce = (rule: TransportRule, now: Date): boolean =>
  rule.enabled && rule.mode === "Enforce" && inSchedule(rule, now);

/** Whether a moment lies between a rule's dates. */
export const inSchedule = (
  { activationDate, expiryDate }: TransportRule,
  now: Date,
): boolean =>
  !(activationDate && now < new Date(activationDate)) &&
  !(expiryDate && now >= new Date(expiryDate));

/** Properties that only say where another one looks. */
const companions = new Set([
  "headerContainsMessageHeader",
  "exceptIfHeaderContainsMessageHeader",
  "headerMatchesMessageHeader",
  "exceptIfHeaderMatchesMessageHeader",
]);

const lowerFirst = (text: string): string =>
  // SCLOver is sclOver, ADComparisonAttribute is adComparisonAttribute.
  text.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (head) => head.toLowerCase());

function holds(
  condition: string,
  value: RuleValue,
  rule: TransportRule,
  excepts: boolean,
  mail: Mail,
  context: Context,
): Reach {
  const companion = (name: string): string =>
    textOf(
      rule.conditions[
        excepts
          ? `exceptIf${name}`
          : name.charAt(0).toLowerCase() + name.slice(1)
      ],
    );
  switch (condition) {
    case "headerContainsWords": {
      const header = companion("HeaderContainsMessageHeader");
      if (isHeader(header, mail.header))
        return hasAny(mail.word, listOf(value)) ? "all" : "none";
      // Cloudflare stamps one generation; which, a condition on the other cannot tell.
      return isDispositionHeader(header) ? "none" : "some";
    }
    case "headerMatchesPatterns": {
      const header = companion("HeaderMatchesMessageHeader");
      if (isHeader(header, mail.header)) {
        const matches = matchesPattern(listOf(value))(mail.word);
        return matches === undefined ? "some" : matches ? "all" : "none";
      }
      return isDispositionHeader(header) ? "none" : "some";
    }
    case "senderIpRanges":
      return coverage(listOf(value), context.egressIpRanges);
    case "recipientDomainIs":
      return share(listOf(value), context.domains);
    case "sentTo":
    case "anyOfToHeader":
    case "anyOfToCcHeader":
      return share(listOf(value).map(domainOf), context.domains) === "none"
        ? "none"
        : "some";
    // Mail from the internet comes from outside, and is for somebody inside.
    case "fromScope":
      return value === "InOrganization" ? "none" : "all";
    case "sentToScope":
      return value === "InOrganization" ? "all" : "none";
    case "hasNoClassification":
      return "all";
    case "hasClassification":
    case "hasSenderOverride":
      return "none";
    default:
      return "some";
  }
}

/** Which part of the domains a list names. */
export function share(
  names: readonly string[],
  domains: readonly string[],
): Reach {
  const named = new Set(names.map((name) => name.toLowerCase()));
  if (domains.length === 0) return "some";
  const hit = domains.filter((domain) => named.has(domain)).length;
  return hit === 0 ? "none" : hit === domains.length ? "all" : "some";
}

/** The domain of an address. */
export const domainOf = (address: string): string =>
  address.slice(address.lastIndexOf("@") + 1);

/** Whether a header's name is that of a generation's disposition; the case does not matter. */
export const isHeader = (name: string, header: Header): boolean =>
  name.toLowerCase() === dispositionHeaders[header].toLowerCase();

const isDispositionHeader = (name: string): boolean =>
  isHeader(name, "area1") || isHeader(name, "cloudflare");

/** Whether a header's value, which is one word, has one of these words in it: in any case, whole. */
export const hasAny = (word: string, words: readonly string[]): boolean =>
  words.some((one) => one.trim().toLowerCase() === word.toLowerCase());

/** A value of a rule as a list of texts. */
export const listOf = (value: RuleValue | undefined): string[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [String(value)];

/** A value of a rule as a text. */
export const textOf = (value: RuleValue | undefined): string =>
  listOf(value)[0] ?? "";

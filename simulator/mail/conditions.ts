import type { ExchangeRecord } from "../exchange-record";
import { conditions } from "../exchange/parameters";
import { isSet } from "../json";
import { isTexts, type Json } from "../json";
import type { Tenant } from "../tenant";
import { rangeWith } from "./addresses";
import { domainOf, type CompleteMessage } from "./message";

/** The data of a message that mail flow rules evaluate. Rules change its headers and spam confidence level. */
export interface Seen {
  /** The message. */
  message: CompleteMessage;
  /** Its current headers. */
  headers: { name: string; value: string }[];
  /** The address that SenderIpRanges is compared with. */
  senderIp: string;
  /** Its current spam confidence level; undefined: not set yet. */
  scl: number | undefined;
  /** The tenant. */
  tenant: Tenant;
}

/** Whether a condition is met; undefined: the simulated message lacks the data to evaluate it. */
export type Truth = boolean | undefined;

/**
 * Evaluates a rule: it matches if all of its conditions are met and none of its exceptions. Values of one condition are
 * alternatives. `unknown` lists the conditions that cannot be evaluated. `missed` is the condition that keeps the rule from
 * acting although a header contains its words.
 */
export function matches(
  rule: ExchangeRecord,
  seen: Seen,
): { truth: Truth; unknown: string[]; missed?: string } {
  const unknown: string[] = [];
  const ask = (prefix: string, name: string): Truth => {
    const truth = holds(rule, prefix, name, seen);
    if (truth === undefined) unknown.push(`${prefix}${name}`);
    return truth;
  };
  const { when, unless } = setPredicates(rule);
  const miss = (property: string) => ({
    truth: false,
    unknown: [],
    ...(when.includes("HeaderContainsWords") &&
    holds(rule, "", "HeaderContainsWords", seen) === true
      ? { missed: property }
      : {}),
  });
  let truth: Truth = true;
  for (const name of when) {
    const held = ask("", name);
    if (held === false) return miss(name);
    if (held === undefined) truth = undefined;
  }
  for (const name of unless) {
    const held = ask("ExceptIf", name);
    if (held === true) return miss(`ExceptIf${name}`);
    if (held === undefined) truth = undefined;
  }
  return { truth, unknown };
}

/** Properties that only name the header of another condition. */
const companions = new Set([
  "HeaderContainsMessageHeader",
  "HeaderMatchesMessageHeader",
]);

function setPredicates(rule: ExchangeRecord): {
  when: string[];
  unless: string[];
} {
  const when: string[] = [];
  const unless: string[] = [];
  for (const [property, value] of Object.entries(rule)) {
    const isException = property.startsWith("ExceptIf");
    const name = isException ? property.slice("ExceptIf".length) : property;
    if (name in conditions && !companions.has(name) && isSet(value))
      (isException ? unless : when).push(name);
  }
  // Evaluates ranges last: they take longest, and most rules are decided by another condition.
  when.sort(byCost);
  unless.sort(byCost);
  return { when, unless };
}

function byCost(a: string, b: string): number {
  return Number(a === "SenderIpRanges") - Number(b === "SenderIpRanges");
}

type Check = (value: Json, seen: Seen, companion: Json | undefined) => Truth;

const some =
  (test: (entry: string, seen: Seen) => Truth): Check =>
  (value, seen) => {
    const held = list(value).map((entry) => test(entry, seen));
    return held.includes(true)
      ? true
      : held.includes(undefined)
        ? undefined
        : false;
  };
/** Checks all recipients of a message. If one matches, the rule acts on the message for all of them. */
const anyRecipient = (test: (entry: string, recipient: string) => Truth) =>
  some((entry, { message }) => {
    const held = [message.recipient, ...message.otherRecipients].map(
      (recipient) => test(entry, recipient),
    );
    return held.includes(undefined) ? undefined : held.includes(true);
  });
const inHeader = anyRecipient((address, recipient) => same(address, recipient));
const subjectAndBody = ({ message }: Seen) =>
  `${message.subject}\n${message.body}`;
const recipientGroup = some((group, { message }) =>
  message.recipientGroups.some((one) => same(one, group)),
);
const noAttachment: Check = () => false;

/** The check of each condition, by its parameter. Other conditions cannot be evaluated with the data of a simulated message. */
const checks: Record<string, Check> = {
  HeaderContainsWords: (words, { headers }, header) =>
    linesOf(headers, header).some((line) =>
      list(words).some((word) => hasWord(line, word)),
    ),
  HeaderMatchesPatterns: (patterns, seen, header) => {
    const lines = linesOf(seen.headers, header);
    return some((pattern) =>
      lines.length === 0 ? false : fits(lines.join("\n"), pattern),
    )(patterns, seen, undefined);
  },
  SenderIpRanges: (ranges, { senderIp }) =>
    rangeWith(ranges, senderIp) !== undefined,
  From: some((address, { message }) => same(address, message.sender)),
  FromMemberOf: some((group, { message }) =>
    message.senderGroups.some((one) => same(one, group)),
  ),
  FromAddressContainsWords: some((word, { message }) =>
    hasWord(message.sender, word),
  ),
  FromAddressMatchesPatterns: some((pattern, { message }) =>
    fits(message.sender, pattern),
  ),
  SenderDomainIs: some((domain, { message }) =>
    covers(domain, domainOf(message.sender)),
  ),
  RecipientDomainIs: some((domain, { message }) =>
    covers(domain, domainOf(message.recipient)),
  ),
  FromScope: (scope, { message, tenant }) => {
    // InOrganization needs an authenticated connection, which mail from the internet does not have.
    if (scope === "InOrganization") return false;
    return acceptedDomain(tenant, domainOf(message.sender)) ? undefined : true;
  },
  // Each recipient is checked separately, except by the conditions that begin with AnyOf.
  SentTo: some((address, { message }) => same(address, message.recipient)),
  AnyOfToHeader: inHeader,
  AnyOfToCcHeader: inHeader,
  AnyOfCcHeader: () => false,
  SentToMemberOf: recipientGroup,
  AnyOfToHeaderMemberOf: recipientGroup,
  AnyOfToCcHeaderMemberOf: recipientGroup,
  AnyOfCcHeaderMemberOf: () => false,
  AnyOfRecipientAddressContainsWords: anyRecipient((word, recipient) =>
    hasWord(recipient, word),
  ),
  RecipientAddressContainsWords: some((word, { message }) =>
    hasWord(message.recipient, word),
  ),
  AnyOfRecipientAddressMatchesPatterns: anyRecipient((pattern, recipient) =>
    fits(recipient, pattern),
  ),
  RecipientAddressMatchesPatterns: some((pattern, { message }) =>
    fits(message.recipient, pattern),
  ),
  SentToScope: (scope) => scope === "InOrganization",
  SubjectContainsWords: some((word, { message }) =>
    hasWord(message.subject, word),
  ),
  SubjectMatchesPatterns: some((pattern, { message }) =>
    fits(message.subject, pattern),
  ),
  SubjectOrBodyContainsWords: some((word, seen) =>
    hasWord(subjectAndBody(seen), word),
  ),
  SubjectOrBodyMatchesPatterns: some((pattern, seen) =>
    fits(subjectAndBody(seen), pattern),
  ),
  SCLOver: (least, { scl }) =>
    scl === undefined ? undefined : scl >= Number(least),
  WithImportance: (importance) => importance === "Normal",
  HasClassification: () => false,
  HasNoClassification: () => true,
  HasSenderOverride: () => false,
  AttachmentContainsWords: noAttachment,
  AttachmentExtensionMatchesWords: noAttachment,
  AttachmentHasExecutableContent: noAttachment,
  AttachmentIsPasswordProtected: noAttachment,
  AttachmentIsUnsupported: noAttachment,
  AttachmentMatchesPatterns: noAttachment,
  AttachmentNameMatchesPatterns: noAttachment,
  AttachmentProcessingLimitExceeded: noAttachment,
  AttachmentPropertyContainsWords: noAttachment,
  AttachmentSizeOver: noAttachment,
};

const companionOf: Record<string, string> = {
  HeaderContainsWords: "HeaderContainsMessageHeader",
  HeaderMatchesPatterns: "HeaderMatchesMessageHeader",
};

function holds(
  rule: ExchangeRecord,
  prefix: string,
  name: string,
  seen: Seen,
): Truth {
  const check = checks[name];
  const companion = companionOf[name];
  return check?.(
    rule[`${prefix}${name}`] ?? null,
    seen,
    companion === undefined ? undefined : rule[`${prefix}${companion}`],
  );
}

function linesOf(headers: Seen["headers"], header: Json | undefined): string[] {
  return headers
    .filter(({ name }) => typeof header === "string" && same(name, header))
    .map(({ value }) => value);
}

/** Whether a text contains a word: the whole word, in any case, without wildcards. Any character but a letter or digit ends a word. */
export function hasWord(text: string, word: string): boolean {
  const within = text.toLowerCase();
  const wanted = word.trim().toLowerCase();
  if (wanted === "") return false;
  for (
    let at = within.indexOf(wanted);
    at >= 0;
    at = within.indexOf(wanted, at + 1)
  )
    if (
      !isWordCharacter(within.charAt(at - 1)) &&
      !isWordCharacter(within.charAt(at + wanted.length))
    )
      return true;
  return false;
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character);
}

/** Whether a text matches a pattern; undefined if the pattern is not valid in JavaScript. */
function fits(text: string, pattern: string): Truth {
  try {
    return new RegExp(pattern, "i").test(text);
  } catch {
    return undefined;
  }
}

function list(value: Json): string[] {
  return isTexts(value) ? value : typeof value === "string" ? [value] : [];
}

/** Whether two names or addresses are the same, ignoring case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a name is the domain itself or one of its subdomains. @param name In lower case. */
export function covers(domain: string, name: string): boolean {
  const own = domain.toLowerCase();
  return own === name || name.endsWith(`.${own}`);
}

/** Returns the tenant's accepted domain of that name, or one that accepts it as a subdomain, or undefined. */
export function acceptedDomain(
  tenant: Tenant,
  name: string,
): ExchangeRecord | undefined {
  return tenant.acceptedDomains.find(
    ({ Name, DomainName, MatchSubDomains }) => {
      const own = (typeof DomainName === "string" ? DomainName : Name)
        .toLowerCase()
        .replace(/^\*\./, "");
      return (
        own === name || (MatchSubDomains === true && name.endsWith(`.${own}`))
      );
    },
  );
}

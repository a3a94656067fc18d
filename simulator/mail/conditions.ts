import type { ExchangeRecord } from "../exchange-record";
import { conditions } from "../exchange/parameters";
import { isSet } from "../json";
import { isTexts, type Json } from "../json";
import type { Tenant } from "../tenant";
import { rangeWith } from "./addresses";
import { domainOf, type CompleteMessage } from "./message";

/** What mail flow rules see of a message. Rules change headers and the level as they go. */
export interface Seen {
  /** The message. */
  message: CompleteMessage;
  /** Its headers as they are now. */
  headers: { name: string; value: string }[];
  /** The address that SenderIpRanges is held against. */
  senderIp: string;
  /** Its spam confidence level as it is now; undefined: none yet. */
  scl: number | undefined;
  /** The tenant. */
  tenant: Tenant;
}

/** Whether something holds; undefined: nobody could tell from what is known of a message here. */
export type Truth = boolean | undefined;

/**
 * Whether a rule's conditions and exceptions let it act: conditions of different kinds all have to hold, one exception is
 * enough to keep it from acting; values of one kind are alternatives. `unknown` names what could not be told, `missed` what kept
 * a rule from acting whose words a header does have.
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

/** Properties that only say where another one looks. */
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
  // Ranges take longest, and most rules are decided by something else.
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
/** Whether any recipient of the message fits: what then happens, happens to all of them. */
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
const nothingAttached: Check = () => false;

/** How a condition is told, by its parameter. One that is not here cannot be told from what is known of a message. */
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
    // Inside needs a connection that was authenticated; mail from the internet has none.
    if (scope === "InOrganization") return false;
    return acceptedDomain(tenant, domainOf(message.sender)) ? undefined : true;
  },
  // Of a message to several each is looked at alone, but for the conditions that begin with AnyOf.
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
  AttachmentContainsWords: nothingAttached,
  AttachmentExtensionMatchesWords: nothingAttached,
  AttachmentHasExecutableContent: nothingAttached,
  AttachmentIsPasswordProtected: nothingAttached,
  AttachmentIsUnsupported: nothingAttached,
  AttachmentMatchesPatterns: nothingAttached,
  AttachmentNameMatchesPatterns: nothingAttached,
  AttachmentProcessingLimitExceeded: nothingAttached,
  AttachmentPropertyContainsWords: nothingAttached,
  AttachmentSizeOver: nothingAttached,
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

/** Whether a text has a word: in any case, whole, no wildcards. What is neither letter nor digit ends a word. */
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

/** Whether a text fits a pattern; undefined when the pattern is none that JavaScript reads. */
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

/** Whether two names or addresses are the same: in any case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether a domain is the same as another one, or has it among its subdomains. @param name In lower case. */
export function covers(domain: string, name: string): boolean {
  const own = domain.toLowerCase();
  return own === name || name.endsWith(`.${own}`);
}

/** The tenant's accepted domain of that name, or one that takes its subdomains; undefined when there is none. */
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

import { RE2JS } from "re2js";

import { addressSet, type AddressSet } from "./address-set";
import { folded, type Headers, type Mail } from "./mail";
import type { RuleValue } from "./snapshot";
import { any, type Truth } from "./truth";

/** What a rule looks at. */
export interface Looked {
  readonly mail: Mail;
  readonly headers: Headers;
  /** The level that rules have set so far; null where none did. */
  readonly scl: number | null;
}

/** Whether a condition holds for a message. */
type Holds = (looked: Looked) => Truth;

/** A condition of a rule, or an exception. */
export interface Condition {
  /** What it depends on: the same for all recipients of a message, or not; or something that rules before it may change. */
  readonly on: "message" | "recipient" | "headers" | "scl";
  readonly holds: Holds;
}

/** A rule's conditions or exceptions by name, without `exceptIf` before it. */
export type Named = Readonly<Record<string, RuleValue>>;

const texts = (value: RuleValue | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [String(value)];

const yes: Holds = () => true;
const no: Holds = () => false;
const untold: Holds = () => undefined;

/** What holds for a list of names in any case. */
const among =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Holds => {
    const names = new Set(texts(value).map(folded));
    return ({ mail }) => names.has(read(mail));
  };

const words =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Holds => {
    const holds = containsWord(texts(value));
    return ({ mail }) => holds(read(mail));
  };

const patterns =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Holds => {
    const holds = matchesPattern(texts(value));
    return ({ mail }) => holds(read(mail));
  };

const groups = (value: RuleValue): Holds => {
  const wanted = new Set(texts(value).map(folded));
  return ({ mail }) => mail.groups.some((group) => wanted.has(group));
};

const recipient = (mail: Mail) => mail.recipient;
const sender = (mail: Mail) => mail.sender;

/**
 * Conditions by name. A message has no more than is asked for in `Message`: plain text to one recipient, from outside, without
 * attachment, classification and special headers. What asks for more does not hold; what depends on the recipient's entry in
 * the directory cannot be told.
 *
 * @see https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/conditions-and-exceptions
 */
const conditions: Readonly<Record<string, (value: RuleValue) => Holds>> = {
  senderIpRanges(value) {
    let ranges: AddressSet | undefined;
    // Of most rules something else decides; reading ranges takes longest.
    return ({ mail }) => (ranges ??= addressSet(texts(value)))(mail.sourceIp);
  },
  from: among(sender),
  senderDomainIs: among((mail) => mail.senderDomain),
  fromAddressContainsWords: words(sender),
  fromAddressMatchesPatterns: patterns(sender),
  fromScope(value) {
    // Inside needs a connection that was authenticated, outside a sender's domain that is not the tenant's.
    if (String(value).toLowerCase() === "inorganization") return no;
    return ({ mail }) => (mail.senderInside === false ? true : undefined);
  },
  fromMemberOf: () => no,
  senderADAttributeContainsWords: () => no,
  senderADAttributeMatchesPatterns: () => no,
  senderManagementRelationship: () => no,
  betweenMemberOf1: () => no,
  betweenMemberOf2: () => no,

  sentTo: among(recipient),
  anyOfToHeader: among(recipient),
  anyOfToCcHeader: among(recipient),
  anyOfCcHeader: () => no,
  sentToMemberOf: groups,
  anyOfToHeaderMemberOf: groups,
  anyOfToCcHeaderMemberOf: groups,
  anyOfCcHeaderMemberOf: () => no,
  recipientDomainIs: among((mail) => mail.recipientDomain),
  recipientAddressContainsWords: words(recipient),
  recipientAddressMatchesPatterns: patterns(recipient),
  anyOfRecipientAddressContainsWords: words(recipient),
  anyOfRecipientAddressMatchesPatterns: patterns(recipient),
  sentToScope: (value) =>
    String(value).toLowerCase() === "inorganization" ? yes : no,

  // What Microsoft's own filtering found so far is not told to anybody outside.
  sclOver:
    (value) =>
    ({ scl, mail }) =>
      scl !== null
        ? scl >= Number(value)
        : mail.allowed
          ? Number(value) <= -1
          : undefined,

  hasClassification: () => no,
  hasNoClassification: () => yes,
  hasSenderOverride: () => no,
  withImportance: (value) =>
    String(value).toLowerCase() === "normal" ? yes : no,
  messageTypeMatches: () => no,
  messageSizeOver: () => no,
  messageContainsDataClassifications: () => no,
  contentCharacterSetContainsWords: () => no,
};

/** A condition's name without `exceptIf`: `exceptIfSCLOver` is `sclOver`, `exceptIfFrom` is `from`. */
export function unprefixed(name: string): string {
  if (!name.startsWith("exceptIf")) return name;
  const rest = name.slice("exceptIf".length);
  const capitals =
    /^[A-Z]+(?=[A-Z][a-z]|$)/.exec(rest)?.[0] ?? rest.slice(0, 1);
  return capitals.toLowerCase() + rest.slice(capitals.length);
}

const ofContent = /^(subject|attachment)/;

/** The conditions of these names. */
export function conditionsOf(named: Named): Condition[] {
  const found: Condition[] = [];
  for (const [name, value] of Object.entries(named)) {
    const owner = owners[name];
    if (owner !== undefined && owner in named) continue;
    const pair = pairs[name];
    if (pair) {
      const [partner, holds] = pair;
      const values = named[partner];
      // First, as it decides most often.
      found.unshift({
        on: "headers",
        holds:
          values === undefined ? untold : header(value, holds(texts(values))),
      });
    } else found.push({ on: dependsOn(name), holds: holdsOf(name, value) });
  }
  return found;
}

function dependsOn(name: string): Condition["on"] {
  if (name === "sclOver") return "scl";
  return /^(recipient|sentTo|anyOf)/.test(name) ? "recipient" : "message";
}

function holdsOf(name: string, value: RuleValue): Holds {
  const known = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  if (known) return known(value);
  if (ofContent.test(name)) {
    // A pattern that an empty text matches may match any message.
    return name.endsWith("Patterns") &&
      matchesPattern(texts(value))("") !== false
      ? untold
      : no;
  }
  return untold;
}

/** Conditions that take two properties: the header's name, and what it holds. */
const pairs: Readonly<
  Record<
    string,
    readonly [string, (values: readonly string[]) => (text: string) => Truth]
  >
> = {
  headerContainsMessageHeader: ["headerContainsWords", containsWord],
  headerMatchesMessageHeader: ["headerMatchesPatterns", matchesPattern],
};
/** Properties that only say more about another, which decides. */
const owners: Readonly<Record<string, string>> = {
  headerContainsWords: "headerContainsMessageHeader",
  headerMatchesPatterns: "headerMatchesMessageHeader",
  managerForEvaluatedUser: "managerAddresses",
  adComparisonOperator: "adComparisonAttribute",
};

function header(name: RuleValue, holds: (text: string) => Truth): Holds {
  const key = folded(String(name));
  return ({ headers }) => {
    const value = headers.get(key);
    return value === undefined ? false : holds(value);
  };
}

/** Whether a text holds one of some words as a whole, in any case. */
function containsWord(list: readonly string[]): (text: string) => boolean {
  const wanted = list.map((word) => word.trim().toLowerCase()).filter(Boolean);
  return (text) => {
    const folded = text.toLowerCase();
    return wanted.some((word) => {
      for (
        let at = folded.indexOf(word);
        at >= 0;
        at = folded.indexOf(word, at + 1)
      )
        if (
          !partOfWord(folded[at - 1]) &&
          !partOfWord(folded[at + word.length])
        )
          return true;
      return false;
    });
  };
}

function partOfWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

/** Exchange allows a rule no more characters than these. */
const longestRule = 8192;

/**
 * Whether a text matches one of some expressions, in any case; cannot be told of those that RE2 does not read (it has neither
 * look-around nor back references). RE2's time is linear: no administrator's expression holds anybody up.
 */
export function matchesPattern(
  list: readonly string[],
): (text: string) => Truth {
  let expressions: (RE2JS | undefined)[] | undefined;
  return (text) =>
    any(
      // Of most rules something else decides; reading expressions takes longest.
      (expressions ??= list.map(expressionOf)).map((expression) =>
        expression?.test(text),
      ),
    );
}

function expressionOf(pattern: string): RE2JS | undefined {
  if (pattern.length > longestRule) return undefined;
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch {
    return undefined;
  }
}

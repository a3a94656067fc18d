import { RE2JS } from "re2js";

import { addressSet, type AddressSet } from "./address-set";
import { folded, within, type Headers, type Mail } from "./mail";
import { propertyOf } from "./names";
import type { RuleValue } from "./snapshot";
import { any, type ThreeValued } from "./three-valued";

/** What the conditions of a rule test. */
export interface Looked {
  readonly mail: Mail;
  readonly headers: Headers;
  /** The SCL that rules have set so far; null if none has. */
  readonly scl: number | null;
}

type Holds = (looked: Looked) => ThreeValued;

/** A condition or an exception of a rule. */
export interface Condition {
  /** What the result depends on: `message`, the same for all recipients; `recipient`; or headers or SCL, which earlier rules may change. */
  readonly on: "message" | "recipient" | "headers" | "scl";
  /** The header that a condition on headers tests, in lower case. */
  readonly header?: string;
  readonly holds: Holds;
}

/** Returns a value as a list of strings; empty if the value is undefined. */
export const texts = (value: RuleValue | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [String(value)];

const yes: Holds = () => true;
const no: Holds = () => false;
const unknown: Holds = () => undefined;
const constants: ReadonlySet<Holds> = new Set([yes, no, unknown]);

/** Returns a function that returns whether a text matches one entry of a list. */
type Test = (list: readonly string[]) => (text: string) => ThreeValued;

/** Makes conditions that test one property of a message. */
const testing =
  (test: Test) =>
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Holds => {
    const holds = test(texts(value));
    return ({ mail }) => holds(read(mail));
  };

function isAmong(list: readonly string[]): (text: string) => boolean {
  const names = new Set(list.map(folded));
  return (text) => names.has(text);
}

const among = testing(isAmong);
const inDomains = testing(within);
const words = testing(containsWord);
const patterns = testing(matchesPattern);

const groups = (value: RuleValue): Holds => {
  const isWanted = isAmong(texts(value));
  return ({ mail }) => mail.groups.some(isWanted);
};

const onlyIf = (wanted: string) => (value: RuleValue) =>
  String(value).toLowerCase() === wanted ? yes : no;

const recipient = (mail: Mail) => mail.recipient;
const sender = (mail: Mail) => mail.sender;

/**
 * The conditions by name. A message has only the properties of `Message`: plain text, to one recipient, from outside, without attachment,
 * classification and special headers. Conditions on anything else do not hold. The result of conditions on the recipient's directory entry
 * is unknown.
 *
 * @see https://learn.microsoft.com/exchange/security-and-compliance/mail-flow-rules/conditions-and-exceptions
 */
const conditions: Readonly<Record<string, (value: RuleValue) => Holds>> = {
  senderIpRanges(value) {
    let ranges: AddressSet | undefined;
    // Parsed when first needed, because parsing is slow and most rules are decided by another condition.
    return ({ mail }) => (ranges ??= addressSet(texts(value)))(mail.sourceIp);
  },
  from: among(sender),
  senderDomainIs: inDomains((mail) => mail.senderDomain),
  fromAddressContainsWords: words(sender),
  fromAddressMatchesPatterns: patterns(sender),
  fromScope(value) {
    // `InOrganization` requires an authenticated connection; `NotInOrganization` requires a sender's domain that is not one of the
    // tenant's.
    if (String(value).toLowerCase() === "inorganization") return no;
    return ({ mail }) => (mail.senderInside === false ? true : undefined);
  },
  fromMemberOf: () => no,
  senderAdAttributeContainsWords: () => no,
  senderAdAttributeMatchesPatterns: () => no,
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
  recipientDomainIs: inDomains((mail) => mail.recipientDomain),
  recipientAddressContainsWords: words(recipient),
  recipientAddressMatchesPatterns: patterns(recipient),
  anyOfRecipientAddressContainsWords: words(recipient),
  anyOfRecipientAddressMatchesPatterns: patterns(recipient),
  sentToScope: onlyIf("inorganization"),

  // Microsoft does not return what its own filtering has found before the rules.
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
  withImportance: onlyIf("normal"),
  messageTypeMatches: () => no,
  messageSizeOver: () => no,
  messageContainsDataClassifications: () => no,
  contentCharacterSetContainsWords: () => no,
};

/** Returns a condition's name without `exceptIf`: `exceptIfSclOver` becomes `sclOver`, `exceptIfFrom` becomes `from`. */
export function unprefixed(name: string): string {
  if (!name.startsWith("exceptIf")) return name;
  return propertyOf(name.slice("exceptIf".length));
}

/** Returns a rule's conditions or exceptions. The names are given without `exceptIf`. */
export function conditionsOf(
  named: Readonly<Record<string, RuleValue>>,
): Condition[] {
  const found: Condition[] = [];
  for (const [name, value] of Object.entries(named)) {
    const owner = owners[name];
    if (owner !== undefined && owner in named) continue;
    const pair = pairs[name];
    if (pair) {
      const [partner, holds] = pair;
      const values = named[partner];
      // First, because it is the most selective condition.
      found.unshift(
        values === undefined
          ? { on: "message", holds: unknown }
          : onHeader(value, holds(texts(values))),
      );
    } else {
      const holds = holdsOf(name, value);
      found.push({ on: dependsOn(name, holds), holds });
    }
  }
  return found;
}

function dependsOn(name: string, holds: Holds): Condition["on"] {
  if (constants.has(holds)) return "message";
  if (name === "sclOver") return "scl";
  return /^(recipient|sentTo|anyOf)/.test(name) ? "recipient" : "message";
}

function holdsOf(name: string, value: RuleValue): Holds {
  const known = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  if (known) return known(value);
  if (!/^(subject|attachment)/.test(name)) return unknown;
  // A pattern that matches an empty text may match any message.
  return name.endsWith("Patterns") && matchesPattern(texts(value))("") !== false
    ? unknown
    : no;
}

/** Conditions that consist of two properties: the header's name, and its content. */
const pairs: Readonly<Record<string, readonly [string, Test]>> = {
  headerContainsMessageHeader: ["headerContainsWords", containsWord],
  headerMatchesMessageHeader: ["headerMatchesPatterns", matchesPattern],
};
/** Properties that only complete another property, which is the condition. */
const owners: Readonly<Record<string, string>> = {
  headerContainsWords: "headerContainsMessageHeader",
  headerMatchesPatterns: "headerMatchesMessageHeader",
  managerForEvaluatedUser: "managerAddresses",
  adComparisonOperator: "adComparisonAttribute",
};

function onHeader(
  name: RuleValue,
  holds: (text: string) => ThreeValued,
): Condition {
  const header = folded(String(name));
  return {
    on: "headers",
    header,
    holds({ headers }) {
      const value = headers.get(header);
      return value === undefined ? false : holds(value);
    },
  };
}

/** Returns a function that returns whether a text contains one of some words as a whole word. Case does not matter. */
function containsWord(list: readonly string[]): (text: string) => boolean {
  const wanted = list.map((word) => word.trim().toLowerCase()).filter(Boolean);
  return (text) => {
    const lower = text.toLowerCase();
    return wanted.some((word) => {
      for (
        let at = lower.indexOf(word);
        at >= 0;
        at = lower.indexOf(word, at + 1)
      )
        if (!partOfWord(lower[at - 1]) && !partOfWord(lower[at + word.length]))
          return true;
      return false;
    });
  };
}

function partOfWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

/** The largest number of characters of a rule in Exchange. */
const longestRule = 8192;

/**
 * Returns a function that returns whether a text matches one of some expressions. Case does not matter. The result is unknown for
 * expressions that RE2 does not support (look-around, back references). RE2 takes linear time, so no administrator's expression can block
 * the program.
 */
function matchesPattern(
  list: readonly string[],
): (text: string) => ThreeValued {
  let expressions: (RE2JS | undefined)[] | undefined;
  return (text) =>
    any(
      // Compiled when first needed, because compiling is slow and most rules are decided by another condition.
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

import { addressSet } from "./address-set";
import { folded, type Headers, type Mail } from "./mail";
import type { RuleValue } from "./snapshot";
import { all, any, type Truth } from "./truth";

/** What a rule looks at. */
export interface Looked {
  readonly mail: Mail;
  readonly headers: Headers;
  /** The level that rules have set so far; null where none did. */
  readonly scl: number | null;
}

/** Whether a condition holds for a message. */
export type Condition = (looked: Looked) => Truth;

/** A rule's conditions or exceptions by name, without `exceptIf` before it. */
export type Named = Readonly<Record<string, RuleValue>>;

const texts = (value: RuleValue | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [String(value)];

const yes: Condition = () => true;
const no: Condition = () => false;
const untold: Condition = () => undefined;

/** What holds for a list of names in any case. */
const among =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Condition => {
    const names = new Set(texts(value).map(folded));
    return ({ mail }) => names.has(read(mail));
  };

const words =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Condition => {
    const holds = containsWord(texts(value));
    return ({ mail }) => holds(read(mail));
  };

const patterns =
  (read: (mail: Mail) => string) =>
  (value: RuleValue): Condition => {
    const holds = matchesPattern(texts(value));
    return ({ mail }) => holds(read(mail));
  };

const groups = (value: RuleValue): Condition => {
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
const conditions: Readonly<Record<string, (value: RuleValue) => Condition>> = {
  senderIpRanges(value) {
    const ranges = addressSet(texts(value));
    return ({ mail }) => ranges(mail.sourceIp);
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

/**
 * What must hold for all of these conditions, in an order that decides soon.
 */
export function conditionsOf(named: Named): Condition[] {
  const found: Condition[] = [];
  for (const [name, value] of Object.entries(named)) {
    if (partners.has(name)) continue;
    const pair = pairs[name];
    if (pair) {
      const [partner, holds] = pair;
      found.push(header(String(value), holds(texts(named[partner]))));
    } else found.push(condition(name, value));
  }
  return found;
}

function condition(name: string, value: RuleValue): Condition {
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
const partners = new Set([
  "headerContainsWords",
  "headerMatchesPatterns",
  // Says whose manager `managerAddresses` asks for, and how `adComparisonAttribute` compares.
  "managerForEvaluatedUser",
  "adComparisonOperator",
]);

function header(name: string, holds: (text: string) => Truth): Condition {
  const key = folded(name);
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

/** Whether a text matches one of some expressions, in any case; cannot be told of those that JavaScript does not read. */
function matchesPattern(list: readonly string[]): (text: string) => Truth {
  const compiled = list.map((pattern) => {
    try {
      return new RegExp(pattern, "i");
    } catch {
      return undefined;
    }
  });
  return (text) => any(compiled.map((expression) => expression?.test(text)));
}

/** Whether a rule with these conditions and exceptions is for a message. Conditions are joined with "and", exceptions with "or". */
export function matcher(
  conditions: readonly Condition[],
  exceptions: readonly Condition[],
  unread: boolean,
): Condition {
  return (looked) => {
    let result: Truth = unread ? undefined : true;
    for (const holds of conditions) {
      const truth = holds(looked);
      if (truth === false) return false;
      if (truth === undefined) result = undefined;
    }
    const excepted = any(
      exceptions.length === 0 ? [] : exceptions.map((holds) => holds(looked)),
    );
    if (excepted === true) return false;
    return all([result, excepted === undefined ? undefined : true]);
  };
}

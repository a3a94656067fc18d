import { unprefixed } from "../../mail-flow/conditions";
import type { RuleValue, TransportRule } from "../../mail-flow/snapshot";
import { integer } from "../codecs";
import { identityOf } from "../exchange-online/identity";
import * as rule from "../exchange-online/transport-rule-properties";
import { field, isEmpty, type Fields } from "../field";
import { isList } from "../json";
import { valuesOf, type Item } from "../kind";
import { fieldsFrom, readerOf } from "./snapshot-fields";

/** What a rule has besides conditions, exceptions and actions. */
type Head = Omit<TransportRule, "guid" | "conditions" | "unread" | "actions">;

const head = readerOf<Head>({
  ...fieldsFrom(
    { fields: rule.properties },
    {
      name: undefined,
      priority: 0,
      enabled: undefined,
      mode: undefined,
      comments: undefined,
      stopRuleProcessing: undefined,
      ruleErrorAction: undefined,
    },
  ),
  ...rule.schedule,
  size: field("Size", integer(0, Infinity)),
});

/** Reads a rule of Get-TransportRule: what it says of itself, its conditions, exceptions and actions. */
export function transportRule(item: Item): TransportRule {
  const { guid } = identityOf(item);
  const { comments, ...itself } = head(item);
  const when = setAmong(rule.conditions, item);
  const unless = setAmong(rule.exceptions, item);
  return {
    ...itself,
    ...(guid && { guid }),
    ...(comments && { comments }),
    conditions: { ...when, ...unless },
    unread: [
      ...unread(item["Conditions"], Object.keys(when)),
      ...unread(item["Exceptions"], Object.keys(unless).map(unprefixed)),
    ],
    actions: setAmong(rule.actions, item),
  };
}

/** Returns the values that are set; `false` and empty lists are how the others read back (observed). */
const setAmong = (fields: Fields, item: Item): Record<string, RuleValue> =>
  Object.fromEntries(
    Object.entries(valuesOf({ fields }, item)).filter(
      ([, value]) => !isEmpty(value),
    ),
  ) as Record<string, RuleValue>;

/** Predicates that are not called as their parameters are. */
const predicates: Readonly<Record<string, string>> = {
  headerContainsMessageHeader: "HeaderContains",
  headerContainsWords: "HeaderContains",
  headerMatchesMessageHeader: "HeaderMatches",
  headerMatchesPatterns: "HeaderMatches",
  adComparisonAttribute: "ADAttributeComparison",
  adComparisonOperator: "ADAttributeComparison",
  betweenMemberOf1: "BetweenMemberOf",
  betweenMemberOf2: "BetweenMemberOf",
  managerAddresses: "ManagerIs",
  managerForEvaluatedUser: "ManagerIs",
};

/**
 * Classes of predicates of which no parameter shows a value. Class names are documented nowhere; those seen are
 * `…Rules.Tasks.FromScopePredicate` and the like, so that one that is spelled a little otherwise (`SubjectContainsPredicate`) is
 * given a parameter that none other has taken.
 */
function unread(classes: unknown, parameters: readonly string[]): string[] {
  const names = (isList(classes) ? classes : [classes]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  const open = new Set(parameters);
  const left = names.filter((one) => {
    const stem = stemOf(one);
    const same = [...open].filter(
      (parameter) => folded(predicates[parameter] ?? parameter) === stem,
    );
    for (const parameter of same) open.delete(parameter);
    return same.length === 0;
  });
  return left.filter((one) => {
    const stem = stemOf(one);
    const near = [...open].find((parameter) => {
      const known = folded(parameter);
      return known.startsWith(stem) || stem.startsWith(known);
    });
    return near === undefined || !open.delete(near);
  });
}

const stemOf = (className: string): string =>
  folded(
    className.slice(className.lastIndexOf(".") + 1).replace(/Predicate$/, ""),
  );

/** Without what the names of parameters have and those of classes may not have. */
const folded = (name: string): string =>
  name
    .replace(/(Words|Patterns)$/, "")
    .replace("ADAttribute", "Attribute")
    .toLowerCase();

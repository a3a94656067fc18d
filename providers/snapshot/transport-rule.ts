import { unprefixed } from "../../mail-flow/conditions";
import type { RuleValue, TransportRule } from "../../mail-flow/snapshot";
import { integer } from "../codecs";
import { identityOf } from "../exchange-online/identity";
import * as rule from "../exchange-online/transport-rule-properties";
import { field, isEmpty, type Fields } from "../field";
import { isList } from "../json";
import { valuesOf, type Item } from "../kind";
import { fieldsFrom, readerOf } from "./snapshot-fields";

/** The properties of a rule besides its conditions, exceptions and actions. */
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

/** Reads a rule of Get-TransportRule: its general properties, conditions, exceptions and actions. */
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

/** Returns the values that are set. Exchange returns `false` and empty lists for the others (observed). */
const setAmong = (fields: Fields, item: Item): Record<string, RuleValue> =>
  Object.fromEntries(
    Object.entries(valuesOf({ fields }, item)).filter(
      ([, value]) => !isEmpty(value),
    ),
  ) as Record<string, RuleValue>;

/** Predicates whose names differ from those of their parameters. */
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
 * Returns the classes of predicates for which no parameter has a value. Class names are not documented; observed ones have the form
 * `…Rules.Tasks.FromScopePredicate`. A class with a slightly different name (`SubjectContainsPredicate`) is therefore matched with a
 * similar parameter that no other class has.
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

/** Removes the parts of a parameter's name that a class name may not have. */
const folded = (name: string): string =>
  name
    .replace(/(Words|Patterns)$/, "")
    .replace(/A[Dd]Attribute/, "Attribute")
    .toLowerCase();

import { propertyOf } from "./names";

/** Conditions that Exchange takes only together (documented), by their parameters; the same holds for their exceptions. */
const pairs = [
  ["HeaderContainsMessageHeader", "HeaderContainsWords"],
  ["HeaderMatchesMessageHeader", "HeaderMatchesPatterns"],
  ["BetweenMemberOf1", "BetweenMemberOf2"],
  ["ManagerAddresses", "ManagerForEvaluatedUser"],
  ["ADComparisonAttribute", "ADComparisonOperator"],
] as const;

const partners: ReadonlyMap<string, string> = new Map(
  pairs.flatMap(([one, other]) =>
    [propertyOf, (parameter: string) => `exceptIf${parameter}`].flatMap(
      (named): [string, string][] => [
        [named(one), named(other)],
        [named(other), named(one)],
      ],
    ),
  ),
);

/** Returns the condition or exception without which Exchange does not take this one; undefined where it is taken alone. */
export const partnerOf = (property: string): string | undefined =>
  partners.get(property);

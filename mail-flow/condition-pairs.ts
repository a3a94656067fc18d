import { propertyOf } from "./names";

/** Conditions that Exchange accepts only together (documented), by their parameters. The same applies to their exceptions. */
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

/** Returns the condition or exception without which Exchange does not accept this one; undefined if it is accepted alone. */
export const partnerOf = (property: string): string | undefined =>
  partners.get(property);

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
    ["", "ExceptIf"].flatMap((prefix): [string, string][] => {
      const [first, second] = [
        propertyOf(`${prefix}${one}`),
        propertyOf(`${prefix}${other}`),
      ];
      return [
        [first, second],
        [second, first],
      ];
    }),
  ),
);

/** Returns the condition or exception without which Exchange does not accept this one; undefined if it is accepted alone. */
export const partnerOf = (property: string): string | undefined =>
  partners.get(property);

/** What users may rely on, by the number that its test file begins with. */
export const promises = {
  1: "An error never counts as a deletion",
  2: "Nothing is created twice",
  3: "Drift is reported exactly",
  4: "The preview is empty after an up",
  5: "Destroy restores previous values",
  6: "Mail is never exposed or lost",
  7: "Only the configured tenant is used",
  8: "Secrets appear nowhere",
  9: "Eventual consistency is handled",
  10: "Concurrent changes are safe",
  11: "Operations work in any order",
  12: "Parsers accept any input",
  13: "Old states are supported",
} as const;

/** The number of a promise. */
export type PromiseNumber = keyof typeof promises;

/** What users may rely on, by the number that its test file begins with. */
export const promises = {
  1: "An error is never an absence",
  2: "Nothing twice",
  3: "Drift is exact",
  4: "Empty preview",
  5: "Destroy restores",
  6: "No instant of exposure",
  7: "Right tenant only",
  8: "Secrets nowhere",
  9: "Eventual consistency",
  10: "Two at once",
  11: "Any order of life",
  12: "Parsers hold",
  13: "Old states",
} as const;

/** The number of a promise. */
export type PromiseNumber = keyof typeof promises;

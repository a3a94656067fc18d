import { intervalOf, mergedIntervals } from "../address-set";

/** Those of `ranges` that the list `by` does not cover as a whole. */
export const uncovered = (
  ranges: readonly string[],
  by: readonly string[],
): string[] => {
  const covering = mergedIntervals(by);
  return ranges.filter((range) => {
    const [start, end] = intervalOf(range) ?? [-1, Infinity];
    return !covering.some(([first, last]) => first <= start && end <= last);
  });
};

/** Those of `ranges` that share an address with the list `others`. */
export const meeting = (
  ranges: readonly string[],
  others: readonly string[],
): string[] => {
  const met = mergedIntervals(others);
  return ranges.filter((range) => {
    const [start, end] = intervalOf(range) ?? [Infinity, -1];
    return met.some(([first, last]) => first <= end && start <= last);
  });
};

/** Whether Microsoft 365 takes a range in a rule: Cloudflare says that it takes no IPv6 and no block wider than /24. */
export const isSupported = (range: string): boolean => {
  const [start, end] = intervalOf(range) ?? [0, Infinity];
  return end - start <= 255;
};

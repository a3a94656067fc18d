import { intervalOf, mergedIntervals } from "./address-set";

/** Returns the `ranges` that the list `by` does not cover completely. */
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

/** Returns the `ranges` that have an address in common with the list `others`. */
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

/**
 * Returns whether Microsoft 365 accepts a range in a rule. Cloudflare's documentation says that it accepts no IPv6, and no block larger
 * than /24.
 */
export const isSupported = (range: string): boolean => {
  const [start, end] = intervalOf(range) ?? [0, Infinity];
  return end - start <= 255;
};

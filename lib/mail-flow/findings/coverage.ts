import { intervalOf, mergedIntervals, type Interval } from "../address-set";

/** How much of something is meant. */
export type Reach = "all" | "some" | "none";

/** How much of `ranges` the list `by` covers, whatever the spelling and the way they are cut. */
export function coverage(
  by: readonly string[],
  ranges: readonly string[],
): Reach {
  const covering = merged(by);
  const left = merged(ranges);
  if (left.every((range) => covering.some((one) => holds(one, range))))
    return "all";
  return left.some((range) => covering.some((one) => meets(one, range)))
    ? "some"
    : "none";
}

/** Those of `ranges` that the list `by` does not cover as a whole. */
export const uncovered = (
  ranges: readonly string[],
  by: readonly string[],
): string[] => {
  const covering = merged(by);
  return ranges.filter((range) => {
    const interval = intervalOf(range);
    return !interval || !covering.some((one) => holds(one, interval));
  });
};

/** Those of `ranges` that share an address with the list `others`. */
export const meeting = (
  ranges: readonly string[],
  others: readonly string[],
): string[] => {
  const met = merged(others);
  return ranges.filter((range) => {
    const interval = intervalOf(range);
    return interval && met.some((one) => meets(one, interval));
  });
};

/** Those that Microsoft 365 does not take in a rule, says Cloudflare: IPv6 and blocks wider than /24. */
export const unsupported = (ranges: readonly string[]): string[] =>
  ranges.filter((range) => {
    const interval = intervalOf(range);
    return !interval || interval[1] - interval[0] > 255;
  });

const holds = (one: Interval, other: Interval): boolean =>
  one[0] <= other[0] && other[1] <= one[1];

const meets = (one: Interval, other: Interval): boolean =>
  one[0] <= other[1] && other[0] <= one[1];

/** Every check of every rule asks of the same lists. */
const known = new WeakMap<readonly string[], readonly Interval[]>();

function merged(ranges: readonly string[]): readonly Interval[] {
  let intervals = known.get(ranges);
  if (!intervals) {
    intervals = mergedIntervals(ranges);
    known.set(ranges, intervals);
  }
  return intervals;
}

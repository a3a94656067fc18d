import ipaddr from "ipaddr.js";

/** How much of something is meant. */
export type Reach = "all" | "some" | "none";

/** First and last address as numbers, both included. */
type Interval = readonly [first: number, last: number];

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

function merged(ranges: readonly string[]): Interval[] {
  const intervals: Interval[] = [];
  for (const [first, last] of ranges
    .map(intervalOf)
    .filter((interval) => interval !== undefined)
    .sort((one, other) => one[0] - other[0])) {
    const before = intervals.at(-1);
    if (before && first <= before[1] + 1)
      intervals.splice(-1, 1, [before[0], Math.max(before[1], last)]);
    else intervals.push([first, last]);
  }
  return intervals;
}

/** An IPv4 address, CIDR block or `a-b`; undefined for anything else, IPv6 among it. */
function intervalOf(range: string): Interval | undefined {
  const [from = "", to] = range.split("-").map((part) => part.trim());
  if (to !== undefined) {
    const [first, last] = [numberOf(from), numberOf(to)];
    return first !== undefined && last !== undefined && first <= last
      ? [first, last]
      : undefined;
  }
  const [address = "", length = "32"] = from.split("/");
  const start = numberOf(address);
  if (start === undefined || !/^\d+$/.test(length) || Number(length) > 32)
    return undefined;
  const size = 2 ** (32 - Number(length));
  const network = Math.floor(start / size) * size;
  return [network, network + size - 1];
}

const numberOf = (address: string): number | undefined =>
  ipaddr.IPv4.isValidFourPartDecimal(address)
    ? ipaddr.IPv4.parse(address)
        .toByteArray()
        .reduce((sum, byte) => sum * 256 + byte, 0)
    : undefined;

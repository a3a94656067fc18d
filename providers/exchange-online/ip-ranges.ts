import ipaddr from "ipaddr.js";

import { kindOf, type Codec } from "../codecs";

/** First and last address as numbers, both included. */
type Interval = readonly [first: number, last: number];

/** The two ranges that Cloudflare publishes wider than Microsoft 365 takes; they are expanded to their /24 blocks. */
export const publishedWideRanges: readonly string[] = [
  "104.30.32.0/19",
  "134.195.26.0/23",
];

/** A single IPv4 address, `a-b`, or CIDR; undefined for anything else. */
export function intervalOf(range: string): Interval | undefined {
  const parts = range.split("-");
  if (parts.length === 2) {
    const [first, last] = parts.map((part) => addressOf(part.trim()));
    return first !== undefined && last !== undefined && first <= last
      ? [first, last]
      : undefined;
  }
  const [address, length, ...more] = range.trim().split("/");
  const start = addressOf(address ?? "");
  if (start === undefined || more.length > 0) return undefined;
  if (length === undefined) return [start, start];
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  const network = Math.floor(start / size) * size;
  return [network, network + size - 1];
}

function addressOf(text: string): number | undefined {
  // ipaddr.js also reads octal and shortened forms: 010.0.0.1 would be another address to us than to whoever wrote it.
  if (
    !/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) ||
    !ipaddr.IPv4.isValid(text)
  )
    return undefined;
  return ipaddr.IPv4.parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
}

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

/** How a range is kept: one address bare, a block as its network with its length, everything else as `a-b`. */
function canonical(range: string): string {
  const interval = intervalOf(range);
  if (!interval) return range.trim();
  const [first, last] = interval;
  const size = last - first + 1;
  if (size === 1) return textOf(first);
  return Number.isInteger(Math.log2(size)) && first % size === 0
    ? `${textOf(first)}/${32 - Math.log2(size)}`
    : `${textOf(first)}-${textOf(last)}`;
}

function expanded(range: string): string[] {
  const interval = intervalOf(range);
  if (!interval || !publishedWideRanges.includes(canonical(range)))
    return [range];
  const [first, last] = interval;
  return Array.from(
    { length: (last - first + 1) / 256 },
    (_, block) => `${textOf(first + block * 256)}/24`,
  );
}

/** A range in its canonical form, with its addresses. */
interface Placed {
  readonly text: string;
  readonly interval: Interval | undefined;
}

/** Of two that differ: in numeric order; what is no IPv4 range at the end. */
const inOrder = (a: Placed, b: Placed): number =>
  (a.interval?.[0] ?? Infinity) - (b.interval?.[0] ?? Infinity) ||
  (a.interval?.[1] ?? Infinity) - (b.interval?.[1] ?? Infinity) ||
  (a.text < b.text ? -1 : 1);

/** Each is read once: a list is compared in every diff, and sorting would read its ranges again and again. */
const placed = (ranges: readonly string[]): Placed[] =>
  [...new Set(ranges.flatMap(expanded).map(canonical))]
    .map((text) => ({ text, interval: intervalOf(text) }))
    .sort(inOrder);

const normalize = (ranges: readonly string[]): string[] =>
  placed(ranges).map(({ text }) => text);

/** The addresses that a list covers: the same for every spelling and every way to cut it into ranges. */
export function merged(ranges: readonly string[]): unknown {
  const intervals: [number, number][] = [];
  const others: string[] = [];
  for (const { text, interval } of placed(ranges)) {
    const before = intervals.at(-1);
    if (!interval) others.push(text.toLowerCase());
    else if (before && interval[0] <= before[1] + 1)
      before[1] = Math.max(before[1], interval[1]);
    else intervals.push([interval[0], interval[1]]);
  }
  return [...intervals, ...others];
}

/** Set of IPv4 addresses, CIDR blocks of /24 to /32, or `a-b` ranges of at most 256 addresses. */
export const ipRanges: Codec<readonly string[]> = {
  type: "set of IPv4 addresses, CIDR blocks up to /24, or `a-b` ranges of at most 256 addresses",
  refuse(value) {
    if (!Array.isArray(value)) return `must be a list, not ${kindOf(value)}`;
    if (value.length === 0)
      return "must not be empty; leave it out to have no condition on the sender's address";
    for (const range of value as unknown[]) {
      const reason =
        typeof range === "string"
          ? reasonAgainst(range)
          : `has ${kindOf(range)} in it`;
      if (reason) return reason;
    }
    return undefined;
  },
  normalize,
  encode: (value) => value,
  decode: (wire) =>
    wire === null || wire === undefined
      ? wire
      : normalize(
          (Array.isArray(wire) ? (wire as unknown[]) : [wire])
            // An empty text is an empty list.
            .filter((range) => range !== "")
            .map((range) =>
              typeof range === "string" ? range : JSON.stringify(range),
            ),
        ),
  key: merged,
  none: [],
  noneWhenMissing: true,
};

function reasonAgainst(range: string): string | undefined {
  if (range.includes(":"))
    return `${range} is IPv6, which Microsoft 365 does not take in a rule; remove it`;
  const interval = intervalOf(range);
  if (!interval)
    return `"${range}" is not an IPv4 address, a CIDR block or a range a-b`;
  const size = interval[1] - interval[0] + 1;
  if (size <= 256 || publishedWideRanges.includes(canonical(range)))
    return undefined;
  return range.includes("-")
    ? `${range} covers ${size} addresses, Microsoft 365 takes at most 256; list its /24 blocks, or leave the property out to use Cloudflare's published list`
    : `${range} is wider than the /24 that Microsoft 365 takes; list its /24 blocks, or leave the property out to use Cloudflare's published list`;
}

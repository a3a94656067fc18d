import {
  addressOf,
  intervalOf,
  joinedIntervals,
  rangeOf,
  type Interval,
} from "../../mail-flow/address-set";
import { remembered } from "../../mail-flow/remembered";
import { kindOf, type Codec } from "../codecs";

/** The two ranges in Cloudflare's published list that are wider than Microsoft 365 accepts; they are expanded to their /24 blocks. */
export const publishedWideRanges: readonly string[] = [
  "104.30.32.0/19",
  "134.195.26.0/23",
];

/** Returns the canonical form of a range. Anything else is kept. */
function canonical(range: string): string {
  const interval = intervalOf(range);
  return interval ? rangeOf(interval) : range.trim();
}

/** Maximum number of addresses in a range that Microsoft 365 accepts in a rule: those of a /24 (Cloudflare's documentation). */
const most = 256;

const sizeOf = ([first, last]: Interval): number => last - first + 1;

function expanded(range: string): string[] {
  const interval = intervalOf(range);
  if (!interval || !publishedWideRanges.includes(canonical(range)))
    return [range];
  return Array.from(
    { length: sizeOf(interval) / most },
    (_, block) => `${addressOf(interval[0] + block * most)}/24`,
  );
}

/** A range in its canonical form, with its addresses. */
interface Placed {
  readonly text: string;
  readonly interval: Interval | undefined;
}

/** Compares two different ranges: numeric order, with texts that are no IPv4 range at the end. */
const inOrder = (a: Placed, b: Placed): number =>
  (a.interval?.[0] ?? Infinity) - (b.interval?.[0] ?? Infinity) ||
  (a.interval?.[1] ?? Infinity) - (b.interval?.[1] ?? Infinity) ||
  (a.text < b.text ? -1 : 1);

/** Parses and sorts a list. Results are cached, because every diff and every mail flow check compares the same lists. */
const placed = remembered(
  (ranges: readonly string[]) => ranges.join("\n"),
  (ranges): readonly Placed[] =>
    [...new Set(ranges.map(canonical))]
      .map((text) => ({ text, interval: intervalOf(text) }))
      .sort(inOrder),
);

const inOneSpelling = (ranges: readonly string[]): string[] =>
  placed(ranges).map(({ text }) => text);

/**
 * Returns the addresses that a list covers. The result is the same for every spelling, and for every division into ranges that
 * Microsoft 365 accepts. A wider range is kept as it is, because it possibly matches no mail.
 */
export function merged(ranges: readonly string[]): unknown {
  const intervals: Interval[] = [];
  const others: string[] = [];
  for (const { text, interval } of placed(ranges))
    if (interval && sizeOf(interval) <= most) intervals.push(interval);
    else others.push(text.toLowerCase());
  return [...joinedIntervals(intervals), ...others];
}

/** What differs between the properties with addresses. */
interface RangeRules {
  /** What Microsoft 365 takes the ranges in. */
  readonly where: string;
  /** Whether `a-b` ranges that are no CIDR block are not accepted. */
  readonly onlyBlocks?: true;
  /** What to do instead of giving an empty list; missing if it is allowed. */
  readonly insteadOfNone?: string;
  /** What to do about a range that is too wide, besides listing its blocks. */
  readonly alternative?: string;
}

/** Returns the codec for a set of IPv4 addresses, CIDR blocks of /24 to /32, or `a-b` ranges of at most 256 addresses. */
export const ipRangesIn = (rules: RangeRules): Codec<readonly string[]> => ({
  type: `set of IPv4 addresses${rules.onlyBlocks ? " or CIDR blocks up to /24" : ", CIDR blocks up to /24, or `a-b` ranges of at most 256 addresses"}`,
  schema: { type: "array", items: { type: "string" } },
  refuse(value) {
    if (!Array.isArray(value)) return `must be a list, not ${kindOf(value)}`;
    if (value.length === 0)
      return rules.insteadOfNone && `must not be empty; ${rules.insteadOfNone}`;
    for (const range of value as unknown[]) {
      const reason =
        typeof range === "string"
          ? reasonAgainst(range, rules)
          : `has ${kindOf(range)} in it`;
      if (reason) return reason;
    }
    return undefined;
  },
  normalize: (ranges) => inOneSpelling(ranges.flatMap(expanded)),
  encode: (value) => value,
  decode: (wire) =>
    wire === null || wire === undefined
      ? wire
      : inOneSpelling(
          (Array.isArray(wire) ? (wire as unknown[]) : [wire])
            // An empty text means an empty list.
            .filter((range) => range !== "")
            .map((range) =>
              typeof range === "string" ? range : JSON.stringify(range),
            ),
        ),
  key: merged,
  none: [],
  emptyWhenMissing: true,
});

/** The addresses of a rule's condition. */
export const ipRanges = ipRangesIn({
  where: "a rule",
  insteadOfNone: "leave it out to have no condition on the sender's address",
  alternative: "leave the property out to use Cloudflare's published list",
});

/** The addresses that an inbound connector accepts mail from. Its cmdlets document no `a-b` ranges. */
export const connectorAddresses = ipRangesIn({
  where: "a connector",
  onlyBlocks: true,
  insteadOfNone: "leave it out for a connector without addresses",
});

/** The addresses that Enhanced Filtering skips. */
export const skippedAddresses = ipRangesIn({
  where: "a connector",
  insteadOfNone: "leave it out to skip no addresses",
});

function reasonAgainst(
  range: string,
  { where, onlyBlocks, alternative }: RangeRules,
): string | undefined {
  if (range.includes(":"))
    return `${range} is IPv6, which Microsoft 365 does not take in ${where}; remove it`;
  const interval = intervalOf(range);
  if (!interval)
    return `"${range}" is not an IPv4 address, a CIDR block${onlyBlocks ? "" : " or a range a-b"}`;
  const text = canonical(range);
  if (onlyBlocks && text.includes("-"))
    return `${range} is no CIDR block, and ${where} takes no other ranges; list its blocks and addresses`;
  const size = sizeOf(interval);
  if (size <= most || publishedWideRanges.includes(text)) return undefined;
  const or = alternative ? `, or ${alternative}` : "";
  return range.includes("-")
    ? `${range} covers ${size} addresses, Microsoft 365 takes at most ${most}; list its /24 blocks${or}`
    : `${range} is wider than the /24 that Microsoft 365 takes; list its /24 blocks${or}`;
}

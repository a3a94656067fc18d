import ipaddr from "ipaddr.js";

import { remembered } from "./remembered";

/** Returns whether an address is in a set; undefined if the text is not an address. */
export type AddressSet = (address: string) => boolean | undefined;

/** The first and the last address as numbers, both included. */
export type Interval = readonly [first: number, last: number];

/**
 * Returns the set of addresses of ranges in Exchange's notation: single addresses, `a-b`, or CIDR, in which host bits may be set.
 * Everything else is not in the set. IPv6 can be CIDR or single.
 */
export const addressSet: (ranges: readonly string[]) => AddressSet = remembered(
  // Results are reused, because most rules of a tenant have the same ranges, and parsing is the slowest part of a message's path.
  (ranges) => ranges.join(" "),
  read,
  256,
);

/** Results are reused, because the same address is tested against many sets. */
const numberOfAddress = remembered((address: string) => address, numberOf);

function read(ranges: readonly string[]): AddressSet {
  const merged = mergedIntervals(ranges);
  const wide = ranges.filter((range) => range.includes(":")).map(wideBlock);
  return (address) => {
    const number = numberOfAddress(address.trim());
    if (number !== undefined) return has(merged, number);
    if (!ipaddr.IPv6.isValid(address)) return undefined;
    const parsed = ipaddr.IPv6.parse(address);
    if (parsed.isIPv4MappedAddress())
      return has(merged, numberOf(parsed.toIPv4Address().toString()) ?? -1);
    return wide.some((one) => one !== undefined && parsed.match(one));
  };
}

function has(intervals: readonly Interval[], address: number): boolean {
  let low = 0;
  let high = intervals.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = intervals[middle] as Interval;
    if (address < first) high = middle - 1;
    else if (address > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Returns the intervals of IPv4 addresses that a list covers, sorted and with gaps between them. Everything else is ignored. */
export const mergedIntervals = (ranges: readonly string[]): Interval[] =>
  joinedIntervals(
    ranges
      .map(intervalOf)
      .filter((interval): interval is Interval => interval !== undefined),
  );

/** Returns the intervals sorted, with overlapping and adjacent ones joined. */
export const joinedIntervals = (intervals: readonly Interval[]): Interval[] =>
  joined(intervals, (last) => last + 1);

/** Returns {@link mergedIntervals} for IPv6 addresses and blocks. */
export const mergedWideIntervals = (
  ranges: readonly string[],
): (readonly [first: bigint, last: bigint])[] =>
  joined(
    ranges.flatMap((range) => {
      const [start, length] = wideBlock(range) ?? [];
      if (start === undefined || length === undefined) return [];
      const size = 1n << BigInt(128 - length);
      const address = start
        .toByteArray()
        .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      const first = address - (address % size);
      return [[first, first + size - 1n] as const];
    }),
    (last) => last + 1n,
  );

/** Returns {@link joinedIntervals} for `number` or `bigint`. @param next the number after one. */
function joined<T extends number | bigint>(
  intervals: readonly (readonly [T, T])[],
  next: (last: T) => T,
): (readonly [T, T])[] {
  const found: [T, T][] = [];
  for (const [first, last] of [...intervals].sort(([a], [b]) =>
    a < b ? -1 : a > b ? 1 : 0,
  )) {
    const previous = found.at(-1);
    if (!previous || first > next(previous[1])) found.push([first, last]);
    else if (last > previous[1]) previous[1] = last;
  }
  return found;
}

/**
 * Returns the interval of an IPv4 address, `a-b` or CIDR; undefined for anything else. Results are reused, because many lists have the same
 * ranges.
 */
export const intervalOf = remembered((range: string) => range, readRange, 1024);

function readRange(range: string): Interval | undefined {
  const dash = range.indexOf("-");
  if (dash >= 0) {
    const first = numberOf(range.slice(0, dash).trim());
    const last = numberOf(range.slice(dash + 1).trim());
    return first !== undefined && last !== undefined && first <= last
      ? [first, last]
      : undefined;
  }
  const slash = range.indexOf("/");
  const start = numberOf((slash < 0 ? range : range.slice(0, slash)).trim());
  if (start === undefined) return undefined;
  if (slash < 0) return [start, start];
  const length = range.slice(slash + 1).trim();
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const size = 2 ** (32 - Number(length));
  const network = Math.floor(start / size) * size;
  return [network, network + size - 1];
}

/**
 * Returns an IPv4 address as a number. ipaddr.js is not used: it is ten times as slow, and also accepts octal and shortened forms, which
 * Exchange does not. 010.0.0.1 would then be another address for the program than for its author.
 */
function numberOf(text: string): number | undefined {
  const match =
    /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(
      text,
    );
  if (!match) return undefined;
  let sum = 0;
  for (let part = 1; part <= 4; part++) {
    const byte = Number(match[part]);
    if (byte > 255) return undefined;
    sum = sum * 256 + byte;
  }
  return sum;
}

/** Returns the text of an IPv4 address that is given as a number. */
export function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

/** Returns the text of an interval: a single address, a block as network and prefix length, anything else as `a-b`. */
export function rangeOf([first, last]: Interval): string {
  const size = last - first + 1;
  if (size === 1) return addressOf(first);
  return Number.isInteger(Math.log2(size)) && first % size === 0
    ? `${addressOf(first)}/${32 - Math.log2(size)}`
    : `${addressOf(first)}-${addressOf(last)}`;
}

/** Returns whether a text is an IPv6 address or block. */
export const isWideBlock = (range: string): boolean =>
  wideBlock(range) !== undefined;

/** Returns an IPv6 address or block with its prefix length; undefined for anything else. */
function wideBlock(range: string): [ipaddr.IPv6, number] | undefined {
  const [address = "", length = "128"] = range.trim().split("/");
  const isBlock =
    ipaddr.IPv6.isValid(address) &&
    /^\d{1,3}$/.test(length) &&
    Number(length) <= 128;
  return isBlock ? [ipaddr.IPv6.parse(address), Number(length)] : undefined;
}

import ipaddr from "ipaddr.js";

import { collected } from "../../mail-flow/grouped";
import { setOf, text, type Codec } from "../codecs";

/** An address or block, IPv4 or IPv6, in its shortest form. */
const network = text({
  required: true,
  anyCase: true,
  normalize: shortest,
  refuse: (value) =>
    (ipaddr.isValid(value) || ipaddr.isValidCIDR(value)) &&
    // ipaddr.js also reads octal and shortened forms, which would mean other addresses than they seem to.
    (value.includes(":") ||
      /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}(\/\d+)?$/.test(value))
      ? undefined
      : `"${value}" is not an address or CIDR block`,
});

function shortest(value: string): string {
  if (ipaddr.isValidCIDR(value)) {
    const [address, length] = ipaddr.parseCIDR(value);
    const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
    const start = family.networkAddressFromCIDR(value).toString();
    const whole = address.kind() === "ipv4" ? 32 : 128;
    return length === whole ? start : `${start}/${length}`;
  }
  return ipaddr.isValid(value) ? ipaddr.parse(value).toString() : value;
}

/** First and last address as numbers, both included. */
type Interval = readonly [first: bigint, last: bigint];

/** The addresses of a block; undefined for what is none. */
function intervalOf(
  value: string,
): { kind: string; interval: Interval } | undefined {
  if (!ipaddr.isValid(value) && !ipaddr.isValidCIDR(value)) return undefined;
  const [start = value, length] = shortest(value).split("/");
  const address = ipaddr.parse(start);
  const bytes = address.toByteArray();
  const first = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const free = length === undefined ? 0 : bytes.length * 8 - Number(length);
  return {
    kind: address.kind(),
    interval: [first, first + 2n ** BigInt(free) - 1n],
  };
}

/** The addresses that a list covers, however it is cut into blocks. */
function covered(list: readonly string[]): string[] {
  const read = list.map((value) => intervalOf(value) ?? value.toLowerCase());
  const others = read.filter((one) => typeof one === "string");
  const blocks = read.filter((one) => typeof one !== "string");
  const families = collected(blocks.map((one) => [one.kind, one.interval]));
  const covering = [...families].flatMap(([kind, intervals]) =>
    merged(intervals).map(([first, last]) => `${kind} ${first}-${last}`),
  );
  return [...covering, ...others].sort();
}

function merged(intervals: readonly Interval[]): Interval[] {
  const inOrder = [...intervals].sort(([a], [b]) => (a < b ? -1 : 1));
  const found: Interval[] = [];
  for (const [first, last] of inOrder) {
    const before = found.at(-1);
    if (before && first <= before[1] + 1n)
      found[found.length - 1] = [
        before[0],
        last > before[1] ? last : before[1],
      ];
    else found.push([first, last]);
  }
  return found;
}

/** Set of addresses and CIDR blocks, IPv4 or IPv6, at most 100; equal when they cover the same addresses. */
export const networks: Codec<readonly string[]> = {
  ...setOf(network, { max: 100 }),
  key: covered,
};

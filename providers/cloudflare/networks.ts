import ipaddr from "ipaddr.js";

import {
  intervalOf,
  isWideBlock,
  mergedIntervals,
  mergedWideIntervals,
} from "../../mail-flow/address-set";
import { setOf, text, type Codec } from "../codecs";

/** An address or block, IPv4 or IPv6. Its canonical form is the shortest one. */
const network = text({
  required: true,
  anyCase: true,
  normalize: shortest,
  refuse: (value) =>
    (ipaddr.isValid(value) || ipaddr.isValidCIDR(value)) &&
    // ipaddr.js also accepts octal and shortened forms, which denote other addresses than they seem to.
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

/** Returns the addresses that a list covers, independent of its division into blocks. Texts that are no address or block are kept. */
const covered = (list: readonly string[]): string[] => [
  ...mergedIntervals(list).map(inWords("ipv4")),
  ...mergedWideIntervals(list).map(inWords("ipv6")),
  ...list
    .filter((one) => intervalOf(one) === undefined && !isWideBlock(one))
    .map((one) => one.toLowerCase())
    .sort(),
];

const inWords =
  (family: string) =>
  ([first, last]: readonly [number | bigint, number | bigint]): string =>
    `${family} ${first}-${last}`;

/** Set of at most 100 addresses and CIDR blocks, IPv4 or IPv6. Sets are equal if they cover the same addresses. */
export const networks: Codec<readonly string[]> = {
  ...setOf(network, { max: 100 }),
  key: covered,
};

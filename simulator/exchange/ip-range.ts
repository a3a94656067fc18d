import ipaddr from "ipaddr.js";
import { cannotTransform } from "./errors";

const type = "Microsoft.Exchange.Data.IPRange";

/**
 * Checks an entry of SenderIpRanges: an IPv4 address, `a-b` or a CIDR range. With `wide` also IPv6 and more than 256
 * addresses, which Microsoft 365 rejects according to Cloudflare.
 * @throws CmdletError
 */
export function checkIpRange(
  parameter: string,
  text: string,
  wide: boolean,
): string {
  const range = ipRange(text);
  if (!range)
    throw cannotTransform(
      parameter,
      text,
      type,
      `'${text}' isn't a valid IP address or IP address range.`,
    );
  if (!wide && (range.v6 || range.last - range.first > 255n))
    throw cannotTransform(
      parameter,
      text,
      type,
      `'${text}' isn't a supported IP address range. Use IPv4 addresses, or ranges from /24 to /32.`,
    );
  return text;
}

/** Returns an entry in normal form: host bits zero, a single address without prefix length, `first-last` if it is not a CIDR range. */
export function normalisedIpRange(text: string): string {
  const [address, bits] = text.split("/");
  if (address === undefined || bits === undefined) return text;
  const range = ipRange(text);
  if (!range) return text;
  if (range.first === range.last) return address;
  const family = range.v6 ? ipaddr.IPv6 : ipaddr.IPv4;
  return `${family.networkAddressFromCIDR(text).toString()}/${bits}`;
}

/** Returns the first and last address of an entry, or undefined if it is not valid. */
export function ipRange(
  text: string,
): { first: bigint; last: bigint; v6: boolean } | undefined {
  const ends = text.split("-");
  if (ends.length === 2) {
    const [first, last] = ends.map((end) => address(end));
    return first && last && first.v6 === last.v6 && first.value <= last.value
      ? { first: first.value, last: last.value, v6: first.v6 }
      : undefined;
  }
  const [base, length, ...rest] = text.split("/");
  const start = address(base ?? "");
  if (!start || rest.length > 0) return undefined;
  const width = start.v6 ? 128 : 32;
  if (length === undefined)
    return { first: start.value, last: start.value, v6: start.v6 };
  if (!/^\d{1,3}$/.test(length) || Number(length) > width) return undefined;
  const size = 1n << BigInt(width - Number(length));
  const first = (start.value / size) * size;
  return { first, last: first + size - 1n, v6: start.v6 };
}

function address(text: string): { value: bigint; v6: boolean } | undefined {
  const v6 = text.includes(":");
  if (
    !(v6 ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text))
  )
    return undefined;
  const value = ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { value, v6 };
}

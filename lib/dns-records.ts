import { mxHostsFor } from "../mail-flow/mx-hosts";
import type { Verification } from "../providers/cloudflare/client";

/** A DNS record that the owner of a domain publishes. */
export interface DnsRecord {
  /** The domain that it is for, such as `example.com`. */
  domain: string;
  /** The full name, such as `example.com`. */
  name: string;
  /** `MX` or `TXT`. */
  type: "MX" | "TXT";
  /** The host of an MX record, or the text of a TXT record. */
  content: string;
  /** Priority of an MX record; the lowest is preferred. */
  priority?: number;
  /** Time to live in seconds. */
  ttl: number;
}

/** Short, so that a change can be taken back quickly, as Cloudflare advises. */
const ttl = 300;

/** A domain, as far as its DNS records depend on it. */
export interface DnsDomain {
  readonly domain: string;
  readonly regions: readonly string[];
}

/**
 * Returns the records to publish now: the TXT record of each domain that Cloudflare verifies by one, and the MX records of each domain that
 * it has verified. Before that, Cloudflare does not take mail for a domain, so MX records would lose it.
 */
export const dnsRecordsOf = (
  domains: readonly DnsDomain[],
  verified: readonly string[],
  txtRecords: Readonly<Record<string, Verification>>,
): DnsRecord[] =>
  domains.flatMap(({ domain, regions }): DnsRecord[] => {
    const txt = txtRecords[domain];
    return [
      ...(txt
        ? [
            {
              domain,
              name: txt.txtRecordName,
              type: "TXT" as const,
              content: txt.txtRecordValue,
              ttl,
            },
          ]
        : []),
      ...(verified.includes(domain)
        ? mxHostsFor(regions).map(({ host, priority }) => ({
            domain,
            name: domain,
            type: "MX" as const,
            content: host,
            priority,
            ttl,
          }))
        : []),
    ];
  });

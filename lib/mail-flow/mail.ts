import type { Verdict } from "./message";
import type { Truth } from "./truth";

/** Headers by name in lower case; what a rule may look at, and change. */
export type Headers = ReadonlyMap<string, string>;

/** A message as Microsoft 365 gets it, with nothing left open. Everything but the headers' values is in lower case. */
export interface Mail {
  readonly recipient: string;
  readonly recipientDomain: string;
  readonly groups: readonly string[];
  readonly sender: string;
  readonly senderDomain: string;
  /** The last hop before Microsoft. */
  readonly sourceIp: string;
  /** Whether the sender's domain is one of the tenant's own; undefined where those were not read. */
  readonly senderInside: Truth;
  /** Whether it came by way of Cloudflare, so that the MX record does not name Microsoft. */
  readonly behindCloudflare: boolean;
  /** Whether the IP Allow List has its last hop; undefined where nobody can tell. */
  readonly allowed: Truth;
  readonly microsoftVerdict: Verdict;
  readonly bcl: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Mail before its connection was looked at. */
export type Arrived = Omit<Mail, "allowed">;

/** The part of an address behind the `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Lower case, without spaces at the ends and without the dot behind a domain's last label: equal names are equal texts then. */
export function folded(name: string): string {
  return name.trim().replace(/\.$/, "").toLowerCase();
}

import type { Verdict } from "./message";
import type { ThreeValued } from "./three-valued";

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
  readonly senderInside: ThreeValued;
  /** The same, of a domain that is one of those or a subdomain of one, whether or not the tenant accepts mail for it. */
  readonly senderOwned: ThreeValued;
  /** Whether it came by way of Cloudflare, so that the MX record does not name Microsoft. */
  readonly behindCloudflare: boolean;
  /** Whether the IP Allow List has its last hop; undefined where nobody can tell. */
  readonly allowed: ThreeValued;
  readonly microsoftVerdict: Verdict;
  readonly bcl: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Mail before its connection was looked at, whoever it is for. */
export type Origin = Omit<
  Mail,
  "recipient" | "recipientDomain" | "groups" | "allowed"
>;

/** Mail that comes by way of Cloudflare, of which nothing more is known. */
export const unknownMail = {
  sender: "",
  senderDomain: "",
  senderOwned: false,
  behindCloudflare: true,
  allowed: false,
  microsoftVerdict: "none",
  bcl: undefined,
} as const satisfies Partial<Mail>;

/** The part of an address behind the `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Returns whether a domain, in lower case, is one of some domains or a subdomain of one. */
export function within(
  domains: readonly string[],
): (domain: string) => boolean {
  const names = new Set(domains.map(folded));
  return (domain) => {
    let name = domain;
    while (!names.has(name)) {
      const dot = name.indexOf(".");
      if (dot < 0) return false;
      name = name.slice(dot + 1);
    }
    return true;
  };
}

/** Lower case, without spaces at the ends and without the dot behind a domain's last label: equal names are equal texts then. */
export function folded(name: string): string {
  const trimmed = name.trim().toLowerCase();
  return trimmed.endsWith(".") ? trimmed.slice(0, -1) : trimmed;
}

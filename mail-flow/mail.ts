import type { Verdict } from "./message";
import type { ThreeValued } from "./three-valued";

/** Headers by name in lower case. Rules may test and change them. */
export type Headers = ReadonlyMap<string, string>;

/** A message as it reaches Microsoft 365, with all values known. Everything except the headers' values is in lower case. */
export interface Mail {
  readonly recipient: string;
  readonly recipientDomain: string;
  readonly groups: readonly string[];
  readonly sender: string;
  readonly senderDomain: string;
  /** The last hop before Microsoft. */
  readonly sourceIp: string;
  /** Whether the sender's domain is one of the tenant's own; undefined if these were not read. */
  readonly senderInside: ThreeValued;
  /** Whether the sender's domain is one of the tenant's own or a subdomain of one, even if the tenant does not accept mail for it. */
  readonly senderOwned: ThreeValued;
  /** Whether Cloudflare delivered the message, so that the MX record does not point to Microsoft. */
  readonly behindCloudflare: boolean;
  /** Whether the last hop is on the IP Allow List; undefined if unknown. */
  readonly allowed: ThreeValued;
  readonly microsoftVerdict: Verdict;
  readonly bcl: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Mail before the connection is evaluated, for any recipient. */
export type Origin = Omit<
  Mail,
  "recipient" | "recipientDomain" | "groups" | "allowed"
>;

/** Mail that Cloudflare delivers, with everything else unknown. */
export const unknownMail = {
  sender: "",
  senderDomain: "",
  senderOwned: false,
  behindCloudflare: true,
  allowed: false,
  microsoftVerdict: "none",
  bcl: undefined,
} as const satisfies Partial<Mail>;

/** Returns the part of an address after the `@`, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Returns a function that returns whether a domain in lower case is one of some domains, or a subdomain of one. */
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

/** Returns a name in lower case, without spaces at the ends and without a final dot, so that equal names are equal strings. */
export function folded(name: string): string {
  const trimmed = name.trim().toLowerCase();
  return trimmed.endsWith(".") ? trimmed.slice(0, -1) : trimmed;
}

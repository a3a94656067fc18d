import { folded, within } from "./mail";
import type { Snapshot } from "./snapshot";
import type { ThreeValued } from "./three-valued";

/** Returns whether the tenant accepts mail for a domain; undefined if its domains were not read. */
export function acceptance(
  part: Snapshot["acceptedDomains"],
): (domain: string) => ThreeValued {
  if ("unavailable" in part) return () => undefined;
  const exact = new Set(part.value.map(({ domainName }) => folded(domainName)));
  const withSubdomains = within(
    part.value
      .filter(({ matchSubDomains }) => matchSubDomains)
      .map(({ domainName }) => domainName),
  );
  return (domain) => exact.has(domain) || withSubdomains(domain);
}

/** Returns whether a domain is one that the tenant accepts mail for, or a subdomain of one; undefined if its domains were not read. */
export function ownership(
  part: Snapshot["acceptedDomains"],
): (domain: string) => ThreeValued {
  return "unavailable" in part
    ? () => undefined
    : within(part.value.map(({ domainName }) => domainName));
}

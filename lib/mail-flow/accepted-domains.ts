import { folded } from "./mail";
import type { Snapshot } from "./snapshot";
import type { Truth } from "./truth";

/** Whether the tenant accepts mail for a domain; undefined where its domains were not read. */
export function acceptance(
  part: Snapshot["acceptedDomains"],
): (domain: string) => Truth {
  if ("unavailable" in part) return () => undefined;
  const exact = new Set(part.value.map(({ domainName }) => folded(domainName)));
  const above = part.value
    .filter(({ matchSubDomains }) => matchSubDomains)
    .map(({ domainName }) => `.${folded(domainName)}`);
  return (domain) =>
    exact.has(domain) || above.some((suffix) => domain.endsWith(suffix));
}

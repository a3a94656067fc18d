import type { Finding } from "../../mail-flow/finding";
import {
  leadToCloudflare,
  sortedHosts,
  type MailExchangers,
} from "../../mail-flow/mx-hosts";
import { valueOf } from "../../mail-flow/part";
import type { Snapshot } from "../../mail-flow/snapshot";

/** The check of MX records, as the documentation lists it. */
export const mailExchangerCheck = {
  name: "mx-records",
  title: "The MX records of every domain point at Cloudflare",
  url: "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/mx-geographic-locations/",
} as const;

/** Returns a finding for each domain whose MX records are not Cloudflare's, or else one that says that all are. */
export function mailExchangerFindings(
  exchangers: ReadonlyMap<string, MailExchangers>,
  snapshot: Snapshot,
): Finding[] {
  const base = {
    check: mailExchangerCheck.name,
    object: "Domain",
    property: "mx",
    url: mailExchangerCheck.url,
  };
  const hops = new Map(
    valueOf(snapshot.domains).map(({ domain, lookbackHops = 1 }) => [
      domain.toLowerCase(),
      lookbackHops,
    ]),
  );
  const wrong = [...exchangers].flatMap(([domain, found]): Finding[] => {
    const said = wrongWith(domain, found, hops.get(domain) ?? 1);
    return said ? [{ ...base, object: `Domain "${domain}"`, ...said }] : [];
  });
  if (wrong.length > 0) return wrong;
  return [
    exchangers.size > 0
      ? {
          ...base,
          status: "ok",
          reason: "The MX records of every domain are Cloudflare's.",
          fix: "",
        }
      : {
          ...base,
          status: "skipped",
          reason: "No domain is known whose MX records could be looked up.",
          fix: "Protect a domain first, or name one with --domain.",
        },
  ];
}

function wrongWith(
  domain: string,
  found: MailExchangers,
  hops: number,
): Pick<Finding, "status" | "value" | "reason" | "fix"> | undefined {
  if ("unavailable" in found)
    return {
      status: "skipped",
      reason: found.unavailable,
      fix: "Run the command again, or name another DNS server with --resolver.",
    };
  const { hosts } = found;
  if (leadToCloudflare(hosts, hops)) return undefined;
  const { microsoft: direct, others } = sortedHosts(hosts);
  return {
    status: "failed",
    value: [...hosts],
    reason:
      hosts.length === 0
        ? `${domain} has no MX record, so that nobody can send it mail.`
        : direct.length > 0
          ? `The MX records of ${domain} name Microsoft (${direct.join(", ")}), so that mail goes past Cloudflare and carries no disposition.`
          : `The MX records of ${domain} name ${others.join(", ")}, which is not Cloudflare's, so that mail may go past Cloudflare.`,
    fix: "Point every MX record at the hosts that Cloudflare's page lists for the region; a change takes as long as the record's TTL.",
  };
}

import type { Finding } from "../../lib/mail-flow/finding";
import type { Snapshot } from "../../lib/mail-flow/snapshot";
import type { MailExchangers } from "../../providers/mail-flow/mail-exchangers";

/** The check of MX records, as the documentation lists it. */
export const mailExchangerCheck = {
  name: "mx-records",
  title: "The MX records of every domain point at Cloudflare",
  url: "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/mx-geographic-locations/",
} as const;

/** Hosts of Cloudflare's (its documentation names nine of them, by region); priorities differ from page to page. */
const cloudflares = /\.mxrecord\.(io|mx)$|\.area1\.cloudflare\.net$/;

/** Hosts of Microsoft's. */
const microsofts = /\.mail\.protection\.outlook\.(com|us|cn)$|\.mx\.microsoft$/;

/** What DNS says of the domains: a finding for each that is not at Cloudflare, or one that all are. */
export function mailExchangerFindings(
  exchangers: ReadonlyMap<string, MailExchangers>,
  snapshot: Snapshot,
): Finding[] {
  const base = {
    check: mailExchangerCheck.name,
    property: "mx",
    url: mailExchangerCheck.url,
  };
  const hops = new Map(
    "value" in snapshot.domains
      ? snapshot.domains.value.map(({ domain, lookbackHops }) => [
          domain.toLowerCase(),
          lookbackHops ?? 1,
        ])
      : [],
  );
  const wrong = [...exchangers].flatMap(([domain, found]): Finding[] => {
    const object = `Domain "${domain}"`;
    if ("unavailable" in found)
      return [
        {
          ...base,
          object,
          status: "skipped",
          reason: found.unavailable,
          fix: "Look again, or name another DNS server with --resolver.",
        },
      ];
    const { hosts } = found;
    const direct = hosts.filter((host) => microsofts.test(host));
    const others = hosts.filter((host) => !cloudflares.test(host));
    // Behind another gateway the MX is that one's.
    const behindAnother = (hops.get(domain) ?? 1) > 1 && direct.length === 0;
    if (hosts.length > 0 && (others.length === 0 || behindAnother)) return [];
    return [
      {
        ...base,
        object,
        status: "failed",
        value: [...hosts],
        reason:
          hosts.length === 0
            ? `${domain} has no MX record, so that nobody can send it mail.`
            : direct.length > 0
              ? `The MX records of ${domain} name Microsoft (${direct.join(", ")}), so that mail goes past Cloudflare and carries no disposition.`
              : `The MX records of ${domain} name ${others.join(", ")}, which is not Cloudflare's, so that mail may go past Cloudflare.`,
        fix: "Point every MX record at the hosts that Cloudflare's page lists for the region; a change takes as long as the record's TTL.",
      },
    ];
  });
  if (wrong.length > 0) return wrong;
  return [
    {
      ...base,
      object: "Domain",
      ...(exchangers.size > 0
        ? {
            status: "ok",
            reason: "The MX records of every domain are Cloudflare's.",
            fix: "",
          }
        : {
            status: "skipped",
            reason: "No domain is known whose MX records could be looked up.",
            fix: "Protect a domain first, or name one with --domain.",
          }),
    },
  ];
}

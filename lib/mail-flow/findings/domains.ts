import type { CloudflareDomain } from "../snapshot";
import { check, listed, quoted, same, type Check } from "./check";
import type { Context } from "./context";

const setup =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/mx-inline-deployment-setup/";

const objectOf = ({ domain }: CloudflareDomain): string => `Domain "${domain}"`;

/** The domains that are meant, and that Cloudflare has. */
const meant = (
  domains: readonly CloudflareDomain[],
  context: Context,
): CloudflareDomain[] =>
  domains.filter(({ domain }) =>
    context.domains.includes(domain.toLowerCase()),
  );

/** Labels of the API for the dispositions that have a route, by what the use case calls them. */
const routed: Readonly<Record<string, string>> = {
  MALICIOUS: "Malicious",
  "MALICIOUS-BEC": "Malicious",
  SPAM: "Spam",
  SPOOF: "Spoof",
};

/** Where a domain's settings are changed by hand. */
const inDashboard =
  "in the Cloudflare dashboard, Email security > Settings > Domains";

/** The checks of Cloudflare's side of a domain. */
export const domainChecks: readonly Check[] = [
  check({
    name: "domain-missing",
    title: "Every domain is protected by Cloudflare",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains"],
    url: setup,
    fine: "Every domain that is meant is in the account.",
    *look({ domains }, context) {
      for (const name of context.domains)
        if (!domains.some(({ domain }) => same(domain, name)))
          yield {
            object: `Domain "${name}"`,
            reason: `Cloudflare does not protect ${name}, so that its mail carries no disposition and no rule acts on it.`,
            fix: "Run `pulumi up`, or add the domain in the Cloudflare dashboard.",
          };
    },
  }),
  check({
    name: "domain-status",
    title: "Cloudflare processes the mail of every domain",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains"],
    url: setup,
    fine: "No domain has failed its verification.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context))
        if (
          ["FAILED", "TIMEOUT", "MISSING"].includes(
            domain.status?.toUpperCase() ?? "",
          )
        )
          yield {
            object: objectOf(domain),
            property: "status",
            value: domain.status ?? null,
            reason: `The status of ${domain.domain} is ${domain.status}, so that Cloudflare does not process its mail.`,
            fix: `Publish the TXT record _cf-email-sec-challenge.${domain.domain} that the output verification names, and verify the domain again ${inDashboard}.`,
          };
    },
  }),
  check({
    name: "domain-pending",
    title: "Every domain is verified",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["domains"],
    url: setup,
    fine: "No domain waits for its verification.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context))
        if (same(domain.status, "PENDING"))
          yield {
            object: objectOf(domain),
            property: "status",
            value: domain.status ?? null,
            reason: `${domain.domain} waits for its verification, and until then Cloudflare does not process its mail.`,
            fix: `Publish the TXT record _cf-email-sec-challenge.${domain.domain} that the output verification names; it can take 24 hours.`,
          };
    },
  }),
  check({
    name: "domain-delivery-mode",
    title: "Every domain's mail comes by way of Cloudflare",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains"],
    url: setup,
    fine: "Every domain takes mail by MX.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context))
        if (
          domain.allowedDeliveryModes.length > 0 &&
          !domain.allowedDeliveryModes.includes("DIRECT")
        )
          yield {
            object: objectOf(domain),
            property: "allowedDeliveryModes",
            value: domain.allowedDeliveryModes,
            reason: `${domain.domain} does not allow DIRECT, so that Cloudflare sees copies of its mail and stamps nothing that a rule could act on.`,
            fix: "Add DIRECT to allowedDeliveryModes, or leave the property out of the program and run `pulumi up`.",
          };
    },
  }),
  check({
    name: "domain-drop-dispositions",
    title: "Cloudflare drops no disposition",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains"],
    url: setup,
    fine: "No domain drops mail before Microsoft sees it.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context)) {
        if (domain.dropDispositions.length === 0) continue;
        const lost = [
          ...new Set(
            domain.dropDispositions.flatMap(
              (label) => routed[label.toUpperCase()] ?? [],
            ),
          ),
        ];
        yield {
          object: objectOf(domain),
          property: "dropDispositions",
          value: domain.dropDispositions,
          status: lost.length > 0 ? "failed" : "warning",
          reason:
            lost.length > 0
              ? `Cloudflare drops ${listed(lost)} mail for ${domain.domain} before Microsoft sees it, so that nobody finds it in the quarantine.`
              : `Cloudflare drops ${listed(domain.dropDispositions)} mail for ${domain.domain} before Microsoft sees it.`,
          fix: `Set dropDispositions of ${domain.domain} to [], or untick the dispositions ${inDashboard}.`,
        };
      }
    },
  }),
  check({
    name: "domain-transport",
    title: "Every domain's mail is forwarded to Microsoft's MX",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains", "mailExchanges"],
    url: "https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords",
    fine: "Every domain is forwarded to the host that Microsoft expects.",
    *look({ domains, mailExchanges }, context) {
      for (const domain of meant(domains, context)) {
        const name = domain.domain.toLowerCase();
        const expected = context.transports[name]
          ? [context.transports[name]]
          : (mailExchanges[name] ?? []);
        const transport = domain.transport?.replace(/\.$/, "") ?? "";
        const [host] = expected;
        if (
          host === undefined ||
          expected.some((one) => same(one.replace(/\.$/, ""), transport))
        )
          continue;
        yield {
          object: objectOf(domain),
          property: "transport",
          value: transport || null,
          reason: transport
            ? `Cloudflare forwards the mail of ${domain.domain} to ${transport}, while Microsoft expects it at ${host}, so that it may reach nobody, or another tenant.`
            : `Cloudflare has no host to forward the mail of ${domain.domain} to.`,
          fix: `Set transport of ${domain.domain} to ${host}, or leave it out of the program and run \`pulumi up\`.`,
        };
      }
    },
  }),
  check({
    name: "domain-ip-restrictions",
    title: "Cloudflare takes mail from everywhere",
    severity: "failed",
    appliesTo: "stack",
    needs: ["domains"],
    url: setup,
    fine: "No domain restricts who may deliver to Cloudflare.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context))
        if (
          domain.ipRestrictions.length > 0 &&
          // Behind another gateway, its addresses are all that mail comes from.
          (domain.lookbackHops ?? 1) <= 1
        )
          yield {
            object: objectOf(domain),
            property: "ipRestrictions",
            value: domain.ipRestrictions,
            reason: `Cloudflare takes mail for ${domain.domain} from ${listed(domain.ipRestrictions)} alone and refuses all other, although it stands first (lookbackHops ${domain.lookbackHops ?? 1}).`,
            fix: `Set ipRestrictions of ${domain.domain} to [], or empty the list ${inDashboard}.`,
          };
    },
  }),
  check({
    name: "domain-lookback-hops",
    title: "Cloudflare judges the right hop",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["domains"],
    url: setup,
    fine: "Cloudflare stands first for every domain.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context)) {
        const others = (domain.lookbackHops ?? 1) - 1;
        if (others > 0)
          yield {
            object: objectOf(domain),
            property: "lookbackHops",
            value: domain.lookbackHops ?? null,
            reason: `Cloudflare looks ${domain.lookbackHops} hops back for the sender of mail for ${domain.domain}, which is right only behind ${others} other gateway${others > 1 ? "s" : ""}.`,
            fix: "Nothing where a gateway of yours stands before Cloudflare; else set lookbackHops to 1.",
          };
      }
    },
  }),
  check({
    name: "domain-tls",
    title: "Mail is forwarded over TLS, and taken without",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["domains"],
    url: setup,
    fine: "Every domain forwards over TLS and does not ask senders for it.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context)) {
        if (domain.requireTlsOutbound === false)
          yield {
            object: objectOf(domain),
            property: "requireTlsOutbound",
            value: false,
            reason: `Cloudflare forwards the mail of ${domain.domain} without TLS where Microsoft does not offer it, so that it can be read on the way.`,
            fix: `Set requireTlsOutbound of ${domain.domain} to true.`,
          };
        if (domain.requireTlsInbound === true)
          yield {
            object: objectOf(domain),
            property: "requireTlsInbound",
            value: true,
            reason: `Cloudflare refuses mail for ${domain.domain} from senders without TLS.`,
            fix: "Nothing, if that is what you want; else set requireTlsInbound to false.",
          };
      }
    },
  }),
  check({
    name: "domain-not-onboarded",
    title: "Every domain that takes mail is protected",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["domains", "acceptedDomains"],
    url: setup,
    fine: "Cloudflare protects every accepted domain.",
    *look({ domains, acceptedDomains }, context) {
      for (const { domainName, initialDomain } of acceptedDomains)
        if (
          !initialDomain &&
          !context.domains.includes(domainName.toLowerCase()) &&
          !/\.onmicrosoft\.(com|us|de|cn)$/i.test(domainName) &&
          !domains.some(({ domain }) => same(domain, domainName))
        )
          yield {
            object: `AcceptedDomain "${domainName}"`,
            reason: `Microsoft takes mail for ${domainName} and Cloudflare does not protect it, so that its mail is judged by Microsoft alone.`,
            fix: `Add ${domainName} to domains of UseCase4, if it receives mail.`,
          };
    },
  }),
  check({
    name: "domain-not-accepted",
    title: "Microsoft takes mail for every domain",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["domains", "acceptedDomains"],
    url: "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-accepted-domains/manage-accepted-domains",
    fine: "Every protected domain is an accepted domain of the tenant.",
    *look({ domains, acceptedDomains }, context) {
      for (const domain of meant(domains, context))
        if (
          !acceptedDomains.some(
            ({ domainName, matchSubDomains }) =>
              same(domainName, domain.domain) ||
              (matchSubDomains &&
                domain.domain
                  .toLowerCase()
                  .endsWith(`.${domainName.toLowerCase()}`)),
          )
        )
          yield {
            object: objectOf(domain),
            reason: `${domain.domain} is not an accepted domain of this tenant, so that Microsoft refuses what Cloudflare forwards there, unless it is another tenant's.`,
            fix: `Add ${domain.domain} to the tenant, or check that this is the right one.`,
          };
    },
  }),
  check({
    name: "accepted-domain-relay",
    title: "The mailboxes of every domain are in the cloud",
    severity: "warning",
    appliesTo: "doctor",
    needs: ["acceptedDomains"],
    url: "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-accepted-domains/manage-accepted-domains",
    fine: "Every domain is authoritative.",
    *look({ acceptedDomains }, context) {
      for (const { domainName, domainType } of acceptedDomains)
        if (
          domainType.endsWith("Relay") &&
          context.domains.includes(domainName.toLowerCase())
        )
          yield {
            object: `AcceptedDomain "${domainName}"`,
            property: "domainType",
            value: domainType,
            reason: `Mail for ${domainName} may be relayed to mailboxes elsewhere, which need their own handling of a spam verdict that is not quarantined.`,
            fix: `Nothing, if they have it; else \`Set-AcceptedDomain ${quoted(domainName)} -DomainType Authoritative\`.`,
          };
    },
  }),
];

import { acceptance } from "../accepted-domains";
import { labelsOf } from "../cloudflare";
import { named } from "../result";
import { same } from "../names";
import type { CloudflareDomain, TransportRule } from "../snapshot";
import { useCasePlans } from "../use-cases";
import { quoted } from "../powershell";
import { check, listed, type Check, type Detail } from "./check";
import type { Context } from "./context";
import { holdMalicious, tiersOf } from "./routes";

const setup =
  "https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/mx-inline-deployment-setup/";

/** Returns a property of a domain, with its live value. */
const ofDomain = (
  domain: CloudflareDomain,
  property: keyof CloudflareDomain,
): Pick<Detail, "object" | "property" | "value"> => ({
  object: named("Domain", domain.domain),
  property,
  value: domain[property] ?? null,
});

/** Returns the domains of the context that the Cloudflare account has. */
const meant = (
  domains: readonly CloudflareDomain[],
  context: Context,
): CloudflareDomain[] => {
  const names = new Set(context.domains);
  return domains.filter(({ domain }) => names.has(domain.toLowerCase()));
};

/** The place where an administrator changes a domain's settings. */
const inDashboard =
  "in the Cloudflare dashboard, Email security > Settings > Domains";

/** Returns the dispositions of these labels that have a route, in the order of the labels. */
const routesDropped = (
  labels: readonly string[],
  context: Context,
): string[] => {
  const routes = labels.flatMap((label) =>
    tiersOf(context).filter(({ word }) =>
      labelsOf(word).includes(label.toUpperCase()),
    ),
  );
  return [...new Set(routes.map(({ disposition }) => disposition))];
};

/** Returns what is wrong with a domain that drops dispositions for which there are rules. */
function dropsTooMuch(
  domain: CloudflareDomain,
  labels: readonly string[],
  context: Context,
): Detail {
  const lost = routesDropped(labels, context);
  const name = domain.domain;
  const isJunk = lost.every((disposition) => disposition === "Bulk");
  return {
    ...ofDomain(domain, "dropDispositions"),
    status: lost.length > 0 ? "failed" : "warning",
    reason:
      lost.length > 0
        ? `Cloudflare drops ${listed(lost)} mail for ${name} before Microsoft sees it, so that nobody finds it in ${isJunk ? "the Junk Email folder" : "the quarantine"}.`
        : `Cloudflare drops ${listed(labels)} mail for ${name} before Microsoft sees it.`,
    fix: dropsFix(name, context),
  };
}

/**
 * Returns what is wrong with a domain that does not drop what Cloudflare is to hold. Only Malicious mail can be held by rules all the same.
 *
 * @param rules undefined if they were not read
 */
function dropsTooLittle(
  domain: CloudflareDomain,
  labels: readonly string[],
  rules: readonly TransportRule[] | undefined,
  context: Context,
): Detail {
  const name = domain.domain;
  const isUnheld =
    labels.includes("MALICIOUS") &&
    !(rules !== undefined && holdMalicious(rules, context));
  const unrouted = labels.filter((label) => !label.startsWith("MALICIOUS"));
  const reasons = [
    ...(isUnheld
      ? [
          `Nothing holds Malicious mail for ${name}: Cloudflare does not drop it, and no rule sends it to the hosted quarantine, so that it ends where Microsoft's own verdict sends it, the inbox included.`,
        ]
      : labels.includes("MALICIOUS")
        ? [
            `Cloudflare does not drop Malicious mail for ${name}, so that only the rule for the hosted quarantine holds it.`,
          ]
        : labels.includes("MALICIOUS-BEC")
          ? [
              `Cloudflare drops MALICIOUS mail for ${name} and not MALICIOUS-BEC, and no page says that the one includes the other.`,
            ]
          : []),
    ...(unrouted.length > 0
      ? [
          `Cloudflare does not drop ${listed(unrouted)} mail for ${name}, so that it ends where Microsoft's own verdict sends it, the inbox included.`,
        ]
      : []),
  ];
  return {
    ...ofDomain(domain, "dropDispositions"),
    status: isUnheld || unrouted.length > 0 ? "failed" : "warning",
    reason: reasons.join(" "),
    fix: dropsFix(name, context),
  };
}

/** Returns the fix that lets a domain drop what the use case says. */
function dropsFix(name: string, { useCase }: Context): string {
  const { drops } = useCasePlans[useCase];
  return drops.length === 0
    ? `Set dropDispositions of ${name} to [], or untick the dispositions ${inDashboard}.`
    : `Set dropDispositions of ${name} to ${JSON.stringify(drops)}, or tick exactly these dispositions ${inDashboard}.`;
}

/** Returns a check of one property of each domain of the context. */
const propertyCheck = ({
  property,
  isWrong,
  detailOf,
  ...definition
}: Omit<Check, "appliesTo" | "needs" | "url" | "look"> & {
  readonly property: keyof CloudflareDomain;
  readonly isWrong: (domain: CloudflareDomain) => boolean;
  readonly detailOf: (
    domain: CloudflareDomain,
  ) => Pick<Detail, "reason" | "fix" | "status">;
}): Check =>
  check({
    ...definition,
    needs: ["domains"],
    url: setup,
    *look({ domains }, context) {
      for (const domain of meant(domains, context))
        if (isWrong(domain))
          yield { ...ofDomain(domain, property), ...detailOf(domain) };
    },
  });

/** Returns the number of hops before Cloudflare at which the sender is assumed. */
const hopsOf = ({ lookbackHops = 1 }: CloudflareDomain): number => lookbackHops;

/** Checks of a domain's settings at Cloudflare. */
export const domainChecks: readonly Check[] = [
  check({
    name: "domain-missing",
    title: "Every domain is protected by Cloudflare",
    severity: "failed",
    needs: ["domains"],
    url: setup,
    fine: "Every domain that is meant is in the account.",
    *look({ domains }, context) {
      const known = new Set(domains.map(({ domain }) => domain.toLowerCase()));
      for (const name of context.domains)
        if (!known.has(name.toLowerCase()))
          yield {
            object: named("Domain", name),
            reason: `Cloudflare does not protect ${name}, so that its mail carries no disposition and no rule acts on it.`,
            fix: "Run `pulumi up`, or add the domain in the Cloudflare dashboard.",
          };
    },
  }),
  propertyCheck({
    name: "domain-status",
    title: "Cloudflare processes the mail of every domain",
    severity: "failed",
    fine: "No domain has failed its verification.",
    property: "status",
    isWrong: ({ status }) =>
      ["FAILED", "TIMEOUT", "MISSING"].includes(status?.toUpperCase() ?? ""),
    detailOf: ({ domain, status }) => ({
      reason: `The status of ${domain} is ${status}, so that Cloudflare does not process its mail.`,
      fix: `Publish the TXT record _cf-email-sec-challenge.${domain}, whose value the output verification holds with readVerification: true, and verify the domain again ${inDashboard}.`,
    }),
  }),
  propertyCheck({
    name: "domain-pending",
    title: "Every domain is verified",
    severity: "warning",
    fine: "No domain waits for its verification.",
    property: "status",
    isWrong: ({ status }) => same(status, "PENDING"),
    detailOf: ({ domain }) => ({
      reason: `${domain} waits for its verification, and until then Cloudflare does not process its mail.`,
      fix: `Publish the TXT record _cf-email-sec-challenge.${domain}, whose value the output verification holds with readVerification: true; it can take 24 hours.`,
    }),
  }),
  propertyCheck({
    name: "domain-delivery-mode",
    title: "Every domain's mail comes by way of Cloudflare",
    severity: "failed",
    fine: "Every domain takes mail by MX.",
    property: "allowedDeliveryModes",
    isWrong: ({ allowedDeliveryModes }) =>
      allowedDeliveryModes.length > 0 &&
      !allowedDeliveryModes.some((mode) => same(mode, "DIRECT")),
    detailOf: ({ domain }) => ({
      reason: `${domain} does not allow DIRECT, so that Cloudflare sees copies of its mail and stamps nothing that a rule could act on.`,
      fix: "Add DIRECT to allowedDeliveryModes, or leave the property out of the program and run `pulumi up`.",
    }),
  }),
  check({
    name: "domain-drop-dispositions",
    title: "Cloudflare drops the dispositions of the use case and no other",
    severity: "failed",
    needs: ["domains"],
    uses: ["transportRules"],
    url: setup,
    fine: ({ useCase }) =>
      useCasePlans[useCase].drops.length === 0
        ? "No domain drops mail before Microsoft sees it."
        : `Every domain drops ${listed(useCasePlans[useCase].drops, 4)}, and no other mail.`,
    *look({ domains, transportRules }, context) {
      const drops: readonly string[] = useCasePlans[context.useCase].drops;
      for (const domain of meant(domains, context)) {
        const dropped = domain.dropDispositions;
        const missing = drops.filter(
          (label) => !dropped.some((one) => same(one, label)),
        );
        const others = dropped.filter(
          (label) => !drops.includes(label.toUpperCase()),
        );
        if (missing.length > 0)
          yield dropsTooLittle(domain, missing, transportRules, context);
        if (others.length > 0) yield dropsTooMuch(domain, others, context);
      }
    },
  }),
  check({
    name: "domain-transport",
    title: "Every domain's mail is forwarded to Microsoft's MX",
    severity: "failed",
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
          ...ofDomain(domain, "transport"),
          value: transport || null,
          reason: transport
            ? `Cloudflare forwards the mail of ${domain.domain} to ${transport}, while Microsoft expects it at ${host}, so that it may reach nobody, or another tenant.`
            : `Cloudflare has no host to forward the mail of ${domain.domain} to.`,
          fix: `Set transport of ${domain.domain} to ${host}, or leave it out of the program and run \`pulumi up\`.`,
        };
      }
    },
  }),
  propertyCheck({
    name: "domain-ip-restrictions",
    title: "Cloudflare takes mail from everywhere",
    severity: "failed",
    fine: "No domain restricts who may deliver to Cloudflare.",
    property: "ipRestrictions",
    // Behind another gateway, all mail comes from the gateway's addresses, so the restriction is right.
    isWrong: (domain) =>
      domain.ipRestrictions.length > 0 && hopsOf(domain) <= 1,
    detailOf: (domain) => ({
      reason: `Cloudflare takes mail for ${domain.domain} from ${listed(domain.ipRestrictions)} alone and refuses all other, although it stands first (lookbackHops ${hopsOf(domain)}).`,
      fix: `Set ipRestrictions of ${domain.domain} to [], or empty the list ${inDashboard}.`,
    }),
  }),
  propertyCheck({
    name: "domain-lookback-hops",
    title: "Cloudflare judges the right hop",
    severity: "warning",
    fine: "Cloudflare stands first for every domain.",
    property: "lookbackHops",
    isWrong: (domain) => hopsOf(domain) > 1,
    detailOf(domain) {
      const others = hopsOf(domain) - 1;
      return {
        reason: `Cloudflare looks ${hopsOf(domain)} hops back for the sender of mail for ${domain.domain}, which is right only behind ${others} other gateway${others > 1 ? "s" : ""}.`,
        fix: "Nothing where a gateway of yours stands before Cloudflare; else set lookbackHops to 1.",
      };
    },
  }),
  check({
    name: "domain-tls",
    title: "Mail is forwarded over TLS, and taken without",
    severity: "warning",
    needs: ["domains"],
    url: setup,
    fine: "Every domain forwards over TLS and does not ask senders for it.",
    *look({ domains }, context) {
      for (const domain of meant(domains, context)) {
        if (domain.requireTlsOutbound === false)
          yield {
            ...ofDomain(domain, "requireTlsOutbound"),
            reason: `Cloudflare forwards the mail of ${domain.domain} without TLS where Microsoft does not offer it, so that it can be read on the way.`,
            fix: `Set requireTlsOutbound of ${domain.domain} to true.`,
          };
        if (domain.requireTlsInbound === true)
          yield {
            ...ofDomain(domain, "requireTlsInbound"),
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
            object: named("AcceptedDomain", domainName),
            reason: `Microsoft takes mail for ${domainName} and Cloudflare does not protect it, so that its mail is judged by Microsoft alone.`,
            fix: `Add ${domainName} to domains of UseCase${context.useCase}, if it receives mail.`,
          };
    },
  }),
  check({
    name: "domain-not-accepted",
    title: "Microsoft takes mail for every domain",
    severity: "warning",
    needs: ["domains", "acceptedDomains"],
    url: "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-accepted-domains/manage-accepted-domains",
    fine: "Every protected domain is an accepted domain of the tenant.",
    *look({ domains, acceptedDomains }, context) {
      const accepts = acceptance({ value: acceptedDomains });
      for (const domain of meant(domains, context))
        if (!accepts(domain.domain.toLowerCase()))
          yield {
            object: named("Domain", domain.domain),
            reason: `${domain.domain} is not an accepted domain of this tenant, so that Microsoft refuses what Cloudflare forwards there, unless it is another tenant's.`,
            fix: `Add ${domain.domain} to the tenant, or check that this is the right one.`,
          };
    },
  }),
  check({
    name: "accepted-domain-relay",
    title: "The mailboxes of every domain are in the cloud",
    severity: "warning",
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
            object: named("AcceptedDomain", domainName),
            property: "domainType",
            value: domainType,
            reason: `Mail for ${domainName} may be relayed to mailboxes elsewhere, which need their own handling of a spam verdict that is not quarantined.`,
            fix: `Nothing, if they have it; else \`Set-AcceptedDomain ${quoted(domainName)} -DomainType Authoritative\`.`,
          };
    },
  }),
];

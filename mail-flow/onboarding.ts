import { folded } from "./mail";
import {
  leadToCloudflare,
  mxHostsFor,
  sortedHosts,
  type MailExchangers,
} from "./mx-hosts";
import { list, same } from "./names";
import { valueOf } from "./part";
import type { CloudflareDomain, Snapshot } from "./snapshot";

/** What the onboarding of a tenant is judged by. */
export interface OnboardingView {
  readonly snapshot: Pick<
    Snapshot,
    "domains" | "acceptedDomains" | "inboundConnectors"
  >;
  /** The MX records of each domain, by name in lower case. */
  readonly exchangers: ReadonlyMap<string, MailExchangers>;
  /** The domains that the program protects. */
  readonly domains: readonly string[];
  /** Accepted domains that get no mail from outside, or whose mail may be refused. */
  readonly domainsWithoutMail: readonly string[];
  /** Name of the connector that refuses what does not come from Cloudflare. It is not one of those that the lock-down affects. */
  readonly lockDownConnector: string;
  /** The hours that all MX records must have pointed at Cloudflare before the lock-down. */
  readonly lockDownAfterHours: number;
  readonly now: Date;
}

/** What earlier looks have seen. */
export interface OnboardingHistory {
  /** By domain: since when its MX records have pointed at Cloudflare, as an ISO 8601 date. */
  readonly mxSince: Readonly<Record<string, string>>;
  /** The domains that have been ACTIVE at Cloudflare. */
  readonly verified: readonly string[];
}

/** How far the onboarding of a tenant is. */
export interface Onboarding extends OnboardingHistory {
  /** What is still to be done outside of the program, as sentences, in the order in which to do it. */
  readonly nextSteps: readonly string[];
  /** Why the lock-down would refuse mail that is delivered today, as sentences. Without any, it may begin. */
  readonly obstacles: readonly string[];
  /** The mail that the lock-down refuses, as sentences. */
  readonly refusedMail: readonly string[];
}

const hour = 3_600_000;

/** Judges how far the onboarding of a tenant is, and whether the lock-down may begin. */
export function onboarding(
  view: OnboardingView,
  before: OnboardingHistory,
): Onboarding {
  const { snapshot, domains, now } = view;
  const names = domains.map(folded);
  const needNotCome = new Set(
    [...names, ...view.domainsWithoutMail].map(folded),
  );
  const others = valueOf(snapshot.acceptedDomains)
    .map(({ domainName }) => folded(domainName))
    .filter(
      (name) =>
        !needNotCome.has(name) &&
        !isMicrosofts(name) &&
        !acceptsNone(view.exchangers.get(name)),
    );
  const atCloudflare = new Map(
    valueOf(snapshot.domains).map((one) => [folded(one.domain), one]),
  );
  const states = [...names, ...others].map((name) =>
    stateOf(name, atCloudflare.get(name), view),
  );
  const verifiedBefore = new Set(before.verified);
  const mxSince = Object.fromEntries(
    states.flatMap(({ name, points }) => {
      const since = before.mxSince[name];
      if (points) return [[name, since ?? now.toISOString()]];
      // An answer that is missing does not say that the records have changed.
      return points === undefined && since !== undefined ? [[name, since]] : [];
    }),
  );
  const own = states.slice(0, names.length);
  const unread = unreadParts(snapshot);
  const waits = waitFor(
    states.flatMap(({ name, active, points }) =>
      active && points ? [{ name, since: mxSince[name] ?? "" }] : [],
    ),
    view,
  );
  return {
    mxSince,
    verified: names.filter(
      (name, index) => verifiedBefore.has(name) || own[index]?.active === true,
    ),
    nextSteps: own.flatMap(({ steps }) => steps),
    obstacles: [
      ...unread,
      ...states.flatMap(({ name, active, steps }, index) =>
        index < names.length || active
          ? steps
          : [
              `Mail to ${name}, which the tenant accepts, does not come through Cloudflare: protect the domain, too, or name it in domainsWithoutMail if its mail may be refused.`,
            ],
      ),
      ...waits,
    ],
    refusedMail: refusedMail(view),
  };
}

/** The state of one domain. */
interface DomainState {
  readonly name: string;
  /** Whether it is ACTIVE at Cloudflare. */
  readonly active: boolean;
  /** Whether its MX records point at Cloudflare; undefined if they could not be read. */
  readonly points: boolean | undefined;
  readonly steps: readonly string[];
}

function stateOf(
  name: string,
  domain: CloudflareDomain | undefined,
  { snapshot, exchangers }: OnboardingView,
): DomainState {
  const active = domain?.status === "ACTIVE";
  const records = exchangers.get(name);
  const hosts = records && "hosts" in records ? records.hosts : [];
  const points =
    records && "unavailable" in records
      ? undefined
      : leadToCloudflare(hosts, domain?.lookbackHops ?? 1);
  const mx = (): string[] => {
    if (points || records === undefined) return [];
    if ("unavailable" in records)
      return [
        `${records.unavailable} Name another DNS server in dnsServer, or try again.`,
      ];
    if (hosts.length === 0)
      return [
        `${name} has no MX record, so that nobody can send it mail: publish the records of dnsRecords, such as ${mxHostsFor(
          [],
        )
          .map(({ host }) => host)
          .join(" and ")}.`,
      ];
    const { microsoft, others } = sortedHosts(hosts);
    return [
      `The MX records of ${name} name ${list([...microsoft, ...others])}: replace them by the records of dnsRecords.`,
    ];
  };
  const verification = (): string[] => {
    if ("unavailable" in snapshot.domains || active) return [];
    if (!domain)
      return [`${name} is not a domain of Cloudflare yet: pulumi up makes it.`];
    return [
      `Cloudflare has not verified ${name} (${domain.status ?? "no status"}): publish the TXT record of dnsRecords, and keep the MX records as they are until the domain is ACTIVE.`,
    ];
  };
  const first = verification();
  // Until Cloudflare has verified a domain, it takes no mail for it, so the MX records are not a step yet.
  return { name, active, points, steps: first.length > 0 ? first : mx() };
}

/** Returns why the time after the change of the MX records has not passed. */
function waitFor(
  pointing: readonly { readonly name: string; readonly since: string }[],
  { lockDownAfterHours, now }: OnboardingView,
): string[] {
  const due = pointing.map(({ name, since }) => ({
    name,
    at: Date.parse(since) + lockDownAfterHours * hour,
  }));
  const early = due.filter(({ at }) => at > now.getTime());
  if (early.length === 0) return [];
  const last = new Date(Math.max(...early.map(({ at }) => at)));
  return [
    `The MX records of ${list(early.map(({ name }) => name))} have not pointed at Cloudflare for ${lockDownAfterHours} hours yet, and senders may still use the old ones: run pulumi up again after ${last.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
  ];
}

function unreadParts({
  domains,
  acceptedDomains,
}: OnboardingView["snapshot"]): string[] {
  return [
    { part: domains, what: "Cloudflare's domains" },
    { part: acceptedDomains, what: "The tenant's accepted domains" },
  ].flatMap(({ part, what }) =>
    "unavailable" in part
      ? [`${what} could not be read: ${part.unavailable}`]
      : [],
  );
}

/** Returns the mail that does not come through Cloudflare by its nature. */
function refusedMail({
  snapshot,
  domainsWithoutMail,
  lockDownConnector,
}: OnboardingView): string[] {
  const accepted = valueOf(snapshot.acceptedDomains);
  const names = accepted.map(({ domainName }) => folded(domainName));
  const microsofts = names.filter(isMicrosofts);
  const exempt = new Set(domainsWithoutMail.map(folded));
  const without = names.filter((name) => exempt.has(name));
  const withSubdomains = accepted.filter(
    ({ matchSubDomains }) => matchSubDomains,
  );
  const hybrid = valueOf(snapshot.inboundConnectors).filter(
    ({ name, enabled, connectorType }) =>
      enabled &&
      same(connectorType, "OnPremises") &&
      !same(name, lockDownConnector),
  );
  return [
    ...(microsofts.length > 0
      ? [
          `Mail from outside to addresses at ${list(microsofts)}, for which Cloudflare does not deliver.`,
        ]
      : []),
    ...(without.length > 0 ? [`Mail to ${list(without)}.`] : []),
    ...(withSubdomains.length > 0
      ? [
          `Mail to subdomains of ${list(withSubdomains.map(({ domainName }) => domainName))} that does not come through Cloudflare: nobody can list them.`,
        ]
      : []),
    ...(hybrid.length > 0
      ? [
          `Mail from your own servers, unless Exchange Online attributes it to ${list(hybrid.map(({ name }) => `"${name}"`))}; which connector comes first is not documented.`,
        ]
      : []),
    "Mail that scanners, printers, applications and partners deliver to Microsoft 365 directly.",
  ];
}

const acceptsNone = (records: MailExchangers | undefined): boolean =>
  records !== undefined && "hosts" in records && records.acceptsNone === true;

/** Returns whether a domain is one that Microsoft gives to every tenant, whose MX records nobody can change. */
const isMicrosofts = (domain: string): boolean =>
  /\.onmicrosoft\.(com|us|cn|de)$/.test(domain);

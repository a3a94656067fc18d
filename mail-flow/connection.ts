import { addressSet, type AddressSet } from "./address-set";
import { egressIpRanges } from "./egress";
import { end, named, step, unread, type Way } from "./end";
import { folded, within, type Origin } from "./mail";
import type { Step } from "./path";
import type { InboundConnector, Snapshot } from "./snapshot";
import type { Truth } from "./truth";

/** What the connection alone decides. */
interface Connected {
  /** The ways of a message that is refused, or may be. */
  readonly ended: readonly Way[];
  /** Undefined where it is refused for certain. */
  readonly passed?: {
    /** Whether the IP Allow List lets it skip spam filtering; undefined where nobody can tell. */
    readonly allowed: Truth;
    readonly steps: readonly Step[];
  };
}

const egress = addressSet(egressIpRanges);

/** Makes inbound connectors and connection filter ready, first for mail of an origin, then for its recipients. */
export function connection(
  snapshot: Pick<Snapshot, "inboundConnectors" | "connectionFilters">,
): (origin: Origin) => (recipient: string) => Connected {
  const attribution = connectors(snapshot.inboundConnectors);
  const filter = connectionFilter(snapshot.connectionFilters);
  return (origin) => {
    const attributedFor = attribution(origin);
    return (recipient) => {
      const attributed = attributedFor(recipient);
      if ("end" in attributed) return { ended: [attributed] };
      const { ended, passed } = filter(origin, attributed.skips);
      const after = <T extends { readonly steps: readonly Step[] }>(
        one: T,
      ) => ({ ...one, steps: attributed.steps.concat(one.steps) });
      return {
        ended: ended.map(after),
        ...(passed && { passed: after(passed) }),
      };
    };
  };
}

/** What connectors make of a message: refused, or taken; and whether Enhanced Filtering looks behind its last hop. */
type Attributed =
  Way | { readonly skips: string | undefined; readonly steps: readonly Step[] };

function connectors(
  part: Snapshot["inboundConnectors"],
): (origin: Origin) => (recipient: string) => Attributed {
  if ("unavailable" in part) {
    const steps = (what: string) => [
      unread("InboundConnector", what, part.unavailable),
    ];
    const taken = steps(
      "inbound connectors were not read; they are taken to let Cloudflare's mail in",
    );
    const open = steps(
      "inbound connectors, which may refuse it, were not read",
    );
    return ({ sourceIp }) => {
      const attributed = egress(sourceIp)
        ? { skips: undefined, steps: taken }
        : { end: end("notDocumented"), steps: open };
      return () => attributed;
    };
  }
  const enabled = part.value
    .filter(({ enabled }) => enabled)
    .map((connector) => ({
      connector,
      listed: addressSet(connector.senderIpAddresses),
      skipped: addressSet(connector.efSkipIps),
      closeness: closenessTo(connector),
    }));
  const partners = enabled.filter(({ connector }) => isPartner(connector));
  const own = enabled.filter(({ connector }) => !isPartner(connector));
  return (origin) => {
    const ownMet = own.filter(({ listed }) => listed(origin.sourceIp));
    const trusting =
      origin.senderInside === false
        ? undefined
        : ownMet.find(({ connector }) => trustsSenders(connector));
    if (trusting)
      return () => ({
        end: end("notDocumented"),
        steps: [
          because(
            trusting.connector,
            "treatMessagesAsInternal",
            "mail from this address counts as internal where its sender is of the organisation's own domains, and which filtering is left then is not documented",
          ),
        ],
      });
    const met = partnerOf(partners, origin);
    if (met && "end" in met) return () => met;
    const skipping = [...(met ? [met] : []), ...ownMet].filter(
      ({ connector, skipped }) =>
        !connector.efTestMode &&
        (connector.efSkipLastIp || skipped(origin.sourceIp)),
    );
    return (recipient) => {
      const first = skipping.find(
        ({ connector: { efUsers } }) =>
          efUsers.length === 0 ||
          efUsers.some((user) => folded(user) === recipient),
      );
      return { skips: first?.connector.name, steps: [] };
    };
  };
}

/** An inbound connector, made ready. */
interface Ready {
  readonly connector: InboundConnector;
  readonly listed: AddressSet;
  readonly skipped: AddressSet;
  readonly closeness: ReturnType<typeof closenessTo>;
}

/**
 * The partner's connector that a message meets; undefined where it meets none; or what becomes of a message that one refuses. A
 * connector that restricts is found by its addresses or certificate first, whatever others refuse; then by the sender's domain, the
 * closest first.
 *
 * @see https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/900 "partner connectors are pulled up by IP or Cert lookup"
 */
function partnerOf(
  partners: readonly Ready[],
  { senderDomain, sourceIp }: Origin,
): Ready | Way | undefined {
  const concerned = partners
    .flatMap((ready) => {
      const closeness = ready.closeness(senderDomain);
      return closeness === undefined ? [] : [{ ready, closeness }];
    })
    .sort((a, b) => b.closeness - a.closeness)
    .map(({ ready }) => ready);
  const restricting = concerned.filter(({ connector }) => restricts(connector));
  const [refusing] = restricting;
  if (!refusing) return concerned[0];
  const known = restricting.find(
    ({ connector, listed }) => findsByAddress(connector) && listed(sourceIp),
  );
  if (known) return known;
  const byCertificate = restricting.find(
    ({ connector, listed }) =>
      connector.restrictDomainsToCertificate &&
      (!connector.restrictDomainsToIpAddresses || listed(sourceIp)),
  );
  return byCertificate
    ? {
        end: end("notDocumented"),
        steps: [
          because(
            byCertificate.connector,
            "restrictDomainsToCertificate",
            "it takes mail with a certain certificate alone, and which one the last hop shows cannot be told",
          ),
        ],
      }
    : {
        end: end("rejected"),
        steps: [
          because(
            refusing.connector,
            "restrictDomainsToIpAddresses",
            `it refuses mail from addresses that it does not list, and ${sourceIp} is none of them`,
          ),
        ],
      };
}

/** Whether a connector is one of partners, and not of the organisation's own servers (`OnPremises`). */
const isPartner = ({
  connectorType,
}: Pick<InboundConnector, "connectorType">): boolean =>
  folded(connectorType) !== "onpremises";

/**
 * Whether a connector refuses mail of its sender domains that it does not know, which those of partners alone do.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-inboundconnector
 */
export const restricts = (connector: InboundConnector): boolean =>
  isPartner(connector) &&
  (connector.restrictDomainsToIpAddresses ||
    connector.restrictDomainsToCertificate);

/**
 * Whether a connector takes mail of the organisation's own sender domains for internal, which those of partners cannot.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-inboundconnector
 */
export const trustsSenders = (connector: InboundConnector): boolean =>
  !isPartner(connector) && connector.treatMessagesAsInternal;

/** Whether mail from the addresses that a connector lists is found to be the connector's. */
export const findsByAddress = (connector: InboundConnector): boolean =>
  restricts(connector) && !connector.restrictDomainsToCertificate;

/**
 * Returns how closely a connector names a sender's domain, the larger the closer: `*`, `*.example.com` (the domain and all its
 * subdomains), `example.com`; undefined where it is for other senders.
 */
export function closenessTo({
  senderDomains,
}: Pick<InboundConnector, "senderDomains">): (
  domain: string,
) => number | undefined {
  const tests = senderDomains.map(folded).map((name) => {
    if (name === "*") return () => 0;
    const isWithin = name.startsWith("*.") && within([name.slice(2)]);
    return (domain: string) => {
      if (name === domain) return name.length;
      return isWithin && isWithin(domain) ? name.length - 2 : -1;
    };
  });
  return (domain) => {
    const closest = Math.max(-1, ...tests.map((test) => test(domain)));
    return closest < 0 ? undefined : closest;
  };
}

/** The step of a switch of a connector that is on. */
const because = (
  { name }: Pick<InboundConnector, "name">,
  property: string,
  why: string,
): Step => step(named("InboundConnector", name), property, true, why);

function connectionFilter(
  part: Snapshot["connectionFilters"],
): (origin: Origin, skips: string | undefined) => Connected {
  if ("unavailable" in part) {
    const why = unread(
      "HostedConnectionFilterPolicy",
      "the connection filter was not read",
      part.unavailable,
    );
    return () => ({ ended: [], passed: { allowed: undefined, steps: [why] } });
  }
  const filter = part.value.find(({ isDefault }) => isDefault) ?? part.value[0];
  const unlisted: Connected = {
    ended: [],
    passed: { allowed: false, steps: [] },
  };
  if (!filter) return () => unlisted;
  const allowList = addressSet(filter.ipAllowList);
  const blockList = addressSet(filter.ipBlockList);
  return ({ sourceIp }, skips) => {
    const allowed = allowList(sourceIp) === true;
    const blocked = !allowed && blockList(sourceIp) === true;
    if (!allowed && !blocked) return unlisted;
    const steps = [
      step(
        named("HostedConnectionFilterPolicy", filter.name),
        allowed ? "ipAllowList" : "ipBlockList",
        sourceIp,
        allowed
          ? "the address that hands the message over is on the IP Allow List, which asks to skip spam filtering"
          : "the address that hands the message over is on the IP Block List, so that the message is rejected",
      ),
    ];
    if (skips === undefined)
      return allowed
        ? { ended: [], passed: { allowed: true, steps } }
        : { ended: [{ end: end("rejected"), steps }] };
    steps.push(
      because(
        { name: skips },
        "efSkipLastIp",
        "Enhanced Filtering looks behind this address, and whether the connection filter's lists still see it is not documented",
      ),
    );
    return {
      ended: blocked ? [{ end: end("rejected"), steps }] : [],
      passed: { allowed: allowed ? undefined : false, steps },
    };
  };
}

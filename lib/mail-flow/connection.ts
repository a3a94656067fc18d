import { addressSet, type AddressSet } from "./address-set";
import { egressIpRanges } from "./egress";
import { end, named, step, unread, type Way } from "./end";
import { folded, type Arrived } from "./mail";
import type { Step } from "./path";
import type { ConnectionFilter, InboundConnector, Snapshot } from "./snapshot";
import type { Truth } from "./truth";

/** What the connection alone decides: that the message is refused, or whether spam filtering is skipped for its address. */
export type Connected =
  | Way
  | {
      /** Whether the IP Allow List lets it skip spam filtering; undefined where nobody can tell. */
      readonly allowed: Truth;
      readonly steps: readonly Step[];
    };

/** Connectors and connection filter, ready for messages. */
export type Connection = (mail: Arrived) => Connected;

const egress = addressSet(egressIpRanges);

/** Makes inbound connectors and connection filter ready. */
export function connection(
  snapshot: Pick<Snapshot, "inboundConnectors" | "connectionFilters">,
): Connection {
  const attribution = connectors(snapshot.inboundConnectors);
  const filter = connectionFilter(snapshot.connectionFilters);
  return (mail) => {
    const attributed = attribution(mail);
    if ("end" in attributed) return attributed;
    const filtered = filter(mail, attributed.skips);
    return { ...filtered, steps: [...attributed.steps, ...filtered.steps] };
  };
}

/** What connectors make of a message: refused, or taken; and whether Enhanced Filtering looks behind its last hop. */
type Attributed =
  Way | { readonly skips: string | undefined; readonly steps: readonly Step[] };

function connectors(
  part: Snapshot["inboundConnectors"],
): (mail: Arrived) => Attributed {
  if ("unavailable" in part) {
    const { unavailable } = part;
    return ({ sourceIp }) =>
      egress(sourceIp)
        ? {
            skips: undefined,
            steps: [
              unread(
                "InboundConnector",
                "inbound connectors were not read; they are taken to let Cloudflare's mail in",
                unavailable,
              ),
            ],
          }
        : {
            end: end("notDocumented"),
            steps: [
              unread(
                "InboundConnector",
                "inbound connectors, which may refuse it, were not read",
                unavailable,
              ),
            ],
          };
  }
  const enabled = part.value
    .filter(({ enabled }) => enabled)
    .map((connector) => ({
      connector,
      listed: addressSet(connector.senderIpAddresses),
      skipped: addressSet(connector.efSkipIps),
    }));
  return (mail) => {
    for (const { connector, listed } of enabled) {
      const refused = refusal(connector, listed, mail);
      if (refused) return { end: end("rejected"), steps: [refused] };
    }
    for (const { connector, listed } of enabled) {
      const doubt = vagueness(connector, listed, mail);
      if (doubt) return { end: end("notDocumented"), steps: [doubt] };
    }
    const skipping = enabled.find(
      ({ connector, listed, skipped }) =>
        !connector.efTestMode &&
        (connector.efSkipLastIp || skipped(mail.sourceIp)) &&
        (connector.senderIpAddresses.length === 0 || listed(mail.sourceIp)) &&
        (connector.efUsers.length === 0 ||
          connector.efUsers.some((user) => folded(user) === mail.recipient)),
    );
    return { skips: skipping?.connector.name, steps: [] };
  };
}

/** The step of a connector that refuses a message. */
function refusal(
  connector: InboundConnector,
  listed: AddressSet,
  { sourceIp, senderDomain }: Arrived,
): Step | undefined {
  return connector.restrictDomainsToIpAddresses &&
    forSender(connector.senderDomains, senderDomain) &&
    !listed(sourceIp)
    ? step(
        named("InboundConnector", connector.name),
        "restrictDomainsToIpAddresses",
        true,
        `it refuses mail from addresses that it does not list, and ${sourceIp} is none of them`,
      )
    : undefined;
}

/** The step of a connector that makes it impossible to tell what becomes of a message. */
function vagueness(
  connector: InboundConnector,
  listed: AddressSet,
  { sourceIp, senderDomain }: Arrived,
): Step | undefined {
  const object = named("InboundConnector", connector.name);
  if (
    connector.restrictDomainsToCertificate &&
    forSender(connector.senderDomains, senderDomain)
  )
    return step(
      object,
      "restrictDomainsToCertificate",
      true,
      "it takes mail with a certain certificate alone, and which one the last hop shows cannot be told",
    );
  return connector.treatMessagesAsInternal && listed(sourceIp)
    ? step(
        object,
        "treatMessagesAsInternal",
        true,
        "mail from this address counts as internal, and which filtering is left then is not documented",
      )
    : undefined;
}

/** Whether a connector is for a sender: `*`, `*.example.com` (with what is above it), `example.com`. */
function forSender(domains: readonly string[], senderDomain: string): boolean {
  return domains.map(folded).some((domain) => {
    if (domain === "*") return true;
    if (!domain.startsWith("*.")) return domain === senderDomain;
    return senderDomain.endsWith(domain.slice(1));
  });
}

function connectionFilter(
  part: Snapshot["connectionFilters"],
): (
  mail: Arrived,
  skips: string | undefined,
) => Way | { allowed: Truth; steps: Step[] } {
  if ("unavailable" in part)
    return () => ({
      allowed: undefined,
      steps: [
        unread(
          "HostedConnectionFilterPolicy",
          "the connection filter was not read",
          part.unavailable,
        ),
      ],
    });
  const filter: ConnectionFilter | undefined =
    part.value.find(({ isDefault }) => isDefault) ?? part.value[0];
  if (!filter) return () => ({ allowed: false, steps: [] });
  const object = named("HostedConnectionFilterPolicy", filter.name);
  const allowList = addressSet(filter.ipAllowList);
  const blockList = addressSet(filter.ipBlockList);
  return ({ sourceIp }, skips) => {
    const allowed = allowList(sourceIp) === true;
    const blocked = !allowed && blockList(sourceIp) === true;
    if (!allowed && !blocked) return { allowed: false, steps: [] };
    const found = step(
      object,
      allowed ? "ipAllowList" : "ipBlockList",
      sourceIp,
      allowed
        ? "the address that hands the message over is on the IP Allow List, which asks to skip spam filtering"
        : "the address that hands the message over is on the IP Block List, so that the message is rejected",
    );
    if (skips === undefined)
      return blocked
        ? { end: end("rejected"), steps: [found] }
        : { allowed: true, steps: [found] };
    const doubt = step(
      named("InboundConnector", skips),
      "efSkipLastIp",
      true,
      "Enhanced Filtering looks behind this address, and whether the connection filter's lists still see it is not documented",
    );
    return blocked
      ? { end: end("notDocumented"), steps: [found, doubt] }
      : { allowed: undefined, steps: [found, doubt] };
  };
}

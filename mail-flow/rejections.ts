import { acceptance, ownership } from "./accepted-domains";
import { addressSet } from "./address-set";
import { otherHost } from "./cloudflare";
import { grouped } from "./grouped";
import {
  associatedWith,
  assumptionsFor,
  attribution,
  restricts,
  type Attribution,
} from "./inbound-connectors";
import { domainOf, folded, unknownMail, type Origin } from "./mail";
import { snapshotOf, valueOf } from "./part";
import type { Step } from "./path";
import { unknownSender } from "./route";
import { sendingAddresses } from "./sending-addresses";
import type { InboundConnector, Snapshot } from "./snapshot";

/** A class of mail that no connector rejected before a change, and that a connector rejects, or may reject, after it. */
export interface Rejection {
  /** Whether another host than Cloudflare delivers it. */
  readonly pastCloudflare: boolean;
  readonly sender: string;
  /** The address of the host that delivers it. */
  readonly sourceIp: string;
  /** One of `domains`. */
  readonly recipientDomain: string;
  /** The recipients' domains, which no connector distinguishes. */
  readonly domains: readonly string[];
  /** The step with the connector that rejects it. */
  readonly decided: Step;
}

/**
 * Returns the mail that a change of connectors newly rejects, whatever else happens to it: mail that Cloudflare delivers, from senders that
 * connectors name, and mail that any other host delivers, to all accepted domains. One message represents each class of senders, hosts and
 * recipients that connectors distinguish.
 *
 * @param addresses the addresses that Cloudflare delivers from
 */
export function rejections(
  before: Snapshot,
  after: Snapshot,
  addresses: readonly string[],
): Rejection[] {
  const enabled = (snapshot: Snapshot): InboundConnector[] =>
    valueOf(snapshot.inboundConnectors).filter((one) => one.enabled);
  // A write to another object leaves the list as it is.
  if (
    before.inboundConnectors === after.inboundConnectors ||
    !enabled(after).some(restricts)
  )
    return [];
  const connectors = [...enabled(before), ...enabled(after)];
  const domains = domainClasses(after, connectors);
  const senders = sendersFor(connectors, domains);
  const hosts = hostsFor(connectors, addresses);
  const accepts = acceptance(after.acceptedDomains);
  const owns = ownership(after.acceptedDomains);
  // What is unknown about a message is the same before and after the change.
  const worlds = assumptionsFor(connectors).map((assumed) => ({
    assumed,
    earlierTo: attribution(before.inboundConnectors, { assumed }),
    laterTo: attribution(after.inboundConnectors, { assumed }),
  }));
  const found: Rejection[] = [];
  for (const { sourceIp, pastCloudflare } of hosts)
    for (const sender of senders) {
      const senderDomain = domainOf(sender);
      const origin: Origin = {
        ...unknownMail,
        sender,
        senderDomain,
        senderInside: accepts(senderDomain),
        senderOwned: owns(senderDomain),
        sourceIp,
        behindCloudflare: !pastCloudflare,
        at: 0,
      };
      for (const { assumed, earlierTo, laterTo } of worlds) {
        // The model of the mail flow follows mail from unknown senders that Cloudflare delivers.
        if (!pastCloudflare && sender === unknownSender && !assumed.certificate)
          continue;
        const [earlier, later] = [earlierTo(origin), laterTo(origin)];
        for (const { domains: alike } of domains) {
          const [recipientDomain = ""] = alike;
          const to = {
            recipient: `someone@${recipientDomain}`,
            recipientDomain,
          };
          const decided = rejectionIn(later(to));
          if (decided && !rejectionIn(earlier(to)))
            found.push({
              pastCloudflare,
              sender,
              sourceIp,
              recipientDomain,
              domains: alike,
              decided,
            });
        }
      }
    }
  return found;
}

/** Returns the step of the connector that rejects or may reject a message; undefined if none does. */
function rejectionIn({ possible }: Attribution): Step | undefined {
  for (const one of possible)
    if ("result" in one && one.result.outcome === "rejected")
      return one.steps.at(-1);
  return undefined;
}

/** Returns the domains that the tenant accepts mail for, grouped so that nothing distinguishes the domains of a group. */
function domainClasses(
  { acceptedDomains, domains }: Snapshot,
  connectors: readonly InboundConnector[],
): { readonly domains: readonly string[] }[] {
  const accepted = valueOf(acceptedDomains).map(({ domainName }) => domainName);
  const protectedBy = new Map(
    valueOf(domains).map(({ domain, status, allowedDeliveryModes }) => [
      folded(domain),
      [status, ...allowedDeliveryModes].join(),
    ]),
  );
  const lists = connectors.map(
    (connector) => new Set(associatedWith(connector).map(folded)),
  );
  const names = accepted.length > 0 ? accepted : [...protectedBy.keys()];
  return grouped([...new Set(names.map(folded))], (name) => [
    protectedBy.get(name) ?? "",
    ...lists.map((list) => String(list.has(name))),
  ]).map(({ members }) => ({ domains: members }));
}

/** Returns a sender for each class that connectors distinguish, first one that no connector names. */
const sendersFor = (
  connectors: readonly InboundConnector[],
  domains: readonly { readonly domains: readonly string[] }[],
): string[] => [
  ...new Set([
    unknownSender,
    ...connectors
      .flatMap(({ senderDomains }) => senderDomains.map(folded))
      .filter((name) => name !== "*")
      .flatMap((name) =>
        name.startsWith("*.")
          ? [name.slice(2), `mail.${name.slice(2)}`]
          : [name],
      )
      .concat(domains.flatMap(({ domains: [first = ""] }) => first))
      .map((domain) => `someone@${domain}`),
  ]),
];

/** A host that delivers mail. */
interface Host {
  readonly sourceIp: string;
  readonly pastCloudflare: boolean;
}

/** Returns a host for each class of addresses that connectors distinguish, within and outside of Cloudflare's. */
function hostsFor(
  connectors: readonly InboundConnector[],
  addresses: readonly string[],
): Host[] {
  const [template] = connectors;
  if (!template) return [];
  const listing = (inboundConnectors: InboundConnector[]): Snapshot =>
    snapshotOf({ inboundConnectors });
  const own = sendingAddresses(listing([...connectors]), addresses);
  const all = sendingAddresses(
    // Another list, so that no class has addresses within and outside of Cloudflare's.
    listing([
      ...connectors,
      { ...template, senderIpAddresses: [...addresses], efSkipIps: [] },
    ]),
    [otherHost, "0.0.0.0-255.255.255.255"],
  );
  const isCloudflares = addressSet(addresses);
  return [
    ...own.map((sourceIp) => ({ sourceIp, pastCloudflare: false })),
    ...all
      .filter((address) => isCloudflares(address) !== true)
      .map((sourceIp) => ({ sourceIp, pastCloudflare: true })),
  ];
}

import { addressSet, type AddressSet } from "./address-set";
import { egressIpRanges } from "./egress";
import { result, named, step, unread, type Way } from "./result";
import { folded, within, type Mail, type Origin } from "./mail";
import type { Step } from "./path";
import type { InboundConnector, RuleValue, Snapshot } from "./snapshot";

/** What connectors make of a message: refused, or taken; and whether Enhanced Filtering looks behind its last hop. */
export type Attributed =
  Way | { readonly skips: string | undefined; readonly steps: readonly Step[] };

/** What connectors may make of a message. */
export interface Attribution {
  /** Several where nobody has documented, or nobody can tell, which connector the message meets. */
  readonly possible: readonly [Attributed, ...Attributed[]];
  /** Why there are several. */
  readonly doubts: readonly Step[];
}

const egress = addressSet(egressIpRanges);

/** What connectors ask of a recipient. */
export type Recipient = Pick<Mail, "recipient" | "recipientDomain">;

/** Makes inbound connectors ready, first for mail of an origin, then for its recipients. */
export function attribution(
  part: Snapshot["inboundConnectors"],
): (origin: Origin) => (to: Recipient) => Attribution {
  if ("value" in part) return byConnectors(part.value);
  const steps = (what: string) => [
    unread("InboundConnector", what, part.unavailable),
  ];
  const taken = steps(
    "inbound connectors were not read; they are taken to let Cloudflare's mail in",
  );
  const open = steps("inbound connectors, which may refuse it, were not read");
  return ({ sourceIp }) => {
    const attributed = egress(sourceIp)
      ? { skips: undefined, steps: taken }
      : { result: result("notDocumented"), steps: open };
    return () => ({ possible: [attributed], doubts: [] });
  };
}

/** An inbound connector, made ready. */
interface Ready {
  readonly connector: InboundConnector;
  readonly listed: AddressSet;
  readonly skipped: AddressSet;
  readonly closeness: ReturnType<typeof closenessTo>;
  /** Whether the connector is for an accepted domain. */
  readonly isFor: (domain: string) => boolean;
  /** The name of the certificate by which it knows mail; undefined where it has none, or a blank one. */
  readonly certificate: string | undefined;
  /** Whether a certificate with this name is the one that the connector names. */
  readonly names: (certificate: string) => boolean;
}

/**
 * Whose domain `associatedAcceptedDomains` means. The cmdlet's page says that it restricts the source domains; the product group
 * says that it is for testing a connector with a part of the recipients' domains.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-inboundconnector
 * @see https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/900
 */
type Side = "senderDomain" | "recipientDomain";

/** Which certificate the last hop shows, as far as connectors tell certificates apart: whether it is the one that a connector names. */
type Certificate = (ready: Ready) => boolean;

function byConnectors(
  connectors: readonly InboundConnector[],
): (origin: Origin) => (to: Recipient) => Attribution {
  const enabled = connectors.filter(({ enabled }) => enabled).map(readyFor);
  const partners = enabled.filter(({ connector }) => isPartner(connector));
  const own = enabled.filter(({ connector }) => !isPartner(connector));
  const certificates = certificatesFor(enabled);
  const sides: readonly Side[] = enabled.some(
    ({ connector }) => associatedWith(connector).length > 0,
  )
    ? ["senderDomain", "recipientDomain"]
    : ["recipientDomain"];
  const attributed = (mail: Arrived): Attribution => {
    const answers = sides.flatMap((side) =>
      certificates.map((shows) => {
        const isFor = ({ isFor }: Ready) => isFor(mail[side]);
        const attributed = met(
          partners.filter(isFor),
          own.filter(isFor),
          mail,
          shows,
        );
        return { side, shows, attributed, key: keyOf(attributed) };
      }),
    );
    const [first, ...others] = [
      ...new Map(answers.map(({ key, attributed }) => [key, attributed])),
    ].map(([, attributed]) => attributed) as [Attributed, ...Attributed[]];
    if (others.length === 0) return { possible: [first], doubts: [] };
    const differBy = (property: "side" | "shows"): boolean =>
      answers.some((one) =>
        answers.some(
          (other) =>
            one.key !== other.key &&
            (property === "side" || one.side === other.side) &&
            (property === "shows" || one.shows === other.shows),
        ),
      );
    return {
      possible: [first, ...others],
      doubts: [
        ...(differBy("side") ? sideDoubt(enabled, mail) : []),
        ...(differBy("shows") ? certificateDoubt(enabled, mail) : []),
      ],
    };
  };
  const asksRecipients = enabled.some(
    ({ connector }) =>
      connector.efUsers.length > 0 || associatedWith(connector).length > 0,
  );
  return (origin) => {
    if (asksRecipients) return (to) => attributed({ ...origin, ...to });
    const forAll = attributed({
      ...origin,
      recipient: "",
      recipientDomain: "",
    });
    return () => forAll;
  };
}

type Arrived = Origin & Recipient;

function readyFor(connector: InboundConnector): Ready {
  const associated = new Set(associatedWith(connector).map(folded));
  const certificate = connector.tlsSenderCertificateName?.trim() || undefined;
  // Written as sender domains are: a domain, or `*.` and a domain.
  const closeness = closenessTo({
    senderDomains: certificate === undefined ? [] : [certificate],
  });
  return {
    connector,
    listed: addressSet(connector.senderIpAddresses),
    skipped: addressSet(connector.efSkipIps),
    closeness: closenessTo(connector),
    isFor: (domain) => associated.size === 0 || associated.has(domain),
    certificate,
    names: (name) => closeness(name) !== undefined,
  };
}

/** One certificate for each class of certificates that connectors tell apart; the first is one that none of them names. */
function certificatesFor(
  enabled: readonly Ready[],
): readonly [Certificate, ...Certificate[]] {
  const named = new Set(
    enabled.flatMap(({ certificate }) =>
      certificate === undefined ? [] : [folded(certificate)],
    ),
  );
  return [
    () => false,
    ...[...named].map(
      (name): Certificate =>
        ({ names }) =>
          names(name.replace(/^\*/, "a-server")),
    ),
    // A name that the snapshot does not have is like no other.
    ...enabled
      .filter(
        ({ connector, certificate }) =>
          isPartner(connector) &&
          connector.restrictDomainsToCertificate &&
          certificate === undefined,
      )
      .map(
        (unnamed): Certificate =>
          (ready) =>
            ready === unnamed,
      ),
  ];
}

/**
 * Returns what connectors that are for the message make of it, if the last hop shows this certificate. Those of the organisation's
 * own servers know mail by an address or by a certificate.
 *
 * @see https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/set-up-connectors-to-route-mail
 */
function met(
  partners: readonly Ready[],
  own: readonly Ready[],
  mail: Arrived,
  shows: Certificate,
): Attributed {
  const ownMet = own.filter(
    (ready) => ready.listed(mail.sourceIp) || shows(ready),
  );
  const trusting =
    mail.senderInside === false
      ? undefined
      : ownMet.find(({ connector }) => trustsSenders(connector));
  if (trusting)
    return {
      result: result("notDocumented"),
      steps: [
        because(
          trusting.connector,
          "treatMessagesAsInternal",
          true,
          "mail from this address counts as internal where its sender is of the organisation's own domains, and which filtering is left then is not documented",
        ),
      ],
    };
  const partner = partnerOf(partners, mail, shows);
  if (partner && "result" in partner) return partner;
  const skipping = [...(partner ? [partner] : []), ...ownMet].find(
    ({ connector, skipped }) =>
      !connector.efTestMode &&
      (connector.efSkipLastIp || skipped(mail.sourceIp)) &&
      (connector.efUsers.length === 0 ||
        connector.efUsers.some((user) => folded(user) === mail.recipient)),
  );
  return { skips: skipping?.connector.name, steps: [] };
}

/** A text that is the same for what is the same to a message. */
const keyOf = (attributed: Attributed): string =>
  "result" in attributed
    ? `${attributed.result.outcome} ${attributed.steps.map(({ object, property }) => `${object} ${property}`).join()}`
    : `skips ${attributed.skips}`;

/**
 * The partner's connector that a message meets; undefined where it meets none; or what becomes of a message that one refuses. A
 * connector that restricts is found by its addresses or certificate first, whatever others refuse; then by the sender's domain, the
 * closest first.
 *
 * @see https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/900 "partner connectors are pulled up by IP or Cert lookup"
 */
function partnerOf(
  partners: readonly Ready[],
  { senderDomain, sourceIp }: Arrived,
  shows: Certificate,
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
    (ready) =>
      takesAddress(ready, sourceIp) &&
      (!ready.connector.restrictDomainsToCertificate || shows(ready)),
  );
  if (known) return known;
  const { connector, certificate } = refusing;
  return {
    result: result("rejected"),
    steps: [
      takesAddress(refusing, sourceIp)
        ? because(
            connector,
            "restrictDomainsToCertificate",
            true,
            `it refuses mail without ${certificate === undefined ? "its certificate" : `a certificate for ${certificate}`}`,
          )
        : because(
            connector,
            "restrictDomainsToIpAddresses",
            true,
            `it refuses mail from addresses that it does not list, and ${sourceIp} is none of them`,
          ),
    ],
  };
}

/** Whether a partner's connector takes mail from an address, if it has the certificate. */
const takesAddress = (
  { connector, listed }: Ready,
  sourceIp: string,
): boolean =>
  !connector.restrictDomainsToIpAddresses || listed(sourceIp) === true;

/** Returns the step that says why nobody can tell which connectors are for the message. */
const sideDoubt = (enabled: readonly Ready[], mail: Arrived): Step[] =>
  enabled
    .filter(
      ({ isFor }) => isFor(mail.senderDomain) !== isFor(mail.recipientDomain),
    )
    .slice(0, 1)
    .map(({ connector }) =>
      because(
        connector,
        "associatedAcceptedDomains",
        [...associatedWith(connector)],
        "Microsoft's page limits the connector to mail from these domains, and Microsoft's developers say that it is limited to mail for them",
      ),
    );

/** Returns the step that says why nobody can tell which connectors know the message by its certificate. */
const certificateDoubt = (
  enabled: readonly Ready[],
  { sourceIp, senderDomain }: Arrived,
): Step[] =>
  enabled
    .filter((ready) =>
      isPartner(ready.connector)
        ? ready.connector.restrictDomainsToCertificate &&
          ready.closeness(senderDomain) !== undefined &&
          takesAddress(ready, sourceIp)
        : ready.certificate !== undefined && !ready.listed(sourceIp),
    )
    .slice(0, 1)
    .map(({ connector, certificate }) =>
      isPartner(connector)
        ? because(
            connector,
            "restrictDomainsToCertificate",
            true,
            "it takes mail with a certain certificate alone, and which one the last hop shows cannot be told",
          )
        : because(
            connector,
            "tlsSenderCertificateName",
            certificate,
            "mail with this certificate is the connector's, and which one the last hop shows cannot be told",
          ),
    );

/** The accepted domains that a connector is limited to; none: it is for all. A snapshot of an earlier release says nothing of them. */
export const associatedWith = ({
  associatedAcceptedDomains,
}: Pick<InboundConnector, "associatedAcceptedDomains">): readonly string[] =>
  (associatedAcceptedDomains ?? []).filter((domain) => domain.trim() !== "");

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

/** The step of a property of a connector. */
export const because = (
  { name }: Pick<InboundConnector, "name">,
  property: string,
  value: RuleValue | undefined,
  why: string,
): Step => step(named("InboundConnector", name), property, value, why);

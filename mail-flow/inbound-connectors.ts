import { addressSet, type AddressSet } from "./address-set";
import { egressIpRanges } from "./egress";
import { result, named, step, unread, type Way } from "./result";
import { folded, within, type Mail, type Origin } from "./mail";
import type { Step } from "./path";
import type { InboundConnector, RuleValue, Snapshot } from "./snapshot";
import type { ThreeValued } from "./three-valued";

/**
 * The effect of connectors on a message: its way if it is refused; otherwise the name of the connector, if any, whose Enhanced Filtering
 * skips the last hop.
 */
export type Attributed =
  | Way
  | {
      readonly skips: string | undefined;
      /**
       * Whether a connector matches the message by its address or its certificate; undefined if it is not documented. Determined only for
       * mail that may be Direct Send, otherwise true.
       */
      readonly matched: ThreeValued;
      readonly steps: readonly Step[];
    };

/** The possible effects of connectors on a message. */
export interface Attribution {
  /** More than one if it is not documented, or cannot be determined, which connector applies to the message. */
  readonly possible: readonly [Attributed, ...Attributed[]];
  /** The reasons why there is more than one. */
  readonly doubts: readonly Step[];
}

const egress = addressSet(egressIpRanges);

/** The properties of a recipient that connectors test. */
export type Recipient = Pick<Mail, "recipient" | "recipientDomain">;

/** An assumption about what is not documented or cannot be determined about mail and connectors. */
export interface Assumption {
  /** The side whose domain `associatedAcceptedDomains` restricts. */
  readonly side: Side;
  /** The name in the certificate of the last hop; empty if it has none. */
  readonly certificate: string;
}

/** Returns all combinations of assumptions that some connectors distinguish. */
export function assumptionsFor(
  connectors: readonly InboundConnector[],
): Assumption[] {
  const names = certificateNames(connectors.map(readyFor));
  return sidesFor(connectors).flatMap((side) =>
    ["", ...names].map((certificate) => ({ side, certificate })),
  );
}

/** Options of {@link attribution}. */
interface AttributionOptions {
  /** Returns whether it matters that a connector matches mail of an origin. @default it never does */
  readonly asksMatch?: (origin: Origin) => boolean;
  /** Reduces the possible effects to those under this assumption. */
  readonly assumed?: Assumption;
}

/** Prepares the inbound connectors, first for mail of an origin, then for its recipients. */
export function attribution(
  part: Snapshot["inboundConnectors"],
  options: AttributionOptions = {},
): (origin: Origin) => (to: Recipient) => Attribution {
  if ("value" in part) return byConnectors(part.value, options);
  const steps = (what: string) => [
    unread("InboundConnector", what, part.unavailable),
  ];
  const taken = steps(
    "inbound connectors were not read; they are taken to let Cloudflare's mail in",
  );
  const open = steps("inbound connectors, which may refuse it, were not read");
  return ({ sourceIp }) => {
    const attributed = egress(sourceIp)
      ? { skips: undefined, matched: true, steps: taken }
      : { result: result("notDocumented"), steps: open };
    return () => ({ possible: [attributed], doubts: [] });
  };
}

/** A prepared inbound connector. */
interface Ready {
  readonly connector: InboundConnector;
  readonly listed: AddressSet;
  readonly skipped: AddressSet;
  readonly closeness: ReturnType<typeof closenessTo>;
  /** Returns whether the connector applies to an accepted domain. */
  readonly isFor: (domain: string) => boolean;
  /** The name of the certificate that identifies the connector's mail; undefined if it is unset or blank. */
  readonly certificate: string | undefined;
  /** Returns whether a certificate with this name matches the one that the connector names. */
  readonly names: (certificate: string) => boolean;
}

/**
 * The side whose domain `associatedAcceptedDomains` restricts. The cmdlet's page says the sender's domain. The product group says that the
 * parameter is for testing a connector with some of the recipients' domains.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-inboundconnector
 * @see https://github.com/MicrosoftDocs/OfficeDocs-Exchange/issues/900
 */
type Side = "senderDomain" | "recipientDomain";

/** Returns the sides that connectors may distinguish. */
const sidesFor = (connectors: readonly InboundConnector[]): readonly Side[] =>
  connectors.some((connector) => associatedWith(connector).length > 0)
    ? ["senderDomain", "recipientDomain"]
    : ["recipientDomain"];

/** A class of certificates that the last hop may present. It returns whether the certificate is the one that a connector names. */
type Certificate = (ready: Ready) => boolean;

function byConnectors(
  connectors: readonly InboundConnector[],
  { asksMatch = () => false, assumed }: AttributionOptions,
): (origin: Origin) => (to: Recipient) => Attribution {
  const enabled = connectors.filter(({ enabled }) => enabled).map(readyFor);
  const partners = enabled.filter(({ connector }) => isPartner(connector));
  const own = enabled.filter(({ connector }) => !isPartner(connector));
  const certificates: ReturnType<typeof certificatesFor> = assumed
    ? [({ names }) => names(assumed.certificate)]
    : certificatesFor(enabled);
  const sides = assumed
    ? [assumed.side]
    : sidesFor(enabled.map(({ connector }) => connector));
  const attributed = (mail: Arrived): Attribution => {
    const answers = sides.flatMap((side) =>
      certificates.map((shows) => {
        const isFor = ({ isFor }: Ready) => isFor(mail[side]);
        const attributed = met(
          partners.filter(isFor),
          own.filter(isFor),
          mail,
          shows,
          asksMatch(mail),
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
  // It has the same syntax as a sender domain: a domain, or `*.` and a domain.
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

/** Returns a name in a certificate for each name that connectors require. */
const certificateNames = (all: readonly Ready[]): string[] => [
  ...new Set(
    all.flatMap(({ certificate }) =>
      certificate === undefined
        ? []
        : [folded(certificate).replace(/^\*/, "a-server")],
    ),
  ),
];

/** Returns one certificate for each class that connectors distinguish. The first is one that no connector names. */
function certificatesFor(
  enabled: readonly Ready[],
): readonly [Certificate, ...Certificate[]] {
  return [
    () => false,
    ...certificateNames(enabled).map(
      (name): Certificate =>
        ({ names }) =>
          names(name),
    ),
    // If the snapshot does not have the certificate's name, the name is assumed to differ from all others.
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
 * Returns the effect of the connectors that apply to a message if the last hop presents this certificate. Connectors of the organisation's
 * own servers identify mail by its address or its certificate.
 *
 * @see https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/set-up-connectors-to-route-mail
 */
function met(
  partners: readonly Ready[],
  own: readonly Ready[],
  mail: Arrived,
  shows: Certificate,
  asksMatch: boolean,
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
  const matched =
    !asksMatch ||
    ownMet.length > 0 ||
    (partner !== undefined &&
      (restricts(partner.connector) || mayMatch(partners, mail, shows)));
  return { skips: skipping?.connector.name, matched, steps: [] };
}

/**
 * Returns undefined if a partner connector that does not restrict mail lists the message's address or certificate. Its page says that the
 * addresses apply only with the restriction, and the page on Direct Send that only connectors count that are configured to match the
 * address or the certificate.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-inboundconnector
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/set-organizationconfig
 */
const mayMatch = (
  partners: readonly Ready[],
  { senderDomain, sourceIp }: Arrived,
  shows: Certificate,
): false | undefined =>
  partners.some(
    (ready) =>
      ready.closeness(senderDomain) !== undefined &&
      (ready.listed(sourceIp) === true || shows(ready)),
  )
    ? undefined
    : false;

/** Returns a key that is equal for equal effects on a message. */
const keyOf = (attributed: Attributed): string =>
  "result" in attributed
    ? `${attributed.result.outcome} ${attributed.steps.map(({ object, property }) => `${object} ${property}`).join()}`
    : `skips ${attributed.skips}, matched ${attributed.matched}`;

/**
 * Returns the partner connector that applies to a message, undefined if there is none, or the way of the message if a connector refuses it.
 * Restricting connectors come first: the one whose addresses or certificate match applies, even if others would refuse the message. Then
 * the connectors are found by the sender's domain, the closest first.
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

/** Returns whether a partner connector accepts mail from an address, provided that the certificate matches. */
const takesAddress = (
  { connector, listed }: Ready,
  sourceIp: string,
): boolean =>
  !connector.restrictDomainsToIpAddresses || listed(sourceIp) === true;

/** Returns the step that explains why it cannot be determined which connectors apply to the message. */
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

/** Returns the step that explains why it cannot be determined which connectors match the message's certificate. */
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

/**
 * Returns the accepted domains that a connector is limited to; empty if it applies to all. Snapshots of earlier releases do not contain
 * them.
 */
export const associatedWith = ({
  associatedAcceptedDomains,
}: Pick<InboundConnector, "associatedAcceptedDomains">): readonly string[] =>
  (associatedAcceptedDomains ?? []).filter((domain) => domain.trim() !== "");

/** Returns whether a connector is for partners, and not for the organisation's own servers (`OnPremises`). */
export const isPartner = ({
  connectorType,
}: Pick<InboundConnector, "connectorType">): boolean =>
  folded(connectorType) !== "onpremises";

/**
 * Returns whether a connector refuses mail from its sender domains that does not have its addresses or its certificate. Only partner
 * connectors do.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-inboundconnector
 */
export const restricts = (connector: InboundConnector): boolean =>
  isPartner(connector) &&
  (connector.restrictDomainsToIpAddresses ||
    connector.restrictDomainsToCertificate);

/**
 * Returns whether a connector treats mail from the organisation's own sender domains as internal. Partner connectors cannot.
 *
 * @see https://learn.microsoft.com/powershell/module/exchange/set-inboundconnector
 */
export const trustsSenders = (connector: InboundConnector): boolean =>
  !isPartner(connector) && connector.treatMessagesAsInternal;

/** Returns whether a connector applies to mail because its addresses are listed. */
export const findsByAddress = (connector: InboundConnector): boolean =>
  restricts(connector) && !connector.restrictDomainsToCertificate;

/**
 * Returns how closely a connector's sender domains match a sender's domain; a larger number is a closer match. They can be `*`,
 * `*.example.com` (the domain and all its subdomains) or `example.com`. Undefined if none matches.
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

/** Returns the step for a property of a connector. */
export const because = (
  { name }: Pick<InboundConnector, "name">,
  property: string,
  value: RuleValue | undefined,
  why: string,
): Step => step(named("InboundConnector", name), property, value, why);

import {
  flag,
  hostName,
  objectName,
  oneOf,
  recipient,
  setOf,
  text,
  type Codec,
} from "../codecs";
import { field, noneIsImplied, type Field } from "../field";
import { encode, type Kind } from "../kind";
import { identityOf } from "./identity";
import { connectorAddresses, skippedAddresses } from "./ip-ranges";

/** Whose mail a connector is for: that of partners and services, or that of the organisation's own servers. */
export type InboundConnectorType = "Partner" | "OnPremises";

/**
 * An inbound connector of Exchange Online: what is required of mail from certain senders, and whether Enhanced Filtering looks behind the
 * host that delivers it. Needs Exchange Administrator, or the management role Remote and Accepted Domains.
 *
 * A connector of the type `Partner` that restricts refuses all other mail of its sender domains: also mail to the tenant's
 * `onmicrosoft.com` domain, from hybrid servers and from scanners.
 *
 * @see https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboundconnector
 * @see https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors
 */
export interface InboundConnectorProps {
  /** Name of the connector, unique in the tenant, at most 64 characters. A change renames the connector in place. */
  name: string;
  /**
   * `Partner` for services such as Cloudflare, `OnPremises` for mail servers of the organisation itself.
   * @default "Partner"
   */
  connectorType?: InboundConnectorType;
  /**
   * Whether the connector acts on mail. A connector that is switched off by hand is drift.
   * @default true
   */
  enabled?: boolean;
  /**
   * Domains of the senders that a `Partner` connector is for: `example.com`, `*.example.com` (with all subdomains), or `*` for every
   * sender. Exchange returns them as `smtp:*;1`, which is equal to `*`.
   */
  senderDomains: readonly string[];
  /**
   * Addresses of the hosts that deliver: IPv4, or CIDR of /24 to /32. The two wider ranges that Cloudflare publishes are expanded to their
   * /24 blocks. Left out, the connector must not have any.
   */
  senderIpAddresses?: readonly string[];
  /**
   * Whether a `Partner` connector refuses mail that is not sent over TLS. Exchange's own default is true. Here it is false, so that a
   * program refuses no mail that it does not name.
   * @default false
   */
  requireTls?: boolean;
  /**
   * Whether mail from the sender domains is refused unless it comes from `senderIpAddresses`. For `Partner` only. `true` in a program is
   * the permission to refuse other mail that was delivered before; mail from Cloudflare may never be refused.
   * @default false
   */
  restrictDomainsToIpAddresses?: boolean;
  /**
   * Whether mail from the sender domains is refused unless the host shows a certificate of `tlsSenderCertificateName`. For `Partner` only.
   * Which certificate Cloudflare shows is not documented.
   * @default false
   */
  restrictDomainsToCertificate?: boolean;
  /**
   * Name of the certificate that the host shows: `mail.example.com` or `*.example.com`. Used only with `requireTls: true`. Left out, the
   * connector must not have one.
   */
  tlsSenderCertificateName?: string;
  /**
   * Whether Enhanced Filtering skips the host that delivers, so that Microsoft judges mail by the host before it.
   * @default false
   */
  efSkipLastIp?: boolean;
  /**
   * Addresses that Enhanced Filtering skips: IPv4, CIDR of /24 to /32, or `a-b` of at most 256 addresses. Used only while `efSkipLastIp` is
   * false. Left out, there are none.
   */
  efSkipIps?: readonly string[];
  /** Addresses of the recipients that Enhanced Filtering is limited to. Left out, it is for everybody. */
  efUsers?: readonly string[];
  /**
   * Whether mail counts as internal if its sender is of an accepted domain; such mail is not filtered for spam. For `OnPremises` only, and
   * not together with `cloudServicesMailEnabled`.
   * @default false
   */
  treatMessagesAsInternal?: boolean;
  /**
   * Whether the connector is for mail between Exchange on premises and Microsoft 365, so that headers of Exchange's own are trusted. For
   * `OnPremises` only. Microsoft recommends its Hybrid Configuration wizard instead.
   * @default false
   */
  cloudServicesMailEnabled?: boolean;
  /** Accepted domains that the connector is limited to. Left out, it is for all of them. */
  associatedAcceptedDomains?: readonly string[];
  /**
   * Text for people. One that starts with `Managed by Pulumi: ` counts as the default.
   * @default "Managed by Pulumi: <project>/<stack>/<resource name>"
   */
  comment?: string;
}

/** Exchange returns the domains of a connector as `smtp:*.example.com;1`, with a priority at the end (observed). */
const plainDomain = (domain: string): string =>
  domain
    .trim()
    .replace(/^smtp:/i, "")
    .replace(/;\d+$/, "")
    .toLowerCase();

/** Returns why a text is not `*`, a domain or `*.` and a domain. */
const reasonAgainstDomain = (value: string): string | undefined =>
  value === "*" || hostName.refuse(value.replace(/^\*\./, "")) === undefined
    ? undefined
    : `"${value}" is not a domain; give one like example.com or *.example.com`;

const connectorDomain = (
  refuse: (value: string) => string | undefined,
): Codec<string> =>
  text({
    required: true,
    anyCase: true,
    normalize: plainDomain,
    refuse: (value) => refuse(plainDomain(value)),
  });

/** A certificate's name: a domain, or issuer and subject as the Hybrid Configuration wizard writes them. */
const certificateName = text({
  required: true,
  anyCase: true,
  refuse: (value) =>
    /^<I>.+<S>.+/i.test(value) || value === "*"
      ? undefined
      : reasonAgainstDomain(value),
});

/** The conflict of `true` with a type of connector. */
const only = (
  type: InboundConnectorType,
  why: string,
): Pick<Field, "conflictsWith"> => ({
  conflictsWith: {
    when: true,
    property: "connectorType",
    is: type === "Partner" ? "OnPremises" : "Partner",
    why: `is only for connectorType ${type}: ${why}; leave it out, or change connectorType`,
  },
});

const fields = {
  name: field("Name", objectName(64), { required: true }),
  connectorType: field("ConnectorType", oneOf("Partner", "OnPremises"), {
    default: "Partner",
    requires: [
      {
        when: "OnPremises",
        anyOf: ["senderIpAddresses", "tlsSenderCertificateName"],
        why: "a connector of the organisation's own servers knows their mail by its address or its certificate",
      },
    ],
  }),
  enabled: field("Enabled", flag, { default: true }),
  senderDomains: field(
    "SenderDomains",
    setOf(connectorDomain(reasonAgainstDomain), { min: 1 }),
    { required: true },
  ),
  senderIpAddresses: field("SenderIPAddresses", connectorAddresses, {
    implied: noneIsImplied,
  }),
  requireTls: field("RequireTls", flag, { default: false }),
  restrictDomainsToIpAddresses: field("RestrictDomainsToIPAddresses", flag, {
    default: false,
    requires: [
      {
        when: true,
        anyOf: ["senderIpAddresses"],
        why: "without addresses, the connector would refuse all mail",
      },
    ],
    ...only("Partner", "a connector of the own servers refuses no mail"),
  }),
  restrictDomainsToCertificate: field("RestrictDomainsToCertificate", flag, {
    default: false,
    requires: [
      {
        when: true,
        anyOf: ["tlsSenderCertificateName"],
        why: "without a certificate's name, the connector would refuse all mail",
      },
    ],
    ...only("Partner", "a connector of the own servers refuses no mail"),
  }),
  tlsSenderCertificateName: field("TlsSenderCertificateName", certificateName, {
    implied: noneIsImplied,
    onlyWith: { property: "requireTls", is: true },
  }),
  efSkipLastIp: field("EFSkipLastIP", flag, { default: false }),
  efSkipIps: field("EFSkipIPs", skippedAddresses, {
    implied: noneIsImplied,
    conflictsWith: {
      property: "efSkipLastIp",
      is: true,
      why: "is used only while efSkipLastIp is false; leave one of them out",
    },
  }),
  efUsers: field("EFUsers", setOf(recipient, { min: 1 }), {
    implied: noneIsImplied,
  }),
  treatMessagesAsInternal: field("TreatMessagesAsInternal", flag, {
    default: false,
    ...only("OnPremises", "partners' mail is never internal"),
  }),
  cloudServicesMailEnabled: field("CloudServicesMailEnabled", flag, {
    default: false,
    conflictsWith: {
      when: true,
      property: "treatMessagesAsInternal",
      is: true,
      why: "cannot be true together with treatMessagesAsInternal; leave one of them out",
    },
  }),
  associatedAcceptedDomains: field(
    "AssociatedAcceptedDomains",
    setOf(
      connectorDomain((value) => hostName.refuse(value)),
      { min: 1 },
    ),
    { implied: noneIsImplied },
  ),
  comment: field("Comment", text()),
} satisfies Record<keyof InboundConnectorProps, Field>;

/** Properties that do not influence where a message goes in the model of the mail flow. */
const harmless = ["name", "requireTls", "cloudServicesMailEnabled", "comment"];

export const inboundConnector: Kind = {
  name: "InboundConnector",
  noun: "inbound connector",
  scopeId: "tenantId",
  computed: ["guid"],
  fields,
  settings: ["adopt", "allowExposure"],
  nameField: "name",
  idIs: "guid",
  markField: "comment",

  refuse: (inputs) =>
    inputs["cloudServicesMailEnabled"] === true &&
    inputs["connectorType"] === "Partner"
      ? [
          {
            property: "cloudServicesMailEnabled",
            reason:
              "would trust headers of Exchange's own in mail from outside the organisation; leave it out, or set connectorType OnPremises",
          },
        ]
      : [],

  alwaysExists: () => false,
  decides: (property) => property === undefined || !harmless.includes(property),
  identify: identityOf,

  // Always the whole list: an unknown identity returns everything (documented).
  list: ({ exchange }, _name, newerThan) =>
    exchange.list("Get-InboundConnector", {}, newerThan),

  async create({ exchange, patience }, wanted) {
    await exchange.write(
      "New-InboundConnector",
      encode(this, wanted),
      patience,
    );
  },

  // One cmdlet sets all properties, also `Enabled`, so that the connector is never in between.
  async update({ exchange, patience }, item, changes) {
    await exchange.write(
      "Set-InboundConnector",
      { Identity: item["Guid"], ...encode(this, changes) },
      patience,
    );
  },

  async remove({ exchange, patience }, item) {
    await exchange.removeIfThere(
      "Remove-InboundConnector",
      { Identity: item["Guid"] },
      patience,
    );
    return undefined;
  },
};

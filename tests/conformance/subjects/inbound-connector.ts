import { addresses } from "../../promises/meanings-of-addresses";
import { anyCase, choice, flag, name, set } from "../../promises/meanings";
import type { KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";
import { marks, ourMark } from "./marks";

const byHand = exchangeObjects("InboundConnector");
const connector = "From Cloudflare";

/** A connector of the partner Cloudflare, with Enhanced Filtering. */
export const partnerConnector: Subject = {
  kind: "InboundConnector",
  label: "Partner",
  existence: "made",
  mark: "comment",
  least: { name: connector, senderDomains: ["*"], comment: ourMark },
  inputs: {
    name: connector,
    connectorType: "Partner",
    enabled: true,
    senderDomains: ["*.partner.example", "shop.example"],
    senderIpAddresses: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
    requireTls: true,
    restrictDomainsToIpAddresses: false,
    restrictDomainsToCertificate: false,
    tlsSenderCertificateName: "*.partner.example",
    efSkipLastIp: false,
    efSkipIps: ["52.11.209.211", "203.0.113.0-203.0.113.6"],
    efUsers: ["megan@example.com"],
    treatMessagesAsInternal: false,
    cloudServicesMailEnabled: false,
    associatedAcceptedDomains: ["example.com"],
    comment: ourMark,
  },
  others: {
    name: "Renamed",
    comment: "for people",
    senderIpAddresses: ["52.11.209.211", "203.0.113.0/28"],
    associatedAcceptedDomains: ["example.org"],
  },
  otherNames: ["Renamed", "Another connector"],
  without: {
    requireTls: ["tlsSenderCertificateName", "restrictDomainsToCertificate"],
    efSkipLastIp: ["efSkipIps"],
  },
  absent: [
    "connectorType",
    "treatMessagesAsInternal",
    "cloudServicesMailEnabled",
  ],
  notSamples: ["enabled"],
  makes: [{ cmdlet: "New-InboundConnector" }],
  ...objectOf(byHand, connector, {
    ConnectorType: "Partner",
    Enabled: true,
    Comment: "made by hand",
    SenderDomains: ["*.partner.example", "shop.example"],
    SenderIPAddresses: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
    RequireTls: true,
    RestrictDomainsToIPAddresses: false,
    RestrictDomainsToCertificate: false,
    TlsSenderCertificateName: "*.partner.example",
    EFSkipLastIP: false,
    EFSkipIPs: ["52.11.209.211", "203.0.113.0-203.0.113.6"],
    EFUsers: ["megan@example.com"],
    TreatMessagesAsInternal: false,
    CloudServicesMailEnabled: false,
    AssociatedAcceptedDomains: ["example.com"],
  }),
  live: (simulator) =>
    byHand.find(simulator, connector) ?? byHand.find(simulator, "Renamed"),
};

const scanner = "From the scanners";

/** A connector of the organisation's own servers. */
export const onPremisesConnector: Subject = {
  kind: "InboundConnector",
  label: "OnPremises",
  existence: "made",
  mark: "comment",
  least: {
    name: scanner,
    connectorType: "OnPremises",
    senderDomains: ["example.com"],
    senderIpAddresses: ["192.0.2.7"],
    comment: ourMark,
  },
  inputs: {
    name: scanner,
    connectorType: "OnPremises",
    enabled: true,
    senderDomains: ["example.com"],
    senderIpAddresses: ["192.0.2.7"],
    requireTls: true,
    tlsSenderCertificateName: "mail.example.com",
    efSkipLastIp: true,
    treatMessagesAsInternal: true,
    cloudServicesMailEnabled: false,
    comment: ourMark,
  },
  others: { comment: "for people" },
  without: {
    requireTls: ["tlsSenderCertificateName"],
    cloudServicesMailEnabled: ["treatMessagesAsInternal"],
  },
  // The other subject tests the name, and the lists that both may have.
  absent: [
    "name",
    "connectorType",
    "efUsers",
    "associatedAcceptedDomains",
    "restrictDomainsToIpAddresses",
    "restrictDomainsToCertificate",
    "efSkipIps",
  ],
  notSamples: ["enabled"],
  makes: [{ cmdlet: "New-InboundConnector" }],
  ...objectOf(byHand, scanner, {
    ConnectorType: "OnPremises",
    Enabled: true,
    Comment: "made by hand",
    SenderDomains: ["example.com"],
    SenderIPAddresses: ["192.0.2.7"],
    RequireTls: true,
    TlsSenderCertificateName: "mail.example.com",
    RestrictDomainsToIPAddresses: false,
    RestrictDomainsToCertificate: false,
    EFSkipLastIP: true,
    TreatMessagesAsInternal: true,
    CloudServicesMailEnabled: false,
  }),
};

/** Returns the forms in which Exchange writes a domain of a connector. */
const asSmtp = (domain: string): string[] => [
  `smtp:${domain};1`,
  `SMTP:${domain.toUpperCase()};2`,
];

export const inboundConnectors: KindUnderTest = {
  subjects: [partnerConnector, onPremisesConnector],
  byHand,
  nounOf: () => "InboundConnector",
  requests: /-InboundConnector$/,
  meanings: {
    name: name("Renamed", "Another connector"),
    connectorType: choice("Partner", "OnPremises"),
    enabled: flag(),
    senderDomains: set(
      ["*", "*.partner.example", "partner.example", "shop.example"],
      asSmtp,
    ),
    senderIpAddresses: addresses,
    requireTls: flag(),
    restrictDomainsToIpAddresses: flag(),
    restrictDomainsToCertificate: flag(),
    tlsSenderCertificateName: anyCase("mail.partner.example", "*.example.net"),
    efSkipLastIp: flag(),
    efSkipIps: addresses,
    efUsers: set(["megan@example.com", "alex@example.com"]),
    treatMessagesAsInternal: flag(),
    cloudServicesMailEnabled: flag(),
    associatedAcceptedDomains: set(
      ["example.com", "example.org", "example.net"],
      asSmtp,
    ),
    comment: marks,
  },
  withoutMeaning: [],
  example: {
    outputs: { guid: expect.any(String) },
    stands({ simulator }) {
      expect(
        simulator.tenant.find(
          "InboundConnector",
          "Email Security Inbound Connector",
        ),
      ).toMatchObject({
        ConnectorType: "Partner",
        Enabled: true,
        SenderDomains: ["*"],
        RequireTls: true,
        RestrictDomainsToIPAddresses: false,
        EFSkipLastIP: true,
        Comment: "Managed by Pulumi: ops/dev/connector",
      });
    },
  },
};

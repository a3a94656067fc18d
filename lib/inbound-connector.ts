import * as pulumi from "@pulumi/pulumi";

import {
  inboundConnector,
  type InboundConnectorProps,
} from "../providers/exchange-online/inbound-connector";
import {
  markOf,
  noteExpansion,
  orDefault,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
  type Known,
  type Optional,
} from "./resource";

/** The inputs of an {@link InboundConnector}. */
export interface InboundConnectorArgs
  extends Args<InboundConnectorProps>, AdoptArgs, GuardArgs {}

/** An inbound connector of Exchange Online; see {@link InboundConnectorProps} for its properties. */
export class InboundConnector extends TenantResource {
  declare readonly name: Known<InboundConnectorProps["name"]>;
  declare readonly connectorType: Known<InboundConnectorProps["connectorType"]>;
  declare readonly enabled: Known<InboundConnectorProps["enabled"]>;
  declare readonly senderDomains: Known<InboundConnectorProps["senderDomains"]>;
  declare readonly senderIpAddresses: Optional<
    InboundConnectorProps["senderIpAddresses"]
  >;
  declare readonly requireTls: Known<InboundConnectorProps["requireTls"]>;
  declare readonly restrictDomainsToIpAddresses: Known<
    InboundConnectorProps["restrictDomainsToIpAddresses"]
  >;
  declare readonly restrictDomainsToCertificate: Known<
    InboundConnectorProps["restrictDomainsToCertificate"]
  >;
  declare readonly tlsSenderCertificateName: Optional<
    InboundConnectorProps["tlsSenderCertificateName"]
  >;
  declare readonly efSkipLastIp: Known<InboundConnectorProps["efSkipLastIp"]>;
  declare readonly efSkipIps: Optional<InboundConnectorProps["efSkipIps"]>;
  declare readonly efUsers: Optional<InboundConnectorProps["efUsers"]>;
  declare readonly treatMessagesAsInternal: Known<
    InboundConnectorProps["treatMessagesAsInternal"]
  >;
  declare readonly cloudServicesMailEnabled: Known<
    InboundConnectorProps["cloudServicesMailEnabled"]
  >;
  declare readonly associatedAcceptedDomains: Optional<
    InboundConnectorProps["associatedAcceptedDomains"]
  >;
  declare readonly comment: Known<InboundConnectorProps["comment"]>;
  /** Exchange Online's GUID of the connector. */
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: InboundConnectorArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      inboundConnector,
      name,
      { ...args, comment: orDefault(args.comment, markOf(name)) },
      opts,
    );
    if (!opts?.id)
      noteExpansion(this, "senderIpAddresses", args.senderIpAddresses);
  }
}

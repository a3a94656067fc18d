import type * as pulumi from "@pulumi/pulumi";

import {
  area1Domain,
  type Area1DomainProps,
} from "../providers/cloudflare/area1-domain";
import type { Verification } from "../providers/cloudflare/client";
import {
  AdoptingResource,
  type Args,
  type GuardArgs,
  type RestoreArgs,
  type Known,
  type Optional,
} from "./resource";

/** The inputs of an {@link Area1Domain}. */
export interface Area1DomainArgs
  extends Args<Area1DomainProps>, RestoreArgs, GuardArgs {
  /**
   * Whether destroy removes the domain from Cloudflare, if this stack created it. This cannot be undone. While the MX still points at
   * Cloudflare, the domain's mail would be lost: change the MX first.
   * @default false
   */
  offboardOnDestroy?: pulumi.Input<boolean | undefined>;
  /**
   * Whether the output `verification` is read for a pending domain, which costs a request for each.
   * @default false
   */
  readVerification?: pulumi.Input<boolean | undefined>;
}

/** A domain that Cloudflare Email Security protects; see {@link Area1DomainProps} for its properties. */
export class Area1Domain extends AdoptingResource {
  declare readonly domain: Known<Area1DomainProps["domain"]>;
  declare readonly accountId: Known<Area1DomainProps["accountId"]>;
  declare readonly transport: Optional<Area1DomainProps["transport"]>;
  declare readonly lookbackHops: Known<Area1DomainProps["lookbackHops"]>;
  declare readonly ipRestrictions: Known<Area1DomainProps["ipRestrictions"]>;
  declare readonly requireTlsInbound: Optional<
    Area1DomainProps["requireTlsInbound"]
  >;
  declare readonly requireTlsOutbound: Known<
    Area1DomainProps["requireTlsOutbound"]
  >;
  declare readonly dropDispositions: Optional<
    Area1DomainProps["dropDispositions"]
  >;
  declare readonly allowedDeliveryModes: Optional<
    Area1DomainProps["allowedDeliveryModes"]
  >;
  declare readonly regions: Optional<Area1DomainProps["regions"]>;
  declare readonly integrationId: Optional<Area1DomainProps["integrationId"]>;
  declare readonly folder: Optional<Area1DomainProps["folder"]>;
  declare readonly offboardOnDestroy: pulumi.Output<boolean | undefined>;
  declare readonly readVerification: pulumi.Output<boolean | undefined>;
  /** Cloudflare's id of the domain (UUID), which is also the resource's id. */
  declare readonly domainId: pulumi.Output<string>;
  /** Host that Microsoft 365 expects as the domain's MX, to which mail is forwarded; undefined if `transport` is set. */
  declare readonly mailExchange: pulumi.Output<string | undefined>;
  /** `PENDING` until you have proven ownership of the domain (up to a day), then `ACTIVE`; `FAILED` or `TIMEOUT` if you have not. */
  declare readonly status: pulumi.Output<string | undefined>;
  /** TXT record that proves ownership of a pending domain, if `readVerification` is true and Cloudflare requires one. */
  declare readonly verification: pulumi.Output<Verification | undefined>;

  constructor(
    name: string,
    args: Area1DomainArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(area1Domain, name, args, opts);
  }
}

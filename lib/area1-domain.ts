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
} from "./resource";

/** The inputs of an {@link Area1Domain}. */
export interface Area1DomainArgs
  extends Args<Area1DomainProps>, RestoreArgs, GuardArgs {
  /**
   * Whether destroy makes Cloudflare stop to process the domain's mail, if this stack made it. That cannot be undone, and while
   * the MX still points at Cloudflare the domain's mail is lost: point it elsewhere first.
   * @default false
   */
  offboardOnDestroy?: pulumi.Input<boolean>;
}

/** A domain that Cloudflare Email Security protects; see {@link Area1DomainProps} for its properties. */
export class Area1Domain extends AdoptingResource {
  declare readonly domain: pulumi.Output<string>;
  declare readonly accountId: pulumi.Output<string>;
  declare readonly transport: pulumi.Output<string | undefined>;
  declare readonly lookbackHops: pulumi.Output<number>;
  declare readonly ipRestrictions: pulumi.Output<string[]>;
  declare readonly requireTlsInbound: pulumi.Output<boolean | undefined>;
  declare readonly requireTlsOutbound: pulumi.Output<boolean>;
  declare readonly dropDispositions: pulumi.Output<string[] | undefined>;
  declare readonly allowedDeliveryModes: pulumi.Output<string[] | undefined>;
  declare readonly regions: pulumi.Output<string[] | undefined>;
  declare readonly integrationId: pulumi.Output<string | undefined>;
  declare readonly folder: pulumi.Output<string | undefined>;
  declare readonly offboardOnDestroy: pulumi.Output<boolean | undefined>;
  /** Cloudflare's id of the domain (UUID); the resource's id, too. */
  declare readonly domainId: pulumi.Output<string>;
  /** Host that Microsoft 365 expects as the domain's MX, to which mail is forwarded; undefined where `transport` is given. */
  declare readonly mailExchange: pulumi.Output<string | undefined>;
  /** `PENDING` until the domain is proven to be yours (up to a day), then `ACTIVE`; `FAILED` or `TIMEOUT` if it was not. */
  declare readonly status: pulumi.Output<string | undefined>;
  /** TXT record that proves a pending domain, where Cloudflare waits for one. */
  declare readonly verification: pulumi.Output<Verification | undefined>;

  constructor(
    name: string,
    args: Area1DomainArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      area1Domain,
      name,
      args,
      ["domainId", "mailExchange", "status", "verification"],
      opts,
    );
  }
}

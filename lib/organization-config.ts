import type * as pulumi from "@pulumi/pulumi";

import {
  organizationConfig,
  type OrganizationConfigProps,
} from "../providers/exchange-online/organization-config";
import {
  TenantResource,
  type Args,
  type GuardArgs,
  type Optional,
  type RestoreArgs,
} from "./resource";

/** The inputs of {@link OrganizationConfig}. */
export interface OrganizationConfigArgs
  extends Args<OrganizationConfigProps>, RestoreArgs, GuardArgs {}

/** The organisation's settings that concern mail through a gateway; see {@link OrganizationConfigProps}. */
export class OrganizationConfig extends TenantResource {
  declare readonly rejectDirectSend: Optional<
    OrganizationConfigProps["rejectDirectSend"]
  >;

  constructor(
    name: string,
    args: OrganizationConfigArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(organizationConfig, name, args, opts);
  }
}

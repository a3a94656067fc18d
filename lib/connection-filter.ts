import type * as pulumi from "@pulumi/pulumi";

import {
  connectionFilter,
  type ConnectionFilterProps,
} from "../providers/exchange-online/connection-filter";
import {
  TenantResource,
  type Args,
  type GuardArgs,
  type Optional,
  type RestoreArgs,
} from "./resource";

/** The inputs of a {@link ConnectionFilter}. */
export interface ConnectionFilterArgs
  extends Args<ConnectionFilterProps>, RestoreArgs, GuardArgs {}

/** Which addresses the tenant always allows or blocks; see {@link ConnectionFilterProps} for its properties. */
export class ConnectionFilter extends TenantResource {
  declare readonly ipAllowList: Optional<ConnectionFilterProps["ipAllowList"]>;
  declare readonly ipAllowListContains: Optional<
    ConnectionFilterProps["ipAllowListContains"]
  >;
  declare readonly ipAllowListExcludes: Optional<
    ConnectionFilterProps["ipAllowListExcludes"]
  >;
  declare readonly ipBlockList: Optional<ConnectionFilterProps["ipBlockList"]>;
  declare readonly ipBlockListContains: Optional<
    ConnectionFilterProps["ipBlockListContains"]
  >;
  declare readonly ipBlockListExcludes: Optional<
    ConnectionFilterProps["ipBlockListExcludes"]
  >;
  declare readonly enableSafeList: Optional<
    ConnectionFilterProps["enableSafeList"]
  >;

  constructor(
    name: string,
    args: ConnectionFilterArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(connectionFilter, name, args, opts);
  }
}

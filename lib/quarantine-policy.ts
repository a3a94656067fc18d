import type * as pulumi from "@pulumi/pulumi";

import {
  quarantinePolicy,
  type QuarantinePolicyProps,
} from "../providers/exchange-online/quarantine-policy";
import {
  markOf,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
} from "./resource";

/** The inputs of a {@link QuarantinePolicy}. */
export interface QuarantinePolicyArgs
  extends Args<QuarantinePolicyProps>, AdoptArgs, GuardArgs {}

/** What recipients may do with quarantined messages; see {@link QuarantinePolicyProps} for its properties. */
export class QuarantinePolicy extends TenantResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly endUserQuarantinePermissions: pulumi.Output<string[]>;
  declare readonly esnEnabled: pulumi.Output<boolean>;
  declare readonly includeMessagesFromBlockedSenderAddress: pulumi.Output<boolean>;
  declare readonly adminDisplayName: pulumi.Output<string>;
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: QuarantinePolicyArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      quarantinePolicy,
      name,
      { adminDisplayName: markOf(name), ...args },
      ["guid"],
      opts,
    );
  }
}

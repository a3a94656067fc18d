import type * as pulumi from "@pulumi/pulumi";

import {
  quarantinePolicy,
  type QuarantinePolicyProps,
} from "../providers/exchange-online/quarantine-policy";
import {
  markOf,
  orDefault,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
  type Known,
} from "./resource";

/** The inputs of a {@link QuarantinePolicy}. */
export interface QuarantinePolicyArgs
  extends Args<QuarantinePolicyProps>, AdoptArgs, GuardArgs {}

/** What recipients may do with quarantined messages; see {@link QuarantinePolicyProps} for its properties. */
export class QuarantinePolicy extends TenantResource {
  declare readonly name: Known<QuarantinePolicyProps["name"]>;
  declare readonly endUserQuarantinePermissions: Known<
    QuarantinePolicyProps["endUserQuarantinePermissions"]
  >;
  declare readonly esnEnabled: Known<QuarantinePolicyProps["esnEnabled"]>;
  declare readonly includeMessagesFromBlockedSenderAddress: Known<
    QuarantinePolicyProps["includeMessagesFromBlockedSenderAddress"]
  >;
  declare readonly adminDisplayName: Known<
    QuarantinePolicyProps["adminDisplayName"]
  >;
  /** Exchange Online's GUID of the policy. */
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: QuarantinePolicyArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      quarantinePolicy,
      name,
      {
        ...args,
        adminDisplayName: orDefault(args.adminDisplayName, markOf(name)),
      },
      opts,
    );
  }
}

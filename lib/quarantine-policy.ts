import type * as pulumi from "@pulumi/pulumi";

import {
  quarantinePolicy,
  type QuarantinePolicyProps,
} from "../providers/exchange-online/quarantine-policy";
import {
  Area1Resource,
  markOf,
  type AdoptArgs,
  type Args,
  type InTenant,
} from "./resource";

/** The inputs of a {@link QuarantinePolicy}. */
export interface QuarantinePolicyArgs
  extends Args<QuarantinePolicyProps>, AdoptArgs {
  /**
   * Refuses to grant `Release` while a tag for high confidence spam, phishing or high confidence phishing points at the policy.
   * `UseCase4` sets it for the quarantine whose mail recipients release.
   * @default false
   */
  onlyForSpam?: pulumi.Input<boolean>;
}

/** What recipients may do with quarantined messages; see {@link QuarantinePolicyProps} for its properties. */
export class QuarantinePolicy extends Area1Resource implements InTenant {
  declare readonly name: pulumi.Output<string>;
  declare readonly endUserQuarantinePermissions: pulumi.Output<string[]>;
  declare readonly esnEnabled: pulumi.Output<boolean>;
  declare readonly includeMessagesFromBlockedSenderAddress: pulumi.Output<boolean>;
  declare readonly adminDisplayName: pulumi.Output<string>;
  declare readonly guid: pulumi.Output<string>;
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly adopted: pulumi.Output<boolean>;
  declare readonly previous: pulumi.Output<Record<string, unknown> | undefined>;

  constructor(
    name: string,
    args: QuarantinePolicyArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      quarantinePolicy,
      name,
      opts?.id ? undefined : { adminDisplayName: markOf(name), ...args },
      ["adopted", "previous", "guid", "tenantId"],
      opts,
    );
  }

  /** Reads a policy that this program does not manage. @param id its name. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): QuarantinePolicy {
    return new QuarantinePolicy(name, {} as QuarantinePolicyArgs, {
      ...opts,
      id,
    });
  }
}

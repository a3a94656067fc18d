import type * as pulumi from "@pulumi/pulumi";

import {
  quarantineNotification,
  type QuarantineNotificationProps,
} from "../providers/exchange-online/quarantine-notification";
import {
  Area1Resource,
  type Args,
  type InTenant,
  type RestoreArgs,
} from "./resource";

/** The inputs of {@link QuarantineNotification}. */
export interface QuarantineNotificationArgs
  extends Args<QuarantineNotificationProps>, RestoreArgs {}

/** How often recipients of the tenant are told of quarantined messages; see {@link QuarantineNotificationProps}. */
export class QuarantineNotification extends Area1Resource implements InTenant {
  declare readonly endUserSpamNotificationFrequency: pulumi.Output<string>;
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly adopted: pulumi.Output<boolean>;
  declare readonly previous: pulumi.Output<Record<string, unknown> | undefined>;

  constructor(
    name: string,
    args: QuarantineNotificationArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      quarantineNotification,
      name,
      opts?.id ? undefined : args,
      ["adopted", "previous", "tenantId"],
      opts,
    );
  }

  /** Reads the settings without managing them. @param id identity of the global quarantine policy, `DefaultGlobalTag`. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): QuarantineNotification {
    return new QuarantineNotification(name, {} as QuarantineNotificationArgs, {
      ...opts,
      id,
    });
  }
}

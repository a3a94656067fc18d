import type * as pulumi from "@pulumi/pulumi";

import {
  quarantineNotification,
  type QuarantineNotificationProps,
} from "../providers/exchange-online/quarantine-notification";
import {
  TenantResource,
  type Args,
  type RestoreArgs,
  type Known,
} from "./resource";

/** The inputs of {@link QuarantineNotification}. */
export interface QuarantineNotificationArgs
  extends Args<QuarantineNotificationProps>, RestoreArgs {}

/** How often recipients of the tenant are notified of quarantined messages; see {@link QuarantineNotificationProps}. */
export class QuarantineNotification extends TenantResource {
  declare readonly endUserSpamNotificationFrequency: Known<
    QuarantineNotificationProps["endUserSpamNotificationFrequency"]
  >;

  constructor(
    name: string,
    args: QuarantineNotificationArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(quarantineNotification, name, args, opts);
  }
}

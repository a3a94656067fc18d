import * as pulumi from "@pulumi/pulumi";

import {
  antiSpamPolicy,
  type AntiSpamPolicyProps,
} from "../providers/exchange-online/anti-spam-policy";
import {
  markOf,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
} from "./resource";

/** The inputs of an {@link AntiSpamPolicy}. */
export interface AntiSpamPolicyArgs
  extends Args<AntiSpamPolicyProps>, AdoptArgs, GuardArgs {}

/** What becomes of mail by the verdict of anti-spam filtering; see {@link AntiSpamPolicyProps} for its properties. */
export class AntiSpamPolicy extends TenantResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly recipientDomainIs: pulumi.Output<string[] | undefined>;
  declare readonly sentTo: pulumi.Output<string[] | undefined>;
  declare readonly sentToMemberOf: pulumi.Output<string[] | undefined>;
  declare readonly exceptIfRecipientDomainIs: pulumi.Output<
    string[] | undefined
  >;
  declare readonly exceptIfSentTo: pulumi.Output<string[] | undefined>;
  declare readonly exceptIfSentToMemberOf: pulumi.Output<string[] | undefined>;
  declare readonly priority: pulumi.Output<number | undefined>;
  declare readonly enabled: pulumi.Output<boolean | undefined>;
  declare readonly adminDisplayName: pulumi.Output<string | undefined>;
  declare readonly spamAction: pulumi.Output<string | undefined>;
  declare readonly spamQuarantineTag: pulumi.Output<string | undefined>;
  declare readonly highConfidenceSpamAction: pulumi.Output<string | undefined>;
  declare readonly highConfidenceSpamQuarantineTag: pulumi.Output<
    string | undefined
  >;
  declare readonly phishSpamAction: pulumi.Output<string | undefined>;
  declare readonly phishQuarantineTag: pulumi.Output<string | undefined>;
  declare readonly highConfidencePhishAction: pulumi.Output<string | undefined>;
  declare readonly highConfidencePhishQuarantineTag: pulumi.Output<
    string | undefined
  >;
  declare readonly bulkSpamAction: pulumi.Output<string | undefined>;
  declare readonly bulkQuarantineTag: pulumi.Output<string | undefined>;
  declare readonly redirectToRecipients: pulumi.Output<string[] | undefined>;
  declare readonly modifySubjectValue: pulumi.Output<string | undefined>;
  declare readonly addXHeaderValue: pulumi.Output<string | undefined>;
  declare readonly bulkThreshold: pulumi.Output<number | undefined>;
  declare readonly quarantineRetentionPeriod: pulumi.Output<number | undefined>;
  declare readonly markAsSpamBulkMail: pulumi.Output<string | undefined>;
  declare readonly spamZapEnabled: pulumi.Output<boolean | undefined>;
  declare readonly phishZapEnabled: pulumi.Output<boolean | undefined>;
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: AntiSpamPolicyArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      antiSpamPolicy,
      name,
      { adminDisplayName: defaultMark(name, args), ...args },
      ["guid"],
      opts,
    );
  }
}

/** A custom policy says who made it; the built-in one stays as Microsoft made it. */
const defaultMark = (
  name: string,
  args: AntiSpamPolicyArgs,
): pulumi.Output<string | undefined> =>
  pulumi
    .output(args.name)
    .apply((policy) =>
      (policy ?? "Default").toLowerCase() === "default"
        ? undefined
        : markOf(name),
    );

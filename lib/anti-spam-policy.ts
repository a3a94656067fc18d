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
  type Known,
  type Optional,
} from "./resource";

/** The inputs of an {@link AntiSpamPolicy}. */
export interface AntiSpamPolicyArgs
  extends Args<AntiSpamPolicyProps>, AdoptArgs, GuardArgs {}

/** What happens to mail by the verdict of anti-spam filtering; see {@link AntiSpamPolicyProps} for its properties. */
export class AntiSpamPolicy extends TenantResource {
  declare readonly name: Known<AntiSpamPolicyProps["name"]>;
  declare readonly recipientDomainIs: Optional<
    AntiSpamPolicyProps["recipientDomainIs"]
  >;
  declare readonly sentTo: Optional<AntiSpamPolicyProps["sentTo"]>;
  declare readonly sentToMemberOf: Optional<
    AntiSpamPolicyProps["sentToMemberOf"]
  >;
  declare readonly exceptIfRecipientDomainIs: Optional<
    AntiSpamPolicyProps["exceptIfRecipientDomainIs"]
  >;
  declare readonly exceptIfSentTo: Optional<
    AntiSpamPolicyProps["exceptIfSentTo"]
  >;
  declare readonly exceptIfSentToMemberOf: Optional<
    AntiSpamPolicyProps["exceptIfSentToMemberOf"]
  >;
  declare readonly priority: Optional<AntiSpamPolicyProps["priority"]>;
  declare readonly enabled: Optional<AntiSpamPolicyProps["enabled"]>;
  declare readonly adminDisplayName: Optional<
    AntiSpamPolicyProps["adminDisplayName"]
  >;
  declare readonly spamAction: Optional<AntiSpamPolicyProps["spamAction"]>;
  declare readonly spamQuarantineTag: Optional<
    AntiSpamPolicyProps["spamQuarantineTag"]
  >;
  declare readonly highConfidenceSpamAction: Optional<
    AntiSpamPolicyProps["highConfidenceSpamAction"]
  >;
  declare readonly highConfidenceSpamQuarantineTag: Optional<
    AntiSpamPolicyProps["highConfidenceSpamQuarantineTag"]
  >;
  declare readonly phishSpamAction: Optional<
    AntiSpamPolicyProps["phishSpamAction"]
  >;
  declare readonly phishQuarantineTag: Optional<
    AntiSpamPolicyProps["phishQuarantineTag"]
  >;
  declare readonly highConfidencePhishAction: Optional<
    AntiSpamPolicyProps["highConfidencePhishAction"]
  >;
  declare readonly highConfidencePhishQuarantineTag: Optional<
    AntiSpamPolicyProps["highConfidencePhishQuarantineTag"]
  >;
  declare readonly bulkSpamAction: Optional<
    AntiSpamPolicyProps["bulkSpamAction"]
  >;
  declare readonly bulkQuarantineTag: Optional<
    AntiSpamPolicyProps["bulkQuarantineTag"]
  >;
  declare readonly redirectToRecipients: Optional<
    AntiSpamPolicyProps["redirectToRecipients"]
  >;
  declare readonly modifySubjectValue: Optional<
    AntiSpamPolicyProps["modifySubjectValue"]
  >;
  declare readonly addXHeaderValue: Optional<
    AntiSpamPolicyProps["addXHeaderValue"]
  >;
  declare readonly bulkThreshold: Optional<
    AntiSpamPolicyProps["bulkThreshold"]
  >;
  declare readonly quarantineRetentionPeriod: Optional<
    AntiSpamPolicyProps["quarantineRetentionPeriod"]
  >;
  declare readonly markAsSpamBulkMail: Optional<
    AntiSpamPolicyProps["markAsSpamBulkMail"]
  >;
  declare readonly spamZapEnabled: Optional<
    AntiSpamPolicyProps["spamZapEnabled"]
  >;
  declare readonly phishZapEnabled: Optional<
    AntiSpamPolicyProps["phishZapEnabled"]
  >;
  /** Exchange Online's GUID of the policy. */
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: AntiSpamPolicyArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      antiSpamPolicy,
      name,
      { ...args, adminDisplayName: descriptionOf(name, args) },
      opts,
    );
  }
}

/** Returns the program's description, or the mark. The built-in policy has none, because its description cannot be changed. */
const descriptionOf = (
  name: string,
  { adminDisplayName, name: policy }: AntiSpamPolicyArgs,
): pulumi.Output<string | undefined> =>
  pulumi
    .all([adminDisplayName, policy])
    .apply(([own, policy]) =>
      own !== undefined || (policy ?? "Default").toLowerCase() === "default"
        ? own
        : markOf(name),
    );

import type * as pulumi from "@pulumi/pulumi";

import {
  mailFlowCheckForm,
  type MailFlowCheckProps,
} from "../providers/mail-flow-check/check-inputs";
import type { Finding } from "../mail-flow/finding";
import type { LiveRoute } from "../providers/mail-flow-check/examination";
import { Area1Resource, type Args } from "./resource";

/** The inputs of a {@link MailFlowCheck}. */
export type MailFlowCheckArgs = Args<MailFlowCheckProps>;

/**
 * A look, after everything is written, at what really happens to mail and what defeats the routes; see {@link MailFlowCheckProps}. It
 * only reads, also when it is destroyed.
 */
export class MailFlowCheck extends Area1Resource {
  declare readonly findings: pulumi.Output<string[]>;
  declare readonly failOn: pulumi.Output<string | undefined>;
  declare readonly domains: pulumi.Output<string[] | undefined>;
  declare readonly domainsWithTransport: pulumi.Output<string[] | undefined>;
  declare readonly headers: pulumi.Output<string[] | undefined>;
  declare readonly senderIpRanges: pulumi.Output<string[] | undefined>;
  declare readonly ruleNames: pulumi.Output<string[] | undefined>;
  declare readonly userQuarantineName: pulumi.Output<string>;
  declare readonly adminQuarantineName: pulumi.Output<string>;
  declare readonly accountId: pulumi.Output<string | undefined>;
  declare readonly digest: pulumi.Output<string | undefined>;
  /** Where mail of each disposition, header and class of recipients goes in life. */
  declare readonly routes: pulumi.Output<LiveRoute[]>;
  /** What was found, accepted or not, with object, reason and remedy; `skipped` what could not be looked at. */
  declare readonly details: pulumi.Output<Finding[]>;
  /** Tenant that was looked at, as the token says (GUID). */
  declare readonly tenantId: pulumi.Output<string>;

  constructor(
    name: string,
    args: MailFlowCheckArgs = {},
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      mailFlowCheckForm,
      name,
      opts?.id ? undefined : args,
      ["accountId", "routes", "details", "tenantId"],
      opts,
    );
  }
}

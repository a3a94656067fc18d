import type * as pulumi from "@pulumi/pulumi";

import {
  mailFlowCheckForm,
  type MailFlowCheckProps,
} from "../providers/mail-flow-check/check-inputs";
import type { Finding } from "../mail-flow/finding";
import type { LiveRoute } from "../providers/mail-flow-check/examination";
import {
  Area1Resource,
  type Args,
  type Known,
  type Optional,
} from "./resource";

/** The inputs of a {@link MailFlowCheck}. */
export type MailFlowCheckArgs = Args<MailFlowCheckProps>;

/**
 * A check, after everything is written, of what really happens to mail and what defeats the routes; see {@link MailFlowCheckProps}. It
 * only reads, even when it is destroyed.
 */
export class MailFlowCheck extends Area1Resource {
  declare readonly findings: Known<MailFlowCheckProps["findings"]>;
  declare readonly failOn: Optional<MailFlowCheckProps["failOn"]>;
  declare readonly domains: Optional<MailFlowCheckProps["domains"]>;
  declare readonly domainsWithTransport: Optional<
    MailFlowCheckProps["domainsWithTransport"]
  >;
  declare readonly headers: Optional<MailFlowCheckProps["headers"]>;
  declare readonly senderIpRanges: Optional<
    MailFlowCheckProps["senderIpRanges"]
  >;
  declare readonly useCase: Optional<MailFlowCheckProps["useCase"]>;
  declare readonly ruleNames: Optional<MailFlowCheckProps["ruleNames"]>;
  declare readonly userQuarantineName: Known<
    MailFlowCheckProps["userQuarantineName"]
  >;
  declare readonly adminQuarantineName: Known<
    MailFlowCheckProps["adminQuarantineName"]
  >;
  declare readonly accountId: Optional<MailFlowCheckProps["accountId"]>;
  declare readonly digest: Optional<MailFlowCheckProps["digest"]>;
  /**
   * Where mail of each disposition and header really goes, by class of recipients. Mail from the first of the sending addresses, and
   * from one address of each class of addresses that is treated differently.
   */
  declare readonly routes: pulumi.Output<LiveRoute[]>;
  /** All findings, accepted or not, with object, reason and fix. `skipped`: the check could not read what it needs. */
  declare readonly details: pulumi.Output<Finding[]>;
  /** Tenant that was checked, according to the token (GUID). */
  declare readonly tenantId: pulumi.Output<string>;

  constructor(
    name: string,
    args: MailFlowCheckArgs = {},
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(mailFlowCheckForm, name, opts?.id ? undefined : args, opts);
  }
}

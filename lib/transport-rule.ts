import * as pulumi from "@pulumi/pulumi";

import {
  transportRule,
  type TransportRuleProps,
} from "../providers/exchange-online/transport-rule";
import {
  markOf,
  noteExpansion,
  orDefault,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
  type Known,
  type Optional,
} from "./resource";

/** The inputs of a {@link TransportRule}. */
export interface TransportRuleArgs
  extends Args<TransportRuleProps>, AdoptArgs, GuardArgs {}

/** A mail flow rule of Exchange Online; see {@link TransportRuleProps} for its properties. */
export class TransportRule extends TenantResource {
  declare readonly name: Known<TransportRuleProps["name"]>;
  declare readonly enabled: Known<TransportRuleProps["enabled"]>;
  declare readonly mode: Known<TransportRuleProps["mode"]>;
  declare readonly priority: Optional<TransportRuleProps["priority"]>;
  declare readonly comments: Known<TransportRuleProps["comments"]>;
  declare readonly headerContainsMessageHeader: Optional<
    TransportRuleProps["headerContainsMessageHeader"]
  >;
  declare readonly headerContainsWords: Optional<
    TransportRuleProps["headerContainsWords"]
  >;
  declare readonly senderIpRanges: Optional<
    TransportRuleProps["senderIpRanges"]
  >;
  declare readonly setScl: Optional<TransportRuleProps["setScl"]>;
  declare readonly quarantine: Optional<TransportRuleProps["quarantine"]>;
  declare readonly stopRuleProcessing: Known<
    TransportRuleProps["stopRuleProcessing"]
  >;
  declare readonly ruleErrorAction: Optional<
    TransportRuleProps["ruleErrorAction"]
  >;
  /** Exchange Online's GUID of the rule. */
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: TransportRuleArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      transportRule,
      name,
      { ...args, comments: orDefault(args.comments, markOf(name)) },
      opts,
    );
    if (!opts?.id) noteExpansion(this, "senderIpRanges", args.senderIpRanges);
  }
}

import * as pulumi from "@pulumi/pulumi";

import { publishedWideRanges } from "../providers/exchange-online/ip-ranges";
import {
  transportRule,
  type TransportRuleProps,
} from "../providers/exchange-online/transport-rule";
import {
  markOf,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
} from "./resource";

/** The inputs of a {@link TransportRule}. */
export interface TransportRuleArgs
  extends Args<TransportRuleProps>, AdoptArgs, GuardArgs {}

/** A mail flow rule of Exchange Online; see {@link TransportRuleProps} for its properties. */
export class TransportRule extends TenantResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly enabled: pulumi.Output<boolean>;
  declare readonly mode: pulumi.Output<string>;
  declare readonly priority: pulumi.Output<number | undefined>;
  declare readonly comments: pulumi.Output<string>;
  declare readonly headerContainsMessageHeader: pulumi.Output<
    string | undefined
  >;
  declare readonly headerContainsWords: pulumi.Output<string[] | undefined>;
  declare readonly senderIpRanges: pulumi.Output<string[] | undefined>;
  declare readonly setScl: pulumi.Output<number | undefined>;
  declare readonly quarantine: pulumi.Output<boolean | undefined>;
  declare readonly stopRuleProcessing: pulumi.Output<boolean>;
  declare readonly ruleErrorAction: pulumi.Output<string | undefined>;
  declare readonly guid: pulumi.Output<string>;

  constructor(
    name: string,
    args: TransportRuleArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      transportRule,
      name,
      { comments: markOf(name), ...args },
      ["guid"],
      opts,
    );
    if (!opts?.id) noteExpansion(this, args);
  }
}

/** Says in previews, too, that a range is not sent as it was given. */
function noteExpansion(rule: TransportRule, args: TransportRuleArgs): void {
  pulumi.output(args.senderIpRanges).apply((ranges) => {
    const wide = (ranges ?? []).filter((range) =>
      publishedWideRanges.includes(range),
    );
    if (wide.length > 0)
      void pulumi.log.info(
        `senderIpRanges: ${wide.join(" and ")} ${wide.length === 1 ? "is" : "are"} wider than Microsoft 365 takes, and expanded to /24 blocks.`,
        rule,
      );
  });
}

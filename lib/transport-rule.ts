import * as pulumi from "@pulumi/pulumi";

import { publishedWideRanges } from "../providers/exchange-online/ip-ranges";
import {
  transportRule,
  type TransportRuleProps,
} from "../providers/exchange-online/transport-rule";
import {
  Area1Resource,
  markOf,
  type AdoptArgs,
  type Args,
  type InTenant,
} from "./resource";

/** The inputs of a {@link TransportRule}. */
export interface TransportRuleArgs
  extends Args<TransportRuleProps>, AdoptArgs {}

/** A mail flow rule of Exchange Online; see {@link TransportRuleProps} for its properties. */
export class TransportRule extends Area1Resource implements InTenant {
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
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly adopted: pulumi.Output<boolean>;
  declare readonly previous: pulumi.Output<Record<string, unknown> | undefined>;

  constructor(
    name: string,
    args: TransportRuleArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      transportRule,
      name,
      opts?.id ? undefined : { comments: markOf(name), ...args },
      ["adopted", "previous", "guid", "tenantId"],
      opts,
    );
    if (!opts?.id) noteExpansion(this, args);
  }

  /** Reads a rule that this program does not manage. @param id its Guid. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): TransportRule {
    return new TransportRule(name, {} as TransportRuleArgs, { ...opts, id });
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

import * as pulumi from "@pulumi/pulumi";

import { publishedWideRanges } from "../providers/exchange-online/ip-ranges";
import {
  transportRule,
  type TransportRuleProps,
} from "../providers/exchange-online/transport-rule";
import {
  markOf,
  orDefault,
  TenantResource,
  type AdoptArgs,
  type Args,
  type GuardArgs,
  type Outputs,
} from "./resource";

/** The inputs of a {@link TransportRule}. */
export interface TransportRuleArgs
  extends Args<TransportRuleProps>, AdoptArgs, GuardArgs {}

/** A mail flow rule of Exchange Online; see {@link TransportRuleProps} for its properties. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- The base class defines the outputs.
export class TransportRule extends TenantResource {
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
    if (!opts?.id) noteExpansion(this, args);
  }
}

/** The outputs of a {@link TransportRule} that are properties of the rule. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- As below.
export interface TransportRule extends Outputs<
  TransportRuleProps,
  "name" | "enabled" | "mode" | "comments" | "stopRuleProcessing"
> {}

/** Logs, in previews too, that a range is not sent as the program gives it. */
function noteExpansion(rule: TransportRule, args: TransportRuleArgs): void {
  for (const property of [
    "senderIpRanges",
    "exceptIfSenderIpRanges",
  ] as const) {
    if (args[property] === undefined) continue;
    pulumi.output(args[property]).apply((ranges) => {
      const wide = (ranges ?? []).filter((range) =>
        publishedWideRanges.includes(range),
      );
      if (wide.length > 0)
        void pulumi.log.info(
          `${property}: ${wide.join(" and ")} ${wide.length === 1 ? "is" : "are"} wider than Microsoft 365 takes, and expanded to /24 blocks.`,
          rule,
        );
    });
  }
}

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
    if (opts?.id) return;
    for (const property of [
      "senderIpRanges",
      "exceptIfSenderIpRanges",
    ] as const)
      if (args[property] !== undefined)
        noteExpansion(this, property, args[property]);
  }
}

/** The outputs of a {@link TransportRule} that are properties of the rule. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- As below.
export interface TransportRule extends Outputs<
  TransportRuleProps,
  "name" | "enabled" | "mode" | "comments" | "stopRuleProcessing"
> {}

import * as pulumi from "@pulumi/pulumi";

import { keyOf, type RestorePointProps } from "../providers/restored-object";
import { Area1Resource, type Args, type FirstSeen } from "./resource";

/** The inputs of a {@link RestorePoint}. */
export type RestorePointArgs = Args<RestorePointProps>;

/**
 * What objects were before anything was written; see {@link RestorePointProps}. It only reads, and costs no request on refresh.
 * Destroyed, last of all, it names what is not as it was and what no destroyed resource stood for, as after an interrupted `up`.
 */
export class RestorePoint extends Area1Resource {
  declare readonly objects: pulumi.Output<RestorePointProps["objects"]>;
  /** First-seen values of each object, by `kind/name`; null where it did not exist. */
  declare readonly values: pulumi.Output<
    Record<string, Record<string, unknown> | null>
  >;
  /** When the first objects were read (ISO 8601). */
  declare readonly takenAt: pulumi.Output<string>;
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly accountId: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: RestorePointArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      { name: "RestorePoint", fields: {}, settings: [] },
      name,
      args,
      ["objects", "values", "takenAt", "tenantId", "accountId"],
      opts,
    );
  }

  /** The slice of one object, for the input `restorePoint` of its resource. */
  of(kind: string, name: pulumi.Input<string>): pulumi.Output<FirstSeen> {
    return pulumi
      .all([this.values, name])
      .apply(
        ([values, known]) => values[keyOf({ kind, name: known })] ?? false,
      );
  }
}

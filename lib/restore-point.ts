import * as pulumi from "@pulumi/pulumi";

import { markOfState } from "../providers/mark";
import {
  firstSeenOf,
  restorePointForm,
  restorePointInputs,
  type FirstSeen,
  type RestorePointProps,
} from "../providers/restore-point/restored-object";
import { Area1Resource, type Args, type GuardArgs, markOf } from "./resource";

/** The inputs of a {@link RestorePoint}. */
export interface RestorePointArgs
  extends Omit<Args<RestorePointProps>, keyof GuardArgs>, GuardArgs {}

/**
 * The previous values of objects, before anything was written; see {@link RestorePointProps}. It only reads, and sends no request on
 * refresh. When it is destroyed, after all other resources, it names objects that differ from their previous values, and objects that
 * no destroyed resource managed, as after an interrupted `up`.
 */
export class RestorePoint extends Area1Resource {
  declare readonly objects: pulumi.Output<RestorePointProps["objects"]>;
  declare readonly guardedMail: pulumi.Output<RestorePointProps["guardedMail"]>;
  declare readonly allowExposure: pulumi.Output<boolean | undefined>;
  /** Previous values of each object, by `kind/name`; null where it did not exist. */
  declare readonly values: pulumi.Output<
    Record<string, Record<string, unknown> | null>
  >;
  /** The time when the first objects were read (ISO 8601). */
  declare readonly takenAt: pulumi.Output<string>;
  /** Tenant of the objects, according to the token (GUID). */
  declare readonly tenantId: pulumi.Output<string>;
  declare readonly accountId: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: RestorePointArgs,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      restorePointForm,
      name,
      opts?.id ? undefined : args,
      opts,
      restorePointInputs,
    );
  }

  /** Returns the mark of a resource with this name, with this restore point's id: the default of `comments` or `adminDisplayName`. */
  mark(resourceName: string): pulumi.Output<string> {
    return this.id.apply((id) => markOfState(markOf(resourceName), id));
  }

  /** Returns the previous values of one object, for the input `restorePoint` of its resource. */
  of(kind: string, name: pulumi.Input<string>): pulumi.Output<FirstSeen> {
    // With the mocks of a unit test, a resource may have no outputs except its inputs.
    const values: pulumi.Output<
      Record<string, Record<string, unknown> | null> | undefined
    > = this.values;
    return pulumi
      .all([values, name])
      .apply(([values, name]) =>
        values === undefined ? false : firstSeenOf(values, { kind, name }),
      );
  }
}

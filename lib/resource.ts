import * as pulumi from "@pulumi/pulumi";

import type { GuardedMailProps } from "../providers/exposure-guard/guarded-mail";
import type { Kind } from "../providers/kind";
import type { FirstSeen } from "../providers/restore-point/restored-object";
import { markFor } from "../providers/mark";
import { loader } from "./loader";

/**
 * Plain properties as a program may give them: each value, and each entry of a list, may be an output of another resource. A property
 * that may be left out may be an output without a value as well.
 */
export type Args<Props> = {
  [K in keyof Props]: pulumi.Input<
    Partial<Pick<Props, K>> extends Pick<Props, K>
      ? Wrapped<Exclude<Props[K], undefined>> | undefined
      : Wrapped<Props[K]>
  >;
};

/** The entries of lists and the members of objects as inputs. A union of other values stays one type, and so becomes one input. */
type Wrapped<T> = T extends readonly (infer Entry)[]
  ? readonly pulumi.Input<Wrapped<Entry>>[]
  : T extends object
    ? Args<T>
    : T;

/** The output of a property that has a value. */
export type Known<T> = pulumi.Output<Listed<Exclude<T, undefined>>>;

/** The output of a property that may have no value. */
export type Optional<T> = pulumi.Output<
  Listed<Exclude<T, undefined>> | undefined
>;

/** A list that the program may change: it is a copy. */
type Listed<T> = T extends readonly (infer Entry)[] ? Entry[] : T;

/** Returns the program's value, or the default where the program, or the output that it gives, has none. */
export const orDefault = <T>(
  value: pulumi.Input<T | undefined>,
  byDefault: T,
): pulumi.Input<T> =>
  value === undefined
    ? byDefault
    : (pulumi.output(value) as unknown as pulumi.Output<T | undefined>).apply(
        (known) => known ?? byDefault,
      );

/** What every resource that can adopt an object may be given. */
export interface AdoptArgs extends RestoreArgs {
  /**
   * Whether an object of the same name that differs, or that belongs to another stack or to a state of the same names in another
   * backend, is adopted. One that equals the program is adopted without.
   * @default false
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/** What every resource that restores what was there may be given. */
export interface RestoreArgs {
  /**
   * What the object was before anything was written, from `RestorePoint.of()`. Used when the resource is made; later changes of
   * it are ignored. Left out, the resource reads it itself, and a process killed at the wrong moment may lose it.
   */
  restorePoint?: pulumi.Input<FirstSeen | undefined>;
}

/** What every resource may be given that decides where mail goes. */
export interface GuardArgs {
  /**
   * Mail that no write of the resource may bring nearer to its recipient than to a quarantine that an administrator releases from, if it
   * was not so near before. `UseCase4` gives it to each of its resources.
   * @default mail with the word MALICIOUS in either header, from the published addresses
   */
  guardedMail?: pulumi.Input<Args<GuardedMailProps> | undefined>;
  /**
   * Whether a write may bring that mail nearer all the same; it is warned of then. For who really wants recipients to have it.
   * @default false
   */
  allowExposure?: pulumi.Input<boolean | undefined>;
}

/** What all resources of this library have in common: a type token, the constant text of the provider, and the wrapping. */
export abstract class Area1Resource extends pulumi.CustomResource {
  /**
   * @param kind last part of the type token, frozen.
   * @param inputs undefined when an existing resource is only read, by `opts.id`.
   * @param computed names of the outputs that the handlers find out: one that is not listed does not exist for the program.
   */
  protected constructor(
    kind: Pick<Kind, "name" | "fields" | "settings">,
    name: string,
    inputs: object | undefined,
    computed: readonly string[],
    opts: pulumi.CustomResourceOptions = {},
  ) {
    const given = inputs as Record<string, unknown> | undefined;
    const properties: [string, { default?: unknown }][] = [
      ...Object.entries(kind.fields).filter(([, { foreign }]) => !foreign),
      ...kind.settings.map((setting): [string, object] => [setting, {}]),
    ];
    // The SDK takes its time for every output, so those that cannot be anything are not made: what the program leaves out
    // and no default fills in is undefined, in previews too.
    const isLeftOut = ([property, field]: (typeof properties)[number]) =>
      given !== undefined &&
      given[property] === undefined &&
      field.default === undefined &&
      !computed.includes(property);
    const unknown = Object.fromEntries(
      [
        ...properties
          .filter((property) => !isLeftOut(property))
          .map(([property]) => property),
        ...computed,
      ].map((output) => [output, undefined]),
    );
    super(
      `pulumi-nodejs:dynamic/area1:${kind.name}`,
      name,
      { ...unknown, ...given, __provider: loader(kind.name) },
      pulumi.mergeOptions(opts, {
        ...(given &&
          "restorePoint" in given && { ignoreChanges: ["restorePoint"] }),
        // It holds copies of inputs, which may be secret; the engine keeps only outputs of an input's own name secret.
        ...(Object.keys(kind.fields).length > 0 && {
          additionalSecretOutputs: ["wrote"],
        }),
      }),
    );
    for (const [property] of properties.filter(isLeftOut))
      // A transformation may have given it.
      if (!(property in this))
        Object.defineProperty(this, property, {
          get: () => pulumi.output(undefined),
          enumerable: true,
        });
  }
}

/** A resource that can adopt an object. */
export abstract class AdoptingResource extends Area1Resource {
  /** Whether the object was there before: then destroy restores its previous values instead of removing it. */
  declare readonly adopted: pulumi.Output<boolean>;
  /** Previous values of an adopted object, by property. */
  declare readonly previous: pulumi.Output<Record<string, unknown> | undefined>;

  protected constructor(
    kind: Kind,
    name: string,
    args: object,
    computed: readonly string[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(
      kind,
      name,
      opts?.id ? undefined : args,
      ["adopted", "previous", kind.scopeId, ...computed],
      opts,
    );
  }

  /**
   * Reads an object that this program does not manage.
   * @param id the Guid of a transport rule, Cloudflare's UUID of a domain, the name of a policy, and `DefaultGlobalTag` for the
   * notification settings: the identity of the global quarantine policy.
   */
  static get<Resource>(
    this: new (
      name: string,
      args: never,
      opts: pulumi.CustomResourceOptions,
    ) => Resource,
    name: string,
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): Resource {
    return new this(name, {} as never, { ...opts, id });
  }
}

/** A resource of a Microsoft 365 tenant. */
export abstract class TenantResource extends AdoptingResource {
  /** Tenant that the object is in, as the token says (GUID). */
  declare readonly tenantId: pulumi.Output<string>;
}

/** The text by which people, and we, see who made an object: `Managed by Pulumi: <project>/<stack>/<resource name>`. */
export const markOf = (resourceName: string): string =>
  markFor(pulumi.getProject(), pulumi.getStack(), resourceName);

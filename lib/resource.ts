import * as pulumi from "@pulumi/pulumi";

import { publishedWideRanges } from "../providers/exchange-online/ip-ranges";
import type { GuardedMailProps } from "../providers/exposure-guard/guarded-mail";
import { outputNames, type Form, type Kind } from "../providers/kind";
import type { FirstSeen } from "../providers/restore-point/restored-object";
import { rememberedOf } from "../mail-flow/remembered";
import { markFor } from "../providers/mark";
import { otherTypeOf, registration } from "./registration";

/**
 * Converts plain properties to a program's inputs: each value, and each entry of a list, may be an output of another resource. An
 * optional property may also be an output without a value.
 */
export type Args<Props> = {
  [K in keyof Props]: pulumi.Input<
    Partial<Pick<Props, K>> extends Pick<Props, K>
      ? Wrapped<Exclude<Props[K], undefined>> | undefined
      : Wrapped<Props[K]>
  >;
};

/** Converts the entries of lists and the members of objects to inputs. A union of other values stays one type, and so one input. */
type Wrapped<T> = T extends readonly (infer Entry)[]
  ? readonly pulumi.Input<Wrapped<Entry>>[]
  : T extends object
    ? Args<T>
    : T;

/** The output of a property that always has a value. */
export type Known<T> = pulumi.Output<Listed<Exclude<T, undefined>>>;

/** The output of a property that may have no value. */
export type Optional<T> = pulumi.Output<
  Listed<Exclude<T, undefined>> | undefined
>;

/** The outputs of a class by its properties. @typeParam Always those that always have a value. */
export type Outputs<Props, Always extends keyof Props> = {
  readonly [K in keyof Props]-?: K extends Always
    ? Known<Props[K]>
    : Optional<Props[K]>;
};

/** A mutable list: outputs are copies, which the program may change. */
type Listed<T> = T extends readonly (infer Entry)[] ? Entry[] : T;

/** Returns the program's value, or the default if the program, or its output, has none. */
export const orDefault = <T>(
  value: pulumi.Input<T | undefined>,
  byDefault: T,
): pulumi.Input<T> =>
  value === undefined
    ? byDefault
    : (pulumi.output(value) as unknown as pulumi.Output<T | undefined>).apply(
        (known) => known ?? byDefault,
      );

/** The inputs of every resource that can adopt an object. */
export interface AdoptArgs extends RestoreArgs {
  /**
   * Whether to adopt an object of the same name that differs, or that belongs to another stack or to a state with the same names in
   * another backend. An object that equals the program is always adopted.
   * @default false
   */
  adopt?: pulumi.Input<boolean | undefined>;
}

/** The inputs of every resource that restores previous values. */
export interface RestoreArgs {
  /**
   * The object's previous values, from `RestorePoint.of()`, or in other languages from the restore point's output `values`. Used when the resource is created; later changes of this input are
   * ignored. If unset, the resource reads the values itself, and may lose them if the process is killed right after the write.
   */
  restorePoint?: pulumi.Input<FirstSeen | undefined>;
}

/** The inputs of every resource that decides where mail goes. */
export interface GuardArgs {
  /**
   * Mail that no write of the resource may bring nearer to its recipient than a quarantine that an administrator releases from, unless
   * it was nearer already. A component sets it for each of its resources.
   * @default mail with the word MALICIOUS in either header, from the published addresses
   */
  guardedMail?: pulumi.Input<Args<GuardedMailProps> | undefined>;
  /**
   * Whether a write may bring that mail nearer nevertheless; then it only warns. Set it only if recipients shall get this mail. It also
   * allows that a connector refuses mail which does not come from Cloudflare.
   * @default false
   */
  allowExposure?: pulumi.Input<boolean | undefined>;
}

/** The base of all resources of this library: sets the type token, the constant text of the provider, and the outputs. */
export abstract class Area1Resource extends pulumi.CustomResource {
  /**
   * @param kind last part of the type token, frozen.
   * @param inputs undefined if an existing resource is only read, by `opts.id`.
   * @param others names of inputs that are not in the field table.
   */
  protected constructor(
    kind: Form,
    name: string,
    inputs: object | undefined,
    opts: pulumi.CustomResourceOptions = {},
    others: readonly string[] = [],
  ) {
    giveUnsetOutputs(new.target.prototype, kind);
    const always = [
      ...(inputs ? withDefault(kind) : inputNames(kind)),
      ...outputNames(kind),
      ...others,
    ];
    // Creates only outputs that can have a value, because the SDK is slow for each one.
    const unknown = Object.fromEntries(
      always.map((output) => [output, undefined]),
    );
    super(
      registration().typeOf(kind.name),
      name,
      { ...unknown, ...inputs, ...registration().inputsOf(kind.name) },
      pulumi.mergeOptions(opts, {
        // A state of the other registration keeps its resources.
        aliases: [{ type: otherTypeOf(kind.name) }],
        // Secret, because it contains copies of inputs, which may be secret. The engine only keeps outputs with an input's name secret.
        ...(Object.keys(kind.fields).length > 0 && {
          additionalSecretOutputs: ["wrote"],
        }),
      }),
    );
  }
}

/** Returns the names of a kind's inputs. */
const inputNames = ({ fields, settings }: Form): string[] => [
  ...Object.keys(fields),
  ...settings,
];

/** Returns the names of a kind's inputs that have a value if a program leaves them out. */
const withDefault = rememberedOf(({ fields }: Form): string[] =>
  Object.keys(fields).filter(
    (property) => fields[property]?.default !== undefined,
  ),
);

const complete = new WeakSet<object>();

/**
 * Gives a class an output without a value for each input that a program leaves out, in previews too. They are on the prototype and not on
 * each resource, because a transport rule has some 170 inputs. An output that the SDK sets takes its place.
 */
function giveUnsetOutputs(prototype: object, kind: Form): void {
  if (complete.has(prototype)) return;
  complete.add(prototype);
  for (const property of inputNames(kind))
    Object.defineProperty(prototype, property, {
      get: () => pulumi.output(undefined),
      set(this: object, value: unknown) {
        Object.defineProperty(this, property, {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      },
    });
}

/** A resource that can adopt an object. */
export abstract class AdoptingResource extends Area1Resource {
  /** Whether the object existed before. If so, destroy restores its previous values instead of removing it. */
  declare readonly adopted: pulumi.Output<boolean>;
  /** Previous values of an adopted object, by property. */
  declare readonly previous: pulumi.Output<Record<string, unknown> | undefined>;

  protected constructor(
    kind: Kind,
    name: string,
    args: object,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(kind, name, opts?.id ? undefined : args, opts);
  }

  /**
   * Reads an object that this program does not manage.
   * @param id the Guid of a transport rule, Cloudflare's UUID of a domain, the name of a policy (`Default` for the connection filter), the
   * initial domain of the tenant for the organisation's settings, and `DefaultGlobalTag` for the notification settings: the identity of
   * the global quarantine policy.
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
  /** Tenant of the object, according to the token (GUID). */
  declare readonly tenantId: pulumi.Output<string>;
}

/** Returns the text that marks an object's owner: `Managed by Pulumi: <project>/<stack>/<resource name>`. */
export const markOf = (resourceName: string): string =>
  markFor(pulumi.getProject(), pulumi.getStack(), resourceName);

/** Logs, in previews too, that a range is not sent as the program gives it. */
export function noteExpansion(
  resource: pulumi.Resource,
  property: string,
  given: pulumi.Input<readonly pulumi.Input<string>[] | undefined>,
): void {
  pulumi.output(given).apply((ranges) => {
    const wide = (ranges ?? []).filter((range) =>
      publishedWideRanges.includes(range),
    );
    if (wide.length > 0)
      void pulumi.log.info(
        `${property}: ${wide.join(" and ")} ${wide.length === 1 ? "is" : "are"} wider than Microsoft 365 takes, and expanded to /24 blocks.`,
        resource,
      );
  });
}

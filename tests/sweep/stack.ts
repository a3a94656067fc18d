import * as pulumi from "@pulumi/pulumi";

import { UseCase4, type UseCase4Args } from "../../lib";
import { keyOf } from "../../providers/restored-object";
import {
  copyOf,
  inProcess,
  type Environment,
  type Platform,
  type Properties,
  type ProviderRun,
} from "../conformance/platform";
import { Resource, type Kept } from "../conformance/resource";

/** A resource of a program. */
export interface Wanted {
  name: string;
  kind: string;
  inputs: Properties;
}

const order = [
  "RestorePoint",
  "QuarantinePolicy",
  "QuarantineNotification",
  "AntiSpamPolicy",
  "TransportRule",
  "Area1Domain",
  "MailFlowCheck",
];

/**
 * What the component asks the engine for, in the order in which the engine makes it; without the check of the mail flow, whose
 * findings would stand beside every drift, unless it is asked for.
 */
export async function programOf(args: UseCase4Args): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => {
        const { __provider: _, ...rest } = inputs as Properties;
        const [, kind] = type.split("/area1:");
        if (kind !== undefined) wanted.push({ name, kind, inputs: rest });
        return { id: name, state: { ...rest, values: {} } };
      },
      call: () => ({}),
    },
    "ops",
    "dev",
  );
  const made = new UseCase4("mail", { check: false, ...args });
  // The last registrations wait for all others.
  const last = made.mailFlowCheck ? [made.mailFlowCheck] : made.area1Domains;
  await Promise.all(
    last.map(({ urn }) => new Promise((resolve) => urn.apply(resolve))),
  );
  return wanted.sort(beforeOther);
}

/** The order in which the component's dependencies have its resources made; they are deleted in the reverse. */
const beforeOther = (
  a: Pick<Wanted, "name" | "kind">,
  b: Pick<Wanted, "name" | "kind">,
): number =>
  order.indexOf(a.kind) - order.indexOf(b.kind) ||
  (a.kind === "TransportRule" ? a.name.localeCompare(b.name) : 0);

/** What the engine keeps between two operations, as data. */
export interface StackState {
  resources: { name: string; kind: string; kept: Kept }[];
  /** What replacements left behind and a later operation deletes. */
  leftovers: { name: string; kind: string; kept: Kept }[];
}

/** A program's resources in the hands of the engine: every operation is a process of its own, shared by all of them. */
export class Stack {
  /** By name, in the order of the program. */
  readonly resources = new Map<string, Resource>();
  #leftovers: StackState["leftovers"] = [];
  #run: ProviderRun | undefined;
  readonly #platform: Platform;

  /** @param environment what every operation knows; assign to it to change the configuration. */
  constructor(
    public environment: Environment,
    platform: Platform = inProcess,
  ) {
    this.#platform = {
      ...platform,
      run: () => (this.#run ??= platform.run(this.environment)),
    };
  }

  /** A copy of what the engine has saved until now. */
  get state(): StackState {
    const resources = [...this.resources].flatMap(([name, { kind, kept }]) =>
      kept ? [{ name, kind, kept }] : [],
    );
    return copyOf({ resources, leftovers: this.#leftovers });
  }

  /** Puts back what the engine had saved at another time. */
  set state(state: StackState) {
    const { resources, leftovers } = copyOf(state);
    this.resources.clear();
    for (const { name, kind, kept } of resources)
      this.#resource(name, kind).kept = kept;
    this.#leftovers = leftovers;
  }

  /**
   * `pulumi up`: what was done, such as `create mail-anti-spam`. What was replaced, and what the program no longer has, is
   * deleted at the end, the latest first.
   * @param options.replace resources that are replaced whatever their diff says, as `--replace` does; true for all.
   */
  async up(
    program: readonly Wanted[],
    options: { replace?: true | readonly string[] } = {},
  ): Promise<string[]> {
    this.#run = undefined;
    const steps: string[] = [];
    const { replace = [] } = options;
    for (const { name, kind, inputs } of program) {
      const resource = this.#resource(name, kind);
      const leftover = (kept: Kept): void =>
        void this.#leftovers.push({ name, kind, kept });
      const wanted = this.#withFirstSeen(kind, inputs);
      const forced = replace === true || replace.includes(name);
      const before = resource.kept;
      const outcome =
        forced && before
          ? await resource.replace(wanted, { leftover })
          : await resource.up(wanted, { leftover });
      steps.push(...outcome.steps.map((step) => `${step} ${name}`));
    }
    const wanted = new Set(program.map(({ name }) => name));
    await this.#deleteLeftovers();
    for (const [name, resource] of this.#lastFirst()) {
      if (wanted.has(name)) continue;
      await resource.destroy();
      this.resources.delete(name);
      steps.push(`delete ${name}`);
    }
    return steps;
  }

  /** `pulumi preview`: what would change, by resource. */
  async preview(program: readonly Wanted[]): Promise<string[]> {
    this.#run = undefined;
    const changes: string[] = [];
    for (const { name, kind, inputs } of program) {
      const resource = this.resources.get(name);
      const names = (await resource?.preview(
        this.#withFirstSeen(kind, inputs),
      )) ?? ["create"];
      changes.push(...names.map((property) => `${name}: ${property}`));
    }
    return changes;
  }

  /** `pulumi refresh`: what drifted, by resource. All are read, whichever fails. */
  async refresh(): Promise<string[]> {
    this.#run = undefined;
    const run = this.#platform.run(this.environment);
    const read = await Promise.allSettled(
      [...this.resources].map(async ([name, resource]) => {
        const drift = await resource.refresh(run);
        return (drift === "gone" ? ["gone"] : drift).map(
          (property) => `${name}: ${property}`,
        );
      }),
    );
    return read.flatMap((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    });
  }

  /** `pulumi destroy`. */
  async destroy(): Promise<void> {
    this.#run = undefined;
    await this.#deleteLeftovers();
    for (const [, resource] of this.#lastFirst()) await resource.destroy();
    this.resources.clear();
  }

  /** What the last operation warned of. */
  async warnings(): Promise<string[]> {
    return (await this.#run?.warnings()) ?? [];
  }

  #resource(name: string, kind: string): Resource {
    const resource =
      this.resources.get(name) ??
      new Resource(kind, this.#platform, this.environment);
    this.resources.set(name, resource);
    return resource;
  }

  /** Whatever depends on others before these, in whichever order they came into the state. */
  #lastFirst(): [string, Resource][] {
    return [...this.resources]
      .reverse()
      .sort(([a, { kind: ofA }], [b, { kind: ofB }]) =>
        beforeOther({ name: b, kind: ofB }, { name: a, kind: ofA }),
      );
  }

  async #deleteLeftovers(): Promise<void> {
    const run = this.#platform.run(this.environment);
    for (let last; (last = this.#leftovers.at(-1));) {
      await run.of(last.kind).delete(last.kept.id, last.kept.outputs);
      this.#leftovers.pop();
    }
  }

  #withFirstSeen(kind: string, inputs: Properties): Properties {
    if (!("restorePoint" in inputs)) return inputs;
    const point = [...this.resources.values()].find(
      (one) => one.kind === "RestorePoint",
    );
    const values = (point?.kept?.outputs["values"] ?? {}) as Record<
      string,
      unknown
    >;
    const name = inputs["name"] ?? inputs["domain"] ?? "";
    return {
      ...inputs,
      restorePoint: values[keyOf({ kind, name: name as string })] ?? false,
    };
  }
}

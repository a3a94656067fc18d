import * as pulumi from "@pulumi/pulumi";

import { UseCase4, type UseCase4Args } from "../../lib";
import { keyOf } from "../../providers/restored-object";
import {
  inProcess,
  type Environment,
  type Platform,
  type Properties,
  type ProviderRun,
} from "../conformance/platform";
import { Resource } from "../conformance/resource";

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
];

/** What the component asks the engine for, in the order in which the engine makes it. */
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
  const made = new UseCase4("mail", args);
  // The last registrations wait for all others.
  await Promise.all(
    made.area1Domains.map(
      ({ urn }) => new Promise((resolve) => urn.apply(resolve)),
    ),
  );
  return wanted.sort(
    (a, b) =>
      order.indexOf(a.kind) - order.indexOf(b.kind) ||
      (a.kind === "TransportRule" ? a.name.localeCompare(b.name) : 0),
  );
}

/** A program's resources in the hands of the engine: every operation is a process of its own, shared by all of them. */
export class Stack {
  /** By name, in the order of the program. */
  readonly resources = new Map<string, Resource>();
  #run: ProviderRun | undefined;
  readonly #platform: Platform;

  constructor(readonly environment: Environment) {
    this.#platform = {
      ...inProcess,
      run: () => (this.#run ??= inProcess.run(environment)),
    };
  }

  /** `pulumi up`: what was done, such as `create mail-anti-spam`. */
  async up(program: readonly Wanted[]): Promise<string[]> {
    this.#run = undefined;
    const steps: string[] = [];
    for (const { name, kind, inputs } of program) {
      const resource =
        this.resources.get(name) ??
        new Resource(kind, this.#platform, this.environment);
      this.resources.set(name, resource);
      const outcome = await resource.up(this.#withFirstSeen(kind, inputs));
      steps.push(...outcome.steps.map((step) => `${step} ${name}`));
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

  /** `pulumi refresh`: what drifted, by resource. */
  async refresh(): Promise<string[]> {
    this.#run = undefined;
    const run = this.#platform.run(this.environment);
    const found = await Promise.all(
      [...this.resources].map(async ([name, resource]) => {
        const drift = await resource.refresh(run);
        return (drift === "gone" ? ["gone"] : drift).map(
          (property) => `${name}: ${property}`,
        );
      }),
    );
    return found.flat();
  }

  /** `pulumi destroy`. */
  async destroy(): Promise<void> {
    this.#run = undefined;
    for (const resource of [...this.resources.values()].reverse())
      await resource.destroy();
    this.resources.clear();
  }

  /** What the last operation warned of. */
  async warnings(): Promise<string[]> {
    return (await this.#run?.warnings()) ?? [];
  }

  #withFirstSeen(kind: string, inputs: Properties): Properties {
    if (!("restorePoint" in inputs)) return inputs;
    const point = [...this.resources.values()].find(
      (one) => one.kind === "RestorePoint",
    );
    const values = point?.outputs["values"] as Record<string, unknown>;
    const name = inputs["name"] ?? inputs["domain"] ?? "";
    return {
      ...inputs,
      restorePoint: values[keyOf({ kind, name: name as string })] ?? false,
    };
  }
}

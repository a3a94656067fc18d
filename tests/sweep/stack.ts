import * as pulumi from "@pulumi/pulumi";

import {
  InlineDeployment,
  UseCase1,
  UseCase2,
  UseCase3,
  UseCase4,
  UseCase5,
  type InlineDeploymentArgs,
  type UseCase4Args,
} from "../../lib";
import type { MailRoutes } from "../../lib/mail-routes";
import type { AnyUseCaseArgs } from "../../lib/use-case-args";
import type { UseCase } from "../../mail-flow/use-cases";
import { inProcess } from "../conformance/chosen-platform";
import {
  copyOf,
  type Environment,
  type Platform,
  type Properties,
  type ProviderRun,
} from "../conformance/platform";
import { Resource, type Kept } from "../conformance/resource";
import { withoutStackTraces } from "../stack-traces";
import { asRestored } from "./as-restored";

/** A resource of a program. */
export interface Wanted {
  name: string;
  kind: string;
  inputs: Properties;
  /** The names of all resources that it depends on, directly or indirectly. @default [] */
  needs?: readonly string[];
}

type Named = Pick<Wanted, "name" | "kind">;

const lockDown = "lock-down";

const useCases = {
  1: UseCase1,
  2: UseCase2,
  3: UseCase3,
  4: UseCase4,
  5: UseCase5,
};

/**
 * Returns the resources that the component registers, in an order in which the engine can create them. The check of the mail flow is
 * omitted unless `args.check` is set, because its findings would appear next to every drift.
 */
export const programOf = (
  args: UseCase4Args,
  useCase: UseCase = 4,
): Promise<Wanted[]> =>
  withoutStackTraces(() =>
    registered(
      () =>
        new useCases[useCase]("mail", {
          check: false,
          ...(args as AnyUseCaseArgs),
        }),
    ),
  );

/** Like {@link programOf}, for the whole inline deployment. */
export const inlineProgramOf = (
  args: InlineDeploymentArgs,
): Promise<Wanted[]> =>
  withoutStackTraces(() =>
    registered(() => new InlineDeployment("mail", { check: false, ...args })),
  );

/** The part of a request for a resource that names what it depends on. */
interface Registration {
  getName(): string;
  getDependenciesList(): string[];
}

async function registered(make: () => MailRoutes): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  const direct = new Map<string, readonly string[]>();
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
  // The mocks do not get the dependencies.
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Registration, callback: unknown): unknown;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    direct.set(
      request.getName(),
      request.getDependenciesList().map((urn) => urn.split("::").at(-1) ?? ""),
    );
    return register(request, callback);
  };
  const made = make();
  // The last registrations depend on all others.
  const last = [
    ...made.area1Domains,
    ...made.transportRules,
    ...(made instanceof InlineDeployment
      ? [made.onboardingCheck, made.organizationConfig]
      : []),
    made.mailFlowCheck,
  ].filter((one) => one !== undefined);
  await Promise.all(
    last.map(({ urn }) => new Promise((resolve) => urn.apply(resolve))),
  );
  // Waits until the component's outputs are registered, too. Otherwise the next mocks would get them, which do not know the component.
  await pulumi.runtime.disconnect();
  const needs = (name: string): string[] =>
    (direct.get(name) ?? []).flatMap((one) => [one, ...needs(one)]);
  const left = wanted
    .map((one) => ({ ...one, needs: [...new Set(needs(one.name))] }))
    .sort((a, b) => a.name.localeCompare(b.name));
  const ordered: Wanted[] = [];
  while (left.length > 0) {
    const at = left.findIndex(
      (one) => !left.some((other) => dependsOn(one, other)),
    );
    ordered.push(...left.splice(at, 1));
  }
  return ordered;
}

/** Returns whether a resource depends on another one, directly or indirectly. */
export const dependsOn = (
  { needs = [] }: Pick<Wanted, "needs">,
  { name }: Named,
): boolean => needs.includes(name);

/** The resources of an operation, by name. @default all */
export interface Choice {
  /** Only these, for `--target`. */
  readonly target?: readonly string[];
  /** All but these, for `--exclude`. */
  readonly exclude?: readonly string[];
}

const chosenBy =
  ({ target, exclude }: Choice) =>
  (name: string): boolean =>
    (target?.includes(name) ?? true) && !exclude?.includes(name);

/** The state that the engine saves between two operations, as data. */
export interface StackState {
  resources: {
    name: string;
    kind: string;
    kept: Kept;
    /** As in {@link Wanted}. */
    needs?: readonly string[];
  }[];
  /** Old resources of replacements, which a later operation deletes. */
  leftovers: { name: string; kind: string; kept: Kept }[];
}

/** A simulated stack. Each operation is a new provider process, which all resources share. */
export class Stack {
  /** The resources by name, in the order of the program. */
  readonly resources = new Map<string, Resource>();
  readonly #needs = new Map<string, readonly string[]>();
  #leftovers: StackState["leftovers"] = [];
  #run: ProviderRun | undefined;
  readonly #platform: Platform;

  /** @param environment the configuration of every operation. Assign to it to change it. */
  constructor(
    public environment: Environment,
    platform: Platform = inProcess,
  ) {
    this.#platform = {
      ...platform,
      run: () => (this.#run ??= platform.run(this.environment)),
    };
  }

  /** Returns a copy of the engine's saved state. */
  get state(): StackState {
    const resources = [...this.resources].flatMap(([name, { kind, kept }]) =>
      kept ? [{ name, kind, kept, needs: this.#needs.get(name) ?? [] }] : [],
    );
    return copyOf({ resources, leftovers: this.#leftovers });
  }

  /** Restores a saved state. */
  set state(state: StackState) {
    const { resources, leftovers } = copyOf(state);
    this.resources.clear();
    for (const { name, kind, kept, needs = [] } of resources) {
      this.#resource(name, kind).kept = kept;
      this.#needs.set(name, needs);
    }
    this.#leftovers = leftovers;
  }

  /**
   * Runs `pulumi up`; returns its steps, such as `create mail-anti-spam`. Replaced resources, and those that the program no longer
   * has, are deleted at the end, the latest first. No handler is called for a resource that is not chosen, not even check. A chosen
   * resource is skipped if it needs one that is neither chosen nor in the state, where the engine would fail.
   * @param options.replace resources that are replaced whatever their diff returns, as `--replace` does; true for all.
   */
  async up(
    program: readonly Wanted[],
    options: Choice & { replace?: true | readonly string[] } = {},
  ): Promise<string[]> {
    this.#run = undefined;
    const steps: string[] = [];
    const { replace = [] } = options;
    const isChosen = chosenBy(options);
    for (const { name, kind, inputs, needs = [] } of this.asked(
      program,
      options,
    )) {
      const resource = this.#resource(name, kind);
      this.#needs.set(name, needs);
      const leftover = (kept: Kept): void =>
        void this.#leftovers.push({ name, kind, kept });
      const wanted = this.#withFirstSeen(
        kind,
        this.#withNames(this.#withLockDown(name, inputs), program, isChosen),
      );
      // A restore point is not replaced, because the new one would be refused.
      const forced =
        kind !== "RestorePoint" && (replace === true || replace.includes(name));
      const before = resource.kept;
      const outcome =
        forced && before
          ? await resource.replace(wanted, { leftover })
          : await resource.up(wanted, { leftover });
      steps.push(...outcome.steps.map((step) => `${step} ${name}`));
    }
    const wanted = new Set(program.map(({ name }) => name));
    await this.#deleteLeftovers(isChosen);
    steps.push(
      ...(await this.#delete((name) => !wanted.has(name), isChosen)).map(
        (name) => `delete ${name}`,
      ),
    );
    return steps;
  }

  /** Returns the resources of a program that an `up` handles: the chosen ones, except those that need one that does not exist. */
  asked(program: readonly Wanted[], choice: Choice): Wanted[] {
    const isChosen = chosenBy(choice);
    const unmade: Wanted[] = [];
    return program.filter((one) => {
      if (
        isChosen(one.name) &&
        !unmade.some((missing) => dependsOn(one, missing))
      )
        return true;
      if (!this.resources.get(one.name)?.kept) unmade.push(one);
      return false;
    });
  }

  /** Runs `pulumi preview`; returns the planned changes, by resource. */
  async preview(program: readonly Wanted[]): Promise<string[]> {
    this.#run = undefined;
    const changes: string[] = [];
    for (const { name, kind, inputs } of program) {
      const resource = this.resources.get(name);
      const names = (await resource?.preview(
        this.#withFirstSeen(kind, this.#withLockDown(name, inputs)),
      )) ?? ["create"];
      changes.push(...names.map((property) => `${name}: ${property}`));
    }
    return changes;
  }

  /** Runs `pulumi refresh`; returns the drift, by resource. Reads all chosen resources, even if one fails. */
  async refresh(choice: Choice = {}): Promise<string[]> {
    this.#run = undefined;
    const run = this.#platform.run(this.environment);
    const isChosen = chosenBy(choice);
    const chosen = [...this.resources].filter(([name]) => isChosen(name));
    const read = await Promise.allSettled(
      chosen.map(async ([name, resource]) => {
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

  /** Runs `pulumi destroy`. As in {@link up}, a resource is skipped if one that stays depends on it. */
  async destroy(choice: Choice = {}): Promise<void> {
    this.#run = undefined;
    const isChosen = chosenBy(choice);
    await this.#deleteLeftovers(isChosen);
    await this.#delete(() => true, isChosen);
  }

  /** Returns the warnings of the last operation. */
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

  /** Returns the resources, each before those that it depends on. */
  #lastFirst(): [string, Resource][] {
    const left = [...this.resources];
    const ordered: [string, Resource][] = [];
    while (left.length > 0) {
      const at = left.findLastIndex(
        ([name]) => !left.some(([other]) => this.#needsOther(other, name)),
      );
      if (at < 0) throw new Error("the dependencies go round");
      ordered.push(...left.splice(at, 1));
    }
    return ordered;
  }

  #needsOther(name: string, other: string): boolean {
    return this.#needs.get(name)?.includes(other) ?? false;
  }

  /**
   * Deletes resources, the latest first; returns their names.
   * @param leaves whether a resource should be deleted. It is deleted if it is chosen and no resource that stays depends on it.
   */
  async #delete(
    leaves: (name: string) => boolean,
    isChosen: (name: string) => boolean,
  ): Promise<string[]> {
    const stay: string[] = [];
    const deleted: string[] = [];
    for (const [name, resource] of this.#lastFirst()) {
      if (!leaves(name)) continue;
      if (
        !isChosen(name) ||
        stay.some((other) => this.#needsOther(other, name))
      ) {
        stay.push(name);
        continue;
      }
      await resource.destroy();
      this.resources.delete(name);
      deleted.push(name);
    }
    return deleted;
  }

  async #deleteLeftovers(isChosen: (name: string) => boolean): Promise<void> {
    const run = this.#platform.run(this.environment);
    for (const last of this.#leftovers.toReversed()) {
      if (!isChosen(last.name)) continue;
      const { id, outputs, inputs } = last.kept;
      await run.of(last.kind).delete(id, outputs, inputs);
      this.#leftovers.splice(this.#leftovers.indexOf(last), 1);
    }
  }

  /** Replaces names of quarantine policies in inputs: a policy that is not chosen still has its name in the state. */
  #withNames(
    inputs: Properties,
    program: readonly Wanted[],
    isChosen: (name: string) => boolean,
  ): Properties {
    const names = new Map(
      program
        .filter(
          ({ name, kind }) => kind === "QuarantinePolicy" && !isChosen(name),
        )
        .map(({ name, inputs: { name: wanted } }) => [
          wanted,
          this.resources.get(name)?.kept?.outputs["name"],
        ]),
    );
    return Object.fromEntries(
      Object.entries(inputs).map(([property, value]) => [
        property,
        property.endsWith("QuarantineTag")
          ? (names.get(value) ?? value)
          : value,
      ]),
    );
  }

  /** Sets the inputs that are outputs of the onboarding check. */
  #withLockDown(name: string, inputs: Properties): Properties {
    const check = [...this.resources.values()].find(
      ({ kind }) => kind === "OnboardingCheck",
    );
    const lockedDown = check?.kept?.outputs["lockedDown"] === true;
    if (name.endsWith(`-${lockDown}`))
      return { ...inputs, enabled: lockedDown };
    return name.endsWith("-organization") && lockedDown
      ? { ...inputs, rejectDirectSend: true }
      : inputs;
  }

  #withFirstSeen(kind: string, inputs: Properties): Properties {
    const point = [...this.resources.values()].find(
      (one) => one.kind === "RestorePoint",
    );
    return asRestored(kind, inputs, point?.kept);
  }
}

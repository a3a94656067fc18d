import * as pulumi from "@pulumi/pulumi";

import {
  InlineDeployment,
  UseCase4,
  type InlineDeploymentArgs,
  type UseCase4Args,
} from "../../lib";
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
}

type Named = Pick<Wanted, "name" | "kind">;

const lockDown = "lock-down";

/** Returns a resource's kind, or `lock-down` for the connector that is created late. */
const stageOf = ({ name, kind }: Named): string =>
  name.endsWith(`-${lockDown}`) ? lockDown : kind;

const order = [
  "RestorePoint",
  "InboundConnector",
  "QuarantinePolicy",
  "QuarantineNotification",
  "AntiSpamPolicy",
  "InboundConnector",
  "TransportRule",
  "Area1Domain",
  "OnboardingCheck",
  lockDown,
  "OrganizationConfig",
  "MailFlowCheck",
];

/**
 * Returns the resources that the component registers, in the order in which the engine creates them. The check of the mail flow is
 * omitted unless `args.check` is set, because its findings would appear next to every drift.
 */
export const programOf = (args: UseCase4Args): Promise<Wanted[]> =>
  withoutStackTraces(() =>
    registered(() => new UseCase4("mail", { check: false, ...args })),
  );

/** Like {@link programOf}, for the whole inline deployment. */
export const inlineProgramOf = (
  args: InlineDeploymentArgs,
): Promise<Wanted[]> =>
  withoutStackTraces(() =>
    registered(() => new InlineDeployment("mail", { check: false, ...args })),
  );

async function registered(
  make: () => UseCase4 | InlineDeployment,
): Promise<Wanted[]> {
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
  const made = make();
  // The last registrations depend on all others.
  const last = [
    ...made.area1Domains,
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
  return wanted.sort(beforeOther);
}

/** Compares resources by the order in which the component's dependencies create them. They are deleted in the reverse order. */
const beforeOther = (a: Named, b: Named): number =>
  order.indexOf(stageOf(a)) - order.indexOf(stageOf(b)) ||
  (a.kind === "TransportRule" ? a.name.localeCompare(b.name) : 0);

/** Returns whether a resource of the component depends on another one, directly or indirectly. */
export function dependsOn(one: Named, other: Named): boolean {
  if (one.kind === "MailFlowCheck") return other.kind !== "MailFlowCheck";
  if (other.kind === "RestorePoint") return one.kind !== "RestorePoint";
  const before = makesBefore[stageOf(one)] ?? [];
  return other.kind === "TransportRule" && one.kind === "TransportRule"
    ? isAdminRule(other) && one.name === other.name.replace(/admin$/, "user")
    : before.includes(stageOf(other));
}

/** The stages whose resources a stage depends on, besides the restore point. */
const makesBefore: Readonly<Record<string, readonly string[]>> = {
  QuarantinePolicy: ["InboundConnector"],
  QuarantineNotification: ["InboundConnector"],
  ...Object.fromEntries(
    [
      "AntiSpamPolicy",
      "TransportRule",
      "Area1Domain",
      "OnboardingCheck",
      lockDown,
      "OrganizationConfig",
    ].map((stage) => [
      stage,
      order
        .slice(0, order.indexOf(stage))
        .filter((earlier) => earlier !== "QuarantineNotification"),
    ]),
  ),
};

const isAdminRule = ({ name }: Named): boolean => name.endsWith("-admin");

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
  resources: { name: string; kind: string; kept: Kept }[];
  /** Old resources of replacements, which a later operation deletes. */
  leftovers: { name: string; kind: string; kept: Kept }[];
}

/** A simulated stack. Each operation is a new provider process, which all resources share. */
export class Stack {
  /** The resources by name, in the order of the program. */
  readonly resources = new Map<string, Resource>();
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
      kept ? [{ name, kind, kept }] : [],
    );
    return copyOf({ resources, leftovers: this.#leftovers });
  }

  /** Restores a saved state. */
  set state(state: StackState) {
    const { resources, leftovers } = copyOf(state);
    this.resources.clear();
    for (const { name, kind, kept } of resources)
      this.#resource(name, kind).kept = kept;
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
    for (const { name, kind, inputs } of this.asked(program, options)) {
      const resource = this.#resource(name, kind);
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

  /** Returns the resources, each before those that it depends on, regardless of their order in the state. */
  #lastFirst(): [string, Resource][] {
    return [...this.resources]
      .reverse()
      .sort(([a, { kind: ofA }], [b, { kind: ofB }]) =>
        beforeOther({ name: b, kind: ofB }, { name: a, kind: ofA }),
      );
  }

  /**
   * Deletes resources, the latest first; returns their names.
   * @param leaves whether a resource should be deleted. It is deleted if it is chosen and no resource that stays depends on it.
   */
  async #delete(
    leaves: (name: string) => boolean,
    isChosen: (name: string) => boolean,
  ): Promise<string[]> {
    const stay: Named[] = [];
    const deleted: string[] = [];
    for (const [name, resource] of this.#lastFirst()) {
      if (!leaves(name)) continue;
      const one = { name, kind: resource.kind };
      if (!isChosen(name) || stay.some((other) => dependsOn(other, one))) {
        stay.push(one);
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

import deepEqual from "fast-deep-equal";

import type {
  Handlers,
  HandlerError,
  Properties,
  ProviderRun,
} from "../../conformance/platform";
import { differing, type Kept } from "../../conformance/resource";
import { asRestored } from "../../sweep/as-restored";
import type { Wanted } from "../../sweep/stack";

/** A resource in the engine's state. */
export interface Entry extends Kept {
  readonly name: string;
  readonly kind: string;
  /** True if it was replaced, and is still to be deleted. */
  leftover: boolean;
  /** The program's inputs of the last operation that succeeded. */
  carriedOut: Properties | undefined;
}

/** Returns the answer of a handler's call to the engine, unless the process was killed. */
export type Hear = <T>(call: Promise<T>, mayWrite: boolean) => Promise<T>;

/**
 * A stack in a simulation of the Pulumi engine: it handles one resource after another, creates replacements first and deletes
 * the old ones last, and saves the state after every step (observed in its source, deploy/step_generator.go of 3.259).
 */
export class PlayedEngine {
  entries: Entry[] = [];

  /** Runs `pulumi up`; returns its steps. @param targets kinds of the resources for `--target`; no others are changed then. */
  async up(
    run: ProviderRun,
    program: readonly Wanted[],
    hear: Hear,
    targets?: readonly string[],
  ): Promise<string[]> {
    const steps: string[] = [];
    for (const wanted of program)
      if (targets?.includes(wanted.kind) ?? true)
        steps.push(...(await this.#step(run, wanted, hear)));
    if (targets) return steps;
    const names = program.map(({ name }) => name);
    for (const entry of [...this.entries].reverse())
      if (entry.leftover || !names.includes(entry.name)) {
        await this.#delete(run, entry, hear);
        steps.push(`delete ${entry.name}`);
      }
    return steps;
  }

  /** Runs `pulumi preview`; returns the planned changes. */
  async preview(
    run: ProviderRun,
    program: readonly Wanted[],
  ): Promise<string[]> {
    const changes: string[] = [];
    for (const { name, kind, inputs: given } of program) {
      const handlers = run.of(kind);
      const old = this.current(name);
      const inputs = await this.#checked(handlers, old, kind, given);
      if (!old) {
        changes.push(`${name}: create`);
        continue;
      }
      const diff = await handlers.diff(old.id, old.outputs, inputs, old.inputs);
      const names =
        diff.changes === "none"
          ? []
          : (diff.differing ?? differing(old.inputs, inputs));
      const unnamed =
        old.unfinished || diff.changes === "some" || diff.replaces.length > 0;
      changes.push(
        ...(names.length > 0 ? names : unnamed ? ["update"] : []).map(
          (property) => `${name}: ${property}`,
        ),
      );
    }
    const names = program.map(({ name }) => name);
    for (const { name, leftover } of this.entries)
      if (leftover || !names.includes(name)) changes.push(`${name}: delete`);
    return changes;
  }

  /** Runs `pulumi refresh`; returns the drift, by resource. All are read at the same time, and each is saved after its read. */
  async refresh(run: ProviderRun, hear: Hear): Promise<string[]> {
    const found = await Promise.allSettled(
      this.entries
        .filter(({ leftover }) => !leftover)
        .map(async (entry) => {
          const handlers = run.of(entry.kind);
          const read = await hear(
            handlers.read(entry.id, entry.outputs, entry.inputs),
            false,
          );
          if (!read) {
            this.entries.splice(this.entries.indexOf(entry), 1);
            return [`${entry.name}: gone`];
          }
          const { inputs } = entry;
          const { changes, differing: named } = await hear(
            handlers.diff(read.id, read.outputs, inputs, read.inputs),
            false,
          );
          Object.assign(entry, read, { unfinished: false });
          return changes === "none"
            ? []
            : (named ?? differing(inputs, read.inputs)).map(
                (property) => `${entry.name}: ${property}`,
              );
        }),
    );
    return found
      .flatMap((one) => {
        if (one.status === "rejected") throw one.reason;
        return one.value;
      })
      .sort();
  }

  /** Runs `pulumi destroy`. */
  async destroy(run: ProviderRun, hear: Hear): Promise<void> {
    for (const entry of [...this.entries].reverse())
      await this.#delete(run, entry, hear);
  }

  /** Returns the entry of a resource of the program. */
  current(name: string): Entry | undefined {
    return this.entries.find((entry) => entry.name === name && !entry.leftover);
  }

  async #step(
    run: ProviderRun,
    { name, kind, inputs: given }: Wanted,
    hear: Hear,
  ): Promise<string[]> {
    const handlers = run.of(kind);
    const old = this.current(name);
    const inputs = await this.#checked(handlers, old, kind, given);
    if (!old) {
      await this.#create(handlers, name, kind, inputs, hear);
      return [`create ${name}`];
    }
    const { changes, replaces } = await hear(
      handlers.diff(old.id, old.outputs, inputs, old.inputs),
      false,
    );
    if (replaces.length > 0) {
      // For a replacement the engine checks again without old inputs, and ignores no change.
      const fresh = await this.#checked(handlers, undefined, kind, given);
      await this.#create(handlers, name, kind, fresh, hear, old);
      return [`replace ${name}`];
    }
    const same =
      !old.unfinished &&
      (changes === "none" ||
        (changes === "unknown" && deepEqual(old.inputs, inputs)));
    if (same) {
      old.inputs = inputs;
      return [];
    }
    try {
      const { outputs } = await hear(
        handlers.update(old.id, old.outputs, inputs, old.inputs),
        true,
      );
      Object.assign(old, {
        inputs,
        outputs,
        unfinished: false,
        carriedOut: given,
      });
    } catch (error) {
      const { partial } = error as HandlerError;
      if (partial)
        Object.assign(old, {
          inputs,
          outputs: partial.outputs,
          unfinished: true,
          carriedOut: undefined,
        });
      throw error;
    }
    return [`update ${name}`];
  }

  async #create(
    handlers: Handlers,
    name: string,
    kind: string,
    inputs: Properties,
    hear: Hear,
    old?: Entry,
  ): Promise<void> {
    const add = (
      id: string,
      outputs: Properties,
      unfinished: boolean,
      carriedOut: Properties | undefined,
    ): void => {
      const entry = {
        name,
        kind,
        id,
        inputs,
        outputs,
        unfinished,
        leftover: false,
        carriedOut,
      };
      if (old) {
        old.leftover = true;
        this.entries.splice(this.entries.indexOf(old), 0, entry);
      } else this.#inOrder(entry);
    };
    try {
      const { id, outputs } = await hear(handlers.create(inputs), true);
      add(id, outputs, false, inputs);
    } catch (error) {
      const { partial } = error as HandlerError;
      if (partial) add(partial.id, partial.outputs, true, undefined);
      throw error;
    }
  }

  /** Inserts an entry after those that it depends on. */
  #inOrder(entry: Entry): void {
    const rank = ({ kind }: Entry): number => order.indexOf(kind);
    const after = this.entries.findIndex((one) => rank(one) > rank(entry));
    this.entries.splice(after < 0 ? this.entries.length : after, 0, entry);
  }

  async #delete(run: ProviderRun, entry: Entry, hear: Hear): Promise<void> {
    const { id, outputs, inputs } = entry;
    await hear(run.of(entry.kind).delete(id, outputs, inputs), true);
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  /** Returns the checked inputs. @throws Error with every failure, with which the engine refuses the program. */
  async #checked(
    handlers: Handlers,
    old: Entry | undefined,
    kind: string,
    given: Properties,
  ): Promise<Properties> {
    const { inputs, failures } = await handlers.check(
      old?.inputs ?? {},
      this.#withFirstSeen(kind, given),
    );
    if (failures.length > 0)
      throw new Error(
        failures
          .map(({ property, reason }) => `${property} ${reason}`.trim())
          .join(),
      );
    return inputs;
  }

  #withFirstSeen(kind: string, inputs: Properties): Properties {
    const point = this.entries.find((one) => one.kind === "RestorePoint");
    return asRestored(kind, inputs, point);
  }
}

const order = [
  "RestorePoint",
  "QuarantinePolicy",
  "QuarantineNotification",
  "AntiSpamPolicy",
  "TransportRule",
  "Area1Domain",
];

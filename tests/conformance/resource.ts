import deepEqual from "fast-deep-equal";

import type {
  Environment,
  HandlerError,
  Platform,
  Properties,
  ProviderRun,
} from "./platform";

/** What the engine keeps of a resource. */
export interface Kept {
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** True after a partial failure: the next `up` sends an update. */
  unfinished: boolean;
}

/** What one operation did. */
export interface Outcome {
  /** The calls that may have changed something: `create`, `update`, `delete`. */
  steps: string[];
  run: ProviderRun;
}

/**
 * One resource in the hands of what the Pulumi engine is to a provider: the same calls in the same order, with the same reading
 * of the answers (seen in its source, deploy/step.go and step_generator.go of 3.259). Every operation is a run of its own.
 */
export class Resource {
  kept: Kept | undefined;

  constructor(
    readonly kind: string,
    private readonly platform: Platform,
    /** What every run knows; assign to it to change the configuration. */
    public environment: Environment,
  ) {}

  run(): ProviderRun {
    return this.platform.run(this.environment);
  }

  get outputs(): Properties {
    if (!this.kept) throw new Error("there is no such resource in the state");
    return this.kept.outputs;
  }

  /** What a preview shows: the names of the inputs that differ, `replace` of those that replace; empty for no change. */
  async preview(program: Properties): Promise<string[]> {
    const handlers = this.run().of(this.kind);
    const { inputs } = await this.checked(handlers, program);
    const { kept } = this;
    if (!kept) return ["create"];
    const { changes, replaces } = await handlers.diff(
      kept.id,
      kept.outputs,
      inputs,
    );
    if (replaces.length > 0) return replaces.map((name) => `replace ${name}`);
    if (kept.unfinished || changes === "some") return ["update"];
    return changes === "none" ? [] : differing(kept.inputs, inputs);
  }

  /**
   * `pulumi up`, with `--refresh` if asked.
   * @param options.leftover takes what a replacement leaves behind, to delete it at the end of the operation as the engine
   * does; it is deleted at once where nobody takes it.
   */
  async up(
    program: Properties,
    options: { refresh?: boolean; leftover?: (before: Kept) => void } = {},
  ): Promise<Outcome> {
    const run = this.run();
    const handlers = run.of(this.kind);
    if (options.refresh) await this.refresh(run);
    const { inputs } = await this.checked(handlers, program);
    const { kept } = this;
    const outcome = (...steps: string[]): Outcome => ({ steps, run });
    if (!kept) {
      await this.create(run, inputs);
      return outcome("create");
    }
    const { changes, replaces } = await handlers.diff(
      kept.id,
      kept.outputs,
      inputs,
    );
    if (replaces.length > 0) {
      // The engine checks the program's inputs anew then, as if there had been none, and ignores no change (step_generator.go).
      const anew = await handlers.check({}, program);
      await this.createAnew(run, anew.inputs, options.leftover);
      if (!options.leftover) await handlers.delete(kept.id, kept.outputs);
      return outcome("create", "delete");
    }
    const same =
      !kept.unfinished &&
      (changes === "none" ||
        (changes === "unknown" && deepEqual(kept.inputs, inputs)));
    if (same) {
      this.kept = { ...kept, inputs };
      return outcome();
    }
    try {
      const { outputs } = await handlers.update(kept.id, kept.outputs, inputs);
      this.kept = { id: kept.id, inputs, outputs, unfinished: false };
    } catch (error) {
      this.keepPart(error, inputs);
      throw error;
    }
    return outcome("update");
  }

  /** `pulumi up --replace` and taint: the diff is not asked. @param options.leftover as with {@link up}. */
  async replace(
    program: Properties,
    options: { leftover?: (before: Kept) => void } = {},
  ): Promise<Outcome> {
    const run = this.run();
    const { inputs } = await this.checked(run.of(this.kind), program);
    const before = this.kept;
    await this.createAnew(run, inputs, options.leftover);
    if (before && !options.leftover)
      await run.of(this.kind).delete(before.id, before.outputs);
    return { steps: ["create", "delete"], run };
  }

  /** The same until the create has ended; the old entry stays in the state, to be deleted by a later operation. */
  async interruptedReplace(program: Properties): Promise<Kept> {
    const run = this.run();
    const { inputs } = await this.checked(run.of(this.kind), program);
    const before = this.kept;
    if (!before) throw new Error("there is nothing to replace");
    await this.create(run, inputs);
    return before;
  }

  /** The `up` after an interrupted replacement: the program's resource first, then what was left to delete. */
  async cleanUp(program: Properties, leftover: Kept): Promise<Outcome> {
    const outcome = await this.up(program);
    await outcome.run.of(this.kind).delete(leftover.id, leftover.outputs);
    return outcome;
  }

  /**
   * `pulumi refresh`: the names of the inputs that drifted, or `gone`. The engine asks our diff as well, with what was read as
   * old and what it kept as new.
   */
  async refresh(run = this.run()): Promise<string[] | "gone"> {
    const { kept } = this;
    if (!kept) return [];
    const handlers = run.of(this.kind);
    const found = await handlers.read(kept.id, kept.outputs);
    if (!found) {
      this.kept = undefined;
      return "gone";
    }
    this.kept = { ...found, unfinished: false };
    const { changes } = await handlers.diff(
      found.id,
      found.outputs,
      kept.inputs,
    );
    return changes === "none" ? [] : differing(kept.inputs, found.inputs);
  }

  /** `pulumi destroy`, with `--refresh` if asked. */
  async destroy(options: { refresh?: boolean } = {}): Promise<Outcome> {
    const run = this.run();
    if (options.refresh) await this.refresh(run);
    const { kept } = this;
    if (!kept) return { steps: [], run };
    await run.of(this.kind).delete(kept.id, kept.outputs);
    this.kept = undefined;
    return { steps: ["delete"], run };
  }

  /** The old one is left over as soon as there is a new one, also one that is not finished. */
  private async createAnew(
    run: ProviderRun,
    inputs: Properties,
    leftover: (before: Kept) => void = () => undefined,
  ): Promise<void> {
    const before = this.kept;
    try {
      await this.create(run, inputs);
    } finally {
      if (before && this.kept !== before) leftover(before);
    }
  }

  private async create(run: ProviderRun, inputs: Properties): Promise<void> {
    try {
      const { id, outputs } = await run.of(this.kind).create(inputs);
      this.kept = { id, inputs, outputs, unfinished: false };
    } catch (error) {
      this.keepPart(error, inputs);
      throw error;
    }
  }

  private keepPart(error: unknown, inputs: Properties): void {
    const { partial } = error as HandlerError;
    if (partial)
      this.kept = {
        id: partial.id,
        inputs,
        outputs: partial.outputs,
        unfinished: true,
      };
  }

  /** @throws Error with every failure, as the engine refuses them. */
  private async checked(
    handlers: ReturnType<ProviderRun["of"]>,
    program: Properties,
  ) {
    const answer = await handlers.check(this.kept?.inputs ?? {}, program);
    if (answer.failures.length > 0)
      throw new Error(
        answer.failures
          .map(({ property, reason }) => `${property} ${reason}`.trim())
          .join("\n"),
      );
    // Every resource of the library ignores changes of it.
    const before = this.kept?.inputs["restorePoint"];
    if (before !== undefined) answer.inputs["restorePoint"] = before;
    return answer;
  }
}

/** The names whose values differ. */
export const differing = (a: Properties, b: Properties): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => !deepEqual(a[name], b[name]))
    .sort();

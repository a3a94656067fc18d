import deepEqual from "fast-deep-equal";

import type {
  Environment,
  HandlerError,
  Platform,
  Properties,
  ProviderRun,
} from "./platform";

/** The engine's record of a resource. */
export interface Kept {
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** True after a partial failure: the next `up` sends an update. */
  unfinished: boolean;
}

/** The result of one operation. */
export interface Outcome {
  /** The calls that may have written: `create`, `update`, `delete`. */
  steps: string[];
  run: ProviderRun;
}

/**
 * One resource in a simulation of the Pulumi engine: the same calls in the same order, and the same interpretation of the
 * answers (observed in its source, deploy/step.go and step_generator.go of 3.259). Every operation is a separate run.
 */
export class Resource {
  kept: Kept | undefined;

  constructor(
    readonly kind: string,
    private readonly platform: Platform,
    /** The configuration of later runs; may be assigned. */
    public environment: Environment,
  ) {}

  run(): ProviderRun {
    return this.platform.run(this.environment);
  }

  get outputs(): Properties {
    if (!this.kept) throw new Error("there is no such resource in the state");
    return this.kept.outputs;
  }

  /** Returns a preview: the names of the inputs that differ, with `replace` before those that replace; empty for no change. */
  async preview(program: Properties): Promise<string[]> {
    const handlers = this.run().of(this.kind);
    const { inputs } = await this.checked(handlers, program);
    const { kept } = this;
    if (!kept) return ["create"];
    const {
      changes,
      replaces,
      differing: named,
    } = await handlers.diff(kept.id, kept.outputs, inputs, kept.inputs);
    if (replaces.length > 0) return replaces.map((name) => `replace ${name}`);
    if (kept.unfinished) return ["update"];
    if (changes === "some") return named?.length ? named : ["update"];
    return changes === "none" ? [] : differing(kept.inputs, inputs);
  }

  /**
   * Runs `pulumi up`, with `--refresh` if `options.refresh` is set.
   * @param options.leftover receives the old resource of a replacement, to delete it at the end of the operation as the engine
   * does. Without it the old resource is deleted at once.
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
      kept.inputs,
    );
    if (replaces.length > 0) {
      // For a replacement the engine checks the program's inputs again without old ones, and ignores no change (step_generator.go).
      const anew = await handlers.check({}, program);
      await this.createAnew(run, anew.inputs, options.leftover);
      if (!options.leftover)
        await handlers.delete(kept.id, kept.outputs, kept.inputs);
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
      const { outputs } = await handlers.update(
        kept.id,
        kept.outputs,
        inputs,
        kept.inputs,
      );
      this.kept = { id: kept.id, inputs, outputs, unfinished: false };
    } catch (error) {
      this.keepPart(error, inputs);
      throw error;
    }
    return outcome("update");
  }

  /** Runs `pulumi up --replace`, or the `up` after a taint, which skips the diff. @param options.leftover as with {@link up}. */
  async replace(
    program: Properties,
    options: { leftover?: (before: Kept) => void } = {},
  ): Promise<Outcome> {
    const run = this.run();
    const { inputs } = await this.checked(run.of(this.kind), program);
    const before = this.kept;
    await this.createAnew(run, inputs, options.leftover);
    if (before && !options.leftover)
      await run.of(this.kind).delete(before.id, before.outputs, before.inputs);
    return { steps: ["create", "delete"], run };
  }

  /** Runs the same until the create has ended. Returns the old entry, which stays in the state for a later operation to delete. */
  async interruptedReplace(program: Properties): Promise<Kept> {
    const run = this.run();
    const { inputs } = await this.checked(run.of(this.kind), program);
    const before = this.kept;
    if (!before) throw new Error("there is nothing to replace");
    await this.create(run, inputs);
    return before;
  }

  /** Runs the `up` after an interrupted replacement: first the program's resource, then the delete of the leftover. */
  async cleanUp(program: Properties, leftover: Kept): Promise<Outcome> {
    const outcome = await this.up(program);
    await outcome.run
      .of(this.kind)
      .delete(leftover.id, leftover.outputs, leftover.inputs);
    return outcome;
  }

  /**
   * Runs `pulumi refresh`; returns the names of the inputs that drifted, or `gone`. The engine calls our diff as well, with the
   * read outputs as old and its recorded inputs as new.
   */
  async refresh(run = this.run()): Promise<string[] | "gone"> {
    const { kept } = this;
    if (!kept) return [];
    const handlers = run.of(this.kind);
    const found = await handlers.read(kept.id, kept.outputs, kept.inputs);
    if (!found) {
      this.kept = undefined;
      return "gone";
    }
    this.kept = { ...found, unfinished: false };
    const { changes, differing: named } = await handlers.diff(
      found.id,
      found.outputs,
      kept.inputs,
      found.inputs,
    );
    if (changes === "none") return [];
    return named?.length ? named : differing(kept.inputs, found.inputs);
  }

  /** Runs `pulumi destroy`, with `--refresh` if `options.refresh` is set. */
  async destroy(options: { refresh?: boolean } = {}): Promise<Outcome> {
    const run = this.run();
    if (options.refresh) await this.refresh(run);
    const { kept } = this;
    if (!kept) return { steps: [], run };
    await run.of(this.kind).delete(kept.id, kept.outputs, kept.inputs);
    this.kept = undefined;
    return { steps: ["delete"], run };
  }

  /** Creates a replacement. The old resource is a leftover as soon as a new one exists, even an unfinished one. */
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

  /** Returns the checked inputs. @throws Error with every failure, with which the engine refuses the program. */
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
    return answer;
  }
}

/** Returns the names whose values differ. */
export const differing = (a: Properties, b: Properties): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => !deepEqual(a[name], b[name]))
    .sort();

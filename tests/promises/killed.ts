import { copyOf, type Handlers, type Platform } from "../conformance/platform";
import type { Stack, StackState } from "../sweep/stack";
import { difference, isAlike } from "./alike";
import { layLine } from "./life/line";
import type { Stage } from "./scenarios";
import type { World } from "./world";

/** The moment when a process is killed. */
export type Moment =
  /** Before its nth request is sent. */
  | { readonly at: "before the request"; readonly nth: number }
  /** After the vendor has carried out its nth request, and before it gets the answer. */
  | { readonly at: "before the answer"; readonly nth: number }
  /** After its nth operation on a resource, and before the engine has recorded it. */
  | { readonly at: "before the engine hears"; readonly nth: number };

/** The result of an operation that is not killed. */
export interface Whole {
  readonly requests: readonly string[];
  /** Number of the engine's operations on resources that may write. */
  readonly calls: number;
  readonly after: Record<string, unknown>;
}

/** Runs the operation to its end. */
export async function whole(world: World, stage: Stage): Promise<Whole> {
  const counted = counting(world.platform);
  await stage.scenario.run(stage.begin(undefined, counted.platform));
  return {
    requests: world.simulator.log.map(
      ({ vendor, cmdlet, method }) => `${vendor} ${cmdlet ?? method}`,
    ),
    calls: counted.calls(),
    after: copyOf(world.objects()),
  };
}

/**
 * Runs the operation until the given moment, when its process is killed: none of its later requests arrives.
 * @returns the engine's last saved state, or undefined if the operation ended before that moment.
 */
export async function killed(
  world: World,
  stage: Stage,
  moment: Moment,
): Promise<StackState | undefined> {
  const { simulator } = world;
  const line = await layLine(simulator);
  let left: StackState | undefined;
  const die = (): void => {
    left ??= doomed.state;
    line.cut();
  };
  // A short time limit, because what the killed process does is irrelevant.
  const environment = {
    ...line.over(world.environment),
    AREA1_PATIENCE_MS: "1500",
  };
  const doomed: Stack =
    moment.at === "before the engine hears"
      ? stage.begin(
          environment,
          counting(world.platform, moment.nth, die).platform,
        )
      : stage.begin(environment);
  if (moment.at !== "before the engine hears") {
    const match = { nth: moment.nth };
    const when = moment.at === "before the request" ? "before" : "after";
    simulator.faults.add({ kind: "hook", run: die, when, match });
    // The request did not arrive.
    if (when === "before") simulator.faults.add({ kind: "reset", match });
  }
  const running = stage.scenario.run(doomed).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const ended = await Promise.race([line.gone, running]);
  line.cut();
  simulator.faults.clear();
  if (typeof ended === "string") throw new Error(`not killed: ${ended}`);
  world.dying.push(running);
  return left;
}

/** Returns what is wrong after the next `up` (or `destroy`), which must complete the work of the killed one. */
export async function afterKill(
  world: World,
  stage: Stage,
  whole: Whole,
  left: StackState,
): Promise<string[]> {
  const { program } = stage.scenario;
  const stack = world.stack();
  stack.state = left;
  const wrong: string[] = [];
  try {
    if (program) await stack.up(program);
    else await stack.destroy();
  } catch (error) {
    wrong.push(`the next up fails: ${(error as Error).message}`);
  }
  wrong.push(...world.duplicates().map((name) => `${name} is there twice`));
  const objects = world.objects();
  if (!isAlike(objects, whole.after))
    wrong.push(`not brought about: ${difference(whole.after, objects)}`);
  if (program) {
    const changes = await stack.preview(program);
    wrong.push(...changes.map((change) => `the preview shows ${change}`));
    const drift = await stack.refresh();
    wrong.push(...drift.map((line) => `the refresh shows ${line}`));
  }
  return wrong;
}

/** Returns a platform that counts the operations that may write, and is killed after one of them. */
function counting(
  platform: Platform,
  last = Infinity,
  die: () => void = () => undefined,
): { platform: Platform; calls(): number } {
  let calls = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work;
    if (++calls < last) return answer;
    die();
    throw new Error("the process is gone");
  };
  const over = (handlers: Handlers): Handlers => ({
    ...handlers,
    create: (inputs) => counted(handlers.create(inputs)),
    update: (id, olds, news) => counted(handlers.update(id, olds, news)),
    delete: (id, outputs) => counted(handlers.delete(id, outputs)),
  });
  return {
    calls: () => calls,
    platform: {
      ...platform,
      run(environment) {
        const run = platform.run(environment);
        return { ...run, of: (kind) => over(run.of(kind)) };
      },
    },
  };
}

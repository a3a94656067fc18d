import type { Platform } from "../conformance/platform";
import type { Stack } from "../sweep/stack";
import { difference, isAlike } from "./alike";
import {
  dropped,
  isUnfinished,
  mayShow,
  settled,
  unclear,
  unlike,
  wronglyWritten,
} from "./broken";
import { titleOf, type CleanRun } from "./clean-run";
import type { Trouble } from "./faults";
import { layLine } from "./life/line";
import type { World } from "./world";

/** The result of a case. */
export interface Case {
  /** The violations of the promise; empty if there are none. */
  readonly wrong: string[];
  /** The request that failed; undefined if no request was affected. */
  readonly hit: string | undefined;
  /** The message of the operation's error; undefined if it succeeded. */
  readonly message: string | undefined;
}

/** The time limits of a run with a trouble, in milliseconds. */
interface Limits {
  readonly operation: number;
  /** Of a request that gets no complete answer. */
  readonly silent: number;
}

/** Short limits, because the pauses between tries are a hundredth of the operation's. */
const short: Limits = { operation: 1000, silent: 100 };
const long: Limits = { operation: 20_000, silent: 2000 };

/** Matches errors because a time limit was exceeded. */
const late = /did not answer within|the patience of this operation/;

/**
 * Runs the operation with a trouble at its nth request, and continues without it. Checks that an error is clear; that nothing is
 * lost from the state, written wrongly or created twice; that the next refresh shows no wrong drift; and that the next `up`
 * reaches the result of an undisturbed operation. Repeats this with longer time limits if a busy machine exceeded them.
 *
 * @param platform the platform of the run with the trouble; by default the world's own.
 */
export async function withTrouble(
  world: World,
  clean: CleanRun,
  trouble: Trouble,
  nth: number,
  platform?: Platform,
): Promise<Case> {
  const found = await troubled(world, clean, trouble, nth, short, platform);
  return found.hit === undefined || found.wrong.some((one) => late.test(one))
    ? troubled(world, clean, trouble, nth, long, platform)
    : found;
}

async function troubled(
  world: World,
  clean: CleanRun,
  trouble: Trouble,
  nth: number,
  limits: Limits,
  platform?: Platform,
): Promise<Case> {
  const { stage } = clean;
  const { faults } = world.simulator;
  const line = await layLine(world.simulator);
  const environment = {
    ...world.environment,
    AREA1_PATIENCE_MS: String(limits.operation),
    ...(trouble.silent && { AREA1_REQUEST_TIMEOUT_MS: String(limits.silent) }),
  };
  const stack = stage.begin(line.over(environment), platform);
  let hit: string | undefined;
  faults.add({
    kind: "hook",
    match: { nth },
    run: (request) => void (hit = titleOf(request)),
  });
  trouble.set({ faults, line, nth });
  let message: string | undefined;
  let answer: unknown;
  try {
    answer = await stage.scenario.run(stack);
  } catch (error) {
    ({ message } = error as Error);
  }
  faults.clear();
  line.cut();
  const wrong = [
    ...dropped(clean, stack),
    ...wronglyWritten(clean, world.objects()),
    ...twice(world),
  ];
  const owed = message === undefined && (await isUnfinished(stack));
  if (message !== undefined) {
    wrong.push(...unclear(message));
    if (trouble.says?.test(message) === false)
      wrong.push(`does not say what it was: ${message}`);
  } else if (!owed) wrong.push(...(await unlike(world, clean, stack, answer)));
  stack.environment = world.environment;
  try {
    const undone = message !== undefined || owed;
    wrong.push(...(await afterwards(world, clean, stack, undone, nth)));
  } catch (error) {
    wrong.push(`the next run fails: ${(error as Error).message}`);
  }
  return { wrong, hit, message };
}

/** Returns what is wrong in the next run, without the trouble. Every second time it begins with a refresh. */
async function afterwards(
  world: World,
  clean: CleanRun,
  stack: Stack,
  undone: boolean,
  nth: number,
): Promise<string[]> {
  const { program, refreshes } = clean.stage.scenario;
  const wrong: string[] = [];
  if (refreshes) {
    await stack.refresh();
    const [kept, wanted] = [stack.state, clean.keptAfter].map(settled);
    return isAlike(kept, wanted)
      ? []
      : [`another refresh keeps ${difference(wanted, kept)}`];
  }
  if (undone && nth % 2 === 0)
    for (const line of await stack.refresh())
      if (!mayShow(clean, line)) wrong.push(`the next refresh shows ${line}`);
  if (undone && program) await stack.up(program);
  if (undone && !program) await stack.destroy();
  const objects = world.objects();
  if (!isAlike(objects, clean.after))
    wrong.push(`not brought about: ${difference(clean.after, objects)}`);
  wrong.push(...twice(world));
  if (program) {
    const changes = await stack.preview(program);
    wrong.push(...changes.map((change) => `the preview shows ${change}`));
    const drift = await stack.refresh();
    wrong.push(...drift.map((line) => `the refresh shows ${line}`));
  }
  return wrong;
}

const twice = (world: World): string[] =>
  world.duplicates().map((name) => `${name} is there twice`);

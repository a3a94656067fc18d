// Runs random sequences of steps on a stack and its tenant (life/steps.ts), and checks the result after each (life/life.ts). A failure is
// shrunk to the relevant steps and stored in a JSON file: AREA1_REPLAY=file repeats it, AREA1_SEED=n repeats the whole run. The sequences
// run in Pulumi's genuine provider process, where a kill ends the process, and a tenth as many with the handlers, where a kill cuts the
// connections to the vendors (life/line.ts).
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import * as fc from "fast-check";

import { genuineProcess } from "../conformance/genuine-process";
import { inProcess } from "../conformance/chosen-platform";
import type { Platform } from "../conformance/platform";
import { howMany } from "../sample";
import { ledgerFor } from "./ledger";
import { Life, type Place } from "./life/life";
import { seed as tenantSeed } from "./life/objects";
import { steps, type Step } from "./life/steps";
import { seed as firstSeed } from "./seed";
import { startWorld, type World } from "./world";

const sequences = howMany(500, 4);
const replay = process.env["AREA1_REPLAY"];

/** Number of sequences that run in parallel, each with its own tenant and process, because half of the time is waiting. */
const lanes = 4;
/** Without a limit, because shrinking a failure may take long. */
const longest = 24 * 3_600_000;

const ledger = ledgerFor(11);

/** A step as a command of fast-check. */
class Taken implements fc.AsyncCommand<Life, Life> {
  constructor(
    readonly step: Step,
    readonly taken: Step[],
  ) {}
  check(life: Readonly<Life>): boolean {
    return life.allows(this.step);
  }
  async run(life: Life): Promise<void> {
    this.taken.push(this.step);
    await life.take(this.step);
  }
  toString(): string {
    return JSON.stringify(this.step);
  }
}

/** Runs steps. @throws Error with what is wrong. */
async function live(place: Place, all: readonly Step[]): Promise<void> {
  const life = new Life(place);
  for (const step of all) if (life.allows(step)) await life.take(step);
  await life.end();
  ledger.note("a sequence that is lived again", []);
}

/** Runs random sequences. Stores the smallest failing one in a file for replay. */
async function tryAll(place: Place, { howMany, seed }: Sample): Promise<void> {
  let smallest: { steps: Step[]; error: Error } | undefined;
  const taken: Step[] = [];
  const property = fc.asyncProperty(
    fc.commands(
      steps.map((one) => one.map((step) => new Taken(step, taken))),
      { maxCommands: 30, size: "max" },
    ),
    async (commands) => {
      taken.length = 0;
      const life = new Life(place);
      try {
        await fc.asyncModelRun(() => ({ model: life, real: life }), commands);
        await life.end();
      } catch (error) {
        // fast-check shrinks as long as a sequence fails, so the last one is the smallest.
        smallest = { steps: [...taken], error: error as Error };
        throw error;
      }
      ledger.note("a sequence", []);
    },
  );
  await fc.check(property, { seed, numRuns: howMany });
  if (!smallest) return;
  const file = path.join(os.tmpdir(), `area1-sequence-${seed}.json`);
  writeFileSync(file, JSON.stringify(smallest.steps, undefined, 2));
  const { message } = smallest.error;
  ledger.note(file, [message]);
  const shown = smallest.steps.map((step) => JSON.stringify(step));
  throw new Error(
    [
      message,
      ...shown,
      `Again: AREA1_REPLAY=${file} npm test -- tests/promises/11`,
    ].join("\n"),
  );
}

/** The number and the seed of random sequences. */
interface Sample {
  readonly howMany: number;
  readonly seed: number;
}

/** Runs random sequences in a tenant, or the one to replay. */
async function liveIn(
  { simulator, environment, watch }: World,
  platform: Platform,
  sample: Sample,
  more: Pick<Place, "killProcess"> = {},
): Promise<void> {
  const watched = watch.over(platform);
  const place = { simulator, environment, platform: watched, ...more };
  if (replay)
    await live(place, JSON.parse(readFileSync(replay, "utf8")) as Step[]);
  else await tryAll(place, sample);
}

async function liveInProcess(sample: Sample): Promise<void> {
  const world = await startWorld({ seed: tenantSeed });
  let { platform, process } = await genuineProcess();
  const end = async () => {
    await process.end();
    world.watch.see("the process's output", process.output());
    world.watch.see("what it tells the engine", process.logs);
  };
  const current: Platform = {
    ...platform,
    run: (environment) => platform.run(environment),
  };
  await liveIn(world, current, sample, {
    async killProcess() {
      await end();
      ({ platform, process } = await genuineProcess());
    },
  });
  await end();
}

test(
  "a stack comes right in whatever order it is edited, updated, refreshed, broken, killed and destroyed",
  async () =>
    liveIn(await startWorld({ seed: tenantSeed }), inProcess, {
      howMany: Math.ceil(sequences / 10),
      seed: firstSeed + lanes,
    }),
  longest,
);

test(
  "it does in Pulumi's own provider process, which every kill ends",
  async () => {
    const samples = Array.from({ length: replay ? 1 : lanes }, (_, at) => ({
      howMany: Math.ceil(sequences / lanes),
      seed: firstSeed + at,
    }));
    const ended = await Promise.allSettled(samples.map(liveInProcess));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  },
  longest,
);

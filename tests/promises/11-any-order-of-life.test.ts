// Random orders of what happens to a stack and its tenant (life/steps.ts), each followed by what should be true then (life/life.ts). What goes
// wrong shrinks to the few steps that matter, in a JSON file: AREA1_REPLAY=file lives it again, AREA1_SEED=n the whole run,
// AREA1_SEQUENCES=n as many sequences. A kill cuts the run off from the vendors (life/line.ts), or ends Pulumi's own process.
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import * as fc from "fast-check";

import { genuineProcess } from "../conformance/genuine-process";
import { inProcess, type Platform } from "../conformance/platform";
import { ledgerFor } from "./ledger";
import { Life, type Place } from "./life/life";
import { seed as tenantSeed } from "./life/objects";
import { steps, type Step } from "./life/steps";
import { seed } from "./seed";
import { startWorld, type World } from "./world";

const sequences = Number(process.env["AREA1_SEQUENCES"] ?? 500);
const replay = process.env["AREA1_REPLAY"];

/** Shrinking what went wrong takes as long as it takes. */
const longest = 24 * 3_600_000;

const ledger = ledgerFor(11);
let world: World;
beforeAll(async () => {
  world = await startWorld({ seed: tenantSeed });
});

const placeOf = (platform: Platform): Place => ({
  simulator: world.simulator,
  environment: world.environment,
  platform,
});

/** One step in the hands of fast-check. */
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

/** Lives through steps. @throws Error with what should not be. */
async function live(place: Place, all: readonly Step[]): Promise<void> {
  const life = new Life(place);
  for (const step of all) if (life.allows(step)) await life.take(step);
  await life.end();
}

/** Lives through random sequences; the smallest that goes wrong is kept in a file that replays it. */
async function tryAll(place: Place, howMany: number): Promise<void> {
  console.log(
    `${howMany} sequences over ${place.platform.name}: AREA1_SEED=${seed}`,
  );
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
        // Shrinking goes on as long as it fails, so that the last is the smallest.
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
  ledger.note(`AREA1_SEED=${seed}`, [message]);
  const shown = smallest.steps.map((step) => JSON.stringify(step));
  throw new Error(
    [
      message,
      ...shown,
      `Again: AREA1_REPLAY=${file} npm test -- tests/promises/11`,
    ].join("\n"),
  );
}

test(
  "a stack comes right in whatever order it is edited, updated, refreshed, broken, killed and destroyed",
  async () => {
    const place = placeOf(world.watch.over(inProcess));
    if (replay)
      await live(place, JSON.parse(readFileSync(replay, "utf8")) as Step[]);
    else await tryAll(place, sequences);
  },
  longest,
);

test(
  "it does in Pulumi's own provider process, too, which every kill ends",
  async () => {
    if (replay) return;
    let started = await genuineProcess();
    const current: Platform = {
      name: started.platform.name,
      everyProperty: false,
      run: (environment) => started.platform.run(environment),
    };
    await tryAll(
      {
        ...placeOf(world.watch.over(current)),
        async killProcess() {
          started.process.kill("SIGKILL");
          await started.process.exited;
          started = await genuineProcess();
        },
      },
      Math.ceil(sequences / 50),
    );
    world.watch.see("the process's output", started.process.output());
  },
  longest,
);

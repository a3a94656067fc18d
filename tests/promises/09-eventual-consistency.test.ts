// Runs every operation on a whole program (scenarios.ts: all kinds) while reads lag behind writes (by up to a fifth of the time limit, as
// 60 s of 300 s), flap between old and new, and return lists in random order. The result must be the same as without. With an endless lag,
// the operation ends within its time limit, and a later up completes the work.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Environment } from "../conformance/platform";
import { someOf } from "../sample";
import { ledgerFor } from "./ledger";
import { scenarios, staged, type Scenario, type Stage } from "./scenarios";
import { startWorld, type World } from "./world";

const ledger = ledgerFor(9);

/** A second here stands for a minute of the vendors. */
const scale = 60;
/** The lag is short, but the time limits are long enough for a busy machine. */
const patience = {
  AREA1_PATIENCE_MS: "20000",
  AREA1_REQUEST_TIMEOUT_MS: "10000",
};
const impatience = {
  AREA1_PATIENCE_MS: "600",
  AREA1_REQUEST_TIMEOUT_MS: "600",
};

/** The lags of reads behind writes, in seconds of the vendors. Lists are returned in random order. */
const lags = [
  { seconds: 0, flap: false },
  { seconds: 1, flap: false },
  { seconds: 10, flap: false },
  { seconds: 10, flap: true },
  { seconds: 60, flap: false },
  { seconds: 60, flap: true },
];

let all: Scenario[];
beforeAll(async () => {
  all = someOf(await scenarios(), 3);
});

/** Runs a few scenarios in parallel, because most of the time is waiting. */
async function together(
  work: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < all.length; first += 4)
    await Promise.all(all.slice(first, first + 4).map(work));
}

/** Returns a new world for a scenario, at the moment before its operation, with reads that lag from now on. */
async function lagging(
  scenario: Scenario,
  lagMs: number,
  flap: boolean,
): Promise<{ world: World; stage: Stage }> {
  const world = await startWorld({ quirks: { shuffleLists: true } });
  const stage = await staged(world, scenario);
  Object.assign(world.simulator.quirks, {
    readLagMs: lagMs,
    cloudflareReadLagMs: lagMs,
    flap,
  });
  return { world, stage };
}

/** Returns what is wrong after an operation, while reads still lag behind its last writes. */
async function wrongIn(world: World, stage: Stage): Promise<string[]> {
  const stack = stage.begin({ ...world.environment, ...patience });
  const { scenario } = stage;
  const told = await scenario.run(stack);
  const wrong = world.duplicates().map((name) => `there are two: ${name}`);
  const warnings = (await stack.warnings()).filter((text) =>
    text.includes("does not show it yet"),
  );
  wrong.push(...warnings);
  if (scenario.refreshes) return [...wrong, ...unlike(scenario, told)];
  const drift = await stack.refresh();
  if (drift.length > 0) wrong.push(`false drift: ${drift.join(", ")}`);
  if (scenario.program) {
    const changes = await stack.preview(scenario.program);
    if (changes.length > 0) wrong.push(`a preview: ${changes.join(", ")}`);
    const steps = await stack.up(scenario.program);
    if (steps.length > 0) wrong.push(`another up: ${steps.join(", ")}`);
  }
  return wrong;
}

/** The results of scenarios with a refresh, without lags. */
const drifts = new Map<string, unknown>();

function unlike({ name }: Scenario, told: unknown): string[] {
  const drift = JSON.stringify([...(told as string[])].sort());
  if (!drifts.has(name)) drifts.set(name, drift);
  return drifts.get(name) === drift ? [] : [`tells ${drift}`];
}

test.each(someOf(lags, 1))(
  "every operation ends as if reads did not lag $seconds s behind writes (flapping: $flap) and lists never came in the same order",
  async ({ seconds, flap }) => {
    await together(async (scenario) => {
      const name = `${scenario.name}, ${seconds} s${flap ? ", flapping" : ""}`;
      const lagMs = (seconds * 1000) / scale;
      try {
        const { world, stage } = await lagging(scenario, lagMs, flap);
        ledger.note(name, await wrongIn(world, stage));
      } catch (error) {
        ledger.note(name, [(error as Error).message]);
      }
    });
    expect(ledger.violations).toEqual([]);
  },
);

test("a lag that exceeds the time limit causes an error or a warning within that limit, and a later up completes the work", async () => {
  const never = 3_600_000;
  await together(async (scenario) => {
    const { world, stage } = await lagging(scenario, never, false);
    const settings: Environment = { ...world.environment, ...impatience };
    const stack = stage.begin(settings);
    const begun = performance.now();
    const failure = await scenario.run(stack).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const took = performance.now() - begun;
    const wrong: string[] = [];
    if (failure && !/^Cannot /.test(failure.message))
      wrong.push(failure.message);
    // The time limits of all operations and lists, and some more for a busy machine.
    const most = 2 * Number(impatience.AREA1_PATIENCE_MS) * 12 + 20_000;
    if (took > most) wrong.push(`took ${Math.round(took)} ms`);

    Object.assign(world.simulator.quirks, {
      readLagMs: 0,
      cloudflareReadLagMs: 0,
    });
    world.simulator.tenant.settle();
    world.simulator.account.settle();
    stack.environment = world.environment;
    const { program } = scenario;
    if (program) {
      await stack.refresh();
      await stack.up(program);
      wrong.push(...(await stack.preview(program)));
      wrong.push(...(await stack.refresh()));
    } else await stack.destroy();
    wrong.push(...world.duplicates());
    ledger.note(`${scenario.name}, a lag without end`, wrong);
  });
  expect(ledger.violations).toEqual([]);
});

test("only one file sets timers: the one that limits waiting", () => {
  const root = path.join(__dirname, "../../providers");
  const waiting = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /\bsetTimeout\(|timers\/promises|Atomics\.wait|\bsleep\(/.test(
        readFileSync(path.join(root, file), "utf8").replace(
          // The time limit of a socket is not a wait.
          /\.setTimeout\(/g,
          "",
        ),
      ),
    );
  expect(waiting.sort()).toEqual(["http/patience.ts"]);
  ledger.note("the sources", []);
});

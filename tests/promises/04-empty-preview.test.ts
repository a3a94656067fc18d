import type { Stack, StackState, Wanted } from "../sweep/stack";
import { ledgerFor } from "./ledger";
import { scenarios, staged } from "./scenarios";
import { startWorld, type World } from "./world";

// Generous: other work may share the machine.
jest.setTimeout(600_000);

// How: after every operation of scenarios.ts, a preview, an up, a refresh and a restart find nothing to do and write nothing.
// The other promises' tests count their previews here, too; upgrades are tried with promise 13.
const ledger = ledgerFor(4);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

/** What there is left to say and to write, after everything that changes nothing. */
async function leftToDo(stack: Stack, program: Wanted[]): Promise<string[]> {
  const { log } = world.simulator;
  log.splice(0);
  const left = [
    ...(await stack.preview(program)),
    ...(await stack.up(program)),
    ...(await stack.refresh()),
    ...(await stack.preview(program)),
    ...(await stack.up(program)),
  ];
  const restarted = world.stack();
  restarted.state = JSON.parse(JSON.stringify(stack.state)) as StackState;
  left.push(
    ...(await restarted.preview(program)),
    ...(await restarted.refresh()),
    ...(await restarted.up(program)),
    ...(await restarted.preview(program)),
  );
  const writes = log.filter(({ write }) => write);
  return [...left, ...writes.map(({ cmdlet, method }) => cmdlet ?? method)];
}

test("there is nothing left to do after any operation, after a refresh, an up and a restart", async () => {
  for (const scenario of await scenarios()) {
    const { name, program } = scenario;
    if (!program) continue;
    const stage = await staged(world, scenario);
    const stack = stage.begin();
    await scenario.run(stack);
    // A refresh alone leaves what it found for the next up.
    if (name.startsWith("refresh")) await stack.up(program);
    ledger.note(name, await leftToDo(stack, program));
  }
  expect(ledger.violations).toEqual([]);
  expect(ledger.tried).toBeGreaterThan(8);
});

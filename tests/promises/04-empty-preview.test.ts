import type { Stack, StackState, Wanted } from "../sweep/stack";
import { ledgerFor } from "./ledger";
import { scenarios, staged } from "./scenarios";
import { startWorld, type World } from "./world";

// Long, because the machine may be busy.
jest.setTimeout(600_000);

// After every operation of scenarios.ts, a preview, an up, a refresh and a restart have nothing to do and write nothing. The previews in
// tests of other promises are also counted here. Promise 13 tests upgrades.
const ledger = ledgerFor(4);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});

/** Returns everything that following operations show or write. */
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

test("nothing is left to do after any operation, nor after a refresh, an up and a restart", async () => {
  for (const scenario of await scenarios()) {
    const { name, program } = scenario;
    if (!program) continue;
    const stage = await staged(world, scenario);
    const stack = stage.begin();
    await scenario.run(stack);
    // A refresh only finds drift, which the next up repairs.
    if (name.startsWith("refresh")) await stack.up(program);
    ledger.note(name, await leftToDo(stack, program));
  }
  expect(ledger.violations).toEqual([]);
  expect(ledger.tried).toBeGreaterThan(8);
});

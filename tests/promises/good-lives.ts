import fc from "fast-check";

import type { Platform } from "../conformance/platform";
import { howMany, times } from "../sample";
import { anyLife, lived, type Life, type Lived } from "./exposure-lives";
import { ledgerFor, type Ledger } from "./ledger";
import { leave } from "./random-tenants";
import { seed } from "./seed";
import { startWorld, type World } from "./world";

/**
 * Runs a life, and counts it.
 * @throws Error with the tenant, the steps, and the violations.
 */
export async function expectGood(
  world: World,
  ledger: Ledger,
  life: Life,
  platform?: Platform,
): Promise<Lived> {
  const result = await lived(world, life, platform);
  const { tried } = ledger;
  const { wrong, looks } = result;
  const name = wrong.length > 0 ? inShort(world, life) : "";
  ledger.note(name, wrong);
  ledger.tried = tried + looks;
  if (wrong.length > 0) throw new Error([...wrong, name].join("\n"));
  return result;
}

/** Describes a life, to help to understand a failure. */
function inShort({ simulator }: World, life: Life): string {
  leave(simulator, life.tenant);
  const { tenant: _, ...rest } = life;
  return [
    "In a tenant that differs from an untouched one in",
    ...simulator.diff(),
    "this life:",
    JSON.stringify(rest),
  ].join("\n");
}

/** Runs random lives, and reports the first one with a violation. @param part the number of the part; each has different lives. */
export async function expectGoodLives(
  world: World,
  ledger: Ledger,
  count: number,
  platform?: Platform,
  part = 0,
): Promise<void> {
  let refused = 0;
  let unjudged = 0;
  const all = { numRuns: count, seed: seed + part };
  await fc.assert(
    fc.asyncProperty(anyLife, async (life) => {
      const result = await expectGood(world, ledger, life, platform);
      refused += result.refused;
      unjudged += result.unjudged.length;
    }),
    { ...all, endOnFailure: true },
  );
  process.stdout.write(
    `${all.numRuns} lives, ${refused} refusals, of which ${unjudged} could not be judged\n`,
  );
}

/** Number of random lives; `npm run soak` has 50,000. */
const lives = howMany(2_000, 4);

/** Defines the test of one half of the random lives. */
export function halfOfAllLives(part: 1 | 2): void {
  // Long, because the machine may be busy.
  jest.setTimeout(7_200_000 * times);
  const ledger = ledgerFor(6);

  test("exposes and loses no mail, and refuses no harmless write, in random lives", async () => {
    const world = await startWorld({ seed: {} });
    await expectGoodLives(world, ledger, lives / 2, undefined, part);
  });
}

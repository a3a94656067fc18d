// The inline deployment with the lock-down, as 06-no-exposure.test.ts for use case 4 alone: no write of any `up` or destroy exposes or loses
// mail that Cloudflare delivers, and no harmless write is refused.
import fc from "fast-check";

import { howMany, someOf, times } from "../sample";
import { anyLife, type Life, type Step } from "./exposure-lives";
import { expectGood } from "./good-lives";
import { ledgerFor } from "./ledger";
import { seed } from "./seed";
import { leftTenants } from "./tenants";
import { startWorld, type World } from "./world";

jest.setTimeout(3_600_000 * times);

const ledger = ledgerFor(6);
let world: World;
beforeAll(async () => {
  world = await startWorld({ seed: {} });
});

const up = (program: string, edited: readonly string[] = []): Step => ({
  edited,
  refresh: false,
  program,
  how: { option: "all", picks: [] },
});
const verified = "Cloudflare has verified all domains";
const lockedDown = "the inline deployment, locked down";

test.each(someOf(leftTenants, 3))(
  "exposes and loses nothing in a tenant that $name, from the first up to the lock-down and back",
  async ({ name }) => {
    for (const [order, steps] of [
      [[0], [up(lockedDown), up(lockedDown, [verified])]],
      [
        [7, 5, 3, 2, 1],
        [
          up("as it comes"),
          up("the inline deployment"),
          up(lockedDown, [verified]),
          up("as it comes"),
        ],
      ],
    ] as const)
      await expectGood(world, ledger, {
        tenant: { base: name, deeds: [] },
        adopt: true,
        leaves: false,
        order,
        steps,
      });
  },
);

test("exposes and loses nothing in random lives with the lock-down", async () => {
  const life: fc.Arbitrary<Life> = anyLife.map((one) => ({
    ...one,
    steps: [up(lockedDown), up(lockedDown, [verified]), ...one.steps.slice(1)],
  }));
  await fc.assert(
    fc.asyncProperty(life, async (one) => {
      await expectGood(world, ledger, one);
    }),
    { numRuns: howMany(200, 3), seed, endOnFailure: true },
  );
});

// The five use cases, and the switches between them, as 06-no-exposure.test.ts for use case 4 alone: no write of any `up` or destroy exposes
// or loses mail that Cloudflare delivers, and no harmless write is refused.
import fc from "fast-check";

import { useCaseNumbers } from "../../mail-flow/use-cases";
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

const up = (program: string): Step => ({
  edited: [],
  refresh: false,
  program,
  how: { option: "all", picks: [] },
});

/** The orders of resources that may be created in parallel. */
const orders = [[0], [7, 5, 3, 2, 1], [1, 0, 4]];

/** All switches, each with the tenants to try it in: all of them, or some that differ from switch to switch. */
const switches = useCaseNumbers
  .flatMap((from) =>
    useCaseNumbers
      .filter((to) => to !== from)
      .map((to): [number, number] => [from, to]),
  )
  .map(([from, to], at) => ({
    from,
    to,
    tenants: Array.from(
      { length: howMany(leftTenants.length, 1) },
      (_, nth) => (at + nth * 7) % leftTenants.length,
    ),
  }));

test.each(switches)(
  "use case $from becomes use case $to in a tenant that nobody has touched, without a refusal",
  async ({ from, to }) => {
    const { refused } = await expectGood(world, ledger, {
      tenant: { base: leftTenants[0]?.name ?? "", deeds: [] },
      adopt: true,
      leaves: false,
      order: [0],
      steps: [up(`use case ${from}`), up(`use case ${to}`)],
    });
    expect(refused).toBe(0);
  },
);

test.each(someOf(switches, 2))(
  "use case $from becomes use case $to without exposing or losing mail, and is taken back",
  async ({ from, to, tenants }) => {
    for (const at of tenants)
      await expectGood(world, ledger, {
        tenant: { base: leftTenants[at]?.name ?? "", deeds: [] },
        adopt: true,
        leaves: false,
        order: orders[at % orders.length] ?? [0],
        steps: [up(`use case ${from}`), up(`use case ${to}`)],
      });
  },
);

test("no use case exposes or loses mail in random lives with several switches", async () => {
  const program = fc.constantFrom(
    ...useCaseNumbers.flatMap((useCase) => [
      `use case ${useCase}`,
      `use case ${useCase} inline`,
    ]),
    "use case 1 with a net",
    "use case 2 for one domain",
    "use case 2 with a domain that drops nothing",
  );
  const life: fc.Arbitrary<Life> = fc
    .tuple(anyLife, fc.array(program, { minLength: 2, maxLength: 5 }))
    .map(([one, chain]) => ({
      ...one,
      steps: chain.map((program, index) => ({
        ...(one.steps[index] ?? up(program)),
        program,
      })),
    }));
  await fc.assert(
    fc.asyncProperty(life, async (one) => {
      await expectGood(world, ledger, one);
    }),
    { numRuns: howMany(200, 2), seed, endOnFailure: true },
  );
});

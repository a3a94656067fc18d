import { randomInt } from "node:crypto";

import { howMany } from "../sample";

const given = process.env["AREA1_SEED"] ?? "20261123";

/**
 * The seed of random cases. It is the same in every `npm test`, so that a failure is caused by a change of the code.
 * `AREA1_SEED=random`, as in `npm run soak`, tests new cases, and a number repeats a run.
 */
export const seed = given === "random" ? randomInt(2 ** 31) : Number(given);

beforeAll(() => {
  process.stdout.write(`AREA1_SEED=${seed}\n`);
});

/** Parameters of fast-check for the number of random cases of a complete run, and of a quick one where that is smaller. */
export const seeded = (all: number, few = all) => ({
  seed,
  numRuns: howMany(all, few),
});

import { randomInt } from "node:crypto";

const given = process.env["AREA1_SEED"] ?? "20261123";

/**
 * The seed of random cases. It is the same in every `npm test`, so that a failure is caused by a change of the code.
 * `AREA1_SEED=random`, as in `npm run soak`, tests new cases, and a number repeats a run.
 */
export const seed = given === "random" ? randomInt(2 ** 31) : Number(given);

beforeAll(() => {
  process.stdout.write(`AREA1_SEED=${seed}\n`);
});

/** The factor for the number of random cases: `AREA1_TIMES`. */
export const times = Number(process.env["AREA1_TIMES"] ?? 1);

/** Returns parameters of fast-check for a number of random cases. */
export const seeded = (numRuns: number) => ({ seed, numRuns });

import { randomInt } from "node:crypto";

const given = process.env["AREA1_SEED"] ?? "20261123";

/**
 * What random cases begin from. The same for every `npm test`, so that a change is to blame for what goes wrong;
 * `AREA1_SEED=random`, as in `npm run soak`, looks for what nobody has seen yet, and a number repeats a run.
 */
export const seed = given === "random" ? randomInt(2 ** 31) : Number(given);

beforeAll(() => {
  process.stdout.write(`AREA1_SEED=${seed}\n`);
});

/** How many times as many random cases there are as in `npm test`: `AREA1_TIMES`. */
export const times = Number(process.env["AREA1_TIMES"] ?? 1);

/** Parameters of fast-check for a number of random cases. */
export const seeded = (numRuns: number) => ({ seed, numRuns });

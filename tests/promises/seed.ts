import { randomInt } from "node:crypto";

/** What random cases begin from; `AREA1_SEED` repeats a run. */
export const seed = Number(process.env["AREA1_SEED"] ?? randomInt(2 ** 31));

beforeAll(() => {
  process.stdout.write(`AREA1_SEED=${seed}\n`);
});

/** Parameters of fast-check for a number of random cases. */
export const seeded = (numRuns: number) => ({ seed, numRuns });

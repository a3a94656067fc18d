// Gives all parsers of vendors' texts (parsers/readers.ts) nearly valid, invalid, hostile and very long inputs (parsers/inputs.ts). A
// parser must read them or fail with a documented error, quickly, and without changing built-in prototypes.
import * as fc from "fast-check";

import { ledgerFor } from "./ledger";
import { isDocumented, readers, type Reader } from "./parsers/readers";
import { seed, seeded } from "./seed";

/** Limit of the CPU time for one input in milliseconds. CPU time, because elapsed time depends on other processes. */
const longest = 100;

const ledger = ledgerFor(12);

/** The members of built-in prototypes before the test. */
const inherited = JSON.stringify([
  Reflect.ownKeys(Object.prototype).map(String),
  Reflect.ownKeys(Array.prototype).map(String),
]);

async function tryOne(reader: Reader, input: unknown): Promise<void> {
  const begun = process.cpuUsage();
  try {
    await reader.read(structuredClone(input));
  } catch (error) {
    if (!reader.mayRefuse || !isDocumented(error)) throw error;
  }
  const { user } = process.cpuUsage(begun);
  // Tries again, because compilation or garbage collection may take long once.
  if (user / 1000 > longest) throw new TooSlow(`takes ${user / 1000} ms`);
}

class TooSlow extends Error {}

test.each(readers)(
  "$name are read or refused, whatever stands in them",
  async (reader) => {
    const property = fc.asyncProperty(reader.input, async (input) => {
      for (let times = 1; ; times++)
        try {
          await tryOne(reader, input);
          break;
        } catch (error) {
          if (error instanceof TooSlow && times < 5) continue;
          throw error;
        }
    });
    const details = await fc.check(property, seeded(10_000, 300));
    ledger.tried += details.numRuns;
    const polluted =
      JSON.stringify([
        Reflect.ownKeys(Object.prototype).map(String),
        Reflect.ownKeys(Array.prototype).map(String),
      ]) !== inherited;
    const wrong = [
      ...(details.failed
        ? [
            `${String(details.errorInstance)}: ${JSON.stringify(details.counterexample).slice(0, 1000)}`,
          ]
        : []),
      ...(polluted ? ["what everything inherits was changed"] : []),
    ];
    for (const what of wrong)
      ledger.violations.push({
        case: `${reader.name}, AREA1_SEED=${seed}`,
        what,
      });
    expect(wrong).toEqual([]);
  },
  86_400_000,
);

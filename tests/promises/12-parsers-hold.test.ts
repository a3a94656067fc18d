// Everything that reads a vendor's text (parsers/readers.ts) is given texts that are nearly right, far off, hostile or very long
// (parsers/inputs.ts): it reads them or refuses with a documented error, soon, and changes nothing that everything
// inherits.
import * as fc from "fast-check";

import { ledgerFor } from "./ledger";
import { isDocumented, readers, type Reader } from "./parsers/readers";
import { seed, seeded } from "./seed";

/** How many milliseconds of the processor one input may take: of a busy machine's time nobody knows how much was its own. */
const longest = 100;

const ledger = ledgerFor(12);

/** What everything inherits, as it was before. */
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
  // Compiling or collecting garbage takes long, once.
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

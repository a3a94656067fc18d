import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { fileNameOf } from "./subject";
import { kindsUnderTest } from "./subjects";
import { conforms } from "./suite";

// Runs the suite for every kind without its own test file. The slowest kinds have their own, so that they run in parallel.

const kinds = Object.entries(kindsUnderTest).map(([kind, { subjects }]) => ({
  kind,
  subjects,
  file: path.join(__dirname, `${fileNameOf(kind)}.test.ts`),
}));

for (const { subjects, file } of kinds)
  if (!existsSync(file)) for (const subject of subjects) conforms(subject);

test("a test file named after a kind runs the suite for each of its subjects", () => {
  const counts = kinds
    .filter(({ file }) => existsSync(file))
    .map(({ kind, subjects, file }) => ({
      kind,
      wanted: subjects.length,
      found: [...readFileSync(file, "utf8").matchAll(/^conforms\(/gm)].length,
    }));
  expect(counts.filter(({ wanted, found }) => wanted !== found)).toEqual([]);
});

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { fileNameOf } from "./subject";
import { kindsUnderTest } from "./subjects";
import { conforms } from "./suite";

// The suite for every kind without a test file of its own. Those that take longest have one, so that they run side by side.

const kinds = Object.entries(kindsUnderTest).map(([kind, { subjects }]) => ({
  kind,
  subjects,
  file: path.join(__dirname, `${fileNameOf(kind)}.test.ts`),
}));

for (const { subjects, file } of kinds)
  if (!existsSync(file)) for (const subject of subjects) conforms(subject);

test("a file that is called after a kind runs the suite for each of its subjects", () => {
  const counts = kinds
    .filter(({ file }) => existsSync(file))
    .map(({ kind, subjects, file }) => ({
      kind,
      wanted: subjects.length,
      found: [...readFileSync(file, "utf8").matchAll(/^conforms\(/gm)].length,
    }));
  expect(counts.filter(({ wanted, found }) => wanted !== found)).toEqual([]);
});

// The tests of a group of scripts/mutation-groups.mjs under mocha, which unlike jest loads them once for all mutants.
import "./jest-globals";

import { readdirSync } from "node:fs";
import path from "node:path";

// What is loaded late is loaded now: mutants of what runs at loading are left out, and are known by running before all tests.
const providers = path.join(__dirname, "../../providers");
for (const file of readdirSync(providers, {
  recursive: true,
  encoding: "utf8",
}))
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  if (file.endsWith(".js")) require(path.join(providers, file));

// A suite each: jest's hooks at the top of a file are for that file alone.
for (const file of (process.env["AREA1_MUTATION_TESTS"] ?? "").split(","))
  describe(file, () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(`../${file}.test`);
  });

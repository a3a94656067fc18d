// Runs the tests of a group of scripts/mutation-groups.mjs with mocha, which unlike jest loads them once for all mutants.
import "./jest-globals";

import { readdirSync } from "node:fs";
import path from "node:path";

// Loads lazily loaded modules now. Stryker recognises code that runs at loading because it runs before all tests, and skips its mutants.
const providers = path.join(__dirname, "../../providers");
for (const file of readdirSync(providers, {
  recursive: true,
  encoding: "utf8",
}))
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  if (file.endsWith(".js")) require(path.join(providers, file));

// One suite per file, because jest's top-level hooks are for their file only.
for (const file of (process.env["AREA1_MUTATION_TESTS"] ?? "").split(","))
  describe(file, () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    require(`../${file}.test`);
  });

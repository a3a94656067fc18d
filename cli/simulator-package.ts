import { createRequire } from "node:module";
import path from "node:path";
import type * as simulator from "area1-m365-simulator";
import type * as command from "area1-m365-simulator/command";

interface Entries {
  "area1-m365-simulator": typeof simulator;
  "area1-m365-simulator/command": typeof command;
}

/**
 * Loads an entry of the package `area1-m365-simulator` that is installed in the working directory, or else next to this package. Sets
 * the exit code 2 if it is not installed.
 *
 * @throws Error that says how to install it
 */
export function loadSimulator<Name extends keyof Entries>(
  name: Name,
): Entries[Name] {
  for (const from of [path.join(process.cwd(), "_"), __filename]) {
    const require = createRequire(from);
    let file: string;
    try {
      file = require.resolve(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND")
        throw error;
      continue;
    }
    return require(file) as Entries[Name];
  }
  process.exitCode = 2;
  throw new Error(
    "The simulator is a package of its own, and it is not installed. Install it with: npm install --save-dev area1-m365-simulator",
  );
}

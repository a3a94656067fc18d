import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { PromiseNumber } from "./promises";

/** A case that violated a promise. */
export interface Violation {
  /** A description for repeating it: what was done, with its seed if there is one. */
  case: string;
  what: string;
}

/** The cases of one promise in a test file. `table.js` adds them up at the end of the run. */
export class Ledger {
  tried = 0;
  readonly violations: Violation[] = [];

  constructor(readonly promise: PromiseNumber) {}

  /** Counts a case, and records what was wrong with it. An empty list means that the promise was kept. */
  note(name: string, wrong: readonly string[]): void {
    this.tried += 1;
    this.violations.push(...wrong.map((what) => ({ case: name, what })));
  }

  /**
   * Counts a case that throws if the promise is violated, and continues, so that all violations are found. The test expects
   * {@link violations} to be empty at its end.
   */
  async case(name: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
      this.note(name, []);
    } catch (error) {
      this.note(name, [(error as Error).message]);
    }
  }
}

/** Returns the ledger of this test file for a promise. It is passed to the table after the file's tests. */
export function ledgerFor(promise: PromiseNumber): Ledger {
  const ledger = new Ledger(promise);
  afterAll(() => {
    const directory = process.env["AREA1_PROMISES_DIRECTORY"];
    if (!directory) return;
    mkdirSync(directory, { recursive: true });
    const platform = process.env["AREA1_PLATFORM"] ?? "handlers";
    const file = `${path.basename(expect.getState().testPath ?? "test")}-${platform}-${promise}.json`;
    writeFileSync(path.join(directory, file), JSON.stringify(ledger));
  });
  return ledger;
}

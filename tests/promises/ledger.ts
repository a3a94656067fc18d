import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import type { PromiseNumber } from "./promises";

/** A case in which a promise was broken. */
export interface Violation {
  /** Enough to try it again: what was done, with its seed where there is one. */
  case: string;
  what: string;
}

/** What a test file tried of one promise; `table.js` adds them up at the end of the run. */
export class Ledger {
  tried = 0;
  readonly violations: Violation[] = [];

  constructor(readonly promise: PromiseNumber) {}

  /** Counts a case, and notes what was wrong in it; nothing wrong is the promise kept. */
  note(name: string, wrong: readonly string[]): void {
    this.tried += 1;
    this.violations.push(...wrong.map((what) => ({ case: name, what })));
  }

  /**
   * Counts a case that throws when the promise is broken, and goes on: the whole table is worth more than the first line of it.
   * The test expects {@link violations} to be empty at its end.
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

/** The ledger of this test file for a promise; it is handed to the table when the file is done. */
export function ledgerFor(promise: PromiseNumber): Ledger {
  const ledger = new Ledger(promise);
  afterAll(() => {
    const directory = process.env["AREA1_PROMISES_DIRECTORY"];
    if (!directory) return;
    mkdirSync(directory, { recursive: true });
    const file = `${path.basename(expect.getState().testPath ?? "test")}-${promise}.json`;
    writeFileSync(path.join(directory, file), JSON.stringify(ledger));
  });
  return ledger;
}

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The messages of a golden file, separated by blank lines. `UPDATE_GOLDEN=1` rewrites it. */
export class GoldenMessages {
  readonly #file: string;
  /** All allowed messages; undefined while the file is rewritten. */
  readonly #known: ReadonlySet<string> | undefined;
  readonly #found = new Set<string>();

  constructor(name: string) {
    this.#file = path.resolve(__dirname, "../golden", name);
    this.#known = process.env["UPDATE_GOLDEN"]
      ? undefined
      : new Set(readFileSync(this.#file, "utf8").trimEnd().split("\n\n"));
  }

  /** Notes messages, and expects each to be in the file. */
  expectKnown(messages: readonly string[]): void {
    for (const message of messages) this.#found.add(message);
    expect(messages.filter((one) => this.#known?.has(one) === false)).toEqual(
      [],
    );
  }

  /** Expects that the file contains exactly the recorded messages. */
  expectAll(): void {
    const text = `${[...this.#found].sort().join("\n\n")}\n`;
    if (!this.#known) writeFileSync(this.#file, text);
    expect(text).toBe(readFileSync(this.#file, "utf8"));
  }
}

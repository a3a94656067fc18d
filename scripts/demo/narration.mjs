// Prints the demo's output: a heading per step, a few lines, and the result, within 100 columns.
import picocolors from "picocolors";

const COLUMNS = 100;
const { bold, dim, green, red, yellow, cyan } = picocolors.createColors(
  Boolean(process.stdout.isTTY) && !("NO_COLOR" in process.env),
);
export const paint = { bold, dim, green, red, yellow, cyan };

let steps = 0;

/** Prints a line, cut off at the width of most terminals. */
export function line(text = "", colour = (same) => same) {
  const cut =
    text.length > COLUMNS ? `${text.slice(0, COLUMNS - 1).trimEnd()}…` : text;
  console.log(colour(cut));
}

/** Prints a wrapped text: `first` before its first line, and as many spaces before the others. */
export function paragraph(text, { first = "    ", colour } = {}) {
  let current = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    const longer = empty ? current + word : `${current} ${word}`;
    if (!empty && longer.length > COLUMNS) {
      line(current, colour);
      current = " ".repeat(first.length) + word;
    } else current = longer;
    empty = false;
  }
  line(current, colour);
}

/**
 * Runs a step. Prints its heading, the output of `work`, and the sentence that it returns, with the seconds it took.
 *
 * @param {string} heading
 * @param {string} purpose
 * @param {() => Promise<string>} work
 */
export async function step(heading, purpose, work) {
  const started = performance.now();
  steps += 1;
  const head = `${String(steps).padStart(2)}  ${heading}`;
  console.log(
    `\n${bold(head)}${purpose ? dim(`${gap(head, 50)}${purpose}`) : ""}`,
  );
  const seconds = () =>
    `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    const text = `    ✓ ${await work()}`;
    const spaces = COLUMNS - text.length - seconds().length;
    console.log(`${green(text)}${" ".repeat(Math.max(1, spaces))}${seconds()}`);
  } catch (error) {
    console.log(
      red(`    ✗ failed after ${seconds()}: ${error.message.split("\n")[0]}`),
    );
    throw error;
  }
}

/**
 * Prints rows in columns that are as wide as their widest cell.
 *
 * @param {Record<string, string>} heads the head of each shown property
 */
export function table(heads, rows) {
  const cells = [heads, ...rows].map((row) =>
    Object.keys(heads).map((name) => String(row[name])),
  );
  const width = (column) => Math.max(...cells.map((row) => row[column].length));
  cells.forEach((row, index) => {
    const text = row.map((cell, column) => cell.padEnd(width(column)));
    line(`      ${text.join("  ").trimEnd()}`, index === 0 ? dim : undefined);
  });
}

/** Returns a value as readable text. */
export function shown(value) {
  if (value === undefined || value === null) return "(left out)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const gap = (text, to) => " ".repeat(Math.max(2, to - text.length));

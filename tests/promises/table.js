// Prints, at the end of a run, how many cases of each promise were tested, and how many violated it.
const { mkdtempSync, readFileSync, readdirSync, rmSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const Table = require("cli-table3");

module.exports = class PromiseTable {
  constructor() {
    // Set before the workers start, which inherit the environment.
    this.directory = mkdtempSync(path.join(os.tmpdir(), "area1-promises-"));
    process.env.AREA1_PROMISES_DIRECTORY = this.directory;
  }

  onRunComplete() {
    const ledgers = readdirSync(this.directory).map((file) =>
      JSON.parse(readFileSync(path.join(this.directory, file), "utf8")),
    );
    rmSync(this.directory, { recursive: true, force: true });
    if (ledgers.length > 0) console.log(`\n${table(ledgers)}`);
  }
};

function table(ledgers) {
  // Read as text, because promises.ts is TypeScript, and a reporter is not transpiled.
  const names = readFileSync(path.join(__dirname, "promises.ts"), "utf8");
  const rows = new Table({
    head: ["#", "promise", "cases", "violations"],
    colAligns: ["right", "left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [, number, name] of names.matchAll(/^ {2}(\d+): "(.*)",$/gm)) {
    const own = ledgers.filter(({ promise }) => promise === Number(number));
    if (own.length === 0) continue;
    const sum = (of) => own.reduce((total, ledger) => total + of(ledger), 0);
    rows.push([
      number,
      name,
      sum(({ tried }) => tried).toLocaleString("en"),
      sum(({ violations }) => violations.length),
    ]);
  }
  return rows.toString();
}

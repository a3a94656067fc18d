// `npm run matrix` tests the packed packages in every supported kind of ops folder, each with its own Node.js, and writes the
// table of docs/compatibility.md. `-- --only NAME` runs the cells whose names begin with NAME, and keeps the other rows.
import { rmSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { endChildrenOnSignals, run } from "./children.mjs";
import { cells } from "./matrix/cells.mjs";
import { runCell } from "./matrix/ops-folder.mjs";
import { rowsIn, withRows } from "./matrix/page.mjs";
import { keptFolder, newest, nodeOf, view } from "./matrix/tools.mjs";
import { detail } from "./progress.mjs";

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(repository, "docs/compatibility.md");
const manifest = createRequire(import.meta.url)("../package.json");

endChildrenOnSignals();
const names = selected();
if (!process.env.AREA1_ENGINE_DIRECTORY) {
  console.error("Start it with npm run matrix, which prepares the engine.");
  process.exit(2);
}
// The real path, because the engine's backend and Node's module cache must use the same names.
const scratch = await realpath(
  await mkdtemp(path.join(os.tmpdir(), "area1-matrix-")),
);
process.on("exit", () => {
  if (process.env.AREA1_KEEP) console.log(`Kept: ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});
const packed = {
  library: await pack(repository),
  simulator: await pack(path.join(repository, "simulator")),
};
const engine = await versionPrinted(
  path.join(process.env.AREA1_ENGINE_DIRECTORY, "pulumi"),
  "version",
);
const results = [];
for (const name of names) {
  const started = performance.now();
  const cell = await exactly(cells[name]);
  const result = await resultOf(name, cell);
  results.push(result);
  const seconds = Math.round((performance.now() - started) / 1000);
  const tried = [
    new Date().toISOString().slice(0, 10),
    `${process.platform}-${process.arch}`,
    ...(result.startsWith("not") ? [] : [`${seconds} s`]),
  ].join(", ");
  const row = [
    `\`${name}\``,
    cell.node.version,
    cell.sdk,
    engine,
    `${cell.manager.replace(/\d$/, "")} ${cell.managerVersion}`,
    cell.program,
    cell.typescript,
    result,
    tried,
  ];
  console.log(`  ${row.join("  ").replaceAll("`", "")}`);
  await record(row);
}
const passed = results.filter((result) => result === "passed").length;
const unsupported = results.filter((result) => result.startsWith("not")).length;
const failed = results.length - passed - unsupported;
console.log(
  `\n${passed} passed, ${failed} failed, ${unsupported} not supported by Pulumi`,
);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs a cell, unless Pulumi itself requires a later Node.js; returns its result for the table. */
async function resultOf(name, cell) {
  const { node: range = "" } = await view(
    `@pulumi/pulumi@${cell.sdk}`,
    "engines",
  );
  const least = Number(/\d+/.exec(range)?.[0]);
  if (Number.parseInt(cell.node.version) < least)
    return `not supported by Pulumi, which asks for Node.js ${range}`;
  const log = path.join(keptFolder("logs"), `${name}.log`);
  await mkdir(path.dirname(log), { recursive: true });
  try {
    const directory = path.join(scratch, name);
    await writeFile(log, await runCell({ ...cell, packed }, directory));
    return "passed";
  } catch (error) {
    await writeFile(log, error.output ?? error.stack);
    detail(`${(error.output ?? error.stack).slice(-3_000)}\nThe whole: ${log}`);
    return error.message.split("\n")[0];
  }
}

/** Returns a cell with exact versions. */
async function exactly(cell) {
  const { node, sdk, manager, program, typescript } = cell;
  const developed = manifest.devDependencies;
  const sdkVersion = {
    lowest: () =>
      /\d[\d.]*/.exec(manifest.peerDependencies["@pulumi/pulumi"])[0],
    developed: () => developed["@pulumi/pulumi"],
    newest: () => newest("@pulumi/pulumi", "latest"),
  };
  const managerVersion = {
    npm: () => versionPrinted("npm", "--version"),
    pnpm: () => newest("pnpm", "latest"),
    yarn1: () => newest("yarn", "latest"),
    yarn4: () => newest("@yarnpkg/cli-dist", "latest"),
  };
  const exactSdk = await sdkVersion[sdk]();
  const typescriptVersion = {
    none: () => "none",
    developed: () => developed.typescript,
    accepted: async () =>
      newest(
        "typescript",
        (await view(`@pulumi/pulumi@${exactSdk}`, "peerDependencies"))
          .typescript,
      ),
    today: () => newest("typescript", "latest"),
  };
  return {
    program,
    manager,
    node: await nodeOf(node),
    sdk: exactSdk,
    managerVersion: await managerVersion[manager](),
    typescript:
      program === "cjs" ? "none" : await typescriptVersion[typescript](),
  };
}

/** Packs a package as for `npm publish`; returns the tarball's path. */
async function pack(folder) {
  const { code, output } = await run(
    "npm",
    ["pack", "--ignore-scripts", "--silent", "--pack-destination", scratch],
    { cwd: folder },
  );
  if (code !== 0) throw new Error(`npm pack: ${output.trim()}`);
  return path.join(scratch, output.trim().split("\n").at(-1));
}

async function versionPrinted(command, argument) {
  const { output } = await run(command, [argument]);
  return /\d+\.\d+\.\d+/.exec(output)?.[0] ?? output.trim();
}

/** Writes one row immediately, because the matrix takes long and may be interrupted. */
async function record(row) {
  const text = await readFile(page, "utf8");
  const rows = new Map(rowsIn(text).map((each) => [each[0], each]));
  rows.set(row[0], row);
  const ordered = Object.keys(cells).flatMap((name) =>
    [rows.get(`\`${name}\``)].filter(Boolean),
  );
  await writeFile(page, await withRows(text, ordered));
}

function selected() {
  const { values } = parseArgs({
    options: { only: { type: "string", multiple: true } },
  });
  const all = Object.keys(cells);
  const found = values.only
    ? all.filter((name) => values.only.some((text) => name.startsWith(text)))
    : all;
  if (found.length > 0) return found;
  console.error(`No cell is named so. There are: ${all.join(", ")}`);
  process.exit(2);
}

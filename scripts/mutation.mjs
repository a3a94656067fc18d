// `npm run mutation`: mutation tests with Stryker. Changes providers/ and mail-flow/, one change ("mutant") at a time, and counts how many
// the tests of scripts/mutation-groups.mjs detect. `-- GROUP...` selects groups, `-- --survivors` tests again those that were not detected
// the last time, and `-- --list` only prints them. The results of each group are stored in artifacts/mutation/GROUP.json. The table at
// the end contains all stored results.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Stryker } from "@stryker-mutator/core";
import Table from "cli-table3";

import { groups, pathsOf } from "./mutation-groups.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const kept = path.join(root, "artifacts/mutation");
/** Stryker's states that count as detected, and as not detected. */
const noticed = ["Killed", "Timeout"];
const unnoticed = ["Survived", "NoCoverage"];
/** Least percentage of mutants that must be detected. */
const bar = 85;

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    survivors: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
for (const name of names)
  if (!Object.hasOwn(groups, name))
    throw new Error(
      `There is no group ${name}; there are ${Object.keys(groups).join(", ")}.`,
    );
await everyFileIsInAGroup();
await mkdir(kept, { recursive: true });
const chosen = names.length > 0 ? names : Object.keys(groups);
for (const name of options.list ? [] : chosen) {
  const before = options.survivors ? await mutantsOf(name) : [];
  const survivors = before.filter(({ status }) => unnoticed.includes(status));
  if (options.survivors && survivors.length === 0) continue;
  const tried = await mutate(
    groups[name],
    options.survivors ? survivors.map(rangeOf) : pathsOf(groups[name]),
  );
  const again = new Map(tried.map((mutant) => [keyOf(mutant), mutant]));
  const mutants = options.survivors
    ? before.map((mutant) => again.get(keyOf(mutant)) ?? mutant)
    : tried;
  await writeFile(fileOf(name), JSON.stringify(mutants, undefined, 1));
}
if (options.list) await listUnnoticed();
process.exitCode = (await report()) >= bar ? 0 : 1;

/** Runs all mutants of these files or ranges, and returns them with their results. */
async function mutate({ tests }, ranges) {
  process.env.AREA1_MUTATION_TESTS = tests.join();
  const results = await new Stryker({
    mutate: ranges,
    tempDirName: path.join("artifacts/mutation", `sandbox-${process.pid}`),
  }).runMutationTest();
  return results.map(
    ({ fileName, location, mutatorName, replacement, status }) => ({
      file: path.relative(root, fileName),
      location,
      mutatorName,
      replacement,
      status,
    }),
  );
}

/** Returns the range that Stryker expects: lines from 1, columns from 0. Stryker reports both from 1. */
function rangeOf({ file, location: { start, end } }) {
  return `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

function keyOf(mutant) {
  return `${rangeOf(mutant)} ${mutant.mutatorName} ${mutant.replacement}`;
}

function fileOf(name) {
  return path.join(kept, `${name}.json`);
}

async function mutantsOf(name) {
  try {
    const mutants = JSON.parse(await readFile(fileOf(name), "utf8"));
    // A file may have been moved to another group since.
    return mutants.filter(({ file }) => pathsOf(groups[name]).includes(file));
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return [];
  }
}

/** Prints undetected mutants: the place, the original and the replacement. */
async function listUnnoticed() {
  for (const name of chosen)
    for (const { file, location, replacement, status } of await mutantsOf(
      name,
    )) {
      if (!unnoticed.includes(status)) continue;
      const { start, end } = location;
      const lines = (await readFile(path.join(root, file), "utf8"))
        .split("\n")
        .slice(start.line - 1, end.line);
      lines.push(lines.pop().slice(0, end.column - 1));
      lines[0] = lines[0].slice(start.column - 1);
      const [was, is] = [lines.join("\n"), replacement].map((code) =>
        code.replace(/\s+/g, " ").slice(0, 90),
      );
      const never = status === "NoCoverage" ? " (no test comes by)" : "";
      console.log(`${file}:${start.line}: ${was}  =>  ${is}${never}`);
    }
}

async function report() {
  const table = new Table({
    head: ["file", "mutants", "noticed", "%", "not", "no test comes by"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  const all = (await Promise.all(Object.keys(groups).map(mutantsOf))).flat();
  const files = [...new Set(all.map(({ file }) => file))].sort();
  let total = 0;
  for (const name of [...files, "all"]) {
    const of = all.filter(({ file }) => name === "all" || file === name);
    const count = (...states) =>
      of.filter(({ status }) => states.includes(status)).length;
    const counted = count(...noticed, ...unnoticed);
    if (counted === 0) continue;
    total = (100 * count(...noticed)) / counted;
    table.push([
      name,
      counted,
      count(...noticed),
      total.toFixed(1),
      count("Survived"),
      count("NoCoverage"),
    ]);
  }
  console.log(`\n${table}`);
  return total;
}

async function everyFileIsInAGroup() {
  const listed = Object.values(groups).flatMap(pathsOf);
  const rooms = new Set(listed.map((file) => file.split("/", 1)[0]));
  const there = [];
  for (const room of rooms)
    for (const file of await readdir(path.join(root, room), {
      recursive: true,
    }))
      if (/(?<!\.d)\.ts$/.test(file)) there.push(`${room}/${file}`);
  const wrong = [
    ...there.filter((file) => !listed.includes(file)),
    ...listed.filter((file) => !there.includes(file)),
  ];
  if (wrong.length > 0)
    throw new Error(
      `scripts/mutation-groups.mjs is wrong about ${wrong.join()}.`,
    );
}

// `npm run defects` checks that the sample of tests in `npm test` is large enough. It plants each defect of defects-list.mjs in a copy of
// the repository, one at a time, and runs the test that must notice it as `npm test` does. `-- PART` selects the defects whose
// description, file or test contains a text.
import { rmSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { endChildrenOnSignals, run } from "./children.mjs";
import { defects } from "./defects-list.mjs";
import { runJest } from "./jest.mjs";
import { step } from "./progress.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Time limit of a test file in milliseconds. It is long because some defects make operations wait until their own time limit. */
const timeLimit = 20 * 60_000;

const [part = ""] = process.argv.slice(2);
const chosen = defects.filter(({ defect, file, test }) =>
  [defect, file, test].some((text) =>
    text.toLowerCase().includes(part.toLowerCase()),
  ),
);
if (chosen.length === 0) {
  console.error(`No defect has the text "${part}".`);
  process.exit(2);
}

endChildrenOnSignals();
const copy = await realpath(
  await mkdtemp(path.join(os.tmpdir(), "area1-m365-defects-")),
);
process.on("exit", () => rmSync(copy, { recursive: true, force: true }));

try {
  await step("copy", copyRepository);
  await step("no defect", passesWithout);
  const failed = [];
  for (const one of chosen)
    await notices(one).catch((error) => {
      failed.push(one);
      console.log(`  ✗ ${one.defect} (${one.file}): ${error.message}`);
    });
  console.log(
    `\n${chosen.length - failed.length} defects noticed, ${failed.length} not`,
  );
  process.exitCode = failed.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

/** Copies the files that git would commit, and links the packages, except the simulator's, which is the copy's own. */
async function copyRepository() {
  const { code, output } = await run(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root },
  );
  if (code !== 0) throw new Error(`git ls-files failed: ${output.trim()}`);
  for (const file of new Set(output.split("\0").filter(Boolean))) {
    await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await copyFile(path.join(root, file), path.join(copy, file)).catch(
      (error) => {
        // The file was deleted, and is still in git's index.
        if (error.code !== "ENOENT") throw error;
      },
    );
  }
  const packages = path.join(copy, "node_modules");
  await mkdir(packages);
  const own = [".cache", "area1-m365-simulator"];
  for (const name of await readdir(path.join(root, "node_modules")))
    if (!own.includes(name))
      await symlink(
        path.join(root, "node_modules", name),
        path.join(packages, name),
        "junction",
      );
  await symlink(
    path.join(copy, "simulator"),
    path.join(packages, "area1-m365-simulator"),
    "junction",
  );
}

/** Runs all chosen tests without a defect. @throws Error if one fails */
async function passesWithout() {
  const tests = [...new Set(chosen.map(({ test }) => test))];
  const { results, output } = await runQuickly(tests);
  if (!results?.success || results.numTotalTestSuites !== tests.length)
    throw new Error(`The tests fail without a defect:\n${endOf(output)}`);
  return { remark: `${tests.length} files of tests pass` };
}

/**
 * Plants a defect, runs its test and removes the defect again.
 *
 * @throws Error if the test does not notice it, or the list is wrong
 */
async function notices({ defect, file, find, replace, test }) {
  const target = path.join(copy, file);
  const source = await readFile(target, "utf8");
  const [before, after, ...more] = source.split(find);
  if (after === undefined || more.length > 0)
    throw new Error("the file does not have the text once");
  await writeFile(target, before + replace + after);
  const started = performance.now();
  const { results, output } = await runQuickly([test]).finally(() =>
    writeFile(target, source),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (!results || results.numTotalTestSuites !== 1)
    throw new Error(`${test} did not run to its end:\n${endOf(output)}`);
  const [failed] = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(
      ({ status, failureMessages }) =>
        status === "failed" && !failureMessages.every(isTimeLimit),
    );
  if (!failed)
    throw new Error(
      // A test file that cannot be loaded does not count as noticing the defect.
      results.numRuntimeErrorTestSuites > 0
        ? `${test} cannot be loaded with it:\n${endOf(output)}`
        : `${test} does NOT notice it (${seconds} s)`,
    );
  console.log(
    `  ✓ ${defect} (${file}): noticed by ${test} after ${seconds} s\n    ${failed.title}`,
  );
}

/** Returns whether a test failed because it exceeded its time limit, which a busy machine causes too. */
function isTimeLimit(message) {
  return message.includes("Exceeded timeout of");
}

/** Runs test files as `npm test` without arguments does. */
function runQuickly(tests) {
  return runJest(
    // Without --bail, with which jest ends before it has written its results.
    ["--runTestsByPath", ...tests, "--selectProjects", "library"],
    {
      folder: copy,
      env: { AREA1_QUICK: "1" },
      timeoutMs: tests.length * timeLimit,
    },
  );
}

/** Returns the end of jest's output, which says why tests failed. */
function endOf(output) {
  return output.trim().slice(-4000);
}

// The entry point of `npm run demo`, `npm test` and `npm run bench`. It needs only Node.js 20, and installs everything else.
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { ensureBuild } from "./build.mjs";
import { endChildrenOnSignals, run } from "./children.mjs";
import { runJest } from "./jest.mjs";
import { detail, step } from "./progress.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const commands = {
  demo,
  test: () => test({ quick: args.length === 0 }),
  "test:all": () => test({ quick: false }),
  bench,
  soak,
  matrix,
  mutation,
  defects,
  release,
};
const checks = [
  [
    "format",
    "prettier/bin/prettier.cjs",
    "--check",
    ".",
    "--log-level",
    "warn",
  ],
  ["lint", "eslint/bin/eslint.js", ".", "--max-warnings", "0"],
  ["types", "typescript/bin/tsc", "-p", "tsconfig.json"],
  ["unused", "knip/bin/knip.js", "--no-progress"],
];

endChildrenOnSignals();
if (!Object.hasOwn(commands, command ?? "")) {
  console.error(
    `Usage: node scripts/run.mjs <${Object.keys(commands).join("|")}> [arguments]`,
  );
  process.exit(2);
}
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(
    `Node.js 20 or later is needed; this is ${process.version}. See https://nodejs.org/.`,
  );
  process.exit(1);
}
try {
  process.exitCode = await commands[command]();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

/** Runs the demo, and exits with its exit code. */
async function demo() {
  return spawnScript("demo.mjs");
}

async function bench() {
  return spawnScript("bench.mjs");
}

/** Runs the random tests at length, and tests the simulator with schemathesis and under load. */
async function soak() {
  return spawnScript("soak.mjs");
}

/** Tests ops folders of every supported kind. */
async function matrix() {
  return spawnScript("matrix.mjs");
}

/** Runs the mutation tests. */
async function mutation() {
  return spawnScript("mutation.mjs", { withEngine: false });
}

/** Whether `npm test` notices mistakes that users would suffer from. */
async function defects() {
  return spawnScript("defects.mjs");
}

/** Writes the provider `area1` for its download. */
async function release() {
  return spawnScript("release.mjs", {
    withSimulator: false,
    withEngine: false,
  });
}

async function spawnScript(
  script,
  { withSimulator = true, withEngine = true } = {},
) {
  await installDependencies();
  await step("build", build);
  const env = {
    ...(withSimulator && (await certificate())),
    ...(withEngine && (await engine())),
  };
  console.log();
  const { code } = await run(
    process.execPath,
    [path.join(root, "scripts", script), ...args],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: "inherit",
      group: false,
    },
  );
  return code;
}

/**
 * Runs all checks and tests; with arguments, which are passed to jest, only the tests that they select.
 *
 * @param {{quick: boolean}} how whether a sample of the cases is enough (tests/sample.ts)
 */
async function test({ quick }) {
  await installDependencies();
  let failed = 0;
  const attempt = async (name, work) => {
    try {
      return await step(name, work);
    } catch (error) {
      failed += 1;
      detail(error.message);
      return undefined;
    }
  };
  if (args.length === 0) {
    // In parallel: none of them uses more than one core.
    await Promise.all(
      checks.map(([name, ...check]) => attempt(name, () => runCheck(check))),
    );
  }
  await attempt("build", build);
  const env = { AREA1_QUICK: quick ? "1" : "0" };
  try {
    Object.assign(env, await certificate());
  } catch (error) {
    failed += 1;
    detail(error.message);
  }
  try {
    Object.assign(env, await engine());
  } catch (error) {
    // The library's tests do not need the engine. The engine's tests fail with this text.
    env.AREA1_ENGINE_ERROR = error.message;
    detail(error.message);
  }
  console.log();
  const tests = await jest(env);
  failed += tests.failed;
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : "";
  console.log(`\n${tests.passed} passed, ${failed} failed${skipped}`);
  return failed > 0 ? 1 : 0;
}

async function jest(env) {
  const { code, results } = await runJest(args, { env, stdio: "inherit" });
  if (!results) {
    console.log("\njest ended without results.");
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const {
    numPassedTests,
    numFailedTests,
    numRuntimeErrorTestSuites,
    numPendingTests,
    numTodoTests,
  } = results;
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return {
    passed: numPassedTests,
    // Jest may also fail without a failed test, for instance if it finds no test.
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

async function installDependencies() {
  await step("dependencies", async () => {
    if (await isInstalled()) return { remark: "installed" };
    const { code, output } = await run(
      "npm",
      ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
      { cwd: root },
    );
    if (code !== 0) throw new Error(`npm ci failed:\n${output.trim()}`);
    return { remark: "npm ci" };
  });
}

/** Whether the packages are installed. Compares contents, because a checkout sets arbitrary dates. */
async function isInstalled() {
  try {
    const [wanted, installed] = await Promise.all(
      ["package-lock.json", "node_modules/.package-lock.json"].map(
        async (file) =>
          JSON.parse(await readFile(path.join(root, file), "utf8")),
      ),
    );
    return Object.entries(wanted.packages).every(
      ([name, { version, optional }]) =>
        name === "" ||
        optional ||
        installed.packages[name]?.version === version,
    );
  } catch {
    return false;
  }
}

async function build() {
  return {
    remark: (await ensureBuild())
      ? "dist/, simulator/dist/"
      : "nothing changed",
  };
}

async function runCheck([script, ...rest]) {
  const { code, output } = await run(
    process.execPath,
    [path.join(root, "node_modules", script), ...rest],
    { cwd: root },
  );
  if (code !== 0) {
    throw new Error(output.trim() || `ended with exit code ${code}`);
  }
}

async function engine() {
  return step("engine", async (say) => {
    const { ensureEngine } = await import("./engine.mjs");
    const { binDirectory, version, source } = await ensureEngine({ log: say });
    const remark = `Pulumi ${version}, from ${{ PATH: "PATH", cache: "the cache", download: "its official release", build: "the Go module proxy" }[source]}`;
    return { remark, value: { AREA1_ENGINE_DIRECTORY: binDirectory } };
  });
}

/** Creates the simulator's certificate. Started processes trust it in addition to the certificates that the user trusts already. */
async function certificate() {
  return step("certificate", async () => {
    const { cacheDirectory } = await import("./cache.mjs");
    const directory = path.join(cacheDirectory(), "certificate");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const { ensureCertificate } = await import(
      pathToFileURL(path.join(root, "simulator/dist/index.js")).href
    );
    const { certFile } = await ensureCertificate(directory);
    return {
      remark: "for the simulator on this machine",
      value: {
        AREA1_CERTIFICATE_DIRECTORY: directory,
        NODE_EXTRA_CA_CERTS: await withOwnersTrust(certFile, directory),
      },
    };
  });
}

async function withOwnersTrust(certFile, directory) {
  const owners = process.env.NODE_EXTRA_CA_CERTS;
  if (!owners || owners === certFile || !existsSync(owners)) return certFile;
  const bundle = path.join(directory, "bundle.pem");
  const texts = await Promise.all(
    [owners, certFile].map((file) => readFile(file, "utf8")),
  );
  await writeFile(bundle, texts.join("\n"));
  return bundle;
}

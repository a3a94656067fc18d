// Prepares what programs in YAML, Python and Go need besides the engine. Only tests use it.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { cacheDirectory, fillOnce } from "./cache.mjs";
import { run } from "./children.mjs";
import { buildProgram, compileGoSdk, goFlags } from "./engine/build.mjs";
import { engineVersion, which } from "./engine.mjs";

const modules = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  "engine",
);
const requirements = path.join(modules, "python/requirements.txt");
const PIP_MS = 600_000;

/**
 * Finds the language host of a language: beside the engine, or else in the cache, or else built from the Go module proxy. A build is
 * stored in the cache. A second caller waits for the first.
 *
 * @param {"yaml" | "python" | "go"} language
 * @param {{binDirectory: string, log?: (line: string) => void, env?: NodeJS.ProcessEnv}} options
 *   `binDirectory` is the engine's folder; `log` gets lines of progress
 * @returns {Promise<{binDirectory: string, source: "engine" | "cache" | "build"}>} the folder to put on PATH as well
 * @throws Error that says what is missing
 */
export async function ensureLanguageHost(
  language,
  { binDirectory, log = () => {}, env = process.env },
) {
  if (which(`pulumi-language-${language}`, { PATH: binDirectory }))
    return { binDirectory, source: "engine" };
  const program = language === "yaml" ? "yaml" : "python-and-go";
  const version = await engineVersion();
  const sources =
    program === "yaml"
      ? ["yaml/go.mod"]
      : ["go.mod", "language-host/main.go", "language-host/run.go"];
  const directory = path.join(
    cacheDirectory(env),
    "languages",
    `${program}-${await hash(sources)}-${process.platform}-${process.arch}`,
  );
  const title =
    program === "yaml"
      ? "Pulumi's language host for YAML"
      : "Pulumi's language hosts for Python and Go";
  const source = await fillOnce(directory, {
    what: title,
    isComplete: () => existsSync(directory),
    fill: async (building) => {
      try {
        await buildProgram(program, {
          title,
          version,
          directory: building,
          env,
          log,
        });
        if (program !== "yaml") await addGoAndScript(building, env);
      } catch (error) {
        throw new Error(
          [
            `No language host for ${language}: none beside the Pulumi engine in ${binDirectory}, none in the cache, and the build did not work.`,
            `  build: ${error.message}`,
            `Install Pulumi (https://www.pulumi.com/docs/install/), or Go 1.25.11 or later (https://go.dev/dl/), and run this again.`,
          ].join("\n"),
        );
      }
      return "build";
    },
    log,
  });
  return {
    binDirectory: path.join(directory, "bin"),
    source: source ?? "cache",
  };
}

/** Adds the second name of the language host, and the script with which Pulumi runs Python programs. */
async function addGoAndScript(building, env) {
  const bin = path.join(building, "bin");
  await symlink("pulumi-language-python", path.join(bin, "pulumi-language-go"));
  const { code, output } = await run(
    "go",
    ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"],
    { cwd: modules, env: { ...env, GOWORK: "off", GOFLAGS: "-mod=readonly" } },
  );
  if (code !== 0) throw new Error(`go list: ${output.trim()}`);
  const script = "pulumi-language-python-exec";
  await copyFile(
    path.join(output.trim(), "python/cmd", script),
    path.join(bin, script),
  );
}

/**
 * Finds Pulumi's SDK for Python in the cache, or else installs it there with pip, with what SDKs that Pulumi generates need, and pip
 * itself. A second caller waits for the first.
 *
 * @param {{log?: (line: string) => void, env?: NodeJS.ProcessEnv}} options
 * @returns {Promise<{packages: string, source: "cache" | "pip"}>} `packages`: the folder `site-packages`
 * @throws Error that says what is missing
 */
export async function ensurePythonSdk({
  log = () => {},
  env = process.env,
} = {}) {
  const python = await pythonVersion(env);
  const directory = path.join(
    cacheDirectory(env),
    "languages",
    `python-sdk-${await hash(["python/requirements.txt"])}-${python}-${process.platform}-${process.arch}`,
  );
  const source = await fillOnce(directory, {
    what: "Pulumi's SDK for Python",
    isComplete: () => existsSync(directory),
    fill: async (building) => {
      log(`installing Pulumi's SDK for Python ${python}: about a minute, once`);
      await mkdir(building, { recursive: true });
      await mustRun("python3", ["-m", "venv", building], env);
      await mustRun(
        path.join(building, "bin/python"),
        [
          ...["-m", "pip", "install", "--disable-pip-version-check"],
          ...["--only-binary", ":all:", "--require-hashes"],
          ...["--requirement", requirements],
        ],
        env,
        (line) => {
          const [step] = /^(Collecting|Installing) \S+/.exec(line) ?? [];
          if (step) log(step);
        },
      );
      return "pip";
    },
    log,
  });
  const [lib = ""] = await readdir(path.join(directory, "lib"));
  return {
    packages: path.join(directory, "lib", lib, "site-packages"),
    source: source ?? "cache",
  };
}

/**
 * Compiles Pulumi's SDK for Go into Go's own cache.
 *
 * @param {{log?: (line: string) => void, env?: NodeJS.ProcessEnv}} options
 * @returns {Promise<{modules: string, variables: Record<string, string>}>}
 *   `modules`: a folder with the `go.mod` and `go.sum` of a program that is compiled in seconds, given these variables
 */
export async function ensureGoSdk({ log = () => {}, env = process.env } = {}) {
  await compileGoSdk({ log, env });
  return {
    modules: path.join(modules, "go"),
    variables: { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: goFlags },
  };
}

async function pythonVersion(env) {
  const program = "import sys; print('%d.%d' % sys.version_info[:2])";
  return (await mustRun("python3", ["-c", program], env)).trim();
}

async function mustRun(command, args, env, onLine) {
  let result;
  try {
    result = await run(command, args, { env, onLine, timeoutMs: PIP_MS });
  } catch (error) {
    throw error.code === "ENOENT"
      ? new Error(
          "Python is not installed: https://www.python.org/downloads/, 3.10 or later.",
        )
      : error;
  }
  if (result.code !== 0) {
    throw new Error(
      `Pulumi's SDK for Python cannot be installed: ${command} ended with code ${result.code}.\n${result.output.trim().split("\n").slice(-12).join("\n")}`,
    );
  }
  return result.output;
}

async function hash(files) {
  const sum = createHash("sha256");
  for (const file of files)
    sum.update(await readFile(path.join(modules, file)));
  return sum.digest("hex").slice(0, 12);
}

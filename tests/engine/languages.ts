import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { engineDirectory } from "./environment";

const execute = promisify(execFile);

/** A language of Pulumi programs other than TypeScript. */
export type Language = "yaml" | "python" | "go";

/** Long enough to build a language host with an empty cache on a busy machine. */
const PREPARE_MS = 1_200_000;

/**
 * Describes tests of programs in a language, which is prepared before the first of them. On a machine that cannot have it they are
 * skipped, and their name and a line say why.
 */
export function describeLanguage(
  language: Language,
  name: string,
  tests: () => void,
): void {
  const missing = whatIsMissing(language);
  if (missing) {
    process.stderr.write(`Skipped: ${name}. ${missing}.\n`);
    describe.skip(`${name} (${missing})`, tests);
    return;
  }
  describe(name, () => {
    beforeAll(() => prepared(language).then(() => {}), PREPARE_MS);
    tests();
  });
}

/** Finds or builds all that programs in a language need. */
async function prepare(language: Language) {
  const { ensureGoSdk, ensureLanguageHost, ensurePythonSdk } =
    await import("../../scripts/languages.mjs");
  const log = (line: string) => process.stderr.write(`${language}: ${line}\n`);
  const { binDirectory } = await ensureLanguageHost(language, {
    binDirectory: await engineDirectory(),
    log,
  });
  return {
    binDirectory,
    ...(language === "python" && { python: await ensurePythonSdk({ log }) }),
    ...(language === "go" && { go: await ensureGoSdk({ log }) }),
  };
}

const preparations = new Map<Language, ReturnType<typeof prepare>>();

function prepared(language: Language): ReturnType<typeof prepare> {
  const result = preparations.get(language) ?? prepare(language);
  preparations.set(language, result);
  return result;
}

/** Returns the variables that a program in a language needs besides the engine's. */
export async function languageEnvironment(
  language: Language,
  { PATH = "" }: Record<string, string>,
): Promise<Record<string, string>> {
  const { binDirectory, python, go } = await prepared(language);
  return {
    PATH: `${binDirectory}${path.delimiter}${PATH}`,
    // In pip's words, 0 is "no build isolation".
    ...(python && { PIP_NO_INDEX: "1", PIP_NO_BUILD_ISOLATION: "0" }),
    ...go?.variables,
  };
}

/** The lines of `Pulumi.yaml` that say where the provider `area1` is. */
const provider =
  "plugins:\n  providers:\n    - name: area1\n      path: node_modules/pulumi-area1-m365/plugin\n";

/** Returns the files of a project in a language. */
export async function languageFiles(
  language: Language,
  options: {
    name: string;
    program: string | undefined;
    withProvider: boolean;
  },
): Promise<Record<string, string>> {
  const { name, program, withProvider } = options;
  const { go } = await prepared(language);
  const module = (file: string) =>
    readFile(path.join(go?.modules ?? "", file), "utf8");
  const project = (runtime: string) =>
    `name: ${name}\nruntime: ${runtime}\n${withProvider ? provider : ""}`;
  switch (language) {
    case "yaml":
      return { "Pulumi.yaml": `${project("yaml")}${program ?? ""}` };
    case "python":
      return {
        "Pulumi.yaml": project(
          "{ name: python, options: { virtualenv: venv } }",
        ),
        "requirements.txt": "pulumi\n./sdks/python\n",
        ...(program !== undefined && { "__main__.py": program }),
      };
    case "go":
      return {
        "Pulumi.yaml": project("go"),
        "go.mod": await module("go.mod"),
        "go.sum": await module("go.sum"),
        ...(program !== undefined && { "main.go": program }),
      };
  }
}

interface Place {
  directory: string;
  environment: Record<string, string>;
}

/** Prepares a new project in a language: for Python, a virtual environment in which Pulumi's SDK is installed. */
export async function prepareProject(
  language: Language,
  place: Place,
): Promise<void> {
  const { python } = await prepared(language);
  if (!python) return;
  await commands(place, ["python3 -m venv --without-pip venv"]);
  const lib = path.join(place.directory, "venv/lib");
  const [version = ""] = await readdir(lib);
  await writeFile(
    path.join(lib, version, "site-packages/pulumi-sdk.pth"),
    `${python.packages}\n`,
  );
}

/** Generates the SDK of the provider `area1`, and installs it, as docs/languages.md says. */
export function installSdk(language: Language, place: Place): Promise<void> {
  const generate = `pulumi package gen-sdk node_modules/pulumi-area1-m365/plugin/pulumi-resource-area1 --language ${language} --out sdks`;
  switch (language) {
    case "yaml":
      return Promise.resolve();
    case "python":
      return commands(place, [
        generate,
        "venv/bin/python -m pip install -r requirements.txt",
      ]);
    case "go":
      return commands(place, [
        generate,
        "cd sdks/go && go mod init pulumi-area1-m365/sdk/go",
        "go mod edit -replace pulumi-area1-m365/sdk/go=./sdks/go",
        "go mod tidy",
      ]);
  }
}

async function commands(
  { directory, environment }: Place,
  lines: string[],
): Promise<void> {
  for (const line of lines) {
    await execute("sh", ["-c", line], { cwd: directory, env: environment });
  }
}

function whatIsMissing(language: Language): string | undefined {
  const beside = path.join(
    process.env.AREA1_ENGINE_DIRECTORY ?? "",
    `pulumi-language-${language}`,
  );
  const go = runs("go", "version");
  if (!go && (language === "go" || !existsSync(beside))) {
    return "Go is not installed";
  }
  const modern =
    "import ensurepip, sys, venv; assert sys.version_info >= (3, 10)";
  if (language === "python" && !runs("python3", "-c", modern)) {
    return "Python 3.10 or later with venv is not installed";
  }
  return undefined;
}

function runs(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

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
    beforeAll(() => languageHost(language).then(() => {}), PREPARE_MS);
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

const prepared = new Map<Language, ReturnType<typeof prepare>>();

function languageHost(language: Language): ReturnType<typeof prepare> {
  const result = prepared.get(language) ?? prepare(language);
  prepared.set(language, result);
  return result;
}

/** Returns the variables that a program in a language needs besides the engine's. */
export async function languageEnvironment(
  language: Language,
  { PATH = "" }: Record<string, string>,
): Promise<Record<string, string>> {
  const { binDirectory, python, go } = await languageHost(language);
  return {
    PATH: `${binDirectory}${path.delimiter}${PATH}`,
    // In pip's words, 0 is "no build isolation".
    ...(python && { PIP_NO_INDEX: "1", PIP_NO_BUILD_ISOLATION: "0" }),
    ...go?.variables,
  };
}

/** Returns the files of a project in a language. */
export async function languageFiles(
  language: Language,
  name: string,
  program: string | undefined,
): Promise<Record<string, string>> {
  const module = async (file: string) => {
    const { go } = await languageHost(language);
    return readFile(path.join(go?.modules ?? "", file), "utf8");
  };
  switch (language) {
    case "yaml":
      return {
        "Pulumi.yaml": `name: ${name}\nruntime: yaml\n${program ?? ""}`,
      };
    case "python":
      return {
        "Pulumi.yaml": `name: ${name}\nruntime: { name: python, options: { virtualenv: venv } }\n`,
        "requirements.txt": "pulumi\n",
        ...(program !== undefined && { "__main__.py": program }),
      };
    case "go":
      return {
        "Pulumi.yaml": `name: ${name}\nruntime: go\n`,
        "go.mod": await module("go.mod"),
        "go.sum": await module("go.sum"),
        ...(program !== undefined && { "main.go": program }),
      };
  }
}

/** Installs what a project in a language needs: for Python, a virtual environment with Pulumi's SDK. */
export async function installLanguage(
  language: Language,
  directory: string,
  env: Record<string, string>,
): Promise<void> {
  const { python } = await languageHost(language);
  if (!python) return;
  await execute("python3", ["-m", "venv", "--without-pip", "venv"], {
    cwd: directory,
    env,
  });
  const [lib = ""] = await readdir(path.join(directory, "venv/lib"));
  await writeFile(
    path.join(directory, "venv/lib", lib, "site-packages/pulumi-sdk.pth"),
    `${python.packages}\n`,
  );
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

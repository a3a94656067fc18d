import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { removeAfterwards } from "./clean-up";
import { engineEnvironment } from "./environment";
import {
  installSdk,
  type Language,
  languageEnvironment,
  languageFiles,
  prepareProject,
} from "./languages";
import { packedLibrary, repository } from "./packed-library";
import { Stack, type StackOptions, createStack } from "./stack";

const execute = promisify(execFile);

/** The options of an ops folder. */
export interface OpsProjectOptions {
  /** The language of the program. @default "nodejs" */
  runtime?: "nodejs" | Language;
  /** The text of `index.ts`, `__main__.py` or `main.go`; in YAML, what follows the name and the runtime in `Pulumi.yaml`. */
  program?: string;
  /** More files, by path within the folder; `index.js` instead of `program`, a provider under `node_modules`… */
  files?: Record<string, string>;
  /** The project's name. @default "ops" */
  name?: string;
  /**
   * How the library is installed in `node_modules`: the packed tarball unpacked next to links to its dependencies (fast, and
   * what users have), a link to the repository, a genuine `npm install` of the tarball (slow, needs a registry or npm's
   * cache), or not at all. @default "packed"
   */
  dependencies?: "packed" | "linked" | "installed" | "none";
  /** Whether the SDK of `area1` for Python or Go is generated and installed. @default false */
  sdk?: boolean;
}

/** A user's folder with a Pulumi program, and an engine with its own home and backend. */
export interface OpsProject {
  /** Where `Pulumi.yaml` is. */
  directory: string;
  /** The engine's environment variables. */
  environment: Record<string, string>;
  /** Writes a file in the folder, as a user who edits the program. */
  write(file: string, text: string): Promise<void>;
  /** Creates a configured stack. */
  stack(name: string, options?: StackOptions): Promise<Stack>;
}

/** Creates an ops folder for a test. It is removed after the last test of the file. */
export async function opsProject(
  options: OpsProjectOptions = {},
): Promise<OpsProject> {
  const {
    runtime = "nodejs",
    program,
    files = {},
    name = "ops",
    dependencies = "packed",
    sdk = false,
  } = options;
  // The real path, because the engine's file backend and Node's module cache must use the same one.
  const parent = await realpath(
    await mkdtemp(path.join(os.tmpdir(), "area1-ops-")),
  );
  removeAfterwards(parent);
  const directory = path.join(parent, "program");
  await Promise.all(
    ["program", "home", "state"].map((folder) =>
      mkdir(path.join(parent, folder)),
    ),
  );
  const environment = await engineEnvironment(parent);
  if (runtime !== "nodejs") {
    Object.assign(environment, await languageEnvironment(runtime, environment));
  }
  const write = async (file: string, text: string) => {
    const target = path.join(directory, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  };
  await write("package.json", JSON.stringify({ name, private: true }));
  const own =
    runtime === "nodejs"
      ? {
          "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
          ...(program !== undefined && { "index.ts": program }),
        }
      : await languageFiles(runtime, {
          name,
          program,
          withProvider: dependencies !== "none",
        });
  await provide(directory, dependencies);
  await Promise.all(
    Object.entries({ ...own, ...files }).map(([file, text]) =>
      write(file, text),
    ),
  );
  if (runtime !== "nodejs") {
    const place = { directory, environment };
    await prepareProject(runtime, place);
    if (sdk) await installSdk(runtime, place);
  }
  return {
    directory,
    environment,
    write,
    stack: (stack, stackOptions = {}) =>
      createStack(
        { name: stack, directory, environment, log: parent },
        stackOptions,
      ),
  };
}

async function provide(
  directory: string,
  dependencies: NonNullable<OpsProjectOptions["dependencies"]>,
): Promise<void> {
  if (dependencies === "installed") return install(directory);
  const manifest = await ownManifest();
  const tools = ["@pulumi/pulumi", "@types/node", "ts-node", "typescript"];
  // Only declared dependencies: an import of another package must fail, as it would for a user.
  const declared =
    dependencies === "packed" ? Object.keys(manifest.dependencies) : [];
  await Promise.all(
    [...tools, ...declared].map((name) => link(directory, name)),
  );
  const library = path.join(directory, "node_modules/pulumi-area1-m365");
  if (dependencies === "packed") {
    await cp((await packedLibrary()).directory, library, { recursive: true });
  } else if (dependencies === "linked") {
    const { ensureBuild } = await import("../../scripts/build.mjs");
    await ensureBuild();
    await symlink(repository, library);
  }
}

async function link(directory: string, name: string): Promise<void> {
  const target = path.join(directory, "node_modules", name);
  await mkdir(path.dirname(target), { recursive: true });
  await symlink(path.join(repository, "node_modules", name), target);
}

async function install(directory: string): Promise<void> {
  const { tarball } = await packedLibrary();
  const { devDependencies } = await ownManifest();
  await writeFile(
    path.join(directory, "package.json"),
    JSON.stringify({
      name: "ops",
      private: true,
      dependencies: {
        "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
        "pulumi-area1-m365": `file:${tarball}`,
      },
      devDependencies: { typescript: devDependencies.typescript },
    }),
  );
  await execute(
    "npm",
    [
      "install",
      "--prefer-offline",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ],
    {
      cwd: directory,
    },
  );
}

async function ownManifest(): Promise<{
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}> {
  return JSON.parse(
    await readFile(path.join(repository, "package.json"), "utf8"),
  ) as Awaited<ReturnType<typeof ownManifest>>;
}

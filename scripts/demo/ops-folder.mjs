// A user's folder with a program of five lines, for commands of the Pulumi CLI.
import { rmSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { run } from "../children.mjs";
import { engineSettings, withoutOthers } from "../ops-environment.mjs";

const COMMAND_LIMIT_MS = 180_000;

/**
 * Creates the folder. It is removed when this process ends, however it ends.
 *
 * @param {{repository: string, program: string, environment: Record<string, string>}} options
 *   `environment`: variables that direct the library to the vendors.
 */
export async function opsFolder(options) {
  const { repository, program, environment } = options;
  const engineDirectory = process.env.AREA1_ENGINE_DIRECTORY;
  // The real path, because the engine's backend and Node's module cache must use the same one.
  const parent = await realpath(
    await mkdtemp(path.join(os.tmpdir(), "area1-demo-")),
  );
  process.on("exit", () =>
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 }),
  );
  const directory = path.join(parent, "ops");
  const modules = path.join(directory, "node_modules");
  for (const folder of ["home", "state", "ops/node_modules/@pulumi"])
    await mkdir(path.join(parent, folder), { recursive: true });
  await Promise.all([
    writeFile(
      path.join(directory, "Pulumi.yaml"),
      "name: ops\nruntime: nodejs\n",
    ),
    writeFile(
      path.join(directory, "package.json"),
      `${JSON.stringify({ name: "ops", private: true })}\n`,
    ),
    writeFile(path.join(directory, "index.ts"), program),
    symlink(repository, path.join(modules, "pulumi-area1-m365")),
    ...["@pulumi/pulumi", "@types", "ts-node", "typescript"].map((name) =>
      symlink(
        path.join(repository, "node_modules", name),
        path.join(modules, name),
      ),
    ),
  ]);
  const added = {
    ...environment,
    ...engineSettings(parent),
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  const folder = new OpsFolder(parent, directory, {
    ...withoutOthers(process.env),
    ...added,
    PATH: `${engineDirectory}${path.delimiter}${process.env.PATH ?? ""}`,
    // Without it, the CLI does not offer --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  });
  folder.added = { ...added, PATH: `${engineDirectory}:$PATH` };
  await folder.pulumi(["stack", "init", "dev"]);
  return folder;
}

class OpsFolder {
  /** The variables that were added to the environment, for users who want to try things. */
  added = {};
  /** The output of the last command. */
  output = "";
  #commands = 0;

  constructor(parent, directory, environment) {
    this.parent = parent;
    this.directory = directory;
    this.environment = environment;
  }

  /**
   * Runs a command to its end.
   *
   * @param {string[]} args
   * @param {number} exit the expected exit code
   * @param {Record<string, string>} environment variables for this command only
   * @throws Error with the command's output if its exit code differs
   */
  async pulumi(args, exit = 0, environment = {}) {
    const log = path.join(this.parent, `events-${++this.#commands}.jsonl`);
    const reports = ["preview", "up", "refresh", "destroy"].includes(args[0]);
    const { code, output } = await run(
      "pulumi",
      [
        ...args,
        ...["--non-interactive", "--color", "never"],
        ...(reports ? ["--stack", "dev", "--event-log", log] : []),
      ],
      {
        cwd: this.directory,
        env: { ...this.environment, ...environment },
        timeoutMs: COMMAND_LIMIT_MS,
      },
    );
    this.output = output;
    if (code !== exit)
      throw Object.assign(
        new Error(
          `pulumi ${args.join(" ")} ended with exit code ${code}, not ${exit}.`,
        ),
        { output },
      );
    return { output, events: reports ? await readEvents(log) : [] };
  }

  /** Runs a command of this package and returns its output. */
  async area1(args) {
    const cli = "node_modules/pulumi-area1-m365/dist/cli/index.js";
    const { code, output } = await run(process.execPath, [cli, ...args], {
      cwd: this.directory,
      env: this.environment,
      timeoutMs: COMMAND_LIMIT_MS,
    });
    this.output = output;
    return { code, output };
  }
}

async function readEvents(file) {
  const text = await readFile(file, "utf8");
  return text.split("\n").filter(Boolean).map(JSON.parse);
}

// Runs jest and reads its report.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "./children.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Runs jest in a folder.
 *
 * @param {readonly string[]} args jest's own
 * @param {{folder?: string, env?: NodeJS.ProcessEnv, stdio?: "inherit" | "pipe", timeoutMs?: number}} options
 *   `folder`: the folder with the configuration; by default this repository. `env`: variables in addition to this process's.
 * @returns {Promise<{code: number, output: string, results: object | undefined}>}
 *   `results`: the report of `--json`; undefined if jest ended before it wrote one
 */
export async function runJest(args, options = {}) {
  const { folder = root, env, stdio = "pipe", timeoutMs } = options;
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-m365-jest-"));
  const file = path.join(directory, "results.json");
  try {
    const ended = await run(
      process.execPath,
      [
        path.join(root, "node_modules/jest/bin/jest.js"),
        ...["--json", `--outputFile=${file}`],
        ...args,
      ],
      {
        cwd: folder,
        env: {
          ...process.env,
          ...env,
          // Needed for import() in jest's sandbox, which loads packages that are ES modules only.
          NODE_OPTIONS: [
            process.env.NODE_OPTIONS,
            "--experimental-vm-modules",
            "--disable-warning=ExperimentalWarning",
          ]
            .filter(Boolean)
            .join(" "),
        },
        stdio,
        timeoutMs,
      },
    );
    const results = existsSync(file)
      ? JSON.parse(await readFile(file, "utf8"))
      : undefined;
    return { ...ended, results };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

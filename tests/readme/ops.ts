import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, symlink } from "node:fs/promises";
import path from "node:path";

import {
  startSimulator,
  type Seed,
  type Simulator,
} from "../../simulator/index";
import { afterwards } from "../engine/clean-up";
import {
  opsProject,
  type OpsProject,
  type OpsProjectOptions,
} from "../engine/harness";
import { certificate } from "../engine/tenant-with-stack";
import type { Block } from "./marked";

/** Starts a simulator. It is closed after the tests. */
export async function simulated(seed?: Seed): Promise<Simulator> {
  const simulator = await startSimulator({
    ...certificate(),
    ...(seed && { seed }),
  });
  afterwards(() => void simulator.close());
  return simulator;
}

/** A user's ops folder, with a shell in it. */
interface Ops {
  project: OpsProject;
  /** Runs a block in bash, with its placeholders filled in. */
  shell(block: Block): Promise<string>;
  run(script: string): Promise<string>;
  filled(text: string): string;
}

/** Creates an ops folder with a stack, and a user's shell in it. By default `env` has only the simulator's addresses and CA. */
export async function ops(
  program: string | OpsProjectOptions,
  simulator?: Simulator,
  env: Record<string, string> = wayTo(simulator),
): Promise<Ops> {
  const project = await opsProject(
    typeof program === "string" ? { program } : program,
  );
  await project.stack("dev");
  const bin = path.join(project.directory, "node_modules/.bin");
  await mkdir(bin, { recursive: true });
  const command = path.join(
    project.directory,
    "node_modules/pulumi-area1-m365/dist/cli/index.js",
  );
  await chmod(command, 0o755);
  await symlink(command, path.join(bin, "area1-m365"));
  const application = simulator?.tenant.applications[0];
  const values: Record<string, string> = {
    "<application id>": application?.clientId ?? "",
    "<secret>": application?.clientSecrets[0] ?? "",
    "<token>": simulator?.account.tokens[0]?.value ?? "",
    "<account id>": simulator?.account.id ?? "",
    "<tenant id>": simulator?.tenant.id ?? "",
    "<guid>": simulator?.tenant.find("QuarantinePolicy", "Finance")?.Guid ?? "",
  };
  // Values that the command line prompts for.
  const asked: Record<string, string> = {
    "area1:clientSecret": values["<secret>"] ?? "",
    "area1:cloudflareApiToken": values["<token>"] ?? "",
  };
  const filled = (text: string): string =>
    text
      .replace(/<[a-z ]+>/g, (placeholder) => {
        const value = values[placeholder];
        if (!value) throw new Error(`Nothing is known of ${placeholder}`);
        return value;
      })
      // The test cannot confirm a prompt.
      .replace(/^pulumi (?:up|import .*)$/gm, "$& --yes")
      .replace(
        /^(pulumi config set --secret (\S+))$/gm,
        (_, line: string, key: string) => `${line} <<< '${asked[key] ?? ""}'`,
      );
  const run = (script: string): Promise<string> =>
    bash(script, project.directory, { ...project.environment, ...env });
  return {
    project,
    filled,
    run,
    shell: ({ text }) => run(filled(text)),
  };
}

/** Returns the environment variables that lead to the simulator, without those that a user configures. */
export const wayTo = (simulator?: Simulator): Record<string, string> =>
  Object.fromEntries(
    Object.entries(simulator?.environment ?? {}).filter(([name]) =>
      /_BASE_URL$|_AUTHORITY_HOST$|_CA_CERTS$/.test(name),
    ),
  );

/** Runs a script in bash, and returns its output. */
export async function bash(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // A separate process group, so that processes that a block starts in the background can be ended.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const [code] = (await once(child, "exit")) as [number];
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has no process any more.
  }
  if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${output}`);
  return output;
}

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { afterwards } from "./clean-up";

/** The result of a command of the Pulumi CLI. */
export interface CommandResult {
  /** Exit code: 0 success, 1 failure, 7 changes despite `--expect-no-changes`, 8 cancelled twice; -1 if it was killed. */
  code: number;
  stdout: string;
  stderr: string;
  /** The engine's events, for `steps`, `drift`, `plan` and `diagnostics`. Empty for other commands. */
  events: EngineEvent[];
  milliseconds: number;
}

/** A stack's configuration by full key. A secret is an object. */
export type StackConfig = Record<string, string | { secret: string }>;

/** The options of a stack. */
export interface StackOptions {
  config?: StackConfig;
  /** Variables for every command of this stack, besides the isolated environment. */
  env?: Record<string, string>;
}

/** The options of a command. */
export interface CommandOptions {
  /**
   * The expected exit code. Another one throws an Error with the command's output.
   * @default 0
   */
  exit?: number | "any";
  /** Time limit in milliseconds, after which the command is killed and the test fails. @default 120000 */
  timeout?: number;
  /** Variables for this command only. */
  env?: Record<string, string>;
}

/** A running command. */
export interface RunningCommand {
  pid: number;
  /** The output until now, on both streams. */
  output(): string;
  /** Sends a signal to the command, but not to providers and programs. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the command has ended, with any exit code. */
  ended: Promise<CommandResult>;
}

interface Place {
  name: string;
  directory: string;
  environment: Record<string, string>;
  log: string;
}

const WITH_EVENTS = new Set(["preview", "up", "refresh", "destroy"]);
let logs = 0;

/** A stack. Runs commands of the Pulumi CLI as child processes. */
export class Stack {
  constructor(private readonly place: Place) {}

  /** The stack's name. */
  get name(): string {
    return this.place.name;
  }

  /** `pulumi preview`. */
  preview(
    args: string[] = [],
    options?: CommandOptions,
  ): Promise<CommandResult> {
    return this.pulumi(["preview", ...args], options);
  }

  /** `pulumi up --yes`, without the preview before it unless `--skip-preview=false` is among the arguments. */
  up(args: string[] = [], options?: CommandOptions): Promise<CommandResult> {
    return this.pulumi(["up", "--yes", "--skip-preview", ...args], options);
  }

  /** `pulumi refresh`, with `--yes` unless the arguments ask for `--preview-only`. */
  refresh(
    args: string[] = [],
    options?: CommandOptions,
  ): Promise<CommandResult> {
    const yes = args.includes("--preview-only")
      ? []
      : ["--yes", "--skip-preview"];
    return this.pulumi(["refresh", ...yes, ...args], options);
  }

  /** `pulumi destroy --yes`. */
  destroy(
    args: string[] = [],
    options?: CommandOptions,
  ): Promise<CommandResult> {
    return this.pulumi(
      ["destroy", "--yes", "--skip-preview", ...args],
      options,
    );
  }

  /** Returns the stack's outputs, with secrets in plain text. */
  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.pulumi([
      "stack",
      "output",
      "--json",
      "--show-secrets",
    ]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** Returns the state from the backend, with encrypted secrets. */
  async export(): Promise<{ deployment: { resources: StateResource[] } }> {
    const { stdout } = await this.pulumi(["stack", "export"]);
    const state = JSON.parse(stdout) as {
      deployment: { resources?: StateResource[] };
    };
    return {
      ...state,
      deployment: {
        ...state.deployment,
        resources: state.deployment.resources ?? [],
      },
    };
  }

  /** Sets configuration values. */
  async configure(config: StackConfig): Promise<void> {
    const values = Object.entries(config).flatMap(([key, value]) =>
      typeof value === "string"
        ? ["--plaintext", `${key}=${value}`]
        : ["--secret", `${key}=${value.secret}`],
    );
    if (values.length > 0) await this.pulumi(["config", "set-all", ...values]);
  }

  /** Runs any command to its end. */
  async pulumi(
    args: string[],
    options: CommandOptions = {},
  ): Promise<CommandResult> {
    const { exit = 0, timeout = 120_000, env } = options;
    const running = this.start(args, env);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      running.kill("SIGKILL");
    }, timeout);
    const result = await running.ended;
    clearTimeout(timer);
    if (late || (exit !== "any" && result.code !== exit)) {
      throw new Error(
        `pulumi ${args.join(" ")} ${late ? `did not end within ${timeout} ms` : `ended with ${result.code}, not ${exit}`}:\n${result.stdout}${result.stderr}`,
      );
    }
    return result;
  }

  /** Starts a command and returns it while it runs, for tests that interrupt it. */
  start(args: string[], env: Record<string, string> = {}): RunningCommand {
    const { name, directory, environment, log } = this.place;
    const eventLog = path.join(log, `events-${++logs}.jsonl`);
    const started = performance.now();
    const child = spawn(
      "pulumi",
      [
        ...args,
        ...["--stack", name, "--non-interactive", "--color", "never"],
        ...(WITH_EVENTS.has(args[0] ?? "") ? ["--event-log", eventLog] : []),
      ],
      {
        cwd: directory,
        env: { ...environment, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    afterwards(() => child.kill("SIGKILL"));
    const stdout = collect(child, "stdout");
    const stderr = collect(child, "stderr");
    return {
      pid: child.pid ?? -1,
      output: () => stdout() + stderr(),
      kill: (signal) => child.kill(signal),
      ended: new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => {
          readEvents(eventLog).then(
            (events) =>
              resolve({
                code: code ?? -1,
                stdout: stdout(),
                stderr: stderr(),
                events,
                milliseconds: performance.now() - started,
              }),
            reject,
          );
        });
      }),
    };
  }
}

/** A resource in the state. */
export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
  dependencies?: string[];
}

/** Creates a stack in a folder. */
export async function createStack(
  place: Place,
  options: StackOptions,
): Promise<Stack> {
  const environment = { ...place.environment, ...options.env };
  const stack = new Stack({ ...place, environment });
  await stack.pulumi(["stack", "init"]);
  await stack.configure(options.config ?? {});
  return stack;
}

function collect(
  child: ChildProcess,
  stream: "stdout" | "stderr",
): () => string {
  let text = "";
  child[stream]
    ?.setEncoding("utf8")
    .on("data", (chunk: string) => (text += chunk));
  return () => text;
}

async function readEvents(file: string): Promise<EngineEvent[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  // The last line of a killed engine may be incomplete.
  return lines.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as EngineEvent];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw error;
    }
  });
}

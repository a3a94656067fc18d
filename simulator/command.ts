import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { Command, InvalidArgumentError, type CommanderError } from "commander";
import type { Seed } from "./seed";
import type { Simulator } from "./simulator";

interface Options {
  port: number;
  seed?: string;
  latency: number;
  state?: string;
  compare?: string;
  json?: true;
}

/**
 * Runs the command line: starts the simulator, and stops it on SIGINT or SIGTERM, or when the given command ends.
 * Sets `process.exitCode` to that command's exit code, and to 2 if the command line is wrong.
 *
 * @param args the arguments after the command's name
 * @param name the command's name in help and messages
 * @throws Error when the simulator cannot be started, or a file cannot be read
 */
export async function main(
  args: readonly string[],
  name: string,
): Promise<void> {
  const { version } = JSON.parse(
    readFileSync(join(__dirname, "../package.json"), "utf8"),
  ) as { version: string };
  const program = new Command(name)
    .description(
      "Start Entra, Exchange Online, Microsoft Graph and Cloudflare on one loopback HTTPS port",
    )
    .version(version)
    .usage("[options] [-- command...]")
    .argument(
      "[command...]",
      "run this command with the simulator's environment, and end with its exit code",
    )
    .option(
      "--port <number>",
      "port on 127.0.0.1; 0 takes a free one",
      wholeNumber("a port", 65_535),
      0,
    )
    .option("--seed <file>", "JSON file with what there is at the start")
    .option(
      "--latency <ms>",
      "milliseconds that every request takes at least",
      wholeNumber("milliseconds", 600_000),
      0,
    )
    .option("--state <file>", "file that keeps the objects between runs")
    .option(
      "--compare <transcript>",
      "send a transcript's requests, print how the answers differ from the vendors', and end: 0 alike, 1 not, 2 trouble",
    )
    .option("--json", "print one line, a JSON object")
    // Options after the command belong to the command, even if `--` is missing.
    .passThroughOptions()
    .exitOverride(endWith2);
  program.action(async (command: string[], options: Options) => {
    const conflict = (["compare", "json"] as const).find(
      (option) => options[option] !== undefined,
    );
    if (command.length > 0 && conflict !== undefined)
      program.error(`error: --${conflict} cannot be used with a command`);
    await simulate(options, command);
  });
  await program.parseAsync(args, { from: "user" });
}

/** Exits with 2 if the command line is wrong (1 means that answers differ), and with 0 after help and version. */
function endWith2({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

async function simulate(
  options: Options,
  [file, ...args]: string[],
): Promise<void> {
  if (options.compare !== undefined) process.exitCode = 2;
  const { startSimulator } = await import("./index.js");
  const simulator = await startSimulator({
    port: options.port,
    latencyMs: options.latency,
    ...(options.seed !== undefined && { seed: await readSeed(options.seed) }),
    ...(options.state !== undefined && { stateFile: options.state }),
  });
  try {
    if (options.compare !== undefined)
      await compareWith(simulator, options.compare);
    else if (file !== undefined)
      process.exitCode = await runWith(simulator, file, args);
    else await serve(simulator, options);
  } finally {
    await simulator.close();
  }
}

/** Prints the simulator's address, and waits for SIGINT or SIGTERM. */
async function serve(simulator: Simulator, { json }: Options): Promise<void> {
  // Listens for signals before it prints: a process that reads the line may send the signal at once.
  const asked = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  const { url, environment } = simulator;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...environment, url, pid: process.pid })}\n`
      : `${[
          `# Entra, Exchange Online, Microsoft Graph and Cloudflare: ${url} (page: ${url}/simulator)`,
          ...Object.entries(environment).map(
            ([name, value]) => `export ${name}=${quoted(value)}`,
          ),
        ].join("\n")}\n`,
  );
  await asked;
}

/**
 * Runs a command with the simulator's environment and passes signals on to it. The command inherits the terminal, stdin,
 * stdout and stderr.
 *
 * @returns its exit code, or the code that a shell returns if it cannot be started or a signal ends it
 */
async function runWith(
  simulator: Simulator,
  file: string,
  args: string[],
): Promise<number> {
  let child: ChildProcess | undefined;
  const passOn = (signal: NodeJS.Signals): void => {
    // A terminal sends Ctrl-C to the command as well. Pulumi would take a second SIGINT as "stop immediately".
    if (!(signal === "SIGINT" && process.stdin.isTTY)) child?.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, passOn);
  try {
    child = spawn(file, args, {
      stdio: "inherit",
      env: { ...process.env, ...simulator.environment },
    });
    return await ended(child, file);
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}

function ended(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      const reason = missing ? "command not found" : error.message;
      process.stderr.write(`${file}: ${reason}\n`);
      resolve(missing ? 127 : 126);
    });
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

async function compareWith(simulator: Simulator, file: string): Promise<void> {
  const { compare, readTranscript } = await import("./index.js");
  const { differences, notCompared, compared } = await compare(
    simulator,
    await readTranscript(file),
  );
  const lines = [
    ...differences,
    ...notCompared.map((line) => `Not compared: ${line}`),
    `${compared} requests compared, ${differences.length} differences`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = differences.length > 0 ? 1 : 0;
}

/** Reads a seed from a file, or from stdin for `-`. @throws Error that names the file if it is not JSON */
async function readSeed(file: string): Promise<Seed> {
  const text = await (file === "-"
    ? textOf(process.stdin)
    : readFile(file, "utf8"));
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as Seed;
  } catch (error) {
    throw new Error(
      `${file === "-" ? "stdin" : file} is not JSON: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Returns a parser of whole numbers from 0 to `greatest`. */
function wholeNumber(what: string, greatest: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > greatest)
      throw new InvalidArgumentError(`Not ${what} from 0 to ${greatest}.`);
    return value;
  };
}

function quoted(value: string): string {
  return /^[\w./:@-]*$/.test(value)
    ? value
    : `'${value.replaceAll("'", "'\\''")}'`;
}

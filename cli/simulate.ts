import { Command } from "commander";
import type { Seed, Simulator } from "../simulator";
import { wholeNumber } from "./option-values";
import { readJson } from "./snapshot-file";

interface SimulateOptions {
  port: number;
  seed?: string;
  latency: number;
  state?: string;
  compare?: string;
  json?: true;
}

/** `area1-m365 simulate`: the vendors on a loopback port, until SIGINT or SIGTERM. */
export const simulateCommand = new Command("simulate")
  .description(
    "Start Entra, Exchange Online, Microsoft Graph and Cloudflare on one loopback HTTPS port",
  )
  .option(
    "--port <number>",
    "port on 127.0.0.1; 0 takes a free one",
    wholeNumber("a port", 0, 65_535),
    0,
  )
  .option("--seed <file>", "JSON file with what there is at the start")
  .option(
    "--latency <ms>",
    "milliseconds that every request takes at least",
    wholeNumber("milliseconds", 0, 600_000),
    0,
  )
  .option("--state <file>", "file that keeps the objects between runs")
  .option(
    "--compare <transcript>",
    "send a transcript's requests, print how the answers differ from the vendors', and end: 0 alike, 1 not, 2 trouble",
  )
  .option("--json", "print one line, a JSON object")
  .action(simulate);

async function simulate(options: SimulateOptions): Promise<void> {
  if (options.compare !== undefined) process.exitCode = 2;
  const { startSimulator } = await import("../simulator/index.js");
  const simulator = await startSimulator({
    port: options.port,
    latencyMs: options.latency,
    ...(options.seed !== undefined && {
      seed: (await readJson(options.seed)) as Seed,
    }),
    ...(options.state !== undefined && { stateFile: options.state }),
  });
  if (options.compare !== undefined)
    return compareWith(simulator, options.compare).finally(() =>
      simulator.close(),
    );
  // Before anybody is told that it runs: who reads that line may send the signal at once.
  const asked = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  const { url, environment } = simulator;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...environment, url, pid: process.pid })}\n`
      : `${[
          `# Entra, Exchange Online, Microsoft Graph and Cloudflare: ${url} (page: ${url}/simulator)`,
          ...Object.entries(environment).map(
            ([name, value]) => `export ${name}=${quoted(value)}`,
          ),
        ].join("\n")}\n`,
  );
  await asked;
  await simulator.close();
}

async function compareWith(simulator: Simulator, file: string): Promise<void> {
  const { compare, readTranscript } = await import("../simulator/index.js");
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

function quoted(value: string): string {
  return /^[\w./:@-]*$/.test(value)
    ? value
    : `'${value.replaceAll("'", "'\\''")}'`;
}

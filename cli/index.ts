#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, type CommanderError } from "commander";
import { visibleLines } from "../mail-flow/visible";
import { diffCommand } from "./diff";
import { explainCommand } from "./explain";
import { doctorCommand } from "./doctor";
import { evidenceCommand } from "./evidence";
import { initCommand } from "./init";
import { simulateCommand } from "./simulate";
import { testPlanCommand } from "./test-plan";

const { version } = JSON.parse(
  readFileSync(require.resolve("pulumi-area1-m365/package.json"), "utf8"),
) as { version: string };

const program = new Command("area1-m365")
  .description("Cloudflare Email Security in front of Microsoft 365")
  .version(version)
  // Options after a command belong to it, such as the `--version` of a command that `simulate` runs.
  .enablePositionalOptions();
// Each command loads its modules when it runs, so that --help and other commands start faster.
for (const command of [
  explainCommand,
  doctorCommand,
  evidenceCommand,
  initCommand,
  testPlanCommand,
  simulateCommand,
  diffCommand,
])
  program.addCommand(command.exitOverride(endsWith2));

program
  .exitOverride(endsWith2)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(
      `${visibleLines(error instanceof Error ? error.message : String(error))}\n`,
    );
    process.exitCode ??= 1;
  });

/** Exits with 2 if the command line is wrong (1 means that a command found something), and with 0 after help and version. */
function endsWith2({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

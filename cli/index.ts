#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, type CommanderError } from "commander";
import { visibleLines } from "../mail-flow/visible";
import { diffCommand } from "./diff";
import { explainCommand } from "./explain";
import { doctorCommand } from "./doctor";
import { evidenceCommand } from "./evidence";
import { simulateCommand } from "./simulate";
import { testPlanCommand } from "./test-plan";

const { version } = JSON.parse(
  readFileSync(require.resolve("pulumi-area1-m365/package.json"), "utf8"),
) as { version: string };

const program = new Command("area1-m365")
  .description("Cloudflare Email Security in front of Microsoft 365")
  .version(version)
  // What follows a command is that command's, such as the `--version` of a command that `simulate` runs.
  .enablePositionalOptions();
// Each loads what it works with when it runs: --help and the others do not wait for it.
for (const command of [
  explainCommand,
  doctorCommand,
  evidenceCommand,
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

/** Ends with 2 where a command line is wrong: 1 says that something was looked at and found. Help and version end with 0. */
function endsWith2({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : 2);
}

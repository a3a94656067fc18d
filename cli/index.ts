#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { diffCommand } from "./diff";
import { explainCommand } from "./explain";
import { doctorCommand } from "./doctor";
import { evidenceCommand } from "./evidence";
import { simulateCommand } from "./simulate";
import { testPlanCommand } from "./test-plan";

const { version } = JSON.parse(
  readFileSync(require.resolve("pulumi-area1-m365/package.json"), "utf8"),
) as { version: string };

new Command("area1-m365")
  .description("Cloudflare Email Security in front of Microsoft 365")
  .version(version)
  .addCommand(explainCommand())
  .addCommand(simulateCommand())
  .addCommand(diffCommand())
  .addCommand(doctorCommand())
  .addCommand(evidenceCommand())
  .addCommand(testPlanCommand())
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode ??= 1;
  });

import { Command } from "commander";
import { visibleJson } from "../mail-flow/visible";
import { wholeNumber, stackOption } from "./option-values";

interface EvidenceOptions {
  stack?: string;
  days: number;
  details?: true;
  json?: true;
}

/**
 * `area1-m365 evidence`: compares the tenant's own mail reports with the model. The exit code is 1 if they disagree (a failed
 * finding), else 2 if something could not be read, else 0. Warnings do not change it.
 */
export const evidenceCommand = new Command("evidence")
  .description(
    "Report what happened to mail that the rules on Cloudflare's headers matched, and where that differs from the configuration; reads only",
  )
  .option(
    "--days <number>",
    "number of days to report, 1 to 90",
    wholeNumber("a number of days", 1, 90),
    90,
  )
  .addOption(stackOption())
  .option(
    "--details",
    "show ids, addresses and subjects of the messages that findings are about",
  )
  .option("--json", "print one JSON object")
  .action(report);

async function report(options: EvidenceOptions): Promise<void> {
  process.exitCode = 2;
  const [{ readLive }, { readSnapshot }, { readReports }, { evidence }, text] =
    await Promise.all([
      import("./live.js"),
      import("../providers/snapshot/snapshot.js"),
      import("../providers/snapshot/reports.js"),
      import("../mail-flow/evidence.js"),
      import("./evidence/text.js"),
    ]);
  const found = await readLive(
    "Cannot read what happened to mail",
    options.stack,
    async (operation) => {
      const snapshot = await readSnapshot(operation);
      const reports = await readReports(operation, snapshot, {
        days: options.days,
      });
      return evidence(snapshot, reports, {
        details: options.details ?? false,
      });
    },
  );
  process.stdout.write(
    options.json ? `${visibleJson(found)}\n` : text.evidenceText(found),
  );
  if (found.findings.some(({ status }) => status === "failed"))
    process.exitCode = 1;
  else if (found.couldNotLook.length === 0) process.exitCode = 0;
}

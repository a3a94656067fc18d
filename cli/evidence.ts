import { Command, InvalidArgumentError } from "commander";

interface EvidenceOptions {
  days: number;
  details?: true;
  json?: true;
}

/**
 * `area1-m365 evidence`: what the tenant reports of its own mail, beside what the model says. The exit code is 1 where they
 * disagree (a finding that failed), else 2 where something could not be looked at, else 0; warnings change nothing.
 */
export function evidenceCommand(): Command {
  return new Command("evidence")
    .description(
      "Tell what really happened to mail that the rules on Cloudflare's headers matched, and where that is not what the configuration says; reads only",
    )
    .option("--days <number>", "days to look back, 1 to 90", days, 90)
    .option(
      "--details",
      "show ids, addresses and subjects of the messages that findings are about",
    )
    .option("--json", "print one JSON object")
    .action(look);
}

async function look(options: EvidenceOptions): Promise<void> {
  process.exitCode = 2;
  // Loaded here, so that other commands and --help do not wait for it.
  const [{ live }, { readSnapshot }, { readReports }, { evidence }, text] =
    await Promise.all([
      import("./live.js"),
      import("../providers/mail-flow/snapshot.js"),
      import("../providers/mail-flow/reports.js"),
      import("../lib/mail-flow/evidence.js"),
      import("./evidence/text.js"),
    ]);
  const tenant = await live();
  const found = await tenant.attempt(
    "Cannot read what happened to mail",
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
    options.json ? `${JSON.stringify(found)}\n` : text.evidenceText(found),
  );
  if (found.findings.some(({ status }) => status === "failed"))
    process.exitCode = 1;
  else if (found.couldNotLook.length === 0) process.exitCode = 0;
}

function days(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 90)
    throw new InvalidArgumentError("Not a number of days from 1 to 90.");
  return value;
}

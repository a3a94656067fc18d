import { Command } from "commander";
import { repeatable, stackOption } from "./option-values";
import { snapshotOf } from "./snapshot-file";

interface TestPlanOptions {
  out: string;
  snapshot?: string;
  stack?: string;
  recipient?: string[];
  force?: true;
}

/** `area1-m365 test-plan`: writes messages that test the rules, with the expected results. */
export const testPlanCommand = new Command("test-plan")
  .description(
    "Write a message for each disposition, header and class of recipients, with the Test-Message commands and the expected results; sends nothing",
  )
  .requiredOption("--out <directory>", "write the files into this directory")
  .option(
    "--snapshot <file>",
    "use this file, which explain --save wrote, instead of the live tenant",
  )
  .addOption(stackOption())
  .option(
    "--recipient <address>",
    "an address instead of a sample of each class; may be repeated",
    repeatable(),
  )
  .option("--force", "overwrite files that differ")
  .action(write);

async function write(options: TestPlanOptions): Promise<void> {
  process.exitCode = 2;
  const [{ testPlan }, { planText }, { writeAll }] = await Promise.all([
    import("../mail-flow/test-plan.js"),
    import("./test-plan/text.js"),
    import("./test-plan/files.js"),
  ]);
  const cases = testPlan(
    await snapshotOf(options.snapshot, options.stack),
    options.recipient ? { recipients: options.recipient } : {},
  );
  const { written, others } = await writeAll(
    options.out,
    new Map([
      ...cases.map(({ file, eml }): [string, string] => [file, eml]),
      ["README.md", planText(cases)],
    ]),
    options.force ?? false,
  );
  for (const file of others)
    process.stderr.write(`warning: ${file} does not belong to this plan\n`);
  process.stdout.write(
    `${cases.length} messages and README.md in ${options.out} (${written} of them written, the others were unchanged)\n`,
  );
  process.exitCode = 0;
}

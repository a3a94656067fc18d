import { isIP } from "node:net";

import { Command } from "commander";

import { visibleJson } from "../mail-flow/visible";
import type { Diagnosis, DiagnosisOptions } from "./doctor/diagnosis";
import { checked, repeatable, stackOption } from "./option-values";
import { hasColours } from "./terminal";

/** The command's options. */
interface DoctorOptions extends DiagnosisOptions {
  readonly snapshot?: string;
  readonly stack?: string;
  readonly json?: true;
  readonly verbose?: true;
}

/**
 * `area1-m365 doctor`: reports what defeats the use case that a tenant is in, or may do so, and what to do; use case 4 if it is in
 * none, or in several. It only reads. The exit code is
 * 1 if a check failed, else 2 if something could not be read (except for a missing right), else 0.
 */
export const doctorCommand = new Command("doctor")
  .description(
    "Report what keeps mail from going where the tenant's use case sends it, and what to do; reads only",
  )
  .option(
    "--domain <name>",
    "check this domain (repeatable; default: all domains of the account)",
    repeatable(),
    [],
  )
  .option(
    "--resolver <address>",
    "DNS server to ask for MX records, as IP or IP:PORT",
    checked(
      isAddress,
      "Not an IP address, optionally with a port: 192.0.2.53, 192.0.2.53:5353.",
    ),
  )
  .option(
    "--snapshot <file>",
    "examine what `explain --save` has written instead of the tenant",
  )
  .addOption(stackOption())
  .option("--json", "print an array of all findings")
  .option("--verbose", "report every check, also those that passed")
  .action(doctor);

/** The properties of a finding that `--json` prints, in this order. */
const jsonKeys = [
  "check",
  "status",
  "object",
  "property",
  "reason",
  "fix",
  "url",
];

async function doctor(options: DoctorOptions): Promise<void> {
  process.exitCode = 2;
  const diagnosis = await diagnose(options);
  const { findings } = diagnosis;
  if (options.json)
    process.stdout.write(`${visibleJson(findings, jsonKeys)}\n`);
  else {
    const { diagnosisText } = await import("./doctor/text.js");
    process.stdout.write(
      diagnosisText(diagnosis, {
        verbose: options.verbose ?? false,
        colours: hasColours(),
      }),
    );
  }
  if (findings.some(({ status }) => status === "failed")) process.exitCode = 1;
  else if (diagnosis.complete) process.exitCode = 0;
}

async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  if (options.snapshot === undefined) {
    const [{ diagnoseTenant }, { stackConfiguration }] = await Promise.all([
      import("./doctor/tenant-diagnosis.js"),
      import("./stack-configuration.js"),
    ]);
    return diagnoseTenant(
      options,
      process.env,
      await stackConfiguration(options),
    );
  }
  const { diagnoseFile } = await import("./doctor/diagnosis.js");
  return diagnoseFile(options.snapshot, options);
}

function isAddress(text: string): boolean {
  const bare = text.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return isIP(text) !== 0 || isIP(bare) !== 0;
}

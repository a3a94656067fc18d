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
 * `area1-m365 doctor`: what defeats use case 4 in a tenant or may do so, and what to do. The exit code is 1 with failures, else 2
 * where something could not be looked at (other than for a right that is missing), else 0; it writes nothing.
 */
export const doctorCommand = new Command("doctor")
  .description(
    "Tell what keeps mail from going where use case 4 wants it, and what to do; reads only",
  )
  .option(
    "--domain <name>",
    "look at this domain (repeatable; default: all of the account's)",
    repeatable(),
    [],
  )
  .option(
    "--resolver <address>",
    "DNS server to ask for MX records, as IP or IP:PORT",
    checked(
      isAddress,
      "Not an IP address, or one with a port: 192.0.2.53, 192.0.2.53:5353.",
    ),
  )
  .option(
    "--snapshot <file>",
    "examine what `explain --save` has written instead of the tenant",
  )
  .addOption(stackOption())
  .option("--json", "print an array of all findings")
  .option("--verbose", "tell of every check, also those that are fine")
  .action(doctor);

/** What `--json` prints of a finding, in this order. */
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

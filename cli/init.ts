import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { visibleJson } from "../mail-flow/visible";
import { stackOption } from "./option-values";
import { languages, type Language } from "./init/language";
import type { Versions } from "./init/project-files";

interface InitOptions {
  out: string;
  language: Language;
  snapshot?: string;
  stack?: string;
  all?: true;
  force?: true;
  json?: true;
}

/**
 * `area1-m365 init`: writes a program that manages what a tenant has, and the file with which it is imported. Writes nothing to any vendor.
 * The exit code is 0, or 2 after an error.
 */
export const initCommand = new Command("init")
  .description(
    "Write a program for what the tenant has, and the import file for it; tells the use case, and what differs from its component; only reads at the vendors",
  )
  .option("--out <directory>", "write the files into this directory", ".")
  .addOption(
    new Option("--language <language>", "language of the program")
      .choices(languages)
      .default("typescript"),
  )
  .option(
    "--snapshot <file>",
    "use this file, which explain --save wrote, instead of the live tenant",
  )
  .addOption(stackOption())
  .option(
    "--all",
    "also take over objects that have no part in the use case, each as a resource",
  )
  .option("--force", "overwrite the program and the import file")
  .option("--json", "print the summary as data")
  .action(init);

async function init(options: InitOptions): Promise<void> {
  process.exitCode = 2;
  const { out, language, all = false, force = false } = options;
  const [
    { refuseExistingProgram, writeProject },
    { takeoverOf },
    { tenantFromSnapshot, readTenant },
  ] = await Promise.all([
    import("./init/project-files.js"),
    import("./init/takeover.js"),
    import("./init/tenant.js"),
  ]);
  // Checked first, so that the user does not wait for the tenant in vain.
  await refuseExistingProgram(out, language, force);
  const tenant = await (async () => {
    if (options.snapshot !== undefined) {
      const { readSnapshotFile } = await import("./snapshot-file.js");
      return tenantFromSnapshot(await readSnapshotFile(options.snapshot));
    }
    const { readLive } = await import("./live.js");
    return readLive("Cannot read the tenant", options.stack, readTenant);
  })();
  const takeover = takeoverOf(tenant, { all });
  const written = await writeProject(takeover, {
    directory: out,
    language,
    force,
    versions: versions(),
  });
  const { summaryText, nextCommands } = await import("./init/text.js");
  process.stdout.write(
    options.json
      ? `${visibleJson({
          ...takeover,
          files: written.files,
          remarks: [...takeover.remarks, ...written.remarks],
          commands: takeover.program.length > 0 ? nextCommands : [],
        })}\n`
      : summaryText(takeover, written, language),
  );
  process.exitCode = 0;
}

/** Returns the versions that a new folder needs: those of this library, and of the last Pulumi SDK for this version of Node.js. */
function versions(): Versions {
  const { version, peerDependencies, devDependencies } = JSON.parse(
    readFileSync(require.resolve("pulumi-area1-m365/package.json"), "utf8"),
  ) as {
    version: string;
    peerDependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const sdk = "@pulumi/pulumi";
  const isOld = Number(process.versions.node.split(".")[0]) < 22;
  const range = (isOld ? devDependencies[sdk] : peerDependencies[sdk]) ?? "*";
  return { library: version, sdk: range };
}

import path from "node:path";

let found: Promise<string> | undefined;

/**
 * The folder of the Pulumi engine's executables. `npm test` has prepared it; a test started by hand looks for it itself.
 *
 * @throws Error that says why there is none: a test on the engine fails then, it is never skipped
 */
export function engineDirectory(): Promise<string> {
  const { AREA1_ENGINE_DIRECTORY, AREA1_ENGINE_ERROR } = process.env;
  if (AREA1_ENGINE_ERROR) {
    return Promise.reject(new Error(AREA1_ENGINE_ERROR));
  }
  found ??= AREA1_ENGINE_DIRECTORY
    ? Promise.resolve(AREA1_ENGINE_DIRECTORY)
    : import("../../scripts/engine.mjs").then(
        async ({ ensureEngine }) => (await ensureEngine()).binDirectory,
      );
  return found;
}

/**
 * The environment of an isolated engine: its own home, a state backend in `directory`, no network look-ups of its own,
 * and nothing of the developer's Pulumi, Azure, Cloudflare or area1 settings.
 */
export async function engineEnvironment(
  directory: string,
): Promise<Record<string, string>> {
  const bin = await engineDirectory();
  return {
    ...ownEnvironment(),
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
    PULUMI_HOME: path.join(directory, "home"),
    PULUMI_BACKEND_URL: `file://${path.join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    // Without it the command line hides --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}

/** This process's environment without what would change the outcome of a test. */
export function ownEnvironment(): Record<string, string> {
  const foreign =
    /^(PULUMI|AZURE|CLOUDFLARE|AREA1)_|^(NODE_OPTIONS|JEST_WORKER_ID|NODE_ENV)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !foreign.test(entry[0]),
    ),
  );
}

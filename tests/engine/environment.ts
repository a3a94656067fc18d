import path from "node:path";

let found: Promise<string> | undefined;

/**
 * Returns the folder of the Pulumi engine's executables. `npm test` has prepared it; a test that is started by hand finds it itself.
 *
 * @throws Error that says why there is none: tests with the engine fail then, and are never skipped
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
 * Returns the environment of an isolated engine: its own home, a state backend in `directory`, no requests of the engine itself, and
 * none of the developer's settings for Pulumi, Azure, Cloudflare or area1.
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
    // Without it, the CLI does not offer --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
  };
}

/** Returns this process's environment without variables that influence tests. */
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

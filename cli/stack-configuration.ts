import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

import { printable, sentence, UserError } from "../providers/errors";
import { isRecord, parsed } from "../providers/json";
import { keys, type Key } from "../providers/session/configuration";
import type { Stored } from "../providers/session/session";

/** The stack to read, and the environment and folder to read it from. */
export interface StackQuestion {
  /** Default: the stack that is selected in the project. */
  readonly stack?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
}

/** The keys that the environment must set so that the stack is not read: the tenant, the account and a credential for each vendor. */
const complete: readonly (readonly Key[])[] = [
  ["tenantId"],
  ["clientSecret", "clientCertificatePath", "federatedTokenFile"],
  ["cloudflareAccountId"],
  ["cloudflareApiToken"],
];

/** Keys whose value is a path, which the program reads relative to its project. */
const paths: readonly string[] = [
  "area1:clientCertificatePath",
  "area1:federatedTokenFile",
];

const nothing: Stored = () => undefined;

/**
 * Returns the configuration of the stack of the Pulumi project that the command is run in, by full key, as the provider gets it. The
 * command `pulumi` reads it, because it knows the backend and decrypts the secrets. The values are never printed.
 *
 * Returns an empty configuration if the environment sets everything, if there is no project, or if `pulumi` is not installed.
 *
 * @throws UserError if `pulumi` fails, or if `--stack` is given and cannot be read.
 */
export async function stackConfiguration({
  stack,
  environment = process.env,
  directory = process.cwd(),
}: StackQuestion = {}): Promise<Stored> {
  const isSet = (key: Key): boolean => Boolean(environment[keys[key]]?.trim());
  if (stack === undefined && complete.every((some) => some.some(isSet)))
    return nothing;
  const project = projectAbove(directory);
  if (project === undefined) {
    if (stack === undefined) return nothing;
    throw new UserError(
      `Cannot read the stack ${stack}: there is no Pulumi.yaml in ${directory} or above it. Run the command in the folder of the Pulumi project, or leave out --stack.`,
    );
  }
  const json = await pulumiConfig(stack, environment, directory);
  if (json === undefined) {
    if (stack === undefined) return nothing;
    throw new UserError(
      `Cannot read the stack ${stack}: there is no command pulumi on the PATH. Install it, or leave out --stack and set the environment variables of docs/configuration.md.`,
    );
  }
  const values = parsed(json);
  if (!isRecord(values))
    throw failure(stack, project, "pulumi printed no JSON object");
  return (key) => {
    const entry = Object.hasOwn(values, key) ? values[key] : undefined;
    const value = isRecord(entry) ? entry["value"] : undefined;
    if (typeof value !== "string") return undefined;
    return paths.includes(key) && value.trim() !== ""
      ? path.resolve(project, value.trim())
      : value;
  };
}

/** Returns the folder with the project file that Pulumi finds from a folder. */
function projectAbove(directory: string): string | undefined {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const files = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];
    if (files.some((file) => existsSync(path.join(at, file)))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/** Returns the output of `pulumi config`, or undefined if `pulumi` is not installed. */
function pulumiConfig(
  stack: string | undefined,
  environment: NodeJS.ProcessEnv,
  directory: string,
): Promise<string | undefined> {
  const chosen = stack === undefined ? [] : ["--stack", stack];
  return new Promise((resolve, reject) => {
    const child = execFile(
      "pulumi",
      [
        ...["config", "--json", "--show-secrets", ...chosen],
        ...["--non-interactive", "--color", "never"],
      ],
      {
        cwd: directory,
        env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
        maxBuffer: 64 * 1024 * 1024,
        timeout: timeLimit,
      },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (error.code === "ENOENT") resolve(undefined);
        // Discards the error and stdout, which may contain secrets.
        else reject(failure(stack, directory, whyItFailed(error, stderr)));
      },
    );
    child.stdin?.end();
  });
}

/** Time limit of `pulumi config` in milliseconds. A backend may be slow. */
const timeLimit = 120_000;

function whyItFailed(
  { killed, code }: { killed?: boolean; code?: string | number | null },
  stderr: string,
): string {
  if (killed) return `pulumi did not answer within ${timeLimit / 1000} s`;
  const reason = printable(stderr).replace(/^error: /, "");
  return reason || `pulumi ended with ${code ?? "a signal"} and no message`;
}

const failure = (
  stack: string | undefined,
  directory: string,
  reason: string,
): UserError =>
  new UserError(
    `Cannot read the configuration of ${stack === undefined ? "the selected stack" : `the stack ${stack}`} in ${directory} with pulumi config: ${sentence(reason)} Check that pulumi config works there (a stack is selected or given by --stack, you are logged in to its backend, PULUMI_CONFIG_PASSPHRASE is set if it needs one), or set the environment variables of docs/configuration.md.`,
  );

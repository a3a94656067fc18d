import {
  resolveConfiguration,
  type Configuration,
} from "../providers/session/configuration";
import { withFailureContext } from "../providers/lifecycle/failure-context";
import {
  scrub,
  Session,
  storedSecrets,
  type Operation,
  type Stored,
} from "../providers/session/session";
import { stackConfiguration } from "./stack-configuration";

/**
 * Begins an operation on the tenant and the account that the environment and a stack's configuration name, one for a whole command: all
 * its waiting and retrying shares one patience. It signs in to nothing yet. Warnings and what is waited for go to stderr, so that stdout
 * holds only the result of the command.
 *
 * @param stored the stack's configuration, by full key.
 * @throws UserError when both contradict each other, or when a value cannot be used.
 */
export function liveOperation(
  environment: NodeJS.ProcessEnv = process.env,
  stored: Stored = () => undefined,
): Operation {
  const session = new Session(
    resolved(stored, environment),
    (message, severity) =>
      process.stderr.write(
        severity === "warning" ? `warning: ${message}\n` : `${message}\n`,
      ),
  );
  return session.begin(session.configuration.cloudflareAccountId);
}

/** The configuration in its final form. No error of it shows a secret. */
function resolved(
  stored: Stored,
  environment: NodeJS.ProcessEnv,
): Configuration {
  try {
    return resolveConfiguration(stored, environment);
  } catch (error) {
    throw new Error(scrub((error as Error).message, storedSecrets(stored)), {
      cause: error,
    });
  }
}

/**
 * Reads the tenant and the account that the environment and the Pulumi stack name. An error says what was tried, the vendor's reason and
 * what to do, without a secret.
 *
 * @param tried such as `Cannot read the tenant`.
 * @param stack what the option `--stack` says.
 */
export async function readLive<T>(
  tried: string,
  stack: string | undefined,
  read: (operation: Operation) => Promise<T>,
): Promise<T> {
  const operation = liveOperation(
    process.env,
    await stackConfiguration({ stack }),
  );
  try {
    return await withFailureContext(tried, () => read(operation));
  } catch (error) {
    throw new Error(operation.session.scrub((error as Error).message), {
      cause: error,
    });
  }
}

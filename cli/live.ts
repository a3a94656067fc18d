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
 * Starts an operation on the tenant and the account that the environment and a stack's configuration name. A command uses one operation,
 * so that one deadline limits all its waiting and retrying. Does not sign in yet. Warnings and progress go to stderr, so that stdout
 * contains only the result of the command.
 *
 * @param stored the stack's configuration, by full key.
 * @throws UserError if environment and stack contradict each other, or a value is not valid.
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

/** Returns the resolved configuration. Its errors never contain a secret. */
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
 * Reads the tenant and the account that the environment and the Pulumi stack name. Errors contain what was tried, the vendor's reason
 * and what to do, but no secret.
 *
 * @param tried the start of an error, such as `Cannot read the tenant`.
 * @param stack the value of the option `--stack`.
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

import { resolveConfiguration } from "../providers/session/configuration";
import { withFailureContext } from "../providers/lifecycle/failure-context";
import { Session, type Operation } from "../providers/session/session";

/**
 * Begins an operation on the tenant and the account that the environment names, one for a whole command: all its waiting and retrying
 * shares one patience. It signs in to nothing yet. Warnings and what is waited for go to stderr, so that stdout holds the command's
 * answer alone.
 *
 * @throws UserError when the environment contradicts itself or holds what cannot be used.
 */
export function liveOperation(
  environment: NodeJS.ProcessEnv = process.env,
): Operation {
  const session = new Session(
    resolveConfiguration(() => undefined, environment),
    (message, severity) =>
      process.stderr.write(
        severity === "warning" ? `warning: ${message}\n` : `${message}\n`,
      ),
  );
  return session.begin(session.configuration.cloudflareAccountId);
}

/**
 * Reads from what the environment names. An error says what was tried, the vendor's reason and what to do, without a secret.
 *
 * @param tried such as `Cannot read the tenant`.
 */
export async function readLive<T>(
  tried: string,
  read: (operation: Operation) => Promise<T>,
): Promise<T> {
  const operation = liveOperation();
  try {
    return await withFailureContext(tried, () => read(operation));
  } catch (error) {
    throw new Error(operation.session.scrub((error as Error).message), {
      cause: error,
    });
  }
}

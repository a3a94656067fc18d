import type { Operation, Session } from "../providers/session";

/** The tenant and the account that the environment names, for commands that only read. */
export interface Live {
  readonly session: Session;
  /** One operation for the whole command: all its waiting and retrying shares one patience. */
  readonly operation: Operation;
  /**
   * Does something with them; an error says what was tried, the vendor's reason and what to do, without a secret.
   * @param tried such as `Cannot read the tenant`.
   */
  attempt<T>(
    tried: string,
    work: (operation: Operation) => Promise<T>,
  ): Promise<T>;
}

/**
 * Signs in to nothing yet: resolves the configuration of the environment, which has the names that the README lists. Warnings and
 * what is waited for go to stderr, so that stdout holds the command's answer alone.
 *
 * @throws UserError when the environment contradicts itself or holds what cannot be used.
 */
export async function live(
  environment: NodeJS.ProcessEnv = process.env,
  say: (line: string) => void = (line) =>
    void process.stderr.write(`${line}\n`),
): Promise<Live> {
  // Loaded here, so that other commands and --help do not wait for it.
  const [{ Session }, { resolveConfiguration }, { trying }] = await Promise.all(
    [
      import("../providers/session.js"),
      import("../providers/configuration.js"),
      import("../providers/lifecycle/trying.js"),
    ],
  );
  const session = new Session(
    resolveConfiguration(() => undefined, environment),
    (message, severity) =>
      say(severity === "warning" ? `warning: ${message}` : message),
  );
  const operation = session.begin(session.configuration.cloudflareAccountId);
  return {
    session,
    operation,
    async attempt(tried, work) {
      try {
        return await trying(tried, () => work(operation));
      } catch (error) {
        throw new Error(session.scrub((error as Error).message), {
          cause: error,
        });
      }
    },
  };
}

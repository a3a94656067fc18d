import type { Handlers, Platform } from "../conformance/platform";
import { secretsIn } from "./canaries";

/** Searches all output of a run for secrets. */
export class Watch {
  /** Number of searched texts. */
  searched = 0;
  /** The found secrets, one line each. */
  readonly found: string[] = [];

  /** Searches a text, or any other value as JSON. */
  see(where: string, what: unknown): void {
    this.searched += 1;
    const text = typeof what === "string" ? what : JSON.stringify(what ?? null);
    for (const secret of secretsIn(text))
      this.found.push(`${where}: ${secret}`);
  }

  /** Returns the same platform, with every answer and every error of its handlers searched. */
  over(platform: Platform): Platform {
    return {
      ...platform,
      run: (environment) => {
        const run = platform.run(environment);
        return {
          of: (kind) => this.#handlers(kind, run.of(kind)),
          warnings: async (atLeast) => {
            const warnings = await run.warnings(atLeast);
            this.see("a warning", warnings);
            return warnings;
          },
        };
      },
    };
  }

  #handlers(kind: string, handlers: Handlers): Handlers {
    const watched = async <T>(verb: string, work: Promise<T>): Promise<T> => {
      try {
        const answer = await work;
        this.see(`what ${verb} of ${kind} answers`, answer);
        return answer;
      } catch (error) {
        const { message, stack, ...rest } = error as Error;
        const { cause } = error as { cause?: Error };
        this.see(`an error of ${verb} of ${kind}`, [
          message,
          stack,
          cause?.message,
          rest,
        ]);
        throw error;
      }
    };
    return {
      check: (...args) => watched("check", handlers.check(...args)),
      diff: (...args) => watched("diff", handlers.diff(...args)),
      create: (...args) => watched("create", handlers.create(...args)),
      read: (...args) => watched("read", handlers.read(...args)),
      update: (...args) => watched("update", handlers.update(...args)),
      delete: (...args) => watched("delete", handlers.delete(...args)),
    };
  }
}

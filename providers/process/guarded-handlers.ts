import { visibleLines } from "../../mail-flow/visible";
import { engineOf, watchEngine } from "./engine";
import { PartialFailure, reasonOf } from "../errors";
import type { Handlers } from "./handlers";
import type { State } from "../kind";
import {
  scrub,
  storedSecrets,
  type Session,
  type Stored,
} from "../session/session";

/** The object that Pulumi's dynamic-provider process calls. */
export interface GuardedHandlers extends Handlers {
  configure(request: {
    config: { get(key: string): string | undefined };
  }): Promise<void>;
}

/**
 * Cures, once for all handlers, what Pulumi's dynamic-provider process does wrong with what they return or throw:
 *
 * - it caches the object before `configure` has ended, so `configure` only keeps the configuration and the session is made on
 *   first use;
 * - `undefined` in an answer fails the call after the remote work is done, dates and maps become empty objects;
 * - anything thrown that is not an `Error` leaves the engine waiting for ever, an `id` or `code` on one is taken for something
 *   else, and of `check`, `diff`, `read` and `delete` the whole stack is printed;
 * - a partial failure without `__provider` in its properties leaves a resource that cannot be refreshed;
 * - it does not end when the engine is killed.
 */
export function guardedHandlers(
  implement: (session: () => Session) => Handlers,
  open: (stored: Stored) => Session,
): GuardedHandlers {
  let stored: Stored = () => undefined;
  let opened: Session | undefined;
  // Not at `configure`: an error belongs to the resource that is asked for.
  const session = (): Session => (opened ??= open(stored));
  const handlers = implement(session);

  const scrubbed = (message: string): string => {
    try {
      return visibleLines(session().scrub(message));
    } catch {
      return visibleLines(scrub(message, storedSecrets(stored)));
    }
  };

  const call = async <T>(
    work: () => Promise<T>,
    provider: unknown = undefined,
  ): Promise<T> => {
    underWay++;
    try {
      return plain(await work()) as T;
    } catch (error) {
      throw bare(error, scrubbed, provider);
    } finally {
      underWay--;
    }
  };

  return {
    configure({ config }) {
      stored = (key) => config.get(key);
      opened = undefined;
      leaveWithEngine();
      return Promise.resolve();
    },
    check: (olds, news) => call(() => handlers.check(olds, news)),
    diff: (id, olds, news) => call(() => handlers.diff(id, olds, news)),
    create: (inputs) =>
      call(async () => {
        const { id, outs } = await handlers.create(inputs);
        if (typeof id !== "string" || id === "")
          throw new Error("the object that was made has no id");
        return { id, outs };
      }, inputs["__provider"]),
    read: (id, state) => call(() => handlers.read(id, state)),
    update: (id, olds, news) =>
      call(() => handlers.update(id, olds, news), news["__provider"]),
    delete: (id, state) => call(() => handlers.delete(id, state)),
  };
}

/** An Error with a message and nothing else that could be misunderstood. */
function bare(
  error: unknown,
  scrubbed: (message: string) => string,
  provider: unknown,
): Error {
  const message = scrubbed(reasonOf(error)) || "failed without a reason";
  const result = new Error(message);
  Object.defineProperty(result, "stack", {
    value: "see the error on the resource",
  });
  result.toString = () => "area1";
  if (error instanceof PartialFailure && provider !== undefined)
    Object.assign(result, {
      id: error.id,
      properties: { ...(plain(error.outs) as State), __provider: provider },
      reasons: error.reasons.map(scrubbed),
    });
  return result;
}

/** Only what a protobuf Struct holds: no undefined, no dates, no functions. */
function plain(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((entry) => (entry === undefined ? null : plain(entry)));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
      member === undefined ||
      typeof member === "function" ||
      typeof member === "symbol"
        ? []
        : [[key, plain(member)]],
    ),
  );
}

let underWay = 0;
let watching = false;

/** Ends the process when the engine is gone and no request of ours is under way: nobody else would. */
function leaveWithEngine(): void {
  const engine = engineOf(process.argv);
  if (watching || !engine) return;
  watching = true;
  watchEngine(engine, () => {
    if (underWay === 0) process.exit(0);
  });
}

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

/** The handlers that Pulumi's dynamic-provider process calls. */
export interface GuardedHandlers extends Handlers {
  configure(request: {
    config: { get(key: string): string | undefined };
  }): Promise<void>;
}

/**
 * Works around defects of Pulumi's dynamic-provider process, for all handlers:
 *
 * - It caches the object before `configure` has ended, so `configure` only stores the configuration, and the session is created on
 *   first use.
 * - `undefined` in a result makes the call fail after the remote work is done; dates and maps become empty objects.
 * - If a thrown value is not an `Error`, the engine waits forever. An `id` or `code` of an error is misinterpreted. For `check`,
 *   `diff`, `read` and `delete`, the error's whole stack is printed.
 * - A partial failure without `__provider` in its properties leaves a resource that cannot be refreshed.
 * - It does not end when the engine is killed.
 */
export function guardedHandlers(
  implement: (session: () => Session) => Handlers,
  open: (stored: Stored) => Session,
): GuardedHandlers {
  let stored: Stored = () => undefined;
  let opened: Session | undefined;
  // The session is not opened in `configure`, so that its error is reported for the resource that is processed.
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

/** Returns an Error without any property that Pulumi's process could misinterpret. */
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

/** Returns the value with only the types of a protobuf Struct: no undefined, no dates, no functions. */
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

/** Ends this process if the engine has ended and no call is under way. Nothing else would end it. */
function leaveWithEngine(): void {
  const engine = engineOf(process.argv);
  if (watching || !engine) return;
  watching = true;
  watchEngine(engine, () => {
    if (underWay === 0) process.exit(0);
  });
}

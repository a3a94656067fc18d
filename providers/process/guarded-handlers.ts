import { engineOf, watchEngine } from "./engine";
import { PartialFailure, reasonOf } from "../errors";
import { endWaiting } from "../http/patience";
import type { Handlers } from "./handlers";
import { isRecord } from "../json";
import type { State } from "../kind";
import { plain, printableMessage } from "./results";
import type { Session, Stored } from "../session/session";

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
 * - A partial failure without `__provider` in its properties leaves a resource that cannot be refreshed. So does a state that the
 *   provider `area1` wrote. Such a state gets an update without a write.
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

  const scrubbed = (message: string): string =>
    printableMessage(message, session, stored);

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
    diff: (id, olds, news) =>
      call(async () => {
        const result = await handlers.diff(id, olds, news);
        return result.changes === false && olds["__provider"] === undefined
          ? { changes: true }
          : result;
      }),
    create: (inputs) =>
      call(async () => {
        const { id, outs } = await handlers.create(inputs);
        if (typeof id !== "string" || id === "")
          throw new Error("the object that was made has no id");
        return { id, outs };
      }, inputs["__provider"]),
    read: (id, state) => call(() => handlers.read(id, state)),
    update: (id, olds, news) =>
      call(async () => {
        const isUnchanged =
          olds["__provider"] === undefined &&
          (await handlers.diff(id, olds, news)).changes === false;
        return isUnchanged
          ? { outs: managed(olds, news) }
          : handlers.update(id, olds, news);
      }, news["__provider"]),
    delete: (id, state) => call(() => handlers.delete(id, state)),
  };
}

/** Returns a state of the provider `area1`, without the values of an imported object that the program does not manage. */
const managed = (olds: State, news: State): State => {
  const { previous } = olds;
  return {
    ...Object.fromEntries(
      Object.entries(olds).filter(
        ([name]) => !isRecord(previous) || !(name in previous),
      ),
    ),
    ...news,
  };
};

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

let underWay = 0;
let watching = false;

/** Ends this process if the engine has ended and no call is under way. Nothing else would end it. */
function leaveWithEngine(): void {
  const engine = engineOf(process.argv);
  if (watching || !engine) return;
  watching = true;
  watchEngine(engine, () => {
    // Nobody would record a write after the waiting.
    endWaiting();
    if (underWay === 0) process.exit(0);
  });
}

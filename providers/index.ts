import { handlersOf } from "./handlers";
import {
  guardedHandlers,
  type GuardedHandlers,
} from "./process/guarded-handlers";
import { sessionFor, type Session, type Stored } from "./session/session";

/**
 * Returns the handlers of a kind for Pulumi's dynamic-provider process.
 *
 * Frozen: the text in `__provider` of every resource in users' states calls this function, with the names of the kinds.
 *
 * @param open returns the session for the handlers. @default the session of the process
 */
export const provider = (
  name: string,
  open: (stored: Stored) => Session = sessionFor,
): GuardedHandlers =>
  guardedHandlers((session) => handlersOf(name, session), open);

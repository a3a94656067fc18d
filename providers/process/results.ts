import { visibleLines } from "../../mail-flow/visible";
import {
  scrub,
  storedSecrets,
  type Session,
  type Stored,
} from "../session/session";

/** Returns a message without secrets and control characters, also if the session could not be opened. */
export function printableMessage(
  message: string,
  session: () => Session,
  stored: Stored,
): string {
  try {
    return visibleLines(session().scrub(message));
  } catch {
    return visibleLines(scrub(message, storedSecrets(stored)));
  }
}

/** Returns the value with only the types of a protobuf Struct: no undefined, no dates, no functions. */
export function plain(value: unknown): unknown {
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

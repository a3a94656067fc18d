import type { Vendor } from "./vendor";
import type { Json, JsonObject } from "./json";

/** One request and what came of it. */
export interface LogEntry {
  /** When it arrived, ISO 8601. */
  at: string;
  /** Whose service it was for. */
  vendor: Vendor;
  /** The method. */
  method: string;
  /** The path, without the query. */
  path: string;
  /** The query, a repeated name as an array. */
  query: Record<string, string | string[]>;
  /** Exchange: the cmdlet. */
  cmdlet?: string;
  /** Exchange: its parameters, as sent. */
  parameters?: JsonObject;
  /** The body, parsed; secrets and assertions of a token request are left out. */
  body?: Json;
  /** Graph: the requests of a batch and their statuses. */
  requests?: { path: string; status: number }[];
  /** The HTTP status; 0 when the connection was cut before one was sent. */
  status: number;
  /** Why it was refused, in one line; absent when it was carried out. */
  refused?: string;
  /** The fault that had a part in it, by its id. */
  fault?: string;
  /** How long it took, in milliseconds. */
  ms: number;
  /** Whether it asks for a change. */
  write: boolean;
  /** Which token or key it carried: a label, never the secret itself. */
  authorization?: string;
  /** The audience of its token. */
  tokenAudience?: string;
}

/** How many requests the log holds, at most. */
export const longestLog = 10_000;
/** How many characters the bodies in the log have together, about and at most. */
const largestLog = 16_000_000;
const sizes = new WeakMap<LogEntry, number>();

/** Adds a request to the log; the oldest leave a log that would grow beyond its bounds. */
export function note(log: LogEntry[], entry: LogEntry, size: number): void {
  sizes.set(entry, size);
  log.push(entry);
  if (log.length > longestLog) log.splice(0, log.length - longestLog);
  // Somebody else may have emptied the log, so nothing is counted along; with small bodies this is one addition.
  if (size < largestLog / longestLog && log.length % 100 !== 0) return;
  let total = 0;
  let first = log.length;
  while (first > 0 && total <= largestLog) {
    first -= 1;
    const one = log[first];
    total += one ? (sizes.get(one) ?? 0) : 0;
  }
  if (total > largestLog) log.splice(0, Math.min(first + 1, log.length - 1));
}

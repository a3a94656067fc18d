import type { Vendor } from "./vendor";
import type { Json, JsonObject } from "./json";

/** A request and its result. */
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
  /** Graph: the requests of a batch, with their statuses. */
  requests?: { path: string; status: number }[];
  /** The HTTP status; 0 when the connection was cut before one was sent. */
  status: number;
  /** Why it was refused, in one line; absent when it was carried out. */
  refused?: string;
  /** The id of the fault that was applied to it. */
  fault?: string;
  /** How long it took, in milliseconds. */
  ms: number;
  /** Whether it asks for a change. */
  write: boolean;
  /** The label of its token or key, never the secret itself. */
  authorization?: string;
  /** The audience of its token. */
  tokenAudience?: string;
}

/** Greatest number of requests in the log. */
export const longestLog = 10_000;
/** Approximate limit of the characters in all bodies of the log. */
const largestLog = 16_000_000;
const sizes = new WeakMap<LogEntry, number>();

/** Adds a request to the log, and removes the oldest ones if the log exceeds a limit. */
export function note(log: LogEntry[], entry: LogEntry, size: number): void {
  sizes.set(entry, size);
  log.push(entry);
  if (log.length > longestLog) log.splice(0, log.length - longestLog);
  // The sum is computed anew, because others may empty the log. With small bodies, once in a hundred requests is enough.
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

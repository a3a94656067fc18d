import type { Vendor } from "./answer";
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

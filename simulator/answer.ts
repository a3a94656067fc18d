import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Json } from "./json";
import type { LogEntry } from "./log";

/** A request as the vendors' parts see it. */
export interface VendorRequest {
  /** The method, in upper case. */
  method: string;
  /** The path as sent, without the query. */
  path: string;
  /** The query. */
  query: URLSearchParams;
  /** The headers, names in lower case. */
  headers: IncomingHttpHeaders;
  /** The body as text; empty when there was none. */
  body: string;
  /** The parts of the path that the route names, decoded. */
  params: Record<string, string>;
  /** The log entry of this request. The code of each vendor adds its own details. */
  entry: LogEntry;
}

/** A response. */
export interface Answer {
  /** The HTTP status. */
  status: number;
  /** Headers; Content-Length is added when it is sent. */
  headers: Record<string, string>;
  /** The body's bytes. */
  body: Buffer;
  /** Writes the body after the head was sent, and ends the response itself. `body` is then ignored. */
  stream?: (response: ServerResponse) => void;
}

/** Returns an answer with a JSON body. */
export function json(
  status: number,
  value: Json,
  headers: Record<string, string> = {},
): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** Returns an answer without a body. */
export function nothing(
  status: number,
  headers: Record<string, string> = {},
): Answer {
  return { status, headers, body: Buffer.alloc(0) };
}

/** Returns the token of an `Authorization: Bearer` header, or undefined. */
export function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

import type { Json } from "./json";

/** One request of a transcript and what the vendor answered. */
export interface Exchange {
  /** The line of the file that it stands in, from 1. */
  line: number;
  /** Whose service. */
  vendor: "exchange" | "cloudflare" | "graph";
  /** What was asked. */
  request: {
    method: string;
    /** With its query. */
    path: string;
    headers: Record<string, string>;
    body?: Json;
  };
  /** What was answered. */
  answer: {
    status: number;
    headers: Record<string, string>;
    /** JSON; absent for an empty body and for one that was none. */
    body?: Json;
    /** How long a body was that was no JSON. */
    characters?: number;
  };
}

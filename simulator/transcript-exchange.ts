import type { Json } from "./json";

/** One request of a transcript and what the vendor answered. */
export interface Exchange {
  /** The number of its line in the file, from 1. */
  line: number;
  /** The vendor. */
  vendor: "exchange" | "cloudflare" | "graph";
  /** The request. */
  request: {
    method: string;
    /** The path with its query. */
    path: string;
    headers: Record<string, string>;
    body?: Json;
  };
  /** The response. */
  answer: {
    status: number;
    headers: Record<string, string>;
    /** The JSON body. Absent if the body was empty or not JSON. */
    body?: Json;
    /** The length of a body that was not JSON. */
    characters?: number;
  };
}

/** The services that the simulator stands in for. */
export type Vendor = "entra" | "exchange" | "graph" | "cloudflare";

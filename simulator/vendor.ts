/** The services that the simulator simulates. */
export type Vendor = "entra" | "exchange" | "graph" | "cloudflare";

import type { DnsServer, Zone } from "../../scripts/dns-server.mjs" with {
  "resolution-mode": "import",
};

export type { DnsServer, Zone };

/** Starts a DNS server on loopback. */
export const dnsServer = async (zone: Zone): Promise<DnsServer> =>
  (await import("../../scripts/dns-server.mjs")).dnsServer(zone);

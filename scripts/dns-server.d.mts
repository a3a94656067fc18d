/** The answer for a domain: MX hosts with the preferred one first, that it does not exist, an error, or no answer. */
export type Zone = Readonly<
  Record<string, readonly string[] | "NXDOMAIN" | "SERVFAIL" | "silence">
>;
/** A DNS server on loopback for the given domains only. */
export interface DnsServer {
  /** Its address in the form of --resolver and `dnsServer`. */
  readonly address: string;
  /** The queries that it received. */
  readonly asked: string[];
  close(): Promise<void>;
}
/** Starts one. The zone may be changed. */
export function dnsServer(zone: Zone): Promise<DnsServer>;

import { createSocket } from "node:dgram";
import { once } from "node:events";

import { decode, encode } from "dns-packet";

/** The answer for a domain: MX hosts with the preferred one first, that it does not exist, an error, or no answer. */
export type Zone = Readonly<
  Record<string, readonly string[] | "NXDOMAIN" | "SERVFAIL" | "silence">
>;

/** A DNS server on loopback for the given domains only. */
export interface DnsServer {
  /** Its address in the form of --resolver. */
  readonly address: string;
  /** The queries that it received. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts one. */
export async function dnsServer(zone: Zone): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  socket.on("message", (packet, from) => {
    const { id, questions = [] } = decode(packet);
    const name = questions[0]?.name ?? "";
    asked.push(name);
    const answer = zone[name] ?? "NXDOMAIN";
    if (answer === "silence") return;
    const rcode = answer === "NXDOMAIN" ? 3 : answer === "SERVFAIL" ? 2 : 0;
    socket.send(
      encode({
        type: "response",
        ...(id !== undefined && { id }),
        flags: 0x0180 | rcode,
        questions,
        // The order on the wire has no meaning: sends the least preferred host first.
        answers: (typeof answer === "string" ? [] : answer)
          .map((exchange, at) => ({
            type: "MX" as const,
            name,
            ttl: 300,
            data: { preference: at * 10, exchange },
          }))
          .reverse(),
      }),
      from.port,
      from.address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  // A test that forgets to close it ends nevertheless.
  socket.unref();
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      socket.close();
      await once(socket, "close");
    },
  };
}

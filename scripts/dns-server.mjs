// A DNS server on loopback that answers queries for MX records, for the demo and the tests.
import { createSocket } from "node:dgram";
import { once } from "node:events";

import { decode, encode } from "dns-packet";

/**
 * Starts one. A domain has MX hosts with the preferred one first, or `NXDOMAIN`, `SERVFAIL` or `silence`. The zone may be changed.
 *
 * @param {Record<string, readonly string[] | "NXDOMAIN" | "SERVFAIL" | "silence">} zone
 */
export async function dnsServer(zone) {
  const socket = createSocket("udp4");
  const asked = [];
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
            type: "MX",
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
  // A process that forgets to close it ends nevertheless.
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

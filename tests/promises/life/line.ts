import { connect, createServer, type AddressInfo, type Socket } from "node:net";

import type { Simulator } from "../../../simulator/index";
import type { Environment } from "../../conformance/platform";

/** A TCP proxy to the simulator for one run. Cutting it simulates a killed process: none of its later requests arrives. */
export interface Line {
  /** Returns the environment with every address replaced by the proxy's. */
  over(environment: Environment): Environment;
  /** Closes all connections and refuses further ones. */
  cut(): void;
  /** Resolves when the line is cut. */
  readonly gone: Promise<void>;
}

/** Opens a line. */
export async function layLine(simulator: Simulator): Promise<Line> {
  const port = Number(new URL(simulator.url).port);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  const own = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let gone: () => void = () => undefined;
  return {
    over: (environment) =>
      Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [
          name,
          value.replace(simulator.url, own),
        ]),
      ),
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
      gone();
    },
    gone: new Promise<void>((resolve) => (gone = resolve)),
  };
}

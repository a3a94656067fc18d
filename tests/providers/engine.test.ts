import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { engineOf, watchEngine } from "../../providers/process/engine";

describe("The engine's address", () => {
  const script = "/project/node_modules/@pulumi/pulumi/cmd/dynamic-provider";

  test("is the first argument of Pulumi's dynamic-provider process", () => {
    expect(engineOf(["node", script, "127.0.0.1:4711"])).toEqual({
      host: "127.0.0.1",
      port: 4711,
    });
  });

  test.each([
    ["another script", ["node", "/project/cli", "127.0.0.1:4711"]],
    ["no script", ["node"]],
    ["no address", ["node", script]],
    ["an address without a port", ["node", script, "127.0.0.1"]],
    ["an address without a host", ["node", script, ":4711"]],
    ["a port that is no number", ["node", script, "127.0.0.1:4711x"]],
    ["something before the host", ["node", script, "a:127.0.0.1:4711"]],
  ])("is not known with %s", (_, argv) => {
    expect(engineOf(argv)).toBeUndefined();
  });
});

describe("Watching an engine", () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  /** Something that listens, and how often it was asked and left again. */
  async function listening() {
    const server: Server = createServer((socket) => {
      asked++;
      socket.on("close", () => left++).resume();
    });
    let asked = 0;
    let left = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = () =>
      new Promise((resolve) => {
        server.close(resolve);
      });
    ends.push(close);
    const { port } = server.address() as AddressInfo;
    return {
      engine: { host: "127.0.0.1", port },
      close,
      counts: () => ({ asked, left }),
    };
  }

  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test("checks repeatedly, leaves no connection open, and reports when the port is closed", async () => {
    const { engine, close, counts } = await listening();
    let told = 0;
    const timer = watchEngine(engine, () => told++, 10);
    ends.push(() => clearInterval(timer));
    await until(() => counts().left >= 3);
    expect(told).toBe(0);
    await close();
    await until(() => told >= 2);
    const { asked, left } = counts();
    expect(left).toBe(asked);
  });

  test("keeps no process alive", async () => {
    const { engine } = await listening();
    const timer = watchEngine(engine, () => undefined);
    ends.push(() => clearInterval(timer));
    expect(timer.hasRef()).toBe(false);
  });
});

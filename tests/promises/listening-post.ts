import http from "node:http";
import type { AddressInfo } from "node:net";

import type { Simulator } from "../../simulator/index";

/** A request that came to a host of its own. */
export interface Heard {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** A loopback host of its own, which writes down what it is sent, and passes it on or keeps it. */
export interface ListeningPost {
  readonly url: string;
  readonly heard: Heard[];
  /** How often somebody has connected, for whatever. */
  connections: number;
  close(): Promise<void>;
}

/** Opens one. @param simulator who answers; without one everything is answered with 200 and an empty list. */
export async function listen(simulator?: Simulator): Promise<ListeningPost> {
  const heard: Heard[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? "/";
      const { authorization = "" } = request.headers;
      heard.push({ path, authorization, body });
      answer(simulator, request, body)
        .then(({ status, type, text }) =>
          response.writeHead(status, { "content-type": type }).end(text),
        )
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  server.on("connection", () => (post.connections += 1));
  const post: ListeningPost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    connections: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return post;
}

async function answer(
  simulator: Simulator | undefined,
  { method = "GET", url = "/", headers }: http.IncomingMessage,
  body: string,
): Promise<{ status: number; type: string; text: string }> {
  const type = "application/json";
  if (!simulator)
    return {
      status: 200,
      type,
      text: '{"value":[],"result":[],"success":true}',
    };
  const passed = await fetch(new URL(url, simulator.url), {
    method,
    headers: {
      authorization: headers.authorization ?? "",
      "content-type": headers["content-type"] ?? type,
    },
    ...(body !== "" && { body }),
  });
  return {
    status: passed.status,
    type: passed.headers.get("content-type") ?? type,
    text: await passed.text(),
  };
}

import http from "node:http";
import type { AddressInfo } from "node:net";

import type { Simulator } from "../../simulator/index";

/** A received request. */
export interface Heard {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** A separate loopback host that records requests, and optionally forwards them. */
export interface ListeningPost {
  readonly url: string;
  readonly heard: Heard[];
  /** Number of connections. */
  connections: number;
  close(): Promise<void>;
}

/** Starts one. @param simulator the simulator that requests are forwarded to. Without it, the answer is always 200 with an empty list. */
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

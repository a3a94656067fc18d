import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import { VendorError } from "../../providers/errors";
import {
  defaultCertificateDirectory,
  ensureCertificate,
} from "../../simulator/certificate";

/** What a vendor answers to one request. */
export interface Reply {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body: a text unchanged, anything else as JSON, empty if undefined. */
  readonly body?: unknown;
}

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A vendor on a loopback port that returns a test's answers in order. Answers further requests with status 418. */
export interface ScriptedVendor {
  /** Without a slash at the end. */
  readonly url: string;
  /** All requests since the last {@link answers}, in order. */
  readonly arrived: readonly Arrived[];
  /** Restarts with these answers. */
  answers(...replies: readonly Reply[]): void;
  /** Restarts with answers that are computed from each request. */
  answersBy(reply: (request: Arrived) => Reply): void;
  close(): void;
}

/** @param over https where a client sends its credentials over nothing else. */
export async function startScriptedVendor(
  over: "http" | "https" = "http",
): Promise<ScriptedVendor> {
  const arrived: Arrived[] = [];
  let next = (_: Arrived): Reply | undefined => undefined;
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.on("data", (data) => (body += String(data)));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body,
      };
      arrived.push(one);
      const reply = next(one) ?? { status: 418, body: "not in the script" };
      response.writeHead(reply.status ?? 200, { ...reply.headers });
      response.end(
        typeof reply.body === "string" || reply.body === undefined
          ? reply.body
          : JSON.stringify(reply.body),
      );
    });
  };
  const server =
    over === "http"
      ? createServer(listener)
      : createTlsServer(
          await ensureCertificate(await defaultCertificateDirectory()),
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const answersBy = (reply: typeof next): void => {
    arrived.length = 0;
    next = reply;
  };
  return {
    url: `${over}://127.0.0.1:${port}`,
    arrived,
    answersBy,
    answers: (...replies) => {
      const left = [...replies];
      answersBy(() => left.shift());
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The vendor's error that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<VendorError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
  throw new Error("it succeeded, and was to fail");
}

/** What a user and the lifecycle see of an error. */
export const seen = ({ fault, message, details }: VendorError) => ({
  fault,
  message,
  ...details,
});

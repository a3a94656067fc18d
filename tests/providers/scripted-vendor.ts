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
  /** A text as it is, anything else as JSON; nothing for no body. */
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

/** A vendor on a loopback port that answers what a test says, in that order; what it was not told to answer it calls a teapot's. */
export interface ScriptedVendor {
  /** Without a slash at the end. */
  readonly url: string;
  /** All requests since the last {@link answers}, in order. */
  readonly arrived: readonly Arrived[];
  /** Begins anew with these answers. */
  answers(...replies: readonly Reply[]): void;
  /** Begins anew with an answer of the request's own. */
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

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { json, type Answer } from "./answer";
import type { Fault } from "./faults";

/** Sends an answer. */
export function send(response: ServerResponse, answer: Answer): void {
  if (answer.stream) {
    response.writeHead(answer.status, answer.headers);
    answer.stream(response);
    return;
  }
  head(response, answer);
  response.end(answer.body);
}

/** Sends an answer and returns its status. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
): Promise<number> {
  if (response.destroyed) return 0;
  // The answer is logged after it was sent. A client that has disconnected must not delay this.
  const out = Promise.race([once(response, "finish"), once(response, "close")]);
  send(response, answer);
  await out;
  return answer.status;
}

/**
 * Applies a fault instead of sending the answer. Returns the status that was sent, or 0 if none was.
 * @param answer The correct answer, of which `drip` and `truncate` send a part.
 */
export async function misbehave(
  response: ServerResponse,
  fault: Fault,
  answer: Answer = json(200, {}),
): Promise<number> {
  switch (fault.kind) {
    case "refuse":
      response.socket?.destroy();
      return 0;
    case "reset":
      // Resets the socket below TLS: a TLS socket would close the connection properly first.
      resetBelow(response);
      return 0;
    case "hang":
      await once(response, "close");
      return 0;
    case "drip":
      return drip(response, answer, fault.intervalMs ?? 50, fault.bytes ?? 1);
    case "truncate":
      return truncate(response, answer);
    case "empty":
      return deliver(response, {
        status: 200,
        headers: {},
        body: Buffer.alloc(0),
      });
    case "html":
      return deliver(response, {
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: Buffer.from(
          "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
        ),
      });
    case "status":
      return deliver(response, statusAnswer(fault));
    case "redirect":
      return deliver(response, {
        status: fault.status ?? 302,
        headers: { location: fault.location },
        body: Buffer.alloc(0),
      });
    case "body":
      return deliver(response, json(fault.status ?? 200, fault.body));
    case "hook":
      return deliver(response, answer);
  }
}

function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const body =
    fault.nulBytes !== undefined
      ? Buffer.alloc(fault.nulBytes)
      : fault.body === undefined
        ? Buffer.alloc(0)
        : Buffer.from(
            typeof fault.body === "string"
              ? fault.body
              : JSON.stringify(fault.body),
          );
  const type =
    fault.body !== undefined && typeof fault.body !== "string"
      ? { "content-type": "application/json; charset=utf-8" }
      : {};
  return { status: fault.status, headers: { ...type, ...fault.headers }, body };
}

async function drip(
  response: ServerResponse,
  answer: Answer,
  intervalMs: number,
  bytes: number,
): Promise<number> {
  head(response, answer);
  response.flushHeaders();
  for (let at = 0; at < answer.body.length; at += bytes) {
    if (response.destroyed) return answer.status;
    response.write(answer.body.subarray(at, at + bytes));
    await sleep(intervalMs);
  }
  response.end();
  return answer.status;
}

async function truncate(
  response: ServerResponse,
  answer: Answer,
): Promise<number> {
  head(response, answer);
  const half = answer.body.subarray(0, Math.ceil(answer.body.length / 2));
  await new Promise<void>((resolve) => response.write(half, () => resolve()));
  response.socket?.destroy();
  return answer.status;
}

function head(response: ServerResponse, answer: Answer): void {
  const length =
    answer.status === 204
      ? {}
      : { "content-length": String(answer.body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
}

function resetBelow(response: ServerResponse): void {
  const tls = response.socket as unknown as {
    _parent?: { resetAndDestroy?: () => void };
    destroy: () => void;
  } | null;
  if (tls?._parent?.resetAndDestroy) tls._parent.resetAndDestroy();
  tls?.destroy();
}

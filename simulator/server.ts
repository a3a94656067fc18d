import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import Router from "find-my-way";
import { json, type Answer, type VendorRequest } from "./answer";
import type { Vendor } from "./vendor";
import type { Certificate } from "./certificate";
import { deliver, misbehave, send } from "./delivery";
import { runHooks, type Fault, type FaultList } from "./faults";
import { isObject, parseJson, type Json } from "./json";
import { note, type LogEntry } from "./log";
import type { Quirks } from "./quirks";

/** A method and path with the function that answers them. */
export interface Route {
  /** The method, or several. */
  method: Router.HTTPMethod | Router.HTTPMethod[];
  /** The path. `:name` is a segment that is passed in the request's params. */
  path: string;
  /** The vendor that it belongs to. `control` is the simulator's own: without faults, latency and log. */
  vendor: Vendor | "control";
  /** Answers a request. */
  handle: (request: VendorRequest) => Answer | Promise<Answer>;
}

/** The server's options. */
export interface Listening {
  /** The port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Its certificate. */
  certificate: Certificate;
  /** Returns the routes. Called when the server's address is known. */
  routes: (url: string) => Route[];
  /** Answers a path that no route has. */
  unrouted: (vendor: Vendor, request: VendorRequest) => Answer;
  /** The log that every vendor request is added to. */
  log: LogEntry[];
  /** The faults. */
  faults: FaultList;
  /** The switches. */
  quirks: Quirks;
  /** Called after every vendor request that is a write. */
  written: () => void;
  /** Called after every vendor request. */
  answered: (entry: LogEntry) => void;
}

/** A server that listens. */
export interface Listener {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Stops it and drops open connections. */
  close: () => Promise<void>;
}

/** Starts to listen on 127.0.0.1. */
export async function listen(options: Listening): Promise<Listener> {
  const router = Router({ caseSensitive: false, maxParamLength: 1000 });
  const server = createServer(
    { cert: options.certificate.cert, key: options.certificate.key },
    (request, response) => {
      serve(options, router, request, response).catch((error: unknown) => {
        // Ignores clients that have disconnected. Anything else is a bug of the simulator and is reported.
        if (!response.destroyed)
          send(
            response,
            json(500, {
              error: { code: "SimulatorFault", message: String(error) },
            }),
          );
      });
    },
  );
  server.keepAliveTimeout = 60_000;
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const route of options.routes(url))
    router.on(route.method, route.path, () => undefined, route);
  return { url, close: () => close(server, sockets) };
}

async function close(
  server: Server,
  sockets: ReadonlySet<Socket>,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  // These do not include connections that are still in their TLS handshake.
  for (const socket of sockets) socket.destroy();
  await closed;
}

async function serve(
  options: Listening,
  router: Router.Instance<Router.HTTPVersion.V1>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? "/", "https://127.0.0.1");
  const method = incoming.method ?? "GET";
  const found = router.find(method as Router.HTTPMethod, incoming.url ?? "/");
  const route = found?.store as Route | undefined;
  const vendor = route?.vendor ?? vendorOf(url.pathname);
  const body = await read(incoming);
  const entry = describe(
    vendor === "control" ? "entra" : vendor,
    method,
    url,
    body,
    incoming,
  );
  const request: VendorRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
    params: Object.fromEntries(
      Object.entries(found?.params ?? {}).map(([key, value]) => [
        key,
        value ?? "",
      ]),
    ),
    entry,
  };
  if (route?.vendor === "control") {
    send(response, await route.handle(request));
    return;
  }
  const started = performance.now();
  note(options.log, entry, body.length);
  try {
    await answer(options, vendor as Vendor, route, request, response);
  } finally {
    entry.ms = Math.round((performance.now() - started) * 10) / 10;
    options.answered(entry);
  }
}

async function answer(
  options: Listening,
  vendor: Vendor,
  route: Route | undefined,
  request: VendorRequest,
  response: ServerResponse,
): Promise<void> {
  const { entry } = request;
  const seen = {
    vendor,
    method: request.method,
    path: `${request.path}${request.query.size > 0 ? `?${request.query.toString()}` : ""}`,
    body: request.body,
    ...(entry.cmdlet === undefined ? {} : { cmdlet: entry.cmdlet }),
  };
  const { fault, hooks } = options.faults.strike(seen);
  if (fault?.id !== undefined) entry.fault = fault.id;
  if (options.quirks.latencyMs > 0) await sleep(options.quirks.latencyMs);
  await runHooks(hooks, "before", seen);
  const early = fault && fault.when !== "after";
  if (early && needsNoAnswer(fault)) {
    entry.status = await misbehave(response, fault);
    return;
  }
  const real = early
    ? json(200, { value: [], result: [], success: true })
    : route
      ? await route.handle(request)
      : options.unrouted(vendor, request);
  if (!early && entry.write) options.written();
  await runHooks(hooks, "after", seen);
  entry.status = fault
    ? await misbehave(response, fault, real)
    : await deliver(response, real);
}

/** Whether a fault needs no answer of the vendor's code. `drip` and `truncate` do: they send a part of it. */
function needsNoAnswer(fault: Fault): boolean {
  return fault.kind !== "drip" && fault.kind !== "truncate";
}

function vendorOf(path: string): Vendor {
  if (/^\/adminapi\//i.test(path)) return "exchange";
  if (/^\/client\/v4\//i.test(path)) return "cloudflare";
  return /^\/(v1\.0|beta)\//i.test(path) ? "graph" : "entra";
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const secrets = ["client_secret", "client_assertion"];

function describe(
  vendor: Vendor,
  method: string,
  url: URL,
  body: string,
  incoming: IncomingMessage,
): LogEntry {
  const query: LogEntry["query"] = {};
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key);
    query[key] = values.length > 1 ? values : (values[0] ?? "");
  }
  const entry: LogEntry = {
    at: new Date().toISOString(),
    vendor,
    method,
    path: url.pathname,
    query,
    status: 0,
    ms: 0,
    write: false,
  };
  if (body !== "") entry.body = legible(body, incoming);
  if (vendor === "exchange") describeCmdlet(entry);
  if (vendor === "cloudflare") entry.write = method !== "GET";
  return entry;
}

function legible(body: string, incoming: IncomingMessage): Json {
  if (!incoming.headers["content-type"]?.includes("form-urlencoded"))
    return parseJson(body) ?? body;
  const form = Object.fromEntries(new URLSearchParams(body));
  for (const secret of secrets) if (secret in form) form[secret] = "(left out)";
  return form;
}

function describeCmdlet(entry: LogEntry): void {
  const input = isObject(entry.body) ? entry.body["CmdletInput"] : undefined;
  if (!isObject(input) || typeof input["CmdletName"] !== "string") return;
  entry.cmdlet = input["CmdletName"];
  entry.write = !/^Get-/i.test(entry.cmdlet);
  if (isObject(input["Parameters"])) entry.parameters = input["Parameters"];
}

import { json, nothing, type Answer, type VendorRequest } from "./answer";
import { mishaps, type Fault } from "./faults";
import type { Simulator } from "./simulator";
import { isObject, parseJson, type Json, type JsonObject } from "./json";
import { mailRoutes } from "./mail/routes";
import { page } from "./page";
import { setQuirks } from "./quirks";
import { stateFrom } from "./state-file";
import type { Route } from "./server";
import { isExchangeKind } from "./tenant";

/** Returns the routes of the simulator's own paths: page, state, log, faults and switches. */
export function controlRoutes(simulator: () => Simulator): Route[] {
  const route = (
    method: Route["method"],
    path: string,
    handle: (simulator: Simulator, request: VendorRequest) => Answer,
  ): Route => ({
    method,
    path,
    vendor: "control",
    handle: (request) => {
      const one = simulator();
      // A page of another origin that is open in the same browser must not use these paths.
      if (![undefined, one.url].includes(originOf(request)))
        return json(403, { error: "Only the simulator's own page may ask" });
      try {
        const answer = handle(one, request);
        if (method !== "GET") one.events.tell("changed", {});
        return answer;
      } catch (error) {
        return json(400, { error: (error as Error).message });
      }
    },
  });
  return [
    route("GET", "/", () => nothing(302, { location: "/simulator" })),
    route("GET", "/simulator", () => page()),
    route("GET", "/simulator/events", (one) => one.events.watch()),
    route("GET", "/simulator/state", (one) => plain(one.snapshot())),
    route("PUT", "/simulator/state", (one, request) => {
      one.restore(stateFrom(object(request)));
      return nothing(204);
    }),
    route("POST", "/simulator/reset", (one) => {
      one.reset();
      return nothing(204);
    }),
    route("GET", "/simulator/diff", (one) => plain(one.diff())),
    route("POST", "/simulator/diff", (one, request) => {
      const { before, after } = object(request);
      return plain(
        one.diff(
          ...[before, after].map((state) =>
            state === undefined ? undefined : stateFrom(state),
          ),
        ),
      );
    }),
    route("GET", "/simulator/log", (one, request) =>
      plain(one.log.slice(-Number(request.query.get("last") ?? Infinity))),
    ),
    route("DELETE", "/simulator/log", (one) => {
      one.log.length = 0;
      return nothing(204);
    }),
    route("GET", "/simulator/faults", (one) => plain(one.faults.list())),
    route("POST", "/simulator/faults", (one, request) => {
      const fault = object(request);
      if (fault["kind"] === "hook")
        throw new Error(
          `A fault's kind is one of ${mishaps.filter((kind) => kind !== "hook").join(", ")}`,
        );
      return json(201, { id: one.faults.add(fault as unknown as Fault) });
    }),
    route("DELETE", "/simulator/faults", (one, request) => {
      const id = request.query.get("id");
      if (id === null) one.faults.clear();
      else one.faults.remove(id);
      return nothing(204);
    }),
    route("GET", "/simulator/quirks", (one) => plain(one.quirks)),
    route("PATCH", "/simulator/quirks", (one, request) => {
      setQuirks(one.quirks, object(request));
      return plain(one.quirks);
    }),
    route("POST", "/simulator/edit", edit),
    ...mailRoutes(route),
  ];
}

/** Changes an object as another administrator would: an Exchange object by kind and name, or a Cloudflare domain (kind `Domain`). */
function edit(simulator: Simulator, request: VendorRequest): Answer {
  const { kind, name, changes, tenant, account } = object(request);
  if (
    typeof kind !== "string" ||
    typeof name !== "string" ||
    !isObject(changes)
  )
    throw new Error("kind, name and changes are needed");
  if (kind === "Domain") {
    const holder =
      typeof account === "string"
        ? simulator.accounts.get(account)
        : simulator.account;
    if (!holder) throw new Error("There is no such account");
    return plain(holder.edit(name, changes));
  }
  if (!isExchangeKind(kind)) throw new Error(`There is no kind "${kind}"`);
  const holder =
    typeof tenant === "string"
      ? simulator.tenants.get(tenant)
      : simulator.tenant;
  if (!holder) throw new Error("There is no such tenant");
  return plain(holder.edit(kind, name, changes));
}

function originOf({ headers }: VendorRequest): string | undefined {
  return headers.origin?.replace("//localhost:", "//127.0.0.1:");
}

function object(request: VendorRequest): JsonObject {
  const body = parseJson(request.body);
  if (!isObject(body)) throw new Error("The body is not a JSON object");
  return body;
}

function plain(value: unknown): Answer {
  return json(200, value as Json);
}

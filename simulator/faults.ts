import type { Vendor } from "./vendor";
import type { Json } from "./json";

/** A request as faults and hooks see it. */
export interface FaultyRequest {
  /** Whose service it is for. */
  vendor: Vendor;
  /** The method. */
  method: string;
  /** The path with its query. */
  path: string;
  /** Exchange: the cmdlet. */
  cmdlet?: string;
  /** The body as text. */
  body: string;
}

/** Which requests a fault applies to. All given conditions must match. */
export interface FaultMatch {
  /** Whose service. */
  vendor?: Vendor;
  /** Exchange: the cmdlet. */
  cmdlet?: string;
  /** The method. */
  method?: string;
  /** Part of path and query; between slashes (`/…/`) a regular expression. */
  path?: string;
  /** The number of the first matching request that fails, counted from 1. @default 1 */
  nth?: number;
  /** How many requests in a row fail. @default 1, or "always" if `lastsMs` is given */
  times?: number | "always";
  /** For how many milliseconds after the first failing request. @default no limit */
  lastsMs?: number;
}

/** What goes wrong. */
export type Mishap =
  /** The connection is closed at once. */
  | { kind: "refuse" }
  /** The connection is reset (RST). */
  | { kind: "reset" }
  /** No answer, until the client gives up. */
  | { kind: "hang" }
  /** The answer comes byte by byte. */
  | { kind: "drip"; intervalMs?: number; bytes?: number }
  /** Half the answer, then the connection closes. */
  | { kind: "truncate" }
  /** 200 without a body. */
  | { kind: "empty" }
  /** 200 with a web page. */
  | { kind: "html" }
  /** Any status; `nulBytes` gives that many NUL bytes as body. */
  | {
      kind: "status";
      status: number;
      headers?: Record<string, string>;
      body?: Json;
      nulBytes?: number;
    }
  /** A redirect. */
  | { kind: "redirect"; location: string; status?: number }
  /** Any JSON body. */
  | { kind: "body"; body: Json; status?: number }
  /** In the same process only: runs a function, and then the request. */
  | {
      kind: "hook";
      run: (request: FaultyRequest) => void | Promise<void>;
    };

/** Something that goes wrong, as data. */
export type Fault = {
  /** The fault's id. @default a generated one */
  id?: string;
  /** The requests that it applies to. @default all */
  match?: FaultMatch;
  /** Whether the request is carried out first (`after`) or not at all (`before`). @default "before" */
  when?: "before" | "after";
} & Mishap;

/** The kinds of faults. */
export const mishaps = [
  "refuse",
  "reset",
  "hang",
  "drip",
  "truncate",
  "empty",
  "html",
  "status",
  "redirect",
  "body",
  "hook",
] as const satisfies Mishap["kind"][];

/** The faults that are set, and how often each was applied. */
export class FaultList {
  readonly #faults = new Map<
    string,
    { fault: Fault; seen: number; since?: number }
  >();
  #added = 0;

  /** Sets a fault and returns its id. @throws Error if it is not a valid fault. */
  add(fault: Fault): string {
    check(fault);
    this.#added += 1;
    const id = fault.id ?? `fault-${this.#added}`;
    this.#faults.set(id, { fault: { ...fault, id }, seen: 0 });
    return id;
  }

  /** Removes a fault. An unknown id is ignored. */
  remove(id: string): void {
    this.#faults.delete(id);
  }

  /** Removes all faults. */
  clear(): void {
    this.#faults.clear();
  }

  /** Returns all faults, including those that no longer apply. */
  list(): Fault[] {
    return [...this.#faults.values()].map(({ fault }) => fault);
  }

  /** Counts a request and returns the first fault that applies to it, and all hooks that do. */
  strike(request: FaultyRequest): { fault?: Fault; hooks: Fault[] } {
    const hooks: Fault[] = [];
    let hit: Fault | undefined;
    for (const entry of this.#faults.values()) {
      const match = entry.fault.match ?? {};
      if (!fits(match, request)) continue;
      entry.seen += 1;
      const first = match.nth ?? 1;
      const usual = match.lastsMs === undefined ? 1 : "always";
      const times = match.times ?? usual;
      if (entry.seen < first) continue;
      if (times !== "always" && entry.seen >= first + times) continue;
      entry.since ??= performance.now();
      if (performance.now() - entry.since > (match.lastsMs ?? Infinity))
        continue;
      if (entry.fault.kind === "hook") hooks.push(entry.fault);
      else hit ??= entry.fault;
    }
    return hit ? { fault: hit, hooks } : { hooks };
  }
}

/** Runs hooks one after another. */
export async function runHooks(
  hooks: readonly Fault[],
  when: "before" | "after",
  request: FaultyRequest,
): Promise<void> {
  for (const hook of hooks)
    if (hook.kind === "hook" && (hook.when ?? "before") === when)
      await hook.run(request);
}

function fits(match: FaultMatch, request: FaultyRequest): boolean {
  const { vendor, cmdlet, method, path } = match;
  return (
    (vendor === undefined || vendor === request.vendor) &&
    (cmdlet === undefined ||
      cmdlet.toLowerCase() === request.cmdlet?.toLowerCase()) &&
    (method === undefined || method.toUpperCase() === request.method) &&
    (path === undefined || pathFits(path, request.path))
  );
}

function pathFits(wanted: string, path: string): boolean {
  const expression = /^\/(.+)\/([imsu]*)$/.exec(wanted);
  // A path such as /v1.0/domains/ can be a text or an expression: it applies if either matches.
  return (
    path.includes(wanted) ||
    (expression !== null &&
      new RegExp(expression[1] ?? "", expression[2]).test(path))
  );
}

function check(fault: Fault): void {
  if (!mishaps.includes(fault.kind))
    throw new Error(
      `A fault's kind is one of ${mishaps.join(", ")}, not ${JSON.stringify(fault.kind)}`,
    );
  if (fault.when !== undefined && !["before", "after"].includes(fault.when))
    throw new Error(`A fault's "when" is "before" or "after"`);
  const { lastsMs } = fault.match ?? {};
  if (lastsMs !== undefined && !(lastsMs >= 0))
    throw new Error("A fault's lastsMs is a number of milliseconds");
  if (fault.kind === "status" && !(fault.status >= 100 && fault.status < 600))
    throw new Error(`A fault of kind "status" needs a status`);
  if (fault.kind === "redirect" && typeof fault.location !== "string")
    throw new Error(`A fault of kind "redirect" needs a location`);
  if (fault.kind === "hook" && typeof fault.run !== "function")
    throw new Error(`A hook is set within the same process only`);
}

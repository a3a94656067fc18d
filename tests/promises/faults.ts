import type { Fault, FaultList } from "../../simulator/index";
import type { Line } from "./life/line";

/** The connection and the request that a fault is applied to. */
export interface Origin {
  readonly faults: FaultList;
  /** The run's connection to the vendors. */
  readonly line: Line;
  /** The number of the request, counted from 1. */
  readonly nth: number;
}

/** A way in which a request can fail. */
export interface Trouble {
  readonly name: string;
  /** What the error must say. */
  readonly says?: RegExp;
  /** Whether the request gets no complete answer, so that only its time limit ends it. */
  readonly silent?: true;
  /** Applies it. */
  set(origin: Origin): void;
}

const once = (name: string, fault: Fault, says?: RegExp): Trouble => ({
  name,
  ...(says && { says }),
  ...((fault.kind === "hang" || fault.kind === "drip") && { silent: true }),
  set: ({ faults, nth }) => void faults.add({ ...fault, match: { nth } }),
});
const status = (code: number, more: object = {}): Fault => ({
  kind: "status",
  status: code,
  ...more,
});
const throttled = (retryAfter: string): Fault =>
  status(429, { headers: { "retry-after": retryAfter } });
const fromNow = (ms: number): string => new Date(Date.now() + ms).toUTCString();

/** The faults for every request. "after" means that the request was carried out nevertheless. */
export const troubles: readonly Trouble[] = [
  {
    name: "connections refused from here on",
    set({ faults, nth, line }) {
      faults.add({ kind: "hook", match: { nth }, run: () => line.cut() });
      faults.add({ kind: "reset", match: { nth } });
    },
  },
  once("a reset before it is carried out", { kind: "reset" }),
  once("a reset after it was carried out", { kind: "reset", when: "after" }),
  once("no answer", { kind: "hang" }),
  once("an answer byte by byte", {
    kind: "drip",
    intervalMs: 20,
    when: "after",
  }),
  once("half of the answer", { kind: "truncate", when: "after" }),
  once("200 without a body", { kind: "empty" }),
  once("a web page with 200", { kind: "html" }),
  once("401", status(401)),
  once("403", status(403)),
  once("403 with a body of NUL bytes", status(403, { nulBytes: 4096 })),
  once("404 of a proxy", status(404), /proxy|sign in|Graph/),
  once("404 on the container", {
    kind: "body",
    status: 404,
    body: {
      success: false,
      errors: [{ code: 7003, message: "Could not route to /accounts" }],
      error: { code: "NotFound", message: "Resource not found." },
    },
  }),
  once("408", status(408)),
  once("429", status(429)),
  once("429 with Retry-After in seconds", throttled("0.02")),
  once("429 with Retry-After as a date", throttled(fromNow(3_600_000))),
  once("500", status(500)),
  once("502", status(502)),
  once("503", status(503)),
  once("a redirect to another host", {
    kind: "redirect",
    location: "https://192.0.2.1/elsewhere",
  }),
  {
    name: "tokens that run out in the middle",
    set({ faults, nth }) {
      const run = (): void => {
        const expired = (["exchange", "graph"] as const).map((vendor) =>
          faults.add({ ...status(401), match: { vendor, times: "always" } }),
        );
        faults.add({
          kind: "hook",
          match: { vendor: "entra", path: "/token" },
          run: () => expired.forEach((id) => faults.remove(id)),
        });
      };
      faults.add({ kind: "hook", match: { nth }, run });
    },
  },
];

/** Variants of these, of which each request gets one, in turn. */
export const variants: readonly Trouble[] = [
  once("a connection closed at once", { kind: "refuse" }),
  once("no answer after it was carried out", { kind: "hang", when: "after" }),
  once("half of an answer that says nothing", { kind: "truncate" }),
  once("an empty object with 200", { kind: "body", body: {} }),
  once("null for a list", {
    kind: "body",
    body: { success: true, result: null, result_info: null },
  }),
  once("204", status(204)),
  once(
    "403 with NUL bytes that claim to be gzip",
    status(403, { nulBytes: 4096, headers: { "content-encoding": "gzip" } }),
  ),
  once("404 of a proxy that speaks JSON", {
    kind: "body",
    status: 404,
    body: { error: "Not Found" },
  }),
  once("429 with a Retry-After beyond patience", throttled("3600")),
  once("429 with a date that has passed", throttled(fromNow(-60_000))),
  once("504 after it was carried out", status(504, { when: "after" })),
];

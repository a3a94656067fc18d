import type { ServerResponse } from "node:http";
import type { Answer } from "./answer";
import type { LogEntry } from "./log";

/** What is told to who watches. */
export interface Told {
  /** A vendor's request was answered. */
  request: LogEntry;
  /** Something else may be different: objects, faults, switches, mail. */
  changed: Record<string, never>;
}

/** Tells what happens to those who watch, as server-sent events. */
export class Events {
  readonly #watching = new Set<ServerResponse>();

  /** The answer that goes on as long as somebody watches. */
  watch(): Answer {
    return {
      status: 200,
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
      },
      body: Buffer.alloc(0),
      stream: (response) => {
        response.write("retry: 1000\n\n");
        this.#watching.add(response);
        response.once("close", () => this.#watching.delete(response));
      },
    };
  }

  /** Tells everybody. */
  tell<K extends keyof Told>(event: K, data: Told[K]): void {
    if (this.#watching.size === 0) return;
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const response of this.#watching)
      // Who does not read would make us keep everything for him; he may come again and ask for the log.
      if (response.writableLength > 4_000_000) response.destroy();
      else response.write(text);
  }
}

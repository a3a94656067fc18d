import type { ServerResponse } from "node:http";
import type { Answer } from "./answer";
import type { LogEntry } from "./log";

/** The data of each server-sent event, by the event's name. */
export interface EventData {
  /** A vendor's request was answered. */
  request: LogEntry;
  /** Objects, faults, switches or mail may have changed. */
  changed: Record<string, never>;
}

/** Sends server-sent events to all subscribers. */
export class Events {
  readonly #watching = new Set<ServerResponse>();

  /** Returns an answer that stays open and receives all events until the client disconnects. */
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

  /** Sends an event to all subscribers. */
  tell<K extends keyof EventData>(event: K, data: EventData[K]): void {
    if (this.#watching.size === 0) return;
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const response of this.#watching)
      // Disconnects a client that does not read, because its events would fill the memory. It can reconnect and read the log.
      if (response.writableLength > 4_000_000) response.destroy();
      else response.write(text);
  }
}

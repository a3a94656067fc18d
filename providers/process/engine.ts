import { createConnection } from "node:net";

/** The address of an engine. */
export interface Engine {
  readonly host: string;
  readonly port: number;
}

/** Returns the engine that started a process, from its command line; undefined unless it is Pulumi's dynamic-provider process. */
export function engineOf([, script, address]: readonly string[]):
  Engine | undefined {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(address ?? "") ?? [];
  return script?.includes("dynamic-provider") && host && port
    ? { host, port: Number(port) }
    : undefined;
}

/**
 * Checks repeatedly whether an engine is running, and calls `gone` each time that it is not. Does not keep the process alive.
 *
 * @param everyMs time between two checks, in milliseconds.
 * @returns the timer, which `clearInterval` stops.
 */
export function watchEngine(
  { host, port }: Engine,
  gone: () => void,
  everyMs = 5000,
): NodeJS.Timeout {
  return setInterval(() => {
    const probe = createConnection({ host, port });
    // An engine that responds slowly is running.
    probe.setTimeout(2000, () => probe.destroy());
    probe.on("connect", () => probe.destroy());
    probe.on("error", gone);
    probe.unref();
  }, everyMs).unref();
}

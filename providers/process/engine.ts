import { createConnection } from "node:net";

/** Where an engine listens. */
export interface Engine {
  readonly host: string;
  readonly port: number;
}

/** The engine that started a process with this command line; undefined unless it is Pulumi's dynamic-provider process. */
export function engineOf([, script, address]: readonly string[]):
  Engine | undefined {
  const [, host, port] = /^([^:]+):(\d+)$/.exec(address ?? "") ?? [];
  return script?.includes("dynamic-provider") && host && port
    ? { host, port: Number(port) }
    : undefined;
}

/**
 * Asks again and again whether an engine is there, and calls `gone` each time that it is not. Keeps no process alive.
 *
 * @param everyMs Between two questions, in milliseconds.
 * @returns what ends it, by `clearInterval`.
 */
export function watchEngine(
  { host, port }: Engine,
  gone: () => void,
  everyMs = 5000,
): NodeJS.Timeout {
  return setInterval(() => {
    const probe = createConnection({ host, port });
    // An engine that is slow to answer is there.
    probe.setTimeout(2000, () => probe.destroy());
    probe.on("connect", () => probe.destroy());
    probe.on("error", gone);
    probe.unref();
  }, everyMs).unref();
}

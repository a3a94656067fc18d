import type { Agent, ClientRequest } from "node:http";

import { isLoopback } from "./loopback";

/** The way through a company's proxy. */
export interface Proxy {
  /** Host and port of the proxy, without user and password. */
  readonly host: string;
  readonly agent: Agent;
}

/** What the error of a proxy that refuses to connect has as `code`. */
export const proxyRefused = "PROXY_REFUSED";

const proxies = new Map<string, Promise<Proxy>>();

/**
 * The proxy for a URL: the one that `HTTPS_PROXY` names, unless `NO_PROXY` excludes the host. User and password stand in its URL.
 * undefined without one, and for loopback hosts, which no proxy reaches.
 */
export async function proxyFor(url: URL): Promise<Proxy | undefined> {
  if (isLoopback(url.hostname)) return undefined;
  const { getProxyForUrl } = await import("proxy-from-env");
  const proxy = getProxyForUrl(url.href);
  if (!proxy) return undefined;
  const known = proxies.get(proxy) ?? connect(proxy);
  proxies.set(proxy, known);
  return known;
}

async function connect(proxy: string): Promise<Proxy> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  // The agent hands a refusal of the proxy on as if the vendor had answered with it.
  agent.on(
    "proxyConnect",
    (answer: { statusCode: number }, request: ClientRequest) => {
      if (answer.statusCode === 200) return;
      const error = new Error(`the proxy answered ${answer.statusCode}`);
      request.destroy(Object.assign(error, { code: proxyRefused }));
    },
  );
  return { host: new URL(proxy).host, agent };
}

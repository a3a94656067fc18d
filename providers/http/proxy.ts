import type { Agent, ClientRequest } from "node:http";

import { isLoopback } from "./loopback";

/** A connection through a company's proxy. */
export interface Proxy {
  /** Host and port of the proxy, without user and password. */
  readonly host: string;
  readonly agent: Agent;
}

/** The `code` of the error if a proxy refuses to connect. */
export const proxyRefused = "PROXY_REFUSED";

const proxies = new Map<string, Promise<Proxy>>();

/**
 * Returns the proxy for a URL: the one in `HTTPS_PROXY`, unless `NO_PROXY` excludes the host. Its URL may contain user and password.
 * Returns undefined without a proxy, and for loopback hosts, which a proxy cannot reach.
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
  // The agent returns a refusal of the proxy as if it were the vendor's response.
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

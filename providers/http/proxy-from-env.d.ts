/** Returns the URL of the proxy for a URL, by HTTPS_PROXY, ALL_PROXY and NO_PROXY; empty for none. The package has no types of its own. */
export function getProxyForUrl(url: string): string;

/** URL of the proxy for a URL, as HTTPS_PROXY, ALL_PROXY and NO_PROXY say; empty for none. The package has no types of its own. */
export function getProxyForUrl(url: string): string;

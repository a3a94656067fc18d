import { Resolver } from "node:dns/promises";

import type { MailExchangers } from "../../mail-flow/mx-hosts";
import { reasonOf } from "../errors";

/** Number of concurrent queries. With more of them, the network of a large tenant may lose queries. */
const atOnce = 200;

/**
 * Reads the MX records of domains from DNS, in parallel. A domain that has none, or does not exist, has no hosts.
 *
 * @param server DNS server, an IP address with or without a port. @default those of the system
 * @throws TypeError if `server` is not an IP address.
 */
export async function mailExchangers(
  domains: readonly string[],
  server?: string,
): Promise<ReadonlyMap<string, MailExchangers>> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  const found = new Map<string, MailExchangers>();
  for (let from = 0; from < domains.length; from += atOnce)
    await Promise.all(
      domains.slice(from, from + atOnce).map(async (domain) => {
        found.set(domain, await lookUp(resolver, domain));
      }),
    );
  return found;
}

async function lookUp(
  resolver: Resolver,
  domain: string,
): Promise<MailExchangers> {
  try {
    const records = await resolver.resolveMx(domain);
    const hosts = records
      .sort((one, other) => one.priority - other.priority)
      .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ""));
    // A record with the root as its host means that the domain accepts no mail (RFC 7505).
    const known = hosts.filter((host) => host !== "");
    return {
      hosts: known,
      ...(known.length === 0 && hosts.length > 0 && { acceptsNone: true }),
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    return ["ENODATA", "ENOTFOUND"].includes(code)
      ? { hosts: [] }
      : {
          unavailable: `DNS did not tell the MX records of ${domain} (${code || reasonOf(error)}).`,
        };
  }
}

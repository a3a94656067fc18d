import { Resolver } from "node:dns/promises";

import { reasonOf } from "../errors";

/** What DNS says of a domain's mail: its MX hosts in lower case, the preferred one first; or why that could not be learnt. */
export type MailExchangers =
  { readonly hosts: readonly string[] } | { readonly unavailable: string };

/** How many questions are under way at once: more than a network of a tenant's size loses. */
const atOnce = 200;

/**
 * Asks DNS for the MX records of domains, side by side. A domain without any, or that does not exist, has no hosts.
 *
 * @param server the DNS server to ask, an IP address with or without a port. @default those of the system
 * @throws TypeError when `server` is none.
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
    return {
      hosts: records
        .sort((one, other) => one.priority - other.priority)
        .map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ""))
        // A record that names the root says that there is none (RFC 7505).
        .filter((host) => host !== ""),
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

import type { CloudflareDomain, Snapshot } from "../snapshot";
import { list, type ObjectTable } from "./object-table";

/** Returns the table of domains of Cloudflare Email Security. */
export function domains({
  domains: part,
  mailExchanges,
}: Snapshot): ObjectTable {
  const table = list<CloudflareDomain>(
    part,
    "Cloudflare's domains",
    "domain",
    [
      "transport",
      "lookbackHops",
      "dropDispositions",
      "allowedDeliveryModes",
      "ipRestrictions",
      "requireTlsInbound",
      "requireTlsOutbound",
    ],
    (domain) => ({
      domain,
      domainId: "",
      dropDispositions: [],
      allowedDeliveryModes: ["DIRECT"],
      ipRestrictions: [],
    }),
  );
  return {
    ...table,
    madeNote:
      "is new at Cloudflare, and is taken as verified, with its MX records pointing there",
    impliedOf: () => ["transport", "allowedDeliveryModes"],
    implied(property, now, { domain, mailExchange }) {
      if (property === "transport")
        return typeof mailExchange === "string"
          ? mailExchange
          : followed(mailExchanges, String(domain));
      if (property !== "allowedDeliveryModes") return undefined;
      const modes = Array.isArray(now) ? now.map(String) : [];
      return [...new Set(["DIRECT", ...modes])].sort();
    },
    // A host or a number of hops cannot be cleared, so it stays if it was not set before.
    restored: (property, previous) =>
      ["transport", "lookbackHops"].includes(property)
        ? previous || undefined
        : previous,
    // Removed only if the program requests it, because it cannot be undone.
    remove: (object, before) =>
      before["offboardOnDestroy"] === true
        ? table.remove(object, before)
        : "stays at Cloudflare, which goes on delivering its mail",
  };
}

/**
 * Returns the host that an `up` sets if the program leaves `transport` out: the one that Microsoft names for the domain. The `up` reads it
 * if the snapshot does not contain it.
 */
function followed(
  mailExchanges: Snapshot["mailExchanges"],
  domain: string,
): string {
  const hosts = "value" in mailExchanges ? mailExchanges.value : {};
  const host =
    hosts[domain]?.[0] ?? `the MX that Microsoft 365 expects for ${domain}`;
  hosts[domain] ??= [host];
  return host;
}

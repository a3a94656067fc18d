import type { CloudflareDomain, Snapshot } from "../snapshot";
import { list, type Place } from "./place";

/** Domains of Cloudflare Email Security. */
export const domains = ({ domains: part, mailExchanges }: Snapshot): Place => ({
  ...list<CloudflareDomain>(
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
      transport: followed(mailExchanges, domain),
    }),
  ),
  madeNote:
    "is new at Cloudflare, and is taken as verified, with its MX records pointing there",
  // Only where the program says so, and nobody can undo it.
  remove(object, { offboardOnDestroy }) {
    if (offboardOnDestroy !== true || !("value" in part))
      return "stays at Cloudflare, which goes on delivering its mail";
    part.value.splice(
      part.value.indexOf(object as unknown as CloudflareDomain),
      1,
    );
    return undefined;
  },
});

/** Left out of the program, it is where Microsoft says that the domain's mail goes, which an `up` asks if nobody has yet. */
function followed(
  mailExchanges: Snapshot["mailExchanges"],
  domain: string,
): string {
  const hosts = "value" in mailExchanges ? mailExchanges.value : {};
  const expected = hosts[domain] ?? [
    `the MX that Microsoft 365 expects for ${domain}`,
  ];
  hosts[domain] = expected;
  return expected[0] ?? "";
}

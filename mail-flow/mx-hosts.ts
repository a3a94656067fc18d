import { folded } from "./mail";

/** An MX record's host and priority. */
export interface MxHost {
  readonly host: string;
  /** The lowest is preferred. */
  readonly priority: number;
}

/** A domain's MX hosts from DNS, in lower case, the preferred one first; or the reason why they could not be read. */
export type MailExchangers =
  | {
      readonly hosts: readonly string[];
      /** Whether the records say that the domain accepts no mail (RFC 7505). */
      readonly acceptsNone?: true;
    }
  | { readonly unavailable: string };

/**
 * Cloudflare's hosts for the MX records of a domain, by the region that processes its mail. The newest names exist for all regions
 * together only; the names of a single region are those of the page of geographic locations.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/prerequisites/m365-email-security-mx/
 * @see https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/mx-geographic-locations/
 */
const hostsByRegion: Readonly<Record<string, readonly MxHost[]>> = {
  GLOBAL: [
    { host: "mxa.global.inbound.cf-emailsecurity.net", priority: 10 },
    { host: "mxb.global.inbound.cf-emailsecurity.net", priority: 10 },
  ],
  US: [
    { host: "mailstream-central.mxrecord.mx", priority: 5 },
    { host: "mailstream-east.mxrecord.io", priority: 10 },
    { host: "mailstream-west.mxrecord.io", priority: 10 },
  ],
  DE: [
    { host: "mailstream-eu1.mxrecord.io", priority: 5 },
    { host: "mailstream-central.mxrecord.mx", priority: 10 },
    { host: "mailstream-east.mxrecord.io", priority: 20 },
    { host: "mailstream-west.mxrecord.io", priority: 20 },
  ],
  IN: [
    { host: "mailstream-bom.mxrecord.mx", priority: 5 },
    { host: "mailstream-india-primary.mxrecord.mx", priority: 10 },
    { host: "mailstream-asia.mxrecord.mx", priority: 20 },
  ],
  AU: [
    { host: "mailstream-syd.area1.cloudflare.net", priority: 5 },
    { host: "mailstream-australia-primary.area1.cloudflare.net", priority: 10 },
  ],
};

/** Returns the hosts for a domain's MX records. Several regions, or one without hosts of its own, have those for all regions. */
export function mxHostsFor(regions: readonly string[]): readonly MxHost[] {
  const [only, ...others] = regions;
  const named = others.length === 0 ? hostsByRegion[only ?? ""] : undefined;
  return named ?? hostsByRegion["GLOBAL"] ?? [];
}

/** Cloudflare's hosts (its documentation names eleven, in three generations). */
const cloudflareHosts =
  /\.mxrecord\.(io|mx)$|\.area1\.cloudflare\.net$|\.inbound\.cf-emailsecurity\.net$/;

/** Microsoft's hosts. */
const microsoftHosts =
  /\.mail\.protection\.outlook\.(com|us|cn)$|\.mx\.microsoft$/;

/** The hosts of a domain's MX records, by whose they are. */
export interface SortedHosts {
  readonly cloudflare: readonly string[];
  readonly microsoft: readonly string[];
  readonly others: readonly string[];
}

/** Sorts the hosts of a domain's MX records by whose they are. */
export function sortedHosts(hosts: readonly string[]): SortedHosts {
  const is = (pattern: RegExp) => (host: string) => pattern.test(folded(host));
  const cloudflare = hosts.filter(is(cloudflareHosts));
  const microsoft = hosts.filter(is(microsoftHosts));
  return {
    cloudflare,
    microsoft,
    others: hosts.filter(
      (host) => !cloudflare.includes(host) && !microsoft.includes(host),
    ),
  };
}

/**
 * Returns whether all mail to a domain with these MX hosts comes through Cloudflare. If another gateway is in front of Cloudflare, the MX
 * records name that gateway.
 *
 * @param lookbackHops the position of Cloudflare among the domain's gateways, 1 for the first.
 */
export function leadToCloudflare(
  hosts: readonly string[],
  lookbackHops: number,
): boolean {
  const { cloudflare, microsoft } = sortedHosts(hosts);
  return (
    hosts.length > 0 &&
    (cloudflare.length === hosts.length ||
      (lookbackHops > 1 && microsoft.length === 0))
  );
}

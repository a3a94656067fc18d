/**
 * The addresses that Cloudflare Email Security delivers from, in the form that Microsoft 365 accepts: the published list with its /19 and
 * /23 split into /24 blocks, without IPv6. 42 entries.
 *
 * There is no API for the list, so it is part of this version of the library. `senderIpRanges` overrides it.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/email-security/setup/pre-delivery-deployment/egress-ips/ (as of mid 2026)
 */
export const egressIpRanges: readonly string[] = [
  "52.11.209.211",
  "52.89.255.11",
  "52.0.67.109",
  "54.173.50.115",
  "35.157.195.63",
  "52.58.35.43",
  "158.51.64.0/26",
  "158.51.65.0/26",
  "134.195.26.0/24",
  "134.195.27.0/24",
  ...Array.from({ length: 32 }, (_, block) => `104.30.${32 + block}.0/24`),
];

import { Area1Domain } from "pulumi-area1-m365";

// Forwards to the MX that Microsoft 365 expects, because transport is left out, and rejects mail from elsewhere than a relay.
const domain = new Area1Domain("example.com", {
  domain: "example.com",
  lookbackHops: 2,
  ipRestrictions: ["192.0.2.0/24"],
  requireTlsInbound: true,
  regions: ["DE"],
  readVerification: true,
});

export const forwardsTo = domain.mailExchange;

// PENDING until the TXT record stands, where Cloudflare waits for one.
export const { status, verification } = domain;

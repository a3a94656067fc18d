import {
  anyCase,
  choice,
  flag,
  host,
  set,
  whole,
} from "../../promises/meanings";
import { networks } from "../../promises/meanings-of-addresses";
import type { ByHand, KindUnderTest, Subject } from "../subject";
import { objectOf } from "./by-hand";

const byHand: ByHand = {
  add: ({ account }, domain, values) => void account.add({ domain, ...values }),
  find({ account }, domain) {
    const found = account.find(domain);
    return found && structuredClone(found);
  },
  edit: ({ account }, domain, values) => void account.edit(domain, values),
  remove: ({ account }, domain) => void account.remove(domain),
  replace: ({ account }, domain) => void account.replace(domain),
};

const domain = "example.com";

export const area1Domain: Subject = {
  kind: "Area1Domain",
  existence: "adopted",
  least: { domain },
  inputs: {
    domain,
    transport: "mx1.example.net",
    lookbackHops: 2,
    ipRestrictions: ["192.0.2.1", "2001:db8::/32"],
    requireTlsInbound: true,
    requireTlsOutbound: true,
    dropDispositions: ["SPAM"],
    allowedDeliveryModes: ["BCC", "DIRECT"],
    regions: ["GLOBAL"],
    integrationId: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01",
    folder: "Inbox",
  },
  absent: ["accountId"],
  others: {
    domain: "example.org",
    regions: ["DE"],
    integrationId: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a02",
    dropDispositions: ["BULK", "SUSPICIOUS"],
    allowedDeliveryModes: ["API", "DIRECT"],
  },
  broken: {
    allowedDeliveryModes: ["BCC"],
    transport: "mx.elsewhere.example",
  },
  notSamples: ["transport"],
  removable: { offboardOnDestroy: true },
  makes: [{ vendor: "cloudflare", method: "POST" }],
  ...objectOf(byHand, domain, {
    transport: "mx1.example.net",
    lookback_hops: 2,
    ip_restrictions: ["2001:db8::/32", "192.0.2.1"],
    require_tls_inbound: true,
    require_tls_outbound: true,
    drop_dispositions: ["SPAM"],
    allowed_delivery_modes: ["DIRECT", "BCC"],
    regions: ["GLOBAL"],
    integration_id: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01",
    folder: "Inbox",
  }),
};

/** A domain that is not in the account yet: its ownership must be verified, and its transport follows Microsoft Graph. */
const newDomain = "example.org";
export const newArea1Domain: Subject = {
  kind: "Area1Domain",
  label: "new",
  notSamples: ["transport"],
  existence: "adopted",
  least: { domain: newDomain },
  inputs: { domain: newDomain, lookbackHops: 1, offboardOnDestroy: true },
  absent: ["accountId"],
  makes: [{ vendor: "cloudflare", method: "POST" }],
  ...objectOf(byHand, newDomain, { lookback_hops: 1 }),
};

export const area1Domains: KindUnderTest = {
  subjects: [area1Domain],
  byHand,
  nounOf: () => "domain",
  requests: /^[A-Z]+ (cloudflare|graph) /,
  meanings: {
    transport: host("mx2.example.net", "mx1.example.org"),
    lookbackHops: whole(1, 20),
    ipRestrictions: networks,
    requireTlsInbound: flag(null),
    requireTlsOutbound: flag(null),
    dropDispositions: set(["MALICIOUS", "SPAM", "SPOOF", "BULK"]),
    allowedDeliveryModes: set(["DIRECT", "BCC", "JOURNAL", "API"]),
    regions: set(["GLOBAL", "DE", "US"]),
    integrationId: anyCase(
      "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a02",
      "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a03",
    ),
    folder: choice("Inbox", "AllItems"),
  },
  withoutMeaning: ["domain", "accountId"],
  example: {
    outputs: {
      forwardsTo: "example-com.mail.protection.outlook.com",
      status: "PENDING",
      verification: expect.objectContaining({
        txtRecordName: "_cf-email-sec-challenge.example.com",
      }) as unknown,
    },
    stands({ simulator }) {
      expect(simulator.account.find("example.com")).toMatchObject({
        allowed_delivery_modes: ["DIRECT"],
        transport: "example-com.mail.protection.outlook.com",
        lookback_hops: 2,
        ip_restrictions: ["192.0.2.0/24"],
        require_tls_inbound: true,
        require_tls_outbound: true,
        drop_dispositions: [],
        regions: ["DE"],
      });
    },
    leaves({ simulator }) {
      expect(simulator.account.domains.map(({ domain }) => domain)).toEqual([
        "example.com",
      ]);
      simulator.account.remove("example.com");
    },
  },
};

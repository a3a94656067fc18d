import { dnsRecordsOf } from "../lib/dns-records";

const txt = {
  txtRecordName: "_cf-email-sec-challenge.example.com",
  txtRecordValue: "a value",
  status: "PENDING",
};
const verification = {
  domain: "example.com",
  name: txt.txtRecordName,
  type: "TXT",
  content: txt.txtRecordValue,
  ttl: 300,
};
const global = ["mxa", "mxb"].map(
  (host) => `10 ${host}.global.inbound.cf-emailsecurity.net`,
);

/** Returns the MX records of a verified domain, as DNS writes them. */
const mxOf = (regions: readonly string[]): string[] =>
  dnsRecordsOf([{ domain: "example.com", regions }], ["example.com"], {}).map(
    ({ name, type, priority, content, ttl }) => {
      expect({ name, type, ttl }).toEqual({
        name: "example.com",
        type: "MX",
        ttl: 300,
      });
      return `${priority} ${content}`;
    },
  );

test("A domain that Cloudflare has not verified has no MX records, because Cloudflare takes no mail for it", () => {
  const pending = [
    { domain: "example.com", regions: [] },
    { domain: "example.org", regions: [] },
  ];
  expect(dnsRecordsOf(pending, [], { "example.com": txt })).toEqual([
    verification,
  ]);
});

test("A verified domain keeps its TXT record beside the MX records", () => {
  const records = dnsRecordsOf(
    [{ domain: "example.com", regions: [] }],
    ["example.com"],
    { "example.com": txt },
  );
  expect(records.map(({ type }) => type)).toEqual(["TXT", "MX", "MX"]);
  expect(records[0]).toEqual(verification);
});

test.each<[readonly string[], readonly string[]]>([
  [[], global],
  [["GLOBAL"], global],
  [["DE", "US"], global],
  [
    ["DE"],
    [
      "5 mailstream-eu1.mxrecord.io",
      "10 mailstream-central.mxrecord.mx",
      "20 mailstream-east.mxrecord.io",
      "20 mailstream-west.mxrecord.io",
    ],
  ],
  [
    ["US"],
    [
      "5 mailstream-central.mxrecord.mx",
      "10 mailstream-east.mxrecord.io",
      "10 mailstream-west.mxrecord.io",
    ],
  ],
  [
    ["IN"],
    [
      "5 mailstream-bom.mxrecord.mx",
      "10 mailstream-india-primary.mxrecord.mx",
      "20 mailstream-asia.mxrecord.mx",
    ],
  ],
  [
    ["AU"],
    [
      "5 mailstream-syd.area1.cloudflare.net",
      "10 mailstream-australia-primary.area1.cloudflare.net",
    ],
  ],
])("The MX records for the regions %j are %j", (regions, expected) => {
  expect(mxOf(regions)).toEqual(expected);
});

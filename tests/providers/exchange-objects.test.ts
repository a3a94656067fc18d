import {
  antiPhishPolicy,
  connectionFilter,
  contentFilterPolicy,
  inboundConnector,
} from "../../providers/snapshot/exchange-objects";

test.each([
  ["smtp:*.Example.com;1", "*.example.com"],
  ["SMTP:example.com;10", "example.com"],
  [" example.com ", "example.com"],
  ["a.smtp:b", "a.smtp:b"],
  ["a;1b", "a;1b"],
])("A connector's sender domain %p is %p", (wire, domain) => {
  expect(
    inboundConnector({ Name: "c", SenderDomains: [wire] }).senderDomains,
  ).toEqual([domain]);
});

test.each([
  [{ Name: "Default" }, true],
  [{ Name: "DEFAULT" }, true],
  [{ Name: "Default", IsDefault: false }, false],
  [{ Name: "Renamed", IsDefault: true }, true],
  [{ Name: "Finance", IsDefault: false }, false],
])(
  "Whether the anti-spam policy %p is the tenant's default: %p",
  (item, isDefault) => {
    expect(contentFilterPolicy(item).isDefault).toBe(isDefault);
  },
);

test("A policy has a GUID if one is returned", () => {
  const guid = "6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11";
  expect(contentFilterPolicy({ Name: "a", Guid: guid })).toHaveProperty(
    "guid",
    guid,
  );
  expect(contentFilterPolicy({ Name: "a" })).not.toHaveProperty("guid");
});

test("An anti-phishing policy is on or off only where it says so", () => {
  expect(antiPhishPolicy({ Name: "a", Enabled: true }).enabled).toBe(true);
  expect(antiPhishPolicy({ Name: "a", Enabled: "False" }).enabled).toBe(false);
  expect(antiPhishPolicy({ Name: "a" })).not.toHaveProperty("enabled");
});

test("Addresses of the connection filter are read in one spelling", () => {
  expect(
    connectionFilter({
      Name: "c",
      IPAllowList: [" 192.0.2.7 ", "198.51.100.0-198.51.100.255"],
      IPBlockList: null,
    }),
  ).toMatchObject({
    ipAllowList: ["192.0.2.7", "198.51.100.0/24"],
    ipBlockList: [],
  });
});

test("Addresses of a connector are trimmed, and as its resource has them", () => {
  const addresses = [" 192.0.2.7 ", "198.51.100.0-198.51.100.255"];
  expect(
    inboundConnector({ Name: "c", SenderIPAddresses: addresses })
      .senderIpAddresses,
  ).toEqual(["192.0.2.7", "198.51.100.0/24"]);
});

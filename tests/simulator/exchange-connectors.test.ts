import type { JsonObject } from "../../simulator/json";
import { simulated } from "./simulated";

const connector = (Name: string, more: JsonObject = {}): JsonObject => ({
  Name,
  SenderDomains: ["*"],
  ...more,
});

test("exchange 60: a new connector has the documented defaults, and returns its sender domains with prefix and priority", async () => {
  const { run } = await simulated();
  await run("New-InboundConnector", connector("c"));
  const [made] = await run("Get-InboundConnector", { Identity: "c" });
  expect(made).toMatchObject({
    Name: "c",
    SenderDomains: ["smtp:*;1"],
    ConnectorType: "Partner",
    ConnectorSource: "Default",
    Enabled: true,
    RequireTls: true,
    RestrictDomainsToIPAddresses: false,
    RestrictDomainsToCertificate: false,
    SenderIPAddresses: [],
    EFSkipLastIP: false,
    EFUsers: [],
    TreatMessagesAsInternal: false,
    CloudServicesMailEnabled: false,
  });
});

test("exchange 60: Set- changes a connector in place, null restores a default, and Remove- removes it", async () => {
  const { run } = await simulated();
  await run(
    "New-InboundConnector",
    connector("c", {
      SenderIPAddresses: ["192.0.2.7", "198.51.100.0/24"],
      EFUsers: ["megan@example.com"],
      Comment: "first",
    }),
  );
  await run("Set-InboundConnector", {
    Identity: "c",
    Name: "renamed",
    Enabled: false,
    EFSkipLastIP: true,
    EFUsers: null,
    SenderDomains: ["smtp:shop.example;2", "*.partner.example"],
  });
  expect(await run("Get-InboundConnector")).toMatchObject([
    {
      Name: "renamed",
      Enabled: false,
      EFSkipLastIP: true,
      EFUsers: [],
      Comment: "first",
      SenderIPAddresses: ["192.0.2.7", "198.51.100.0/24"],
      SenderDomains: ["smtp:shop.example;2", "smtp:*.partner.example;1"],
    },
  ]);
  await run("Remove-InboundConnector", { Identity: "renamed", Confirm: false });
  expect(await run("Get-InboundConnector")).toEqual([]);
});

test.each<[string, JsonObject]>([
  ["without sender domains", { Name: "x" }],
  ["without a name", connector("")],
  ["with a name that exists", connector("TAKEN")],
  [
    "with a range",
    connector("x", { SenderIPAddresses: ["192.0.2.1-192.0.2.9"] }),
  ],
  [
    "with a wide range",
    connector("x", { SenderIPAddresses: ["192.0.2.0/23"] }),
  ],
  [
    "with an IPv6 address",
    connector("x", { SenderIPAddresses: ["2001:db8::1"] }),
  ],
  ["with no address to skip", connector("x", { EFSkipIPs: ["nothing"] })],
  [
    "with a wildcard within a domain",
    connector("x", { SenderDomains: ["a.*.example"] }),
  ],
  [
    "with a certificate that is no domain",
    connector("x", { TlsSenderCertificateName: "a b" }),
  ],
  [
    "for a domain that is not accepted",
    connector("x", { AssociatedAcceptedDomains: ["elsewhere.example"] }),
  ],
  [
    "with partners' mail that is internal",
    connector("x", { TreatMessagesAsInternal: true }),
  ],
  [
    "with internal and hybrid mail",
    connector("x", {
      ConnectorType: "OnPremises",
      TreatMessagesAsInternal: true,
      CloudServicesMailEnabled: true,
    }),
  ],
  [
    "that restricts to no address",
    connector("x", { RestrictDomainsToIPAddresses: true }),
  ],
  [
    "that restricts to no certificate",
    connector("x", { RestrictDomainsToCertificate: true }),
  ],
])("exchange 60: refuses a connector %s", async (_, parameters) => {
  const { run, invoke } = await simulated();
  await run("New-InboundConnector", connector("Taken"));
  expect((await invoke("New-InboundConnector", parameters)).status).toBe(400);
  expect(await run("Get-InboundConnector")).toHaveLength(1);
});

test.each<[string, string[], string[], number]>([
  ["Exchange Administrator", ["Exchange Administrator"], [], 200],
  ["Remote and Accepted Domains", [], ["Remote and Accepted Domains"], 200],
  ["Security Administrator", ["Security Administrator"], [], 403],
  ["Transport Rules", [], ["Transport Rules", "Transport Hygiene"], 403],
])(
  "exchange 14: %s may or may not create connectors",
  async (_, directoryRoles, exchangeRoles, status) => {
    const { simulator, invoke } = await simulated();
    Object.assign(simulator.tenant.applications[0] ?? {}, {
      directoryRoles,
      exchangeRoles,
    });
    const answer = await invoke("New-InboundConnector", connector("c"));
    expect(answer.status).toBe(status);
  },
);

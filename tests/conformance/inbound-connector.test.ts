import { inProcess } from "./chosen-platform";
import { bench, messageOf } from "./bench";
import { onPremisesConnector, partnerConnector } from "./subjects";
import { conforms } from "./suite";
import type { Properties } from "./platform";

conforms(partnerConnector);
conforms(onPremisesConnector);

describe("An inbound connector", () => {
  const run = bench(partnerConnector, inProcess);
  const { least } = partnerConnector;

  test.each<[string, Properties, RegExp]>([
    [
      "restricts without addresses",
      { restrictDomainsToIpAddresses: true },
      /^senderIpAddresses must be given: without addresses, the connector would refuse all mail$/,
    ],
    [
      "restricts to a certificate without a name",
      { restrictDomainsToCertificate: true, requireTls: true },
      /^tlsSenderCertificateName must be given: /,
    ],
    [
      "names a certificate without TLS",
      { tlsSenderCertificateName: "mail.partner.example" },
      /^tlsSenderCertificateName has no effect unless requireTls is true/,
    ],
    [
      "is for the own servers, and restricts",
      {
        connectorType: "OnPremises",
        senderIpAddresses: ["192.0.2.7"],
        restrictDomainsToIpAddresses: true,
      },
      /^restrictDomainsToIpAddresses is only for connectorType Partner/,
    ],
    [
      "is for the own servers, and names neither address nor certificate",
      { connectorType: "OnPremises" },
      /^senderIpAddresses must be given, or tlsSenderCertificateName: /,
    ],
    [
      "takes a partner's mail for internal",
      { treatMessagesAsInternal: true },
      /^treatMessagesAsInternal is only for connectorType OnPremises/,
    ],
    [
      "trusts a partner's headers",
      { cloudServicesMailEnabled: true },
      /^cloudServicesMailEnabled would trust headers/,
    ],
    [
      "takes mail for internal, and is for hybrid mail flow",
      {
        connectorType: "OnPremises",
        senderIpAddresses: ["192.0.2.7"],
        treatMessagesAsInternal: true,
        cloudServicesMailEnabled: true,
      },
      /^cloudServicesMailEnabled cannot be true together with treatMessagesAsInternal/,
    ],
    [
      "skips the last address and named ones",
      { efSkipLastIp: true, efSkipIps: ["192.0.2.7"] },
      /^efSkipIps is used only while efSkipLastIp is false/,
    ],
    [
      "has a range that is no block",
      { senderIpAddresses: ["192.0.2.1-192.0.2.9"] },
      /^senderIpAddresses 192\.0\.2\.1-192\.0\.2\.9 is no CIDR block/,
    ],
    [
      "has an IPv6 address",
      { senderIpAddresses: ["2001:db8::1"] },
      /^senderIpAddresses 2001:db8::1 is IPv6, which Microsoft 365 does not take in a connector/,
    ],
    [
      "has a wildcard within a domain",
      { senderDomains: ["mail.*.example"] },
      /^senderDomains entry 1 "mail\.\*\.example" is not a domain/,
    ],
  ])("is refused in a preview if it %s", async (_, inputs, message) => {
    expect(await messageOf(run.resource().up({ ...least, ...inputs }))).toMatch(
      message,
    );
    expect(run.writes()).toEqual([]);
  });

  test("changes its type in place", async () => {
    const resource = run.resource();
    const program = { ...least, senderIpAddresses: ["192.0.2.7"] };
    await resource.up(program);
    const { id } = resource.kept ?? {};
    run.forget();
    await resource.up({ ...program, connectorType: "OnPremises" });
    expect(run.writes()).toEqual(["Set-InboundConnector"]);
    expect(resource.kept?.id).toBe(id);
    expect(run.live()).toMatchObject({ ConnectorType: "OnPremises" });
  });

  test("sends Cloudflare's wide ranges as /24 blocks, and equals any spelling of them", async () => {
    const resource = run.resource();
    await resource.up({ ...least, senderIpAddresses: ["134.195.26.0/23"] });
    expect(run.live()["SenderIPAddresses"]).toEqual([
      "134.195.26.0/24",
      "134.195.27.0/24",
    ]);
    run.subject.edit(run.simulator, "SenderDomains", ["SMTP:*;5"]);
    expect(await resource.refresh()).toEqual([]);
  });
});

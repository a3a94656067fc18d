import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import { organizationConfig } from "./subjects";
import { conforms } from "./suite";

conforms(organizationConfig);

describe("Rejecting Direct Send", () => {
  const stage = bench(organizationConfig, inProcess);
  const program = { rejectDirectSend: true };
  const edit = (changes: Record<string, boolean | string[]>) =>
    stage.simulator.tenant.edit(
      "InboundConnector",
      "Restricted to Cloudflare",
      changes,
    );
  const fromOwnDomain = {
    recipient: "megan@example.com",
    sender: "alex@example.org",
    disposition: "NONE",
  } as const;

  beforeEach(() => {
    stage.simulator.account.add({
      domain: "example.com",
      transport: "example-com.mail.protection.outlook.com",
    });
  });

  test("is allowed with a connector that restricts mail to Cloudflare's addresses", async () => {
    await stage.resource().up(program);
    expect(stage.live()).toMatchObject({ RejectDirectSend: true });
    expect(stage.simulator.mail.where(fromOwnDomain).outcome).toBe("inbox");
  });

  test.each([
    ["does not restrict mail", { RestrictDomainsToIPAddresses: false }],
    ["is switched off", { Enabled: false }],
  ])(
    "is refused if the connector %s, because mail of own domains would be lost",
    async (_, changes) => {
      edit(changes);
      const message = await messageOf(
        stage.resource().up({ ...program, allowExposure: true }),
      );
      expect(message).toMatch(
        /clean mail from \S+.* would be lost: .*\(OrganizationConfig "contoso\.onmicrosoft\.com", rejectDirectSend true: .*Make an inbound connector first/,
      );
      expect(stage.live()).toMatchObject({ RejectDirectSend: false });
    },
  );
});

import type { Simulator } from "../../simulator/index";
import { ledgerFor } from "../promises/ledger";
import { tenantWithStack } from "./tenant-with-stack";

// A sample of promise 6 with the real engine and its order of writes.
const exposure = ledgerFor(6);

const program = (args: object): string => `
import { UseCase4 } from "pulumi-area1-m365";
new UseCase4("mail", ${JSON.stringify({ domains: ["example.com"], adopt: true, ...args })});
`;

/** Returns where Malicious mail ends, for each generation of headers. */
const ends = (simulator: Simulator) =>
  (["area1", "cloudflare"] as const).map((headers) => {
    const { outcome, release } = simulator.mail.where({
      recipient: "user@example.com",
      disposition: "MALICIOUS",
      headers,
    });
    return { headers, outcome, released: release === "recipient" };
  });

/** Tenants that were configured by the tutorial's other use cases. */
const tenants: [string, (simulator: Simulator) => void][] = [
  [
    "that drops Malicious at Cloudflare (use case 1)",
    ({ tenant, account }) => {
      account.add({
        domain: "example.com",
        transport: "example-com.mail.protection.outlook.com",
        drop_dispositions: ["MALICIOUS", "SPAM", "SPOOF"],
      });
      tenant.add("QuarantinePolicy", {
        Name: "UserNotifyAdminRelease",
        EndUserQuarantinePermissionsValue: 11,
        ESNEnabled: true,
      });
      tenant.edit("HostedContentFilterPolicy", "Default", {
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
      });
    },
  ],
  [
    "whose user's rule holds MALICIOUS with SCL 9 (use case 3)",
    ({ tenant, account }) => {
      account.add({
        domain: "example.com",
        transport: "example-com.mail.protection.outlook.com",
      });
      tenant.add("QuarantinePolicy", {
        Name: "UserNotifyAdminRelease",
        EndUserQuarantinePermissionsValue: 11,
        ESNEnabled: true,
      });
      tenant.edit("HostedContentFilterPolicy", "Default", {
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
      });
      for (const [name, header] of [
        ["Area 1", "X-Area1Security-Disposition"],
        ["Email Security", "X-CFEmailSecurity-Disposition"],
      ])
        tenant.add("TransportRule", {
          Name: `${name} User Quarantine Message`,
          HeaderContainsMessageHeader: header ?? "",
          HeaderContainsWords: ["MALICIOUS", "UCE", "SPOOF"],
          SetSCL: 9,
        });
    },
  ],
];

test.each(tenants)(
  "at no moment is Malicious mail exposed in a tenant %s, from the first write of up to the last of destroy",
  async (_, prepare) => {
    const at = await tenantWithStack(program({}));
    const { simulator } = at;
    prepare(simulator);
    const before = ends(simulator);
    const exposed: unknown[] = [];
    let looks = 0;
    simulator.faults.add({
      match: { times: "always" },
      when: "after",
      kind: "hook",
      run: ({ method, cmdlet }) => {
        looks++;
        for (const [index, now] of ends(simulator).entries())
          if (
            now.released ||
            (now.outcome === "inbox" && before[index]?.outcome !== "inbox")
          )
            exposed.push({ after: cmdlet ?? method, ...now });
      },
    });
    await at.stack.up();
    expect(ends(simulator)).toEqual([
      { headers: "area1", outcome: "quarantine", released: false },
      { headers: "cloudflare", outcome: "quarantine", released: false },
    ]);
    await at.project.write("index.ts", program({ spamScl: 6 }));
    await at.stack.up();
    await at.stack.destroy();
    expect(looks).toBeGreaterThan(20);
    exposure.note(
      "over the engine",
      exposed.map((one) => JSON.stringify(one)),
    );
    exposure.tried += looks - 1;
    expect(exposed).toEqual([]);
    expect(ends(simulator)).toEqual(before);
  },
);

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import { egressIpRanges } from "../../lib";
import { kinds } from "../../providers";
import type { Seed } from "../../simulator/index";
import { apply, examples, expectNothingToDo, type Example } from "./example";

/** The objects that exist before, and their values after `up`. */
interface Case {
  seed?: Seed;
  outputs: Record<string, unknown>;
  stands: (at: Example) => void;
  /** The changes that destroy leaves on purpose. */
  leaves?: (at: Example) => void;
}

const finance = {
  Name: "Finance",
  EndUserQuarantinePermissionsValue: 27,
  ESNEnabled: true,
};

/** Use case 4 configured by hand, and a pilot group in the Standard preset. */
const byHand: Seed = {
  tenants: [
    {
      quarantinePolicies: [
        {
          Name: "UserNotifyUserRelease",
          EndUserQuarantinePermissionsValue: 7,
          ESNEnabled: true,
        },
        {
          Name: "UserNotifyAdminRelease",
          EndUserQuarantinePermissionsValue: 11,
          ESNEnabled: true,
        },
      ],
      hostedContentFilterPolicies: [
        {
          Name: "Default",
          SpamAction: "Quarantine",
          SpamQuarantineTag: "UserNotifyUserRelease",
          ...Object.fromEntries(
            ["HighConfidenceSpam", "Phish", "HighConfidencePhish"].flatMap(
              (verdict) => [
                [
                  verdict === "Phish" ? "PhishSpamAction" : `${verdict}Action`,
                  "Quarantine",
                ],
                [`${verdict}QuarantineTag`, "UserNotifyAdminRelease"],
              ],
            ),
          ),
        },
      ],
      transportRules: [
        { Name: "Malicious", words: ["MALICIOUS"], scl: 9 },
        { Name: "Spam and Spoof", words: ["UCE", "SPOOF"], scl: 5 },
      ].map(({ Name, words, scl }) => ({
        Name,
        HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
        HeaderContainsWords: words,
        SenderIpRanges: [...egressIpRanges],
        SetSCL: scl,
      })),
      eopProtectionPolicyRules: [
        {
          Name: "Standard Preset Security Policy",
          State: "Enabled",
          SentToMemberOf: ["pilot@example.com"],
        },
      ],
    },
  ],
  accounts: [
    {
      domains: [
        {
          domain: "example.com",
          allowed_delivery_modes: ["DIRECT"],
          transport: "example-com.mail.protection.outlook.com",
          lookback_hops: 1,
        },
      ],
    },
  ],
};

const cases: Record<string, Case> = {
  "area1-domain": {
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
  "quarantine-policy": {
    outputs: { policy: "Finance" },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("QuarantinePolicy", "Finance"),
      ).toMatchObject({
        // RequestRelease 8, Preview 2, BlockSender 16
        EndUserQuarantinePermissionsValue: 26,
        ESNEnabled: true,
        IncludeMessagesFromBlockedSenderAddress: false,
        AdminDisplayName: "Managed by Pulumi: ops/dev/finance",
      });
    },
  },
  "quarantine-notification": {
    outputs: { before: { endUserSpamNotificationFrequency: "7.00:00:00" } },
    seed: {
      tenants: [
        {
          quarantinePolicies: [
            {
              Name: "DefaultGlobalTag",
              EndUserSpamNotificationFrequency: "7.00:00:00",
            },
          ],
        },
      ],
    },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("QuarantinePolicy", "DefaultGlobalTag")?.[
          "EndUserSpamNotificationFrequency"
        ],
      ).toBe("1.00:00:00");
    },
  },
  "anti-spam-policy": {
    outputs: { name: "Mail of example.org", guid: expect.any(String) },
    stands({ simulator: { tenant } }) {
      expect(
        tenant.find("HostedContentFilterPolicy", "Mail of example.org"),
      ).toMatchObject({
        SpamAction: "MoveToJmf",
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "Strict",
        PhishSpamAction: "Quarantine",
        PhishQuarantineTag: "Strict",
        QuarantineRetentionPeriod: 30,
      });
      expect(
        tenant.find("HostedContentFilterRule", "Mail of example.org"),
      ).toMatchObject({
        HostedContentFilterPolicy: "Mail of example.org",
        RecipientDomainIs: ["example.org"],
        State: "Enabled",
      });
    },
  },
  "transport-rule": {
    outputs: { guid: expect.any(String) },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("TransportRule", "Bulk mail found by Cloudflare"),
      ).toMatchObject({
        Mode: "Audit",
        State: "Enabled",
        HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
        HeaderContainsWords: ["BULK"],
        SetSCL: 6,
      });
    },
  },
  "mail-flow-check": {
    seed: byHand,
    outputs: {
      known: [
        'preset-in-force: EOPProtectionPolicyRule "Standard Preset Security Policy"',
      ],
      malicious: expect.arrayContaining([
        expect.stringMatching(/^cloudflare, .*quarantine, request$/),
      ]) as unknown,
    },
    stands(at) {
      expect(at.now()).toEqual(at.before);
    },
  },
  "restore-point": {
    outputs: { takenAt: expect.any(String), adopted: true },
    seed: { tenants: [{ quarantinePolicies: [finance] }] },
    stands({ simulator }) {
      expect(
        simulator.tenant.find("QuarantinePolicy", "Finance")?.[
          "EndUserQuarantinePermissionsValue"
        ],
      ).toBe(10);
    },
  },
};

/** Examples with their own test file. */
const others = ["existing-stack", "two-tenants", "use-case-4"];

test("every example has a test", async () => {
  expect((await readdir(examples)).sort()).toEqual(
    [...Object.keys(cases), ...others].sort(),
  );
});

test("every kind has a class, a page of properties, an example and a line in the changelog", async () => {
  const [index, page, changes] = await Promise.all(
    ["lib/index.ts", "docs/resources.md", "CHANGELOG.md"].map((file) =>
      readFile(path.join(examples, "..", file), "utf8"),
    ),
  );
  const missing = [
    ...Object.keys(kinds),
    "RestorePoint",
    "MailFlowCheck",
  ].flatMap((kind) => {
    const folder = kind.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
    return [
      ...(new RegExp(`\\b${kind}\\b`).test(index ?? "")
        ? []
        : ["lib/index.ts"]),
      ...(page?.includes(`## ${kind}\n`) ? [] : ["docs/resources.md"]),
      ...(changes?.includes(`\`${kind}\``) ? [] : ["CHANGELOG.md"]),
      ...(folder in cases ? [] : [`examples/${folder}`]),
    ].map((place) => `${kind}: ${place}`);
  });
  expect(missing).toEqual([]);
});

test.each(Object.entries(cases))(
  "%s does what it says, then there is nothing to do, and destroy restores what was there",
  async (name, { seed, outputs, stands, leaves }) => {
    const at = await apply(name, seed ? { seed } : {});
    expect(await at.stack.outputs()).toEqual(outputs);
    stands(at);
    await expectNothingToDo(at);
    await at.stack.destroy();
    leaves?.(at);
    expect(at.now()).toEqual(at.before);
  },
  240_000,
);

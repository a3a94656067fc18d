import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import { egressIpRanges } from "../../lib";
import { kinds } from "../../providers/kinds";
import type { Seed } from "../../simulator/index";
import { fileNameOf } from "../conformance/subject";
import { kindsUnderTest } from "../conformance/subjects";
import {
  apply,
  examples,
  expectNothingToDo,
  type ExampleCase,
} from "./example";

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

const cases: Record<string, ExampleCase> = {
  ...Object.fromEntries(
    Object.entries(kindsUnderTest).map(([kind, { example }]) => [
      fileNameOf(kind),
      example,
    ]),
  ),
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
const others = [
  "existing-stack",
  "two-tenants",
  "use-case-4",
  "use-case-4-go",
  "use-case-4-python",
  "use-case-4-yaml",
];

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
    return [
      ...(new RegExp(`\\b${kind}\\b`).test(index ?? "")
        ? []
        : ["lib/index.ts"]),
      ...(page?.includes(`## ${kind}\n`) ? [] : ["docs/resources.md"]),
      ...(changes?.includes(`\`${kind}\``) ? [] : ["CHANGELOG.md"]),
      ...(fileNameOf(kind) in cases ? [] : [`examples/${fileNameOf(kind)}`]),
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

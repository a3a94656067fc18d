import { apply, expectNothingToDo } from "./example";

/** A tenant that was configured by hand from the tutorial: its words, another SCL, four of the addresses, a policy without notifications. */
const seed = {
  tenants: [
    {
      quarantinePolicies: [
        {
          Name: "UserNotifyUserRelease",
          EndUserQuarantinePermissionsValue: 7,
          ESNEnabled: false,
        },
        {
          Name: "UserNotifyAdminRelease",
          EndUserQuarantinePermissionsValue: 11,
          ESNEnabled: true,
        },
      ],
      transportRules: [
        {
          Name: "Area 1 User Quarantine Message",
          HeaderContainsMessageHeader: "X-Area1Security-Disposition",
          HeaderContainsWords: ["SPAM", "SPOOF"],
          SenderIpRanges: ["52.11.209.211", "52.89.255.11"],
          SetSCL: 6,
        },
        {
          Name: "Area 1 User Quarantine Message Admin Release",
          HeaderContainsMessageHeader: "X-Area1Security-Disposition",
          HeaderContainsWords: ["MALICIOUS"],
          SenderIpRanges: ["52.11.209.211", "52.89.255.11"],
          SetSCL: 9,
        },
      ],
    },
  ],
  accounts: [
    {
      domains: [
        {
          domain: "example.com",
          transport: "mail.example.com",
          lookback_hops: 2,
          require_tls_outbound: false,
        },
        {
          domain: "example.org",
          drop_dispositions: ["MALICIOUS"],
          lookback_hops: 1,
          require_tls_outbound: true,
        },
      ],
    },
  ],
};

test("an ops program adopts objects that were created by hand, uses the component's outputs, and restores everything", async () => {
  const at = await apply("existing-stack", { seed });
  const { tenant, account } = at.simulator;
  const { routes, ...outputs } = await at.stack.outputs();
  expect(outputs).toEqual({
    forwardsTo: [
      "example-com.mail.protection.outlook.com",
      "relay.example.org",
    ],
    takenOver: [true, true],
    subsidiaryPolicy: "Subsidiary",
  });
  expect(routes).toHaveLength(4);
  expect(
    tenant.find("QuarantinePolicy", "UserNotifyUserRelease")?.["ESNEnabled"],
  ).toBe(true);
  expect(
    tenant.find("TransportRule", "Area 1 User Quarantine Message"),
  ).toMatchObject({ SetSCL: 5, HeaderContainsWords: ["SPAM", "SPOOF", "UCE"] });
  expect(tenant.find("HostedContentFilterPolicy", "Subsidiary")).toMatchObject({
    SpamQuarantineTag: "Finance",
    PhishQuarantineTag: "UserNotifyAdminRelease",
  });
  expect(
    tenant.find("HostedContentFilterPolicy", "Default")?.[
      "QuarantineRetentionPeriod"
    ],
  ).toBe(30);
  expect(
    tenant.find("QuarantinePolicy", "DefaultGlobalTag")?.[
      "EndUserSpamNotificationFrequency"
    ],
  ).toBe("1.00:00:00");
  expect(account.find("example.org")).toMatchObject({
    transport: "relay.example.org",
    drop_dispositions: [],
  });
  await expectNothingToDo(at);

  await at.stack.destroy();
  const now = at.now();
  // example.org had no transport before, and without one its mail cannot be delivered.
  expect(now.accounts[0]?.domains[1]?.transport).toBe("relay.example.org");
  const domain = account.find("example.org");
  if (domain) domain["transport"] = null;
  expect(at.now()).toEqual(at.before);
}, 240_000);

test("without adopt, the same program is refused, with what to do", async () => {
  await expect(
    apply("existing-stack", {
      seed,
      change: (program) => program.replace("  adopt: true,\n", ""),
    }),
  ).rejects.toThrow(/differs in .*adopt: true/s);
}, 240_000);

import { expectNothingToDo, type Example } from "./example";

const headers = {
  "Area 1": "X-Area1Security-Disposition",
  "Email Security": "X-CFEmailSecurity-Disposition",
};

/** Cloudflare's published addresses: ten single entries, and a /19 as the /24 blocks that Microsoft 365 accepts. */
const egress = [
  "52.11.209.211",
  "52.89.255.11",
  "52.0.67.109",
  "54.173.50.115",
  "35.157.195.63",
  "52.58.35.43",
  "158.51.64.0/26",
  "158.51.65.0/26",
  "134.195.26.0/24",
  "134.195.27.0/24",
  ...Array.from({ length: 32 }, (_, at) => `104.30.${at + 32}.0/24`),
];

/**
 * The tests of the example of use case 4, in any language.
 *
 * @param propertyName the language's form of a property's name in what a program exports
 */
export function testsOfUseCase4(
  apply: () => Promise<Example>,
  propertyName = (name: string): string => name,
): void {
  let at: Example;

  beforeAll(async () => {
    at = await apply();
  }, 400_000);

  test("creates two quarantine policies, both with notifications: recipients release from one, and request the release from the other", () => {
    const custom = at.simulator.tenant.quarantinePolicies.filter(({ Name }) =>
      Name.startsWith("UserNotify"),
    );
    expect(
      custom
        .map((policy) => [
          policy.Name,
          policy["EndUserQuarantinePermissionsValue"],
          policy["ESNEnabled"],
        ])
        .sort(),
    ).toEqual([
      ["UserNotifyAdminRelease", 11, true],
      ["UserNotifyUserRelease", 7, true],
    ]);
  });

  test("sets them for the verdicts of Default with 15 days, and does not change bulk and the rest", () => {
    const before = at.before.tenants[0]?.hostedContentFilterPolicies.find(
      ({ Name }) => Name === "Default",
    );
    const now = at
      .now()
      .tenants[0]?.hostedContentFilterPolicies.find(
        ({ Name }) => Name === "Default",
      );
    expect(now).toEqual({
      ...before,
      SpamAction: "Quarantine",
      SpamQuarantineTag: "UserNotifyUserRelease",
      HighConfidenceSpamAction: "Quarantine",
      HighConfidenceSpamQuarantineTag: "UserNotifyAdminRelease",
      PhishSpamAction: "Quarantine",
      PhishQuarantineTag: "UserNotifyAdminRelease",
      HighConfidencePhishAction: "Quarantine",
      HighConfidencePhishQuarantineTag: "UserNotifyAdminRelease",
      QuarantineRetentionPeriod: 15,
    });
  });

  test.each(Object.entries(headers))(
    "makes the pair of rules of %s, enabled, for mail from Cloudflare alone",
    (generation, header) => {
      const name = `${generation} User Quarantine Message`;
      const values = (of: string) => {
        const rule = at.simulator.tenant.find("TransportRule", of);
        return {
          ...rule,
          HeaderContainsWords: sorted(rule?.["HeaderContainsWords"]),
          SenderIpRanges: sorted(rule?.["SenderIpRanges"]),
        };
      };
      const common = {
        HeaderContainsMessageHeader: header,
        SenderIpRanges: [...egress].sort(),
        State: "Enabled",
        Mode: "Enforce",
        StopRuleProcessing: false,
      };
      expect(egress).toHaveLength(42);
      expect(values(name)).toMatchObject({
        ...common,
        HeaderContainsWords: ["SPAM", "SPOOF", "UCE"],
        SetSCL: 5,
      });
      expect(values(`${name} Admin Release`)).toMatchObject({
        ...common,
        HeaderContainsWords: ["MALICIOUS"],
        SetSCL: 9,
      });
    },
  );

  test("creates no other rule, and none has exceptions", () => {
    const rules = at.simulator.tenant.transportRules;
    expect(rules).toHaveLength(4);
    expect(
      rules
        .flatMap((rule) => Object.keys(rule))
        .filter((key) => key.startsWith("ExceptIf")),
    ).toEqual([]);
  });

  test("configures Cloudflare to forward both domains over TLS to the MX that Microsoft 365 expects, and to drop nothing", () => {
    expect(
      at.simulator.account.domains.map(({ domain }) => domain).sort(),
    ).toEqual(["example.com", "example.org"]);
    for (const domain of at.simulator.account.domains)
      expect(domain).toMatchObject({
        allowed_delivery_modes: ["DIRECT"],
        lookback_hops: 1,
        transport: `${domain.domain.replace(".", "-")}.mail.protection.outlook.com`,
        ip_restrictions: [],
        require_tls_outbound: true,
        drop_dispositions: [],
        regions: ["GLOBAL"],
      });
  });

  test("does not change the tenant's notification settings", () => {
    const settings = (state: Example["before"] | undefined) =>
      state?.tenants[0]?.quarantinePolicies.find(
        ({ Name }) => Name === "DefaultGlobalTag",
      );
    expect(settings(at.now())).toEqual(settings(at.before));
  });

  test("returns where mail of each disposition goes", async () => {
    const common = { action: "Quarantine", policy: "Default", notified: true };
    const self = {
      ...common,
      scl: 5,
      verdict: "Spam",
      quarantinePolicy: "UserNotifyUserRelease",
      release: "self",
      retentionDays: 15,
    };
    const request = {
      ...common,
      scl: 9,
      verdict: "High confidence spam",
      quarantinePolicy: "UserNotifyAdminRelease",
      release: "request",
      retentionDays: 15,
    };
    const named = (route: object): object =>
      Object.fromEntries(
        Object.entries(route).map(([name, value]) => [
          propertyName(name),
          value,
        ]),
      );
    expect(await at.stack.outputs()).toEqual({
      routes: Object.values(headers)
        .flatMap((header) => [
          { disposition: "Malicious", word: "MALICIOUS", header, ...request },
          { disposition: "Spam", word: "UCE", header, ...self },
          { disposition: "Spam", word: "SPAM", header, ...self },
          { disposition: "Spoof", word: "SPOOF", header, ...self },
        ])
        .map(named),
    });
  });

  test("has nothing to do afterwards", () => expectNothingToDo(at));

  test("leaves only the domains that it created when it is destroyed", async () => {
    await at.stack.destroy();
    expect(
      at.simulator.account.domains.map(({ domain }) => domain).sort(),
    ).toEqual(["example.com", "example.org"]);
    expect(at.now().tenants).toEqual(at.before.tenants);
  });
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value) ? [...(value as string[])].sort() : value;

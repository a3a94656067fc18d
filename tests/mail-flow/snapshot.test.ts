import type { Part, Snapshot } from "../../mail-flow/snapshot";
import { resolveConfiguration } from "../../providers/session/configuration";
import {
  readSnapshotAndTime,
  readSnapshot,
  type SnapshotOptions,
} from "../../providers/snapshot/snapshot";
import { transportRule } from "../../providers/snapshot/transport-rule";
import { Session } from "../../providers/session/session";
import {
  startSimulator,
  type Seed,
  type Simulator,
} from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";

const seed: Seed = {
  tenants: [
    {
      transportRules: [
        {
          Name: "Bypass",
          Comments: "of the scanner",
          FromScope: "NotInOrganization",
          SenderIpRanges: ["192.0.2.25", "198.51.100.0/25"],
          SubjectContainsWords: ["invoice"],
          ExceptIfSentTo: ["ceo@example.com"],
          SCLOver: 4,
          SetSCL: -1,
          StopRuleProcessing: true,
          ActivationDate: "2026-07-23T21:51:45.000Z",
          Enabled: false,
        },
        {
          Name: "Moves",
          HeaderContainsMessageHeader: "X-Test",
          HeaderContainsWords: ["one"],
          RedirectMessageTo: ["postmaster@example.com"],
        },
      ],
      quarantinePolicies: [
        {
          Name: "Ask",
          EndUserQuarantinePermissionsValue: 11,
          ESNEnabled: true,
        },
      ],
      hostedContentFilterPolicies: [
        { Name: "Default", AllowedSenderDomains: ["partner.example"] },
        { Name: "Finance", SpamAction: "Quarantine", SpamQuarantineTag: "Ask" },
      ],
      hostedContentFilterRules: [
        {
          Name: "Finance",
          HostedContentFilterPolicy: "Finance",
          RecipientDomainIs: ["example.net"],
        },
      ],
      inboundConnectors: [
        {
          Name: "From Cloudflare",
          Enabled: true,
          ConnectorType: "Partner",
          SenderDomains: ["smtp:*;1", "smtp:Example.com;2"],
          AssociatedAcceptedDomains: "Example.com",
          TlsSenderCertificateName: "*.gateway.example",
          SenderIPAddresses: ["52.11.209.211"],
          EFSkipLastIP: true,
        },
      ],
      connectionFilter: { IPAllowList: ["192.0.2.25"] },
    },
  ],
  accounts: [
    {
      domains: [
        {
          domain: "example.com",
          transport: "example-com.mail.protection.outlook.com",
          lookback_hops: 1,
          require_tls_outbound: true,
        },
        { domain: "unknown.example" },
      ],
    },
  ],
};

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed });
});
afterAll(() => simulator.close());
beforeEach(() => {
  Object.assign(simulator.quirks, structuredClone(defaultQuirks));
  simulator.reset();
});

const sessionOf = (
  environment: Record<string, string> = simulator.environment,
): Session =>
  new Session(
    resolveConfiguration(() => undefined, environment),
    () => undefined,
  );
const operation = (session = sessionOf()) =>
  session.begin(session.configuration.cloudflareAccountId);
const read = (options?: SnapshotOptions) => readSnapshot(operation(), options);

/** A part that was looked at. */
function valueOf<T>(part: Part<T>): T {
  if ("unavailable" in part) throw new Error(part.unavailable);
  return part.value;
}
const asked = () =>
  simulator.log
    .filter(({ vendor }) => vendor !== "entra")
    .map(({ cmdlet, vendor }) => cmdlet ?? vendor)
    .sort();

describe("A snapshot", () => {
  test("contains every object, with the vendors' names and in one spelling", async () => {
    const snapshot = await read();
    expect(snapshot).toMatchObject({
      tenantId: simulator.tenant.id,
      accountId: simulator.account.id,
    });
    expect(valueOf(snapshot.transportRules)).toEqual([
      {
        name: "Bypass",
        guid: expect.any(String) as unknown,
        priority: 0,
        enabled: false,
        mode: "Enforce",
        ruleErrorAction: "Ignore",
        size: expect.any(Number) as unknown,
        comments: "of the scanner",
        activationDate: "2026-07-23T21:51:45.000Z",
        stopRuleProcessing: true,
        conditions: {
          fromScope: "NotInOrganization",
          senderIpRanges: ["192.0.2.25", "198.51.100.0/25"],
          subjectContainsWords: ["invoice"],
          sclOver: 4,
          exceptIfSentTo: ["ceo@example.com"],
        },
        unread: [],
        actions: { setScl: -1 },
      },
      {
        name: "Moves",
        guid: expect.any(String) as unknown,
        priority: 1,
        enabled: true,
        mode: "Enforce",
        ruleErrorAction: "Ignore",
        size: expect.any(Number) as unknown,
        stopRuleProcessing: false,
        conditions: {
          headerContainsMessageHeader: "X-Test",
          headerContainsWords: ["one"],
        },
        unread: [],
        actions: { redirectMessageTo: ["postmaster@example.com"] },
      },
    ]);
    expect(valueOf(snapshot.domains)).toEqual([
      {
        domain: "example.com",
        domainId: expect.any(String) as unknown,
        status: "ACTIVE",
        transport: "example-com.mail.protection.outlook.com",
        lookbackHops: 1,
        dropDispositions: [],
        allowedDeliveryModes: ["DIRECT"],
        ipRestrictions: [],
        requireTlsOutbound: true,
      },
      expect.objectContaining({ domain: "unknown.example" }),
    ]);
    expect(valueOf(snapshot.inboundConnectors)).toMatchObject([
      {
        name: "From Cloudflare",
        enabled: true,
        connectorType: "Partner",
        senderDomains: ["*", "example.com"],
        associatedAcceptedDomains: ["example.com"],
        tlsSenderCertificateName: "*.gateway.example",
        senderIpAddresses: ["52.11.209.211"],
        efSkipLastIp: true,
        restrictDomainsToIpAddresses: false,
        efUsers: [],
      },
    ]);
    expect(valueOf(snapshot.quarantinePolicies)).toContainEqual({
      name: "Ask",
      esnEnabled: true,
      includeMessagesFromBlockedSenderAddress: false,
      endUserQuarantinePermissions: ["Delete", "Preview", "RequestRelease"],
    });
    // The notification settings are a policy of the same noun, and none for messages.
    expect(
      valueOf(snapshot.quarantinePolicies).map(({ name }) => name),
    ).not.toContain("DefaultGlobalTag");
    expect(valueOf(snapshot.quarantineNotification)).toEqual({
      name: "DefaultGlobalTag",
      endUserSpamNotificationFrequency: "1.00:00:00",
    });
    expect(valueOf(snapshot.antiSpamPolicies)).toContainEqual(
      expect.objectContaining({
        name: "Default",
        isDefault: true,
        spamAction: "MoveToJmf",
        bulkThreshold: 7,
        quarantineRetentionPeriod: 15,
        allowedSenderDomains: ["partner.example"],
      }),
    );
    expect(valueOf(snapshot.antiSpamRules)).toMatchObject([
      {
        name: "Finance",
        enabled: true,
        hostedContentFilterPolicy: "Finance",
        recipientDomainIs: ["example.net"],
        sentTo: [],
      },
    ]);
    expect(valueOf(snapshot.presetRules)).toMatchObject([
      { name: "Strict Preset Security Policy", enabled: false },
      { name: "Standard Preset Security Policy", enabled: false },
    ]);
    expect(valueOf(snapshot.antiPhishPolicies)).toMatchObject([
      {
        name: "Office365 AntiPhish Default",
        isDefault: true,
        enabled: true,
        settings: {
          authenticationFailAction: "MoveToJmf",
          spoofQuarantineTag: "DefaultFullAccessPolicy",
          enableSpoofIntelligence: true,
        },
      },
    ]);
    expect(valueOf(snapshot.malwarePolicies)).toMatchObject([
      { quarantineTag: "AdminOnlyAccessPolicy" },
    ]);
    expect(valueOf(snapshot.connectionFilters)).toMatchObject([
      { isDefault: true, ipAllowList: ["192.0.2.25"], ipBlockList: [] },
    ]);
    expect(valueOf(snapshot.organization)).toEqual({
      name: "contoso.onmicrosoft.com",
      isDehydrated: false,
      rejectDirectSend: false,
    });
    expect(
      valueOf(snapshot.acceptedDomains).find(
        ({ domainName }) => domainName === "example.com",
      ),
    ).toMatchObject({ default: true, initialDomain: false });
    expect(valueOf(snapshot.mailExchanges)).toEqual({
      "example.com": ["example-com.mail.protection.outlook.com"],
      "unknown.example": [],
    });
  });

  test("is the same in every form that the vendors' answers have", async () => {
    const plain = await read();
    Object.assign(simulator.quirks, {
      bareSingletons: true,
      sclType: "string",
      ipRangeForm: "normalised",
      permissionsReadBack: "number",
      identityPrefix: true,
      statusCase: "lower",
      emptyValue: "absent",
    });
    const other = await read();
    const comparable = ({ takenAt: _, ...rest }: Snapshot) => rest;
    expect(comparable(other)).toEqual({
      ...comparable(plain),
      transportRules: {
        value: valueOf(plain.transportRules).map((rule) => ({
          ...rule,
          conditions: {
            ...rule.conditions,
            // The service zeroes bits and writes ranges out; they mean the same.
            ...(rule.conditions["senderIpRanges"] !== undefined && {
              senderIpRanges: expect.arrayContaining(["192.0.2.25"]) as unknown,
            }),
          },
        })),
      },
    });
  });

  test("sends one request for each list, and writes nothing", async () => {
    await read();
    expect(asked()).toEqual([
      "Get-AcceptedDomain",
      "Get-AntiPhishPolicy",
      "Get-EOPProtectionPolicyRule",
      "Get-HostedConnectionFilterPolicy",
      "Get-HostedContentFilterPolicy",
      "Get-HostedContentFilterRule",
      "Get-InboundConnector",
      "Get-MalwareFilterPolicy",
      "Get-OrganizationConfig",
      "Get-QuarantinePolicy",
      "Get-QuarantinePolicy",
      "Get-TransportRule",
      "cloudflare",
      "graph",
    ]);
    expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  });

  test("takes three round trips: two to sign in, one for everything", async () => {
    simulator.quirks.latencyMs = 400;
    await read();
    const times = simulator.log.map(({ at }) => Date.parse(at));
    // The third begins two trips after the first; a fourth would begin three after it.
    const last = Math.max(...times) - Math.min(...times);
    expect(last).toBeGreaterThanOrEqual(790);
    expect(last).toBeLessThan(1190);
    const token = simulator.log.filter(({ path }) => path.endsWith("/token"));
    expect(token).toHaveLength(2);
  });

  test("is read again if a newer one is required, else from the shared lists", async () => {
    const one = operation();
    const { begun } = await readSnapshotAndTime(one);
    const lists = () => asked().filter((name) => name !== "graph");
    simulator.log.splice(0);
    await readSnapshotAndTime(one);
    expect(lists()).toEqual([]);
    await readSnapshotAndTime(one, { newerThan: begun });
    expect(lists()).toHaveLength(13);
  });

  test("requests only the relevant domains from Microsoft Graph", async () => {
    const { mailExchanges } = await read({ mailExchangesOf: ["Example.ORG"] });
    expect(valueOf(mailExchanges)).toEqual({
      "example.org": ["example-org.mail.protection.outlook.com"],
    });
  });
});

describe("A domain of Cloudflare", () => {
  const domainOf = async () =>
    valueOf((await read()).domains).find(
      ({ domain }) => domain === "example.com",
    );
  const edit = (changes: Parameters<typeof simulator.account.edit>[1]) =>
    simulator.account.edit("example.com", changes);

  test("is returned with its id and all its settings", async () => {
    const { id } = edit({
      domain: "Example.COM",
      status: "pending",
      transport: "Mx.Example.net.",
      lookback_hops: 3,
      drop_dispositions: ["MALICIOUS"],
      allowed_delivery_modes: ["BCC", "DIRECT"],
      ip_restrictions: ["192.0.2.0/24"],
      require_tls_inbound: true,
      require_tls_outbound: false,
    });
    expect(await domainOf()).toStrictEqual({
      domain: "example.com",
      domainId: id,
      status: "PENDING",
      transport: "mx.example.net",
      lookbackHops: 3,
      dropDispositions: ["MALICIOUS"],
      allowedDeliveryModes: ["BCC", "DIRECT"],
      ipRestrictions: ["192.0.2.0/24"],
      requireTlsInbound: true,
      requireTlsOutbound: false,
    });
  });

  test.each([
    ["null", null],
    ["left out", undefined],
  ])("leaves settings that are %s unknown, and has no lists", async (_, no) => {
    const settings = [
      "status",
      "transport",
      "lookback_hops",
      "drop_dispositions",
      "allowed_delivery_modes",
      "ip_restrictions",
      "require_tls_inbound",
      "require_tls_outbound",
    ];
    const { id } = edit(
      Object.fromEntries(settings.map((name) => [name, null])),
    );
    if (no === undefined) simulator.quirks.omittedFields = settings;
    expect(await domainOf()).toStrictEqual({
      domain: "example.com",
      domainId: id,
      dropDispositions: [],
      allowedDeliveryModes: [],
      ipRestrictions: [],
    });
  });
});

test.each([
  ["DefaultGlobalTag", undefined, false],
  ["defaultglobalpolicy", "QuarantinePolicy", false],
  ["Renamed", "GlobalQuarantinePolicy", false],
  ["Renamed", "globalquarantinetag", false],
  ["Ask", "QuarantinePolicy", true],
  ["Ask", undefined, true],
  ["Ask", "NotGlobal", true],
  ["My DefaultGlobalTag", undefined, true],
  ["DefaultGlobalTag of ours", undefined, true],
])(
  "A quarantine policy %p of the type %p is one for messages: %p",
  async (name, type, isOne) => {
    simulator.faults.add({
      match: { cmdlet: "Get-QuarantinePolicy", times: "always" },
      kind: "body",
      body: {
        value: [
          {
            Name: name,
            EndUserQuarantinePermissionsValue: 0,
            ...(type !== undefined && { QuarantinePolicyType: type }),
          },
        ],
      },
    });
    const { quarantinePolicies } = await read();
    expect(valueOf(quarantinePolicies).map((policy) => policy.name)).toEqual(
      isOne ? [name] : [],
    );
  },
);

describe("A part that cannot be read", () => {
  test("because a right is missing says which, and the rest is read", async () => {
    for (const application of simulator.tenant.applications) {
      application.directoryRoles = ["Security Reader"];
      application.appRoles = ["Exchange.ManageAsApp"];
    }
    const snapshot = await read();
    expect(snapshot.organization).toEqual({
      unavailable: expect.stringMatching(
        /403 to Get-OrganizationConfig.*needs a role/,
      ) as unknown,
    });
    expect(snapshot.inboundConnectors).toHaveProperty("unavailable");
    expect(snapshot.mailExchanges).toEqual({
      unavailable: expect.stringContaining("Domain.Read.All") as unknown,
    });
    expect(valueOf(snapshot.transportRules)).toHaveLength(2);
  });

  test("says so without the secret that the vendor echoes", async () => {
    const secret = simulator.environment["AZURE_CLIENT_SECRET"] ?? "";
    simulator.faults.add({
      match: { cmdlet: "Get-InboundConnector", times: "always" },
      when: "before",
      kind: "status",
      status: 403,
      headers: { "x-ms-diagnostics": `2000003;reason="${secret}"` },
    });
    const { inboundConnectors } = await read();
    expect(inboundConnectors).toEqual({
      unavailable: expect.stringContaining('reason="[secret]"') as unknown,
    });
  });

  test("because Cloudflare is not configured says which setting is missing", async () => {
    const { CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN, ...environment } =
      simulator.environment;
    void [CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN];
    const { domains, mailExchanges } = await readSnapshot(
      operation(sessionOf(environment)),
    );
    expect(domains).toEqual({
      unavailable: expect.stringContaining("CLOUDFLARE_ACCOUNT_ID") as unknown,
    });
    expect(mailExchanges).toHaveProperty("unavailable");
  });

  test("because Cloudflare's token is not configured says so", async () => {
    const { CLOUDFLARE_API_TOKEN, ...environment } = simulator.environment;
    void CLOUDFLARE_API_TOKEN;
    const { domains, mailExchanges, transportRules } = await readSnapshot(
      operation(sessionOf(environment)),
    );
    const unavailable =
      "no API token of Cloudflare is given. Set area1:cloudflareApiToken or CLOUDFLARE_API_TOKEN.";
    expect(domains).toEqual({ unavailable });
    expect(mailExchanges).toEqual({ unavailable });
    expect(valueOf(transportRules)).toHaveLength(2);
  });

  test("because the account has not bought the product says so", async () => {
    simulator.account.entitled = false;
    const { domains, transportRules } = await read();
    expect(domains).toEqual({
      unavailable: expect.stringContaining("subscription") as unknown,
    });
    expect(valueOf(transportRules)).toHaveLength(2);
  });

  test("is the organization if Exchange returns none", async () => {
    simulator.faults.add({
      match: { cmdlet: "Get-OrganizationConfig" },
      kind: "body",
      body: { value: [] },
    });
    expect((await read()).organization).toEqual({
      unavailable: "Exchange Online answered with none.",
    });
  });

  const vendors = [
    ["Get-InboundConnector", { cmdlet: "Get-InboundConnector" }],
    ["Cloudflare", { vendor: "cloudflare" }],
    ["Microsoft Graph", { vendor: "graph" }],
  ] as const;
  test.each(
    (
      [
        ["an error", { kind: "status", status: 503 }],
        ["a web page", { kind: "html" }],
        ["nothing", { kind: "empty" }],
      ] as const
    ).flatMap(([what, fault]) =>
      vendors.map(([vendor, match]) => ({ what, fault, vendor, match })),
    ),
  )(
    "because of $what from $vendor fails the whole snapshot: it never counts as empty",
    async ({ fault, vendor, match }) => {
      simulator.faults.add({
        match: { ...match, times: "always" },
        when: "before",
        ...fault,
      });
      const impatient = sessionOf({
        ...simulator.environment,
        AREA1_PATIENCE_MS: "5000",
      });
      await expect(readSnapshot(operation(impatient))).rejects.toThrow(vendor);
    },
  );

  test("is omitted for every reason that the caller allows", async () => {
    simulator.faults.add({
      match: { cmdlet: "Get-InboundConnector", times: "always" },
      when: "before",
      kind: "html",
    });
    const { inboundConnectors } = await read({ leavesOut: () => true });
    expect(inboundConnectors).toEqual({
      unavailable: expect.stringContaining("Get-InboundConnector") as unknown,
    });
  });
});

describe("The conditions of a rule", () => {
  const tasks = "Microsoft.Exchange.MessagingPolicies.Rules.Tasks";

  test("that no property shows are named, so that the rule does not appear wider", () => {
    const { unread, conditions } = transportRule({
      Name: "Rule",
      Conditions: [
        `${tasks}.SentToScopePredicate`,
        `${tasks}.SentToPredicate`,
        `${tasks}.SomethingNewPredicate`,
      ],
      Exceptions: `${tasks}.FromPredicate`,
      SentToScope: "InOrganization",
      ExceptIfFromScope: "InOrganization",
    });
    expect(conditions).toEqual({
      sentToScope: "InOrganization",
      exceptIfFromScope: "InOrganization",
    });
    expect(unread).toEqual([
      `${tasks}.SentToPredicate`,
      `${tasks}.SomethingNewPredicate`,
    ]);
  });

  test("are recognised by class names that differ from their parameters", () => {
    const { unread } = transportRule({
      Name: "Rule",
      Conditions: [
        "HeaderContains",
        "SubjectContains",
        "SenderAttributeContains",
        "ADAttributeComparison",
        "SclOver",
        "BetweenMemberOf",
      ].map((name) => `${tasks}.${name}Predicate`),
      HeaderContainsMessageHeader: "X-Test",
      HeaderContainsWords: ["one"],
      SubjectContainsWords: ["two"],
      SenderADAttributeContainsWords: ["City:Rome"],
      ADComparisonAttribute: "Department",
      ADComparisonOperator: "Equal",
      SCLOver: "4",
      BetweenMemberOf1: ["a@example.com"],
      BetweenMemberOf2: ["b@example.com"],
    });
    expect(unread).toEqual([]);
  });

  test("and actions that are off are omitted", () => {
    const rule = transportRule({
      Name: "Rule",
      HasSenderOverride: false,
      SentTo: [],
      Quarantine: "True",
      DeleteMessage: false,
      SetSCL: "9",
      PrependSubject: "",
    });
    expect(rule.conditions).toEqual({});
    expect(rule.actions).toEqual({ quarantine: true, setScl: 9 });
  });
});

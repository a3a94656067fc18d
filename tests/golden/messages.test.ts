import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import {
  startSimulator,
  type Fault,
  type Simulator,
} from "../../simulator/index";
import { defaultQuirks } from "../../simulator/quirks";
import { inProcess } from "../conformance/chosen-platform";
import type {
  HandlerError,
  Properties,
  ProviderRun,
} from "../conformance/platform";
import { Resource } from "../conformance/resource";
import {
  antiSpamCustom,
  antiSpamDefault,
  area1Domain,
  foreignMark,
  ourMark,
  quarantinePolicy,
  siblingsMark,
  transportRule,
} from "../conformance/subjects";
import { followTutorial } from "../simulator/tutorial";

/**
 * Collects all error and warning messages in one file, so that they can be read as a user would. After a change of wording, run
 * `UPDATE_GOLDEN=1 npm test -- tests/golden`, and read the difference.
 */
const file = path.join(__dirname, "messages.txt");

let simulator: Simulator;
const written: string[] = [];

beforeAll(async () => {
  simulator = await startSimulator({
    seed: {
      tenants: [
        {},
        {
          id: "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e",
          name: "fabrikam.onmicrosoft.com",
        },
      ],
      accounts: [
        {},
        {
          id: "9e8d7c6b5a4f43218765fedcba098765",
          tokens: [{ value: "a-token-of-another-account" }],
        },
      ],
    },
  });
});
beforeEach(() => {
  simulator.reset();
  Object.assign(simulator.quirks, structuredClone(defaultQuirks));
});
afterAll(() => simulator.close());

const resource = (kind: string, more: Record<string, string> = {}) =>
  new Resource(kind, inProcess, {
    ...simulator.environment,
    AREA1_PATIENCE_MS: "2000",
    AREA1_REQUEST_TIMEOUT_MS: "1000",
    ...more,
  });

async function messageOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it succeeded, and was to fail");
}

/** Replaces the parts that differ in every run. */
const settled = (message: string): string =>
  message
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll(/\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, (guid) =>
      simulator.tenants.has(guid) ? guid : "GUID",
    )
    .replaceAll(/(Trace ID|Correlation ID): \S+/g, "$1: GUID")
    .replaceAll(/within \d+ m?s\b/g, "within TIME")
    .replaceAll(/Timestamp: [\d-]+ [\d:]+Z/g, "Timestamp: NOW");

/** Adds a message to the file that is compared at the end. */
const note = (title: string, message: string): void => {
  written.push(
    `${title}\n    ${settled(message).replaceAll("\n", "\n    ")}\n`,
  );
};

const { priority, ...rule } = transportRule.inputs;
void priority;
const { inputs: quarantine } = quarantinePolicy;
const { inputs: spam } = antiSpamDefault;
const { inputs: custom } = antiSpamCustom;
const { inputs: domain } = area1Domain;
const many = (count: number, length: number) =>
  Array.from({ length: count }, (_, at) => `${at}`.padStart(length, "w"));

const refusals: [string, string, Properties][] = [
  [
    "TransportRule: IPv6",
    "TransportRule",
    { ...rule, senderIpRanges: ["2001:db8::/32"] },
  ],
  [
    "TransportRule: a block wider than /24",
    "TransportRule",
    { ...rule, senderIpRanges: ["192.0.2.0/23"] },
  ],
  [
    "TransportRule: a range of more than 256 addresses",
    "TransportRule",
    { ...rule, senderIpRanges: ["192.0.2.0-192.0.3.4"] },
  ],
  [
    "TransportRule: no address at all",
    "TransportRule",
    { ...rule, senderIpRanges: ["mail.example.com"] },
  ],
  [
    "TransportRule: an octet above 255",
    "TransportRule",
    { ...rule, senderIpRanges: ["192.0.2.256"] },
  ],
  [
    "TransportRule: a range backwards",
    "TransportRule",
    { ...rule, senderIpRanges: ["192.0.2.9-192.0.2.1"] },
  ],
  [
    "TransportRule: no range in the list",
    "TransportRule",
    { ...rule, senderIpRanges: [] },
  ],
  [
    "TransportRule: a text for a list of ranges",
    "TransportRule",
    { ...rule, senderIpRanges: "192.0.2.1" },
  ],
  [
    "TransportRule: more than 8,192 characters",
    "TransportRule",
    { ...rule, headerContainsWords: many(90, 100) },
  ],
  [
    "TransportRule: a word with spaces at its ends",
    "TransportRule",
    { ...rule, headerContainsWords: ["UCE ", "SPOOF"] },
  ],
  [
    "TransportRule: an empty word",
    "TransportRule",
    { ...rule, headerContainsWords: [""] },
  ],
  [
    "TransportRule: no word",
    "TransportRule",
    { ...rule, headerContainsWords: [] },
  ],
  [
    "TransportRule: words without a header",
    "TransportRule",
    { ...rule, headerContainsMessageHeader: undefined },
  ],
  [
    "TransportRule: a header without words",
    "TransportRule",
    { ...rule, headerContainsWords: undefined },
  ],
  [
    "TransportRule: a header with a colon",
    "TransportRule",
    { ...rule, headerContainsMessageHeader: "X-Spam:" },
  ],
  ["TransportRule: SCL 10", "TransportRule", { ...rule, setScl: 10 }],
  ["TransportRule: SCL 4.5", "TransportRule", { ...rule, setScl: 4.5 }],
  ["TransportRule: SCL as text", "TransportRule", { ...rule, setScl: "5" }],
  [
    "TransportRule: no condition and no action, but a name",
    "TransportRule",
    { name: "All mail" },
  ],
  ["TransportRule: no name", "TransportRule", { ...rule, name: undefined }],
  ["TransportRule: an empty name", "TransportRule", { ...rule, name: "" }],
  [
    "TransportRule: a name of 65 characters",
    "TransportRule",
    { ...rule, name: "n".repeat(65) },
  ],
  [
    "TransportRule: a mode that there is none of",
    "TransportRule",
    { ...rule, mode: "Test" },
  ],
  [
    "TransportRule: a property in another case",
    "TransportRule",
    { ...rule, setSCL: 5 },
  ],
  [
    "TransportRule: a property of something else",
    "TransportRule",
    { ...rule, spamAction: "Quarantine" },
  ],
  [
    "TransportRule: an exception in another form",
    "TransportRule",
    { ...rule, exceptIfMessageSizeOver: "10 megabytes" },
  ],
  [
    "TransportRule: actions without what they require",
    "TransportRule",
    {
      ...rule,
      setHeaderName: "X-Checked",
      removeRmsAttachmentEncryption: true,
      incidentReportContent: ["Subject"],
    },
  ],
  [
    "TransportRule: a control character",
    "TransportRule",
    { ...rule, comments: "x\u0000" },
  ],
  ["TransportRule: adopt as text", "TransportRule", { ...rule, adopt: "yes" }],
  [
    "QuarantinePolicy: Release with RequestRelease",
    "QuarantinePolicy",
    {
      ...quarantine,
      endUserQuarantinePermissions: ["Release", "RequestRelease"],
    },
  ],
  [
    "QuarantinePolicy: a permission that there is none of",
    "QuarantinePolicy",
    { ...quarantine, endUserQuarantinePermissions: ["Read"] },
  ],
  ["QuarantinePolicy: no permissions", "QuarantinePolicy", { name: "x" }],
  [
    "QuarantinePolicy: a built-in name",
    "QuarantinePolicy",
    { ...quarantine, name: "adminonlyaccesspolicy" },
  ],
  [
    "QuarantinePolicy: a flag as text",
    "QuarantinePolicy",
    { ...quarantine, esnEnabled: "true" },
  ],
  [
    "QuarantineNotification: another time span",
    "QuarantineNotification",
    { endUserSpamNotificationFrequency: "02:00:00" },
  ],
  [
    "AntiSpamPolicy: a tag without Quarantine",
    "AntiSpamPolicy",
    { name: "Default", spamAction: "MoveToJmf", spamQuarantineTag: "x" },
  ],
  [
    "AntiSpamPolicy: a tag without an action",
    "AntiSpamPolicy",
    { name: "Default", spamQuarantineTag: "x" },
  ],
  [
    "AntiSpamPolicy: Redirect to nobody",
    "AntiSpamPolicy",
    { name: "Default", spamAction: "Redirect" },
  ],
  [
    "AntiSpamPolicy: ModifySubject without a text",
    "AntiSpamPolicy",
    { name: "Default", spamAction: "ModifySubject" },
  ],
  [
    "AntiSpamPolicy: AddXHeader without a header",
    "AntiSpamPolicy",
    { name: "Default", spamAction: "AddXHeader" },
  ],
  [
    "AntiSpamPolicy: retention of 31 days",
    "AntiSpamPolicy",
    { ...spam, quarantineRetentionPeriod: 31 },
  ],
  [
    "AntiSpamPolicy: retention of 0 days",
    "AntiSpamPolicy",
    { ...spam, quarantineRetentionPeriod: 0 },
  ],
  [
    "AntiSpamPolicy: Default for a domain",
    "AntiSpamPolicy",
    { ...spam, recipientDomainIs: ["example.com"] },
  ],
  [
    "AntiSpamPolicy: a custom policy for nobody",
    "AntiSpamPolicy",
    { name: "Finance" },
  ],
  [
    "AntiSpamPolicy: a name that Exchange does not take",
    "AntiSpamPolicy",
    { ...custom, name: "R&D" },
  ],
  ["Area1Domain: no domain", "Area1Domain", {}],
  [
    "Area1Domain: something else than a domain",
    "Area1Domain",
    { domain: "http://example.com" },
  ],
  [
    "Area1Domain: a disposition of headers",
    "Area1Domain",
    { ...domain, dropDispositions: ["UCE"] },
  ],
  ["Area1Domain: 21 hops", "Area1Domain", { ...domain, lookbackHops: 21 }],
  [
    "Area1Domain: no delivery mode",
    "Area1Domain",
    { ...domain, allowedDeliveryModes: [] },
  ],
  [
    "Area1Domain: a restriction that is no address",
    "Area1Domain",
    { ...domain, ipRestrictions: ["mail.example.com"] },
  ],
  [
    "Area1Domain: another account than the configuration's",
    "Area1Domain",
    { ...domain, accountId: "9e8d7c6b5a4f43218765fedcba098765" },
  ],
  ["RestorePoint: no objects", "RestorePoint", { objects: [] }],
  [
    "RestorePoint: equal quarantine names",
    "RestorePoint",
    {
      objects: [
        { kind: "QuarantinePolicy", name: "Same" },
        { kind: "QuarantinePolicy", name: "same" },
      ],
    },
  ],
];

test("Bad input is refused in the preview, by the property's name", async () => {
  for (const [title, kind, program] of refusals) {
    const given = Object.fromEntries(
      Object.entries(program).filter(([, value]) => value !== undefined),
    );
    let message = "(taken)";
    try {
      await resource(kind).preview(given);
    } catch (error) {
      message = (error as Error).message;
    }
    note(title, message);
  }
  expect(simulator.log).toEqual([]);
});

const always = (match: Fault["match"], fault: Fault): Fault => ({
  ...fault,
  match: { ...match, times: "always" },
});

test("Wrong credentials and missing rights have one message each, and nothing is written", async () => {
  const application = () => {
    const [first] = simulator.tenant.applications;
    if (!first) throw new Error("the tenant has no application");
    return first;
  };
  const other = [...simulator.tenants.keys()][1] ?? "";
  const cases: [string, () => Promise<unknown>][] = [
    [
      "A wrong client secret",
      () =>
        resource("TransportRule", {
          AZURE_CLIENT_SECRET: "a-wrong-client-secret",
        }).up(rule),
    ],
    [
      "An application that is not in the tenant",
      () =>
        resource("TransportRule", {
          AZURE_CLIENT_ID: "11111111-2222-4333-8444-555555555555",
        }).up(rule),
    ],
    [
      "A tenant that there is none of",
      () =>
        resource("TransportRule", {
          AZURE_TENANT_ID: "nobody.onmicrosoft.com",
        }).up(rule),
    ],
    [
      "A secret without its application",
      () => resource("TransportRule", { AZURE_CLIENT_ID: "" }).preview(rule),
    ],
    [
      "No tenant",
      () => resource("TransportRule", { AZURE_TENANT_ID: "" }).up(rule),
    ],
    [
      "A certificate file that there is none of",
      () =>
        resource("TransportRule", {
          AZURE_CLIENT_SECRET: "",
          AZURE_CLIENT_CERTIFICATE_PATH: "/nowhere.pem",
        }).up(rule),
    ],
    [
      "No Exchange.ManageAsApp (401)",
      () => {
        application().appRoles = ["Domain.Read.All"];
        return resource("TransportRule").up(rule);
      },
    ],
    [
      "No role for transport rules (403 with NUL bytes)",
      () => {
        application().directoryRoles = ["Security Reader"];
        return resource("TransportRule").up(rule);
      },
    ],
    [
      "No role at all (403)",
      () => {
        application().directoryRoles = [];
        return resource("QuarantinePolicy").up(quarantine);
      },
    ],
    [
      "No role at all, without diagnostics, said to be gzip",
      () => {
        application().directoryRoles = [];
        Object.assign(simulator.quirks, {
          forbiddenBody: "nulGzip",
          forbiddenDiagnostics: false,
        });
        return resource("QuarantinePolicy").up(quarantine);
      },
    ],
    [
      "A tenant that was never customised",
      () => {
        simulator.tenant.organizationConfig["IsDehydrated"] = true;
        return resource("QuarantinePolicy").up(quarantine);
      },
    ],
    [
      "No Domain.Read.All, and no transport",
      () => {
        application().appRoles = ["Exchange.ManageAsApp"];
        return resource("Area1Domain").up({ domain: "example.com" });
      },
    ],
    [
      "A domain that the tenant does not have",
      () => resource("Area1Domain").up({ domain: "elsewhere.example" }),
    ],
    [
      "No API token",
      () => resource("Area1Domain", { CLOUDFLARE_API_TOKEN: "" }).up(domain),
    ],
    [
      "A wrong API token",
      () =>
        resource("Area1Domain", { CLOUDFLARE_API_TOKEN: "wrong-token" }).up(
          domain,
        ),
    ],
    [
      "Another account",
      () =>
        resource("Area1Domain", {
          CLOUDFLARE_ACCOUNT_ID: "9e8d7c6b5a4f43218765fedcba098765",
        }).up(domain),
    ],
    [
      "No account",
      () =>
        resource("Area1Domain", { CLOUDFLARE_ACCOUNT_ID: "" }).preview(domain),
    ],
    [
      "An account without Email Security",
      () => {
        simulator.account.entitled = false;
        return resource("Area1Domain").up(domain);
      },
    ],
    [
      "A token that may only read",
      () => {
        const [token] = simulator.account.tokens;
        if (token) token.permissions = ["Cloud Email Security: Read"];
        return resource("Area1Domain").up(domain);
      },
    ],
    [
      "Credentials of another tenant than the state's",
      async () => {
        const made = resource("TransportRule");
        await made.up(rule);
        made.environment = { ...made.environment, AZURE_TENANT_ID: other };
        await made.refresh();
      },
    ],
    [
      "A configuration for another tenant than the state's",
      async () => {
        const made = resource("TransportRule");
        await made.up(rule);
        made.environment = { ...made.environment, AZURE_TENANT_ID: other };
        await made.preview(rule);
      },
    ],
  ];
  for (const [title, work] of cases) {
    simulator.reset();
    Object.assign(simulator.quirks, structuredClone(defaultQuirks));
    note(title, await messageOf(work));
    expect(
      simulator.log.filter(
        ({ write, refused }) => write && refused === undefined,
      ).length,
    ).toBe(title.includes("state's") ? 1 : 0);
  }
});

test("Failed requests have one message each", async () => {
  const cases: [string, string, Fault][] = [
    [
      "Exchange: a web page instead of JSON",
      "TransportRule",
      always({ vendor: "exchange" }, { kind: "html" }),
    ],
    [
      "Exchange: an empty body",
      "TransportRule",
      always({ vendor: "exchange" }, { kind: "empty" }),
    ],
    [
      "Exchange: half an answer",
      "TransportRule",
      always({ vendor: "exchange" }, { kind: "truncate" }),
    ],
    [
      "Exchange: no answer",
      "TransportRule",
      always({ vendor: "exchange" }, { kind: "hang" }),
    ],
    [
      "Exchange: a connection reset",
      "TransportRule",
      always({ vendor: "exchange" }, { kind: "reset" }),
    ],
    [
      "Exchange: 503",
      "TransportRule",
      always(
        { vendor: "exchange" },
        { kind: "status", status: 503, body: "Service Unavailable" },
      ),
    ],
    [
      "Exchange: throttling that does not end",
      "TransportRule",
      always(
        { vendor: "exchange" },
        { kind: "status", status: 429, headers: { "retry-after": "120" } },
      ),
    ],
    [
      "Exchange: a redirect to another host",
      "TransportRule",
      always(
        { vendor: "exchange" },
        { kind: "redirect", location: "https://evil.example/adminapi" },
      ),
    ],
    [
      "Cloudflare: a web page instead of JSON",
      "Area1Domain",
      always({ vendor: "cloudflare" }, { kind: "html" }),
    ],
    [
      "Cloudflare: success: false with 200",
      "Area1Domain",
      always(
        { vendor: "cloudflare" },
        {
          kind: "body",
          body: {
            success: false,
            errors: [{ code: 1234, message: "Something is wrong." }],
            messages: [],
            result: null,
          },
        },
      ),
    ],
    [
      "Cloudflare: a list without its length",
      "Area1Domain",
      always(
        { vendor: "cloudflare" },
        {
          kind: "body",
          body: { success: true, errors: [], messages: [], result: [] },
        },
      ),
    ],
    [
      "Cloudflare: 404 of a proxy",
      "Area1Domain",
      always(
        { vendor: "cloudflare" },
        { kind: "status", status: 404, body: "Not Found" },
      ),
    ],
    [
      "Cloudflare: 502",
      "Area1Domain",
      always({ vendor: "cloudflare" }, { kind: "status", status: 502 }),
    ],
    [
      "Cloudflare: throttling that does not end",
      "Area1Domain",
      always(
        { vendor: "cloudflare" },
        { kind: "status", status: 429, headers: { "retry-after": "300" } },
      ),
    ],
    [
      "Entra: a web page instead of a token",
      "TransportRule",
      always({ vendor: "entra" }, { kind: "html" }),
    ],
    [
      "Entra: no answer",
      "TransportRule",
      always({ vendor: "entra" }, { kind: "hang" }),
    ],
    [
      "Graph: a web page instead of JSON",
      "followed",
      always({ vendor: "graph" }, { kind: "html" }),
    ],
    [
      "Graph: 503",
      "followed",
      always({ vendor: "graph" }, { kind: "status", status: 503 }),
    ],
    [
      "Graph: no answer",
      "followed",
      always({ vendor: "graph" }, { kind: "hang" }),
    ],
  ];
  for (const [title, kind, fault] of cases) {
    simulator.faults.clear();
    simulator.faults.add(fault);
    const environment = {
      AREA1_PATIENCE_MS: "400",
      AREA1_REQUEST_TIMEOUT_MS: "100",
    };
    note(
      title,
      await messageOf(() =>
        kind === "TransportRule"
          ? resource(kind, environment).up(rule)
          : resource("Area1Domain", environment).up(
              kind === "followed" ? { domain: "example.com" } : domain,
            ),
      ),
    );
  }
  simulator.faults.clear();
  for (const [title, key] of [
    ["Exchange: a host that is not there", "AREA1_EXCHANGE_BASE_URL"],
    ["Entra: a host that is not there", "AZURE_AUTHORITY_HOST"],
  ] as const)
    note(
      title,
      await messageOf(() =>
        resource("TransportRule", { [key]: "https://127.0.0.1:9" }).up(rule),
      ),
    );
  note(
    "Cloudflare: a host that is not there",
    await messageOf(() =>
      resource("Area1Domain", {
        CLOUDFLARE_BASE_URL: "https://127.0.0.1:9/client/v4",
      }).up(domain),
    ),
  );
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
});

test("Objects that belong to others have one message each", async () => {
  const cases: [string, () => Promise<unknown>][] = [
    [
      "A rule of another stack",
      () => {
        transportRule.add(simulator, { Comments: foreignMark });
        return resource("TransportRule").up(rule);
      },
    ],
    [
      "A rule of another resource of this stack",
      () => {
        transportRule.add(simulator, { Comments: siblingsMark });
        return resource("TransportRule").up(rule);
      },
    ],
    [
      "A rule that differs",
      () => {
        transportRule.add(simulator, {
          SetSCL: 6,
          ExceptIfFrom: ["boss@example.com"],
        });
        return resource("TransportRule").up(rule);
      },
    ],
    [
      "A quarantine policy that differs",
      () => {
        quarantinePolicy.add(simulator, {
          EndUserQuarantinePermissionsValue: 11,
        });
        return resource("QuarantinePolicy").up(quarantine);
      },
    ],
    [
      "A rule that somebody removed",
      async () => {
        const made = resource("TransportRule");
        await made.up(rule);
        simulator.tenant.remove("TransportRule", String(rule["name"]));
        await made.up({ ...rule, setScl: 6 });
      },
    ],
    [
      "A quarantine policy that there is none of",
      () =>
        resource("AntiSpamPolicy").up({
          name: "Default",
          spamAction: "Quarantine",
          spamQuarantineTag: "Nobody",
        }),
    ],
    [
      "A value that the vendor refuses",
      () => resource("TransportRule").up({ ...rule, priority: 250 }),
    ],
    [
      "The last condition of a rule",
      async () => {
        const made = resource("TransportRule");
        await made.up(transportRule.least);
        await made.up({ name: rule["name"], setScl: 5, comments: ourMark });
      },
    ],
    [
      "A value that an action set by hand requires",
      async () => {
        const made = resource("AntiSpamPolicy");
        const named = { name: "Default", spamAction: "ModifySubject" };
        await made.up({ ...named, modifySubjectValue: "[spam]" });
        simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
          PhishSpamAction: "ModifySubject",
        });
        await made.up({ name: "Default", spamAction: "MoveToJmf" });
      },
    ],
    [
      "A restore point over foreign objects",
      () => {
        transportRule.add(simulator, { Comments: foreignMark });
        quarantinePolicy.add(simulator, { AdminDisplayName: siblingsMark });
        return resource("RestorePoint").up({
          objects: [
            { kind: "TransportRule", name: rule["name"], mark: ourMark },
            {
              kind: "QuarantinePolicy",
              name: quarantine["name"],
              mark: ourMark,
            },
          ],
        });
      },
    ],
    [
      "An id that there is none of",
      () =>
        resource("TransportRule")
          .run()
          .of("TransportRule")
          .read("5c7d1bb0-0000-4000-8000-000000000000", {}),
    ],
    ["A kind of a newer version", () => resource("Mailbox").preview({})],
  ];
  for (const [title, work] of cases) {
    simulator.reset();
    note(title, await messageOf(work));
  }
});

test("Writes that would expose or lose mail have one message each", async () => {
  const held = (kind: string, wanted: Properties) => ({
    kind,
    name: wanted["name"] ?? wanted["domain"],
    mark: ourMark,
    adopt: true,
    wanted,
  });
  const releasing = held("QuarantinePolicy", quarantine);
  const delivering = { domain: "example.com", dropDispositions: [] };
  const byAdministrators = {
    name: "Default",
    phishSpamAction: "Quarantine",
    phishQuarantineTag: "AdminOnlyAccessPolicy",
  };
  const dropping = () =>
    area1Domain.add(simulator, {
      drop_dispositions: ["MALICIOUS"],
      transport: "example-com.mail.protection.outlook.com",
    });
  const toTheirs = () => {
    quarantinePolicy.add(simulator, { EndUserQuarantinePermissionsValue: 11 });
    for (const [wire, value] of [
      ["PhishSpamAction", "Quarantine"],
      ["PhishQuarantineTag", String(quarantine["name"])],
    ] as const)
      antiSpamDefault.edit(simulator, wire, value);
  };
  /** A rule that quarantines Malicious for administrators, with the settings of `Default` that it needs. */
  const kept = async (): Promise<Resource> => {
    area1Domain.add(simulator, {
      drop_dispositions: [],
      transport: "example-com.mail.protection.outlook.com",
    });
    for (const [wire, value] of [
      ["HighConfidenceSpamAction", "Quarantine"],
      ["HighConfidenceSpamQuarantineTag", "AdminOnlyAccessPolicy"],
    ] as const)
      antiSpamDefault.edit(simulator, wire, value);
    const made = resource("TransportRule");
    await made.up(keeping);
    return made;
  };
  const keeping = {
    name: "Holding",
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["MALICIOUS"],
    setScl: 9,
  };
  const refusals: [string, () => Promise<unknown>][] = [
    [
      "A program that opens the quarantine of phishing",
      () => {
        toTheirs();
        return resource("RestorePoint").up({ objects: [releasing] });
      },
    ],
    [
      "A program that would open it in the middle of a destroy",
      async () => {
        toTheirs();
        const policy = held("AntiSpamPolicy", byAdministrators);
        const point = resource("RestorePoint");
        await point.up({ objects: [policy] });
        antiSpamDefault.edit(
          simulator,
          "PhishQuarantineTag",
          "AdminOnlyAccessPolicy",
        );
        await point.up({ objects: [releasing, policy] });
      },
    ],
    [
      "A domain that begins to deliver Malicious, without a rule",
      () => {
        dropping();
        return resource("Area1Domain").up(delivering);
      },
    ],
    [
      "A domain that begins to deliver Malicious, with a rule that somebody switched off",
      async () => {
        const made = await kept();
        const name = String(made.outputs["name"]);
        simulator.tenant.edit("TransportRule", name, { State: "Disabled" });
        area1Domain.edit(simulator, "drop_dispositions", ["MALICIOUS"]);
        await resource("Area1Domain").up(delivering);
      },
    ],
    [
      "A rule that is switched off by the program",
      async () => {
        const made = await kept();
        await made.up({ ...keeping, enabled: false });
      },
    ],
    [
      "A rule that has spam deleted",
      () => {
        dropping();
        antiSpamDefault.edit(simulator, "HighConfidenceSpamAction", "Delete");
        return resource("TransportRule").up({
          ...keeping,
          headerContainsWords: ["UCE"],
        });
      },
    ],
    [
      "A quarantine policy that phishing goes to, opened",
      () => {
        toTheirs();
        return resource("QuarantinePolicy").up({ ...quarantine, adopt: true });
      },
    ],
  ];
  for (const [title, work] of refusals) {
    simulator.reset();
    note(title, await messageOf(work));
  }
  const warnings: [string, () => Promise<{ run: ProviderRun }>][] = [
    [
      "A domain that begins to deliver Malicious, as allowExposure says",
      () => {
        dropping();
        return resource("Area1Domain").up({
          ...delivering,
          allowExposure: true,
        });
      },
    ],
    [
      "A rule that is removed with its stack",
      async () => (await kept()).destroy(),
    ],
  ];
  for (const [title, work] of warnings) {
    simulator.reset();
    const { run } = await work();
    note(title, (await run.warnings(1)).join("\n"));
  }
  simulator.reset();
});

test("Warnings say what was not changed, and why", async () => {
  const warned = async (
    title: string,
    work: () => Promise<{
      run: { warnings(atLeast: number): Promise<string[]> };
    }>,
  ) => {
    const { run } = await work();
    note(title, (await run.warnings(1)).join("\n"));
    simulator.reset();
  };
  await warned("A domain of ours that stays", async () => {
    const made = resource("Area1Domain");
    await made.up(domain);
    return made.destroy();
  });
  await warned("A domain of ours that is off-boarded", async () => {
    const made = resource("Area1Domain");
    await made.up({ ...domain, offboardOnDestroy: true });
    return made.destroy();
  });
  await warned("A transport that was empty", async () => {
    simulator.quirks.omittedDefaults = "null";
    area1Domain.add(simulator, { transport: null, lookback_hops: null });
    const made = resource("Area1Domain");
    await made.up({ domain: "example.com" });
    return made.destroy();
  });
  await warned("A quarantine policy in use", async () => {
    const made = resource("QuarantinePolicy");
    await made.up(quarantine);
    antiSpamDefault.edit(
      simulator,
      "SpamQuarantineTag",
      "UserNotifyUserRelease",
    );
    return made.destroy();
  });
  await warned("A tag that no longer exists", async () => {
    antiSpamDefault.prepare?.(simulator);
    antiSpamDefault.edit(simulator, "PhishQuarantineTag", "Some Policy");
    const made = resource("AntiSpamPolicy");
    await made.up(spam);
    simulator.tenant.remove("QuarantinePolicy", "Some Policy");
    return made.destroy();
  });
  await warned("A value that somebody else changed since", async () => {
    transportRule.add(simulator, { SetSCL: 6 });
    const made = resource("TransportRule");
    await made.up({ ...rule, adopt: true });
    transportRule.edit(simulator, "SetSCL", 7);
    return made.destroy();
  });
  await warned("Another object under the same name", async () => {
    const made = resource("QuarantinePolicy");
    await made.up(quarantine);
    quarantinePolicy.remake?.(simulator);
    return made.destroy();
  });
  await warned("Graph that cannot be asked on a refresh", async () => {
    const made = resource("Area1Domain");
    await made.up({ domain: "example.com" });
    const first = simulator.tenant.applications[0];
    if (first) first.appRoles = ["Exchange.ManageAsApp"];
    const run = made.run();
    await made.refresh(run);
    return { run };
  });
});

test("The findings and failures of the mail flow check", async () => {
  followTutorial(simulator);
  const { tenant } = simulator;
  tenant.edit("EOPProtectionPolicyRule", "Strict Preset Security Policy", {
    Enabled: true,
  });
  tenant.edit("HostedContentFilterPolicy", "Default", {
    AllowedSenderDomains: ["partner.example"],
  });
  const program = { domains: ["example.com"] };
  const found = async (title: string, inputs: Properties): Promise<void> => {
    const { run } = await resource("MailFlowCheck").up(inputs);
    note(title, (await run.warnings(1)).join("\n"));
  };
  await found("Findings that are not accepted", program);
  for (const application of tenant.applications)
    application.directoryRoles = ["Security Reader"];
  await found("Checks for which a role is missing", {
    ...program,
    findings: ["preset-in-force", "allowed-senders"],
  });
  const failing = { ...program, failOn: "failed" };
  await resource("MailFlowCheck")
    .up(failing)
    .catch(({ partial }: HandlerError) =>
      note("failOn", (partial?.reasons ?? []).join("\n")),
    );
  note(
    "A finding of a name that there is not",
    await messageOf(() =>
      resource("MailFlowCheck").up({ ...program, findings: ["presets"] }),
    ),
  );
});

test("All messages equal those in messages.txt", () => {
  const text = written.join("\n");
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

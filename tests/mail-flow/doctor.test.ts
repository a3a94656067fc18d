import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { accessChecks } from "../../cli/doctor/access-findings";
import type { Diagnosis } from "../../cli/doctor/diagnosis";
import { mailExchangerCheck } from "../../cli/doctor/mail-exchanger-findings";
import { diagnoseTenant } from "../../cli/doctor/tenant-diagnosis";
import {
  startSimulator,
  type LogEntry,
  type Seed,
  type Simulator,
  type SimulatorOptions,
} from "../../simulator/index";
import { dnsServer, type DnsServer, type Zone } from "./dns-server";
import { Tenant } from "./matrix/tenant";

const cloudflares = [
  "mailstream-east.mxrecord.io",
  "mailstream-central.mxrecord.mx",
];
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

interface Examined {
  simulator: Simulator;
  dns: DnsServer;
  diagnosis: Diagnosis;
  /** All that is not fine, as `status check`. */
  findings: string[];
}

/** Returns the diagnosis of a tenant without problems except the given change. */
async function examined({
  seed = new Tenant().seed,
  zone = { "example.com": cloudflares },
  environment = {},
  domain = [],
  prepare = () => undefined,
  ...options
}: {
  seed?: Seed;
  zone?: Zone;
  environment?: Record<string, string>;
  domain?: string[];
  prepare?: (simulator: Simulator) => void;
} & SimulatorOptions = {}): Promise<Examined> {
  const simulator = await startSimulator({ seed, ...options });
  const dns = await dnsServer(zone);
  ends.push(
    () => simulator.close(),
    () => dns.close(),
  );
  prepare(simulator);
  const diagnosis = await diagnoseTenant(
    { domain, resolver: dns.address },
    { ...simulator.environment, ...environment },
  );
  // The error for a vendor that does not answer depends on the timing.
  const untold = Object.values(zone).includes("SERVFAIL");
  if (diagnosis.complete || untold) note(diagnosis);
  return {
    simulator,
    dns,
    diagnosis,
    findings: diagnosis.findings
      .filter(({ status }) => status !== "ok")
      .map(({ status, check }) => `${status} ${check}`),
  };
}

/** The longest chain of requests that each began after the one before had ended. */
function longestChain(log: readonly LogEntry[]): number {
  const spans = log
    .map(({ at, ms }) => ({ from: Date.parse(at), to: Date.parse(at) + ms }))
    .sort((one, other) => one.from - other.from);
  const lengths: number[] = [];
  for (const [index, { from }] of spans.entries())
    lengths.push(
      1 +
        Math.max(
          0,
          ...spans
            .slice(0, index)
            .map(({ to }, before) => (to <= from ? (lengths[before] ?? 0) : 0)),
        ),
    );
  return Math.max(...lengths);
}

/** Every message about access and DNS, for the golden file. */
const messages = new Map<string, string>();
function note({ findings }: Diagnosis): void {
  const own = [...accessChecks, mailExchangerCheck].map(({ name }) => name);
  for (const { check, status, object, property, reason, fix } of findings)
    if (own.includes(check) && status !== "ok")
      messages.set(
        [status, check, reason].join(),
        [
          `${status} ${check}  ${object}${property && `, ${property}`}`,
          `  ${reason}`,
          `  ${fix}`,
          "",
        ]
          .join("\n")
          .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1")
          .replaceAll(
            /(Trace ID|Correlation ID|Timestamp): \S+( \S+Z)?/g,
            "$1: …",
          ),
      );
}

const application = (simulator: Simulator) => {
  const [first] = simulator.tenant.applications;
  if (!first) throw new Error("the tenant has no application");
  return first;
};

test("A tenant without problems passes at least thirty checks, and has no other findings", async () => {
  const { diagnosis, findings } = await examined();
  expect(findings).toEqual([]);
  expect(diagnosis.complete).toBe(true);
  expect(
    new Set(diagnosis.findings.map(({ check }) => check)).size,
  ).toBeGreaterThanOrEqual(30);
});

test("It takes three round trips for a tenant of any size up to a page, and writes nothing", async () => {
  const tenant = new Tenant();
  const names = Array.from({ length: 90 }, (_, at) => `d${at}.example`);
  tenant.tenant.domains = ["example.com", ...names];
  tenant.account.domains.push(
    ...names.map((domain) => ({ ...tenant.domain, domain })),
  );
  for (const one of tenant.account.domains)
    one["transport"] =
      `${one.domain.replaceAll(".", "-")}.mail.protection.outlook.com`;
  for (let at = 0; at < 250; at++)
    tenant.rules.push({
      Name: `Rule ${at}`,
      FromScope: "InOrganization",
      PrependSubject: "x",
    });
  const { simulator, findings, dns } = await examined({
    seed: tenant.seed,
    zone: Object.fromEntries(
      ["example.com", ...names].map((name) => [name, cloudflares]),
    ),
    // Longer than the time between two parallel requests on a busy machine.
    latencyMs: 1_000,
  });
  expect(findings).toEqual([]);
  expect(longestChain(simulator.log)).toBe(3);
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  expect(dns.asked).toHaveLength(91);
}, 60_000);

describe("Missing rights of the credentials are named, and the checks that need them are skipped", () => {
  const cases: [
    title: string,
    prepare: (simulator: Simulator) => void,
    failing: string[],
    part: RegExp,
  ][] = [
    [
      "Exchange.ManageAsApp",
      (simulator) => {
        application(simulator).appRoles = ["Domain.Read.All"];
      },
      ["failed exchange-permission"],
      /lacks Exchange\.ManageAsApp of Office 365 Exchange Online/,
    ],
    [
      "every role",
      (simulator) => {
        application(simulator).directoryRoles = [];
      },
      ["failed exchange-read-role", "warning exchange-write-role"],
      /No role allows Get-TransportRule/,
    ],
    [
      "a role for transport rules",
      (simulator) => {
        application(simulator).directoryRoles = ["Security Administrator"];
      },
      ["warning exchange-read-role", "warning exchange-write-role"],
      /No role allows New-TransportRule, Set-TransportRule, .*Remove-TransportRule, so/,
    ],
    [
      "Domain.Read.All",
      (simulator) => {
        application(simulator).appRoles = ["Exchange.ManageAsApp"];
      },
      ["failed graph-permission"],
      /lacks Domain\.Read\.All/,
    ],
    [
      "the token's permission at Cloudflare",
      ({ account }) => {
        for (const token of account.tokens) token.permissions = ["DNS: Read"];
      },
      ["failed cloudflare-token"],
      /lacks the permission "Cloud Email Security: Read"/,
    ],
    [
      "the product at Cloudflare",
      ({ account }) => {
        account.entitled = false;
      },
      ["failed cloudflare-entitled"],
      /not available in the current subscription/,
    ],
  ];
  test.each(cases)("%s", async (_, prepare, failing, part) => {
    const { diagnosis, findings } = await examined({ prepare });
    expect(findings.filter((one) => !one.startsWith("skipped"))).toEqual(
      failing,
    );
    const told = diagnosis.findings.filter(
      ({ status }) => status === "failed" || status === "warning",
    );
    expect(told.map(({ reason }) => reason).join("\n")).toMatch(part);
    expect(told.every(({ fix }) => fix.length > 0)).toBe(true);
    // A right that is missing is an answer.
    expect(diagnosis.complete).toBe(true);
  });
});

test("A wrong secret fails only the sign-in, and no finding contains it", async () => {
  const secret = "a-wrong-client-secret";
  const { diagnosis, findings } = await examined({
    environment: { AZURE_CLIENT_SECRET: secret },
  });
  expect(findings.filter((one) => one.startsWith("failed"))).toEqual([
    "failed sign-in",
  ]);
  expect(diagnosis.complete).toBe(true);
  expect(JSON.stringify(diagnosis)).not.toContain(secret);
  // Cloudflare's configuration was still checked.
  expect(
    diagnosis.findings.find(({ check }) => check === "domain-status")?.status,
  ).toBe("ok");
});

test.each(["entra", "exchange", "graph", "cloudflare"] as const)(
  "A %s that does not answer makes the diagnosis incomplete, but no check fail",
  async (vendor) => {
    const { diagnosis, findings } = await examined({
      environment: {
        AREA1_PATIENCE_MS: "400",
        AREA1_REQUEST_TIMEOUT_MS: "200",
      },
      prepare: ({ faults }) =>
        faults.add({
          kind: "status",
          status: 503,
          match: { vendor, times: "always" },
        }),
    });
    expect(findings.filter((one) => !one.startsWith("skipped"))).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    expect(diagnosis.complete).toBe(false);
  },
);

describe("MX records", () => {
  const cases: [title: string, zone: Zone, status: string, part: RegExp][] = [
    ["of Cloudflare are fine", { "example.com": cloudflares }, "ok", /./],
    [
      "of Cloudflare's newest hosts are fine",
      {
        "example.com": [
          "mxa.global.inbound.cf-emailsecurity.net",
          "mxb.us.inbound.cf-emailsecurity.net",
        ],
      },
      "ok",
      /./,
    ],
    [
      "of Microsoft beside them let mail past",
      {
        "example.com": [
          ...cloudflares,
          "example-com.mail.protection.outlook.com",
        ],
      },
      "failed",
      /name Microsoft/,
    ],
    [
      "of Microsoft with DNSSEC let mail past",
      { "example.com": ["example-com.k-v1.mx.microsoft"] },
      "failed",
      /name Microsoft/,
    ],
    [
      "of somebody else may let mail past",
      { "example.com": ["mx.fabrikam.example"] },
      "failed",
      /mx\.fabrikam\.example/,
    ],
    [
      "that only end like Cloudflare's are somebody else's",
      { "example.com": ["evil-mxrecord.io"] },
      "failed",
      /evil-mxrecord\.io/,
    ],
    ["that are none keep mail away", { "example.com": [] }, "failed", /no MX/],
    ["of a domain that is none", {}, "failed", /no MX/],
    [
      "that say that the domain takes no mail keep it away",
      { "example.com": ["."] },
      "failed",
      /no MX/,
    ],
    [
      "that the server cannot tell are skipped",
      { "example.com": "SERVFAIL" },
      "skipped",
      /ESERVFAIL/,
    ],
  ];
  test.each(cases)("%s", async (_, zone, status, part) => {
    const { diagnosis } = await examined({ zone });
    const [found, ...more] = diagnosis.findings.filter(
      ({ check }) => check === "mx-records",
    );
    expect(more).toEqual([]);
    expect(found?.status).toBe(status);
    expect(found?.reason).toMatch(part);
    // What could not be looked up has the command end with 2.
    expect(diagnosis.complete).toBe(status !== "skipped");
  });

  test("of another gateway are correct if Cloudflare is behind it", async () => {
    const tenant = new Tenant();
    tenant.domain["lookback_hops"] = 2;
    const { findings } = await examined({
      seed: tenant.seed,
      zone: { "example.com": ["mx.fabrikam.example"] },
    });
    expect(findings).toEqual(["warning domain-lookback-hops"]);
  });
});

test("--domain limits the check to this domain", async () => {
  const tenant = new Tenant();
  tenant.tenant.domains = ["example.com", "example.org"];
  tenant.account.domains.push({
    ...tenant.domain,
    domain: "example.org",
    drop_dispositions: ["MALICIOUS"],
    transport: "example-org.mail.protection.outlook.com",
  });
  const { findings, dns } = await examined({
    seed: tenant.seed,
    domain: ["Example.com"],
  });
  expect(findings).toEqual([]);
  expect(dns.asked).toEqual(["example.com"]);
});

test("All messages about access and DNS are those of doctor.txt", () => {
  const file = path.resolve(__dirname, "../golden/doctor.txt");
  const text = [...messages.values()].sort().join("\n");
  if (process.env["UPDATE_GOLDEN"]) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
});

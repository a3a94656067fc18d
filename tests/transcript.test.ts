import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Pseudonyms } from "../providers/transcripts/pseudonyms";
import { sessionFor } from "../providers/session/session";
import { startSimulator, type Simulator } from "../simulator/index";
import { compare, readTranscript } from "../simulator/transcript";

let directory: string;
let file: string;
let simulator: Simulator;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-transcript-"));
  file = path.join(directory, "transcript.jsonl");
  simulator = await startSimulator({
    seed: {
      tenants: [
        {
          transportRules: [
            {
              Name: "Secret project Falcon",
              HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
              HeaderContainsWords: ["UCE", "falcon"],
              SenderIpRanges: ["203.0.113.7", "203.0.113.64/26"],
              SetSCL: 5,
              Comments: "ask jane.doe@falcon-works.example",
            },
          ],
          quarantinePolicies: [
            {
              Name: "Falcon policy",
              EndUserQuarantinePermissionsValue: 7,
              ESNEnabled: true,
            },
          ],
          domains: ["falcon-works.example"],
        },
      ],
      accounts: [{ domains: [{ domain: "falcon-works.example" }] }],
    },
  });
});
afterEach(async () => {
  delete process.env["AREA1_RECORD"];
  await simulator.close();
  await rm(directory, { recursive: true });
});

/** Some life of the library, recorded; names, writes and refusals are in it. */
async function recorded(more: Record<string, string> = {}): Promise<string> {
  process.env["AREA1_RECORD"] = file;
  const { environment } = simulator;
  const values: Record<string, string | undefined> = {
    tenantId: environment["AZURE_TENANT_ID"],
    clientId: environment["AZURE_CLIENT_ID"],
    clientSecret: environment["AZURE_CLIENT_SECRET"],
    authorityHost: environment["AZURE_AUTHORITY_HOST"],
    exchangeBaseUrl: environment["AREA1_EXCHANGE_BASE_URL"],
    graphBaseUrl: environment["AREA1_GRAPH_BASE_URL"],
    cloudflareAccountId: environment["CLOUDFLARE_ACCOUNT_ID"],
    cloudflareApiToken: environment["CLOUDFLARE_API_TOKEN"],
    cloudflareBaseUrl: environment["CLOUDFLARE_BASE_URL"],
    ...more,
  };
  const session = sessionFor((key) => values[key.replace("area1:", "")]);
  await use(session, environment["CLOUDFLARE_ACCOUNT_ID"] ?? "");
  return readFile(file, "utf8");
}

async function use(
  session: ReturnType<typeof sessionFor>,
  account: string,
): Promise<void> {
  const { exchange, cloudflare, graph, patience } = session.begin();
  for (const noun of [
    "TransportRule",
    "QuarantinePolicy",
    "HostedContentFilterPolicy",
    "AcceptedDomain",
    "OrganizationConfig",
  ] as const)
    await exchange.list(`Get-${noun}`);
  await exchange
    .list("Get-TransportRule", { Identity: "No such Falcon" })
    .catch(() => undefined);
  await exchange.write(
    "New-TransportRule",
    {
      Name: "Falcon, second",
      HeaderContainsMessageHeader: "X-CFEmailSecurity-Disposition",
      HeaderContainsWords: ["MALICIOUS"],
      SenderIpRanges: ["203.0.113.8"],
      SetSCL: 9,
    },
    patience,
  );
  await exchange.list("Get-TransportRule", {}, Date.now());
  await exchange
    .write("New-QuarantinePolicy", { Name: "Falcon policy" }, patience)
    .catch(() => undefined);
  await exchange.write(
    "Remove-TransportRule",
    { Identity: "Secret project Falcon" },
    patience,
  );
  await cloudflare.list(account);
  await cloudflare.create(
    account,
    {
      domain: "mail.falcon-works.example",
      allowed_delivery_modes: ["DIRECT"],
      ip_restrictions: ["203.0.113.0/24"],
      drop_dispositions: [],
      regions: ["GLOBAL"],
      lookback_hops: 1,
    },
    patience,
  );
  const { items } = await cloudflare.list(account, Date.now());
  const made = items.find(
    ({ domain }) => domain === "mail.falcon-works.example",
  );
  const id = String(made?.["id"]);
  await cloudflare.verification(account, id, patience);
  await cloudflare.edit(account, id, { lookback_hops: 2 }, patience);
  await cloudflare
    .edit(account, id, { lookback_hops: 99 }, patience)
    .catch(() => undefined);
  await cloudflare.remove(account, id, patience);
  await graph.mailExchange("falcon-works.example");
}

test("a transcript holds requests and answers, and nothing that tells who somebody is", async () => {
  const text = await recorded();
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines[0]).toEqual({ transcript: 1, of: "pulumi-area1-m365" });
  expect(new Set(lines.slice(1).map(({ vendor }) => vendor))).toEqual(
    new Set(["exchange", "cloudflare", "graph"]),
  );
  const { environment, tenant, account } = simulator;
  for (const telling of [
    ...["alcon", "jane.doe", "203.0.113", "contoso", "eyJ", "Bearer"],
    ...[tenant.id, account.id, environment["CLOUDFLARE_API_TOKEN"] ?? ""],
    ...[environment["AZURE_CLIENT_SECRET"] ?? "", "127.0.0.1"],
    ...tenant.objects("QuarantinePolicy").map((one) => one.ExchangeObjectId),
  ])
    expect([
      telling,
      text.toLowerCase().includes(telling.toLowerCase()),
    ]).toEqual([telling, false]);
  expect(text).toContain("X-CFEmailSecurity-Disposition");
  expect(text).toContain('"MALICIOUS"');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("nothing is recorded unless it was asked for", async () => {
  await recorded();
  await rm(file);
  delete process.env["AREA1_RECORD"];
  const { environment } = simulator;
  const session = sessionFor(
    (key) =>
      ({
        "area1:cloudflareApiToken": environment["CLOUDFLARE_API_TOKEN"],
        "area1:cloudflareBaseUrl": `${environment["CLOUDFLARE_BASE_URL"]}/`,
      })[key],
  );
  await session.cloudflare.list(simulator.account.id);
  await expect(stat(file)).rejects.toThrow("ENOENT");
});

test("a transcript that cannot be written changes nothing for the client", async () => {
  file = path.join(directory, "absent", "transcript.jsonl");
  await expect(recorded()).rejects.toThrow("ENOENT");
  expect(
    simulator.tenant.find("TransportRule", "Falcon, second"),
  ).toBeDefined();
});

test("the simulator does not differ from a transcript of itself", async () => {
  await recorded();
  const other = await startSimulator();
  try {
    const { differences, notCompared, compared } = await compare(
      other,
      await readTranscript(file),
    );
    expect(differences).toEqual([]);
    expect(notCompared).toEqual([]);
    expect(compared).toBeGreaterThan(15);
  } finally {
    await other.close();
  }
});

test("differences in status, types, forms, fields and reasons are told in words", async () => {
  Object.assign(simulator.quirks, {
    sclType: "string",
    notFoundStatus: 500,
    statusCase: "lower",
    createStatus: 200,
    permissionsReadBack: "number",
    omittedFields: ["folder"],
    lastModified: true,
  });
  await recorded();
  const other = await startSimulator();
  try {
    const { differences, notCompared } = await compare(
      other,
      await readTranscript(file),
    );
    const said = differences.map((line) => line.replace(/ \(line.*/, ""));
    expect(said).toEqual(
      expect.arrayContaining([
        "New-TransportRule: value[].SetSCL: the vendor's is a text, the simulator's a number",
        "POST /email-security/settings/domains: the vendor answers 200, the simulator 201",
        "GET /email-security/settings/domains: result[].status: the vendor writes lower case, the simulator upper case",
        "GET /email-security/settings/domains: result[].folder: only in the simulator's answer",
        "GET /email-security/settings/domains: result[].last_modified: only in the vendor's answer",
        "Get-QuarantinePolicy: value[].EndUserQuarantinePermissionsValue: only in the vendor's answer",
      ]),
    );
    expect(differences.join()).toMatch(/result\.status.*\(line \d+/);
    expect(notCompared.join()).toContain("the vendor answered 500");
  } finally {
    await other.close();
  }
});

test("the command compares, and ends with 0, 1 or 2", async () => {
  const { ensureBuild } = await import("../scripts/build.mjs");
  await ensureBuild();
  await recorded();
  const command = path.resolve(__dirname, "../dist/cli/index.js");
  const run = (...options: string[]) =>
    promisify(execFile)(process.execPath, [
      command,
      "simulate",
      "--compare",
      ...options,
    ]).then(
      ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
  const alike = await run(file);
  expect(alike.stdout).toMatch(/^\d+ requests compared, 0 differences\n$/);
  expect(alike.code).toBe(0);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace('"status":201', '"status":202'));
  const unlike = await run(file);
  expect(unlike.code).toBe(1);
  expect(unlike.stdout).toContain("the vendor answers 202, the simulator 201");
  await writeFile(file, "{}\n");
  const trouble = await run(file);
  expect(trouble.code).toBe(2);
  expect(trouble.stderr).toContain("line 1: not a line of a transcript");
}, 120_000);

test("what is replaced is replaced by something of its own form, everywhere by the same", () => {
  const pseudonyms = new Pseudonyms("s");
  const of = (value: unknown, property?: string) =>
    pseudonyms.json(value, property);
  expect(of("jane@corp.example")).toMatch(
    /^user-[0-9a-f]{8}@d-[0-9a-f]{8}\.example$/,
  );
  expect(of("corp.onmicrosoft.com")).toMatch(/^d-\w{8}\.onmicrosoft\.com$/);
  expect(of("corp-example.mail.protection.outlook.com")).toMatch(
    /^d-\w{8}\.mail\.protection\.outlook\.com$/,
  );
  expect(of("203.0.113.7")).toMatch(/^198\.(18|19)\.\d+\.\d+$/);
  expect(of("203.0.113.0/24")).toMatch(/^198\.(18|19)\.\d+\.0\/24$/);
  expect(of("2001:db8:1::/48")).toMatch(/^2001:db8:[0-9a-f]+::\/48$/);
  expect(of("203.0.113.1-203.0.113.9")).toMatch(
    /^198\.1[89]\.\d+\.1-198\.1[89]\.\d+\.9$/,
  );
  expect(of("5f0c9a3e-1111-4222-8333-444455556666")).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(of("My rule")).toBe(new Pseudonyms("s").json("my RULE"));
  expect(of("My rule")).not.toBe(new Pseudonyms("t").json("My rule"));
  expect(of("corp.onmicrosoft.com\\Default")).toMatch(
    /onmicrosoft\.com\\Default$/,
  );
  for (const kept of [
    ...["Default", "2026-07-23T21:51:45.0000000+00:00", "PT4H", "1.00:00:00"],
    ...["UCE", "5", "Standard Preset Security Policy1784144691483", ""],
    ...["Microsoft.Exchange.MessagingPolicies.Rules.Tasks.SetSclAction"],
    ...["00000000-0000-0000-0000-000000000000"],
  ])
    expect(of(kept)).toBe(kept);
  const said = of(
    "Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn't be performed because object 'My rule' couldn't be found on 'AM0PR04DC001.EURPR04A002.PROD.OUTLOOK.COM' for jane@corp.example at 203.0.113.7.",
    "message",
  ) as string;
  expect(said).toMatch(
    /^Ex6F9304\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't be performed because object 'name-\w+' couldn't be found on '.+' for user-\w+@d-\w+\.example at 198\.1[89]\.[\d.]+\.$/,
  );
  expect(said).not.toContain("PR04");
  expect(
    of(`Bad value on parameter 'SetSCL': "Falcon" is none`, "message"),
  ).toMatch(/^Bad value on parameter 'SetSCL': "name-\w+" is none$/);
  expect(of("object 'Nobody's rule' isn't there", "message")).toMatch(
    /^object 'name-\w+' isn't there$/,
  );
});

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { diagnosisText } from "../../cli/doctor/text";
import type { Finding } from "../../mail-flow/finding";
import { startSimulator, type Simulator } from "../../simulator/index";
import { dnsServer, type DnsServer } from "./dns-server";
import { freshTenant } from "./fresh-tenant";
import { Tenant } from "./matrix/tenant";

const root = path.resolve(__dirname, "../..");

beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
}, 180_000);

let directory: string;
let dns: DnsServer;
const simulators: Simulator[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-doctor-"));
  dns = await dnsServer({ "example.com": ["mailstream-east.mxrecord.io"] });
});
afterEach(async () => {
  await Promise.all(simulators.splice(0).map((one) => one.close()));
  await dns.close();
  await rm(directory, { recursive: true });
});

/** Starts a simulator in which all is well but for the change. */
async function tenantWith(
  change: (tenant: Tenant) => void = () => undefined,
): Promise<Record<string, string>> {
  const tenant = new Tenant();
  change(tenant);
  const simulator = await startSimulator({ seed: tenant.seed });
  simulators.push(simulator);
  return simulator.environment;
}

/** Runs the command as it is installed. */
const doctor = (environment: Record<string, string>, ...words: string[]) =>
  new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, "dist/cli/index.js"), "doctor", ...words],
      {
        cwd: directory,
        env: { PATH: process.env["PATH"], ...environment },
      },
      (error, out, err) => resolve({ code: error?.code ?? 0, out, err }),
    );
  });

test("A tenant without problems exits with 0, and the text says that nothing was changed", async () => {
  const { code, out, err } = await doctor(
    // A pipeline's log shows no colours, and libraries take this for a wish to have them.
    { ...(await tenantWith()), CI: "true" },
    "--resolver",
    dns.address,
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).not.toContain("\u001b");
  expect(out).toMatch(/OK \(\d+\)/);
  expect(out).toContain("0 failed, 0 warnings, 0 skipped");
  expect(out).toContain("Nothing was changed.");
});

test("--json prints one array of findings with the seven keys, warnings end with 0 and failures with 1", async () => {
  const environment = await tenantWith(({ presets, domain }) => {
    presets.push({ Name: "Strict Preset Security Policy", State: "Enabled" });
    domain["require_tls_outbound"] = false;
  });
  const { code, out } = await doctor(
    environment,
    "--json",
    "--resolver",
    dns.address,
  );
  expect(code).toBe(1);
  expect(out.endsWith("]\n")).toBe(true);
  const findings = JSON.parse(out) as Finding[];
  for (const finding of findings)
    expect(Object.keys(finding)).toEqual([
      "check",
      "status",
      "object",
      "property",
      "reason",
      "fix",
      "url",
    ]);
  expect(
    findings
      .filter(({ status }) => status !== "ok")
      .map(({ check, status }) => `${status} ${check}`),
  ).toEqual(["warning domain-tls", "failed preset-in-force"]);
  expect(findings.every(({ url }) => url.startsWith("https://"))).toBe(true);
});

test("It exits with 2 if it could not read something, and says why", async () => {
  const silent = await doctor(
    {
      ...(await tenantWith()),
      AREA1_EXCHANGE_BASE_URL: "https://127.0.0.1:9",
      AREA1_PATIENCE_MS: "300",
    },
    "--resolver",
    dns.address,
  );
  expect(silent.code).toBe(2);
  expect(silent.out).toContain("SKIPPED");
  const contradicting = await doctor({
    ...(await tenantWith()),
    AREA1_REQUEST_TIMEOUT_MS: "soon",
  });
  expect(contradicting).toMatchObject({ code: 2, out: "" });
  expect(contradicting.err).toContain("requestTimeoutMs");
});

test("A resolver that is no address is refused with a hint", async () => {
  const { code, err } = await doctor(
    await tenantWith(),
    "--resolver",
    "dns.example",
  );
  expect(code).not.toBe(0);
  expect(err).toContain("192.0.2.53:5353");
});

test("--snapshot examines a file as of the time when it was saved, and sends no request", async () => {
  const file = path.join(directory, "snapshot.json");
  await writeFile(file, JSON.stringify(freshTenant()));
  const { code, out } = await doctor({}, "--snapshot", file, "--json");
  expect(code).toBe(1);
  const findings = JSON.parse(out) as Finding[];
  expect(
    findings
      .filter(({ status }) => status === "failed")
      .map(({ check }) => check),
  ).toContain("domain-drop-dispositions");
  expect(findings.map(({ check }) => check)).not.toContain("sign-in");
  const nothing = await doctor({}, "--snapshot", "nowhere.json");
  expect(nothing).toMatchObject({ code: 2, out: "" });
  expect(nothing.err).toContain("nowhere.json");
});

test("The text has failures first, at most 80 columns except in commands to copy, and no control characters", () => {
  const finding = (more: Partial<Finding>): Finding => ({
    check: "rule-disabled",
    status: "failed",
    object: 'TransportRule "A\u001b[2J\rname"',
    property: "enabled",
    reason: `${"A long reason, ".repeat(20)}and its end.`,
    fix: "Enable it: `Enable-TransportRule 'A name that is so long that a line of eighty columns is too short'`, or remove it.",
    url: "https://learn.microsoft.com/powershell/module/exchange/enable-transportrule",
    ...more,
  });
  const text = diagnosisText(
    {
      subject: "tenant t, account a",
      judgement: "Judged by use case 4.",
      complete: true,
      findings: [
        finding({ status: "ok", check: "fine-check" }),
        finding({ status: "skipped", check: "skipped-check" }),
        finding({ status: "warning", check: "warning-check" }),
        finding({}),
      ],
    },
    { verbose: false, colours: false },
  );
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text).toMatch(/^Mail flow of .*\nJudged by use case 4\.\n\n/);
  expect(text.indexOf("FAILED (1)")).toBeLessThan(text.indexOf("WARNING (1)"));
  expect(text.indexOf("WARNING (1)")).toBeLessThan(text.indexOf("SKIPPED (1)"));
  expect(text).toMatch(
    /\n +Enable-TransportRule 'A name that is so long that a line of eighty columns is too short'\n +or remove it\./,
  );
  expect(
    text
      .split("\n")
      .filter((line) => line.length > 80)
      .every((line) => /https:|Enable-TransportRule/.test(line)),
  ).toBe(true);
  const coloured = diagnosisText(
    {
      subject: "t",
      judgement: "Judged by use case 4.",
      complete: true,
      findings: [finding({})],
    },
    { verbose: false, colours: true },
  );
  expect(coloured).toContain("\u001b[31m");
});

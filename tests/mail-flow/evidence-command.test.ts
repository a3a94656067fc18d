import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { evidenceText } from "../../cli/evidence/text";
import type { Evidence } from "../../mail-flow/evidence";
import { startSimulator, type Simulator } from "../../simulator/index";
import { adminRule, followTutorial, userRule } from "../simulator/tutorial";
import { day, hour, people } from "./evidence-tenant";

const root = path.resolve(__dirname, "../..");

beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
}, 180_000);

let simulator: Simulator;
let clock: number;
/** Where the command writes a transcript; empty: nowhere. */
let recordTo: string;
beforeEach(async () => {
  recordTo = "";
  clock = Date.now() - 6 * day;
  simulator = await startSimulator({ now: () => clock });
  followTutorial(simulator);
  // The command runs today: what it reads of was made a week ago.
  for (const kind of [
    "TransportRule",
    "QuarantinePolicy",
    "HostedContentFilterPolicy",
    "EOPProtectionPolicyRule",
    "HostedConnectionFilterPolicy",
    "AntiPhishPolicy",
    "MalwareFilterPolicy",
  ] as const)
    for (const record of simulator.tenant.objects(kind))
      record.WhenChanged = new Date(clock - day).toISOString();
});
afterEach(() => simulator.close());

function mail(count: number, disposition: "SPAM" | "MALICIOUS" = "SPAM") {
  return Array.from({ length: count }, (_, at) => {
    clock += hour;
    const recipient = people[at % people.length] ?? "";
    return simulator.mail.send({ recipient, disposition }).id;
  });
}

/** Runs the command as it is installed. */
function area1(...words: string[]) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, "dist/cli/index.js"), ...words],
      {
        env: {
          ...process.env,
          NODE_OPTIONS: "",
          AREA1_RECORD: recordTo,
          ...simulator.environment,
        },
      },
      (error, out, err) => {
        const code = typeof error?.code === "number" ? error.code : 0;
        resolve({ code, out, err });
      },
    );
  });
}

test("evidence exits with 0 if nothing contradicts the configuration, with 1 if something does, with 2 if it could not read something", async () => {
  mail(6);
  clock = Date.now();
  expect(await area1("evidence")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/The reports do not contradict/) as string,
    err: "",
  });
  simulator.faults.add({
    id: "forbidden",
    match: { cmdlet: "Get-MailTrafficPolicyReport", times: "always" },
    kind: "status",
    status: 403,
  });
  const partly = await area1("evidence");
  expect(partly.code).toBe(2);
  expect(partly.out).toMatch(/Could not read:\n {2}messages that rules/);
  expect(partly.out).toMatch(/6 in quarantine by Default as Spam/);
  simulator.faults.clear();
  simulator.mail.messages.length = 0;
  simulator.quirks.sclRequest = "ignored";
  clock = Date.now() - 5 * day;
  mail(6);
  clock = Date.now();
  const odd = await area1("evidence");
  expect(odd.code).toBe(1);
  expect(odd.out).toMatch(/FAILED matched-not-quarantined/);
}, 60_000);

test("evidence without a configured tenant says why, and exits with 2", async () => {
  await simulator.close();
  const { code, out, err } = await area1("evidence");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/Cannot read what happened to mail/);
}, 60_000);

test("evidence --json prints one object with the documented keys, and details only with --details", async () => {
  mail(6);
  mail(3, "MALICIOUS");
  clock = Date.now();
  const { out } = await area1("evidence", "--json", "--days", "20");
  const found = JSON.parse(out) as Evidence;
  expect(Object.keys(found).sort()).toEqual([
    "couldNotLook",
    "findings",
    "hitsSince",
    "limits",
    "matchesSince",
    "rules",
    "takenAt",
    "tenantId",
  ]);
  expect(found.rules.map(({ rule }) => rule)).toEqual([userRule, adminRule]);
  expect(Object.keys(found.rules[0] ?? {}).sort()).toEqual([
    "dispositions",
    "enabled",
    "expected",
    "found",
    "header",
    "lookedAt",
    "matched",
    "mode",
    "perDay",
    "rule",
    "setScl",
    "words",
  ]);
  expect(out).not.toContain("megan");
}, 60_000);

test("a transcript of evidence holds no address, subject or id of a message", async () => {
  clock += hour;
  simulator.mail.send({
    recipient: people[0] ?? "",
    sender: "jo@secret.example",
    subject: "Your invoice 4711",
    disposition: "SPAM",
  });
  const [sent] = simulator.mail.messages;
  simulator.mail.quarantine.release(sent?.id ?? "", people[0] ?? "");
  clock = Date.now();
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-evidence-"));
  try {
    const file = path.join(directory, "transcript");
    recordTo = file;
    expect((await area1("evidence")).code).toBe(0);
    const transcript = await readFile(file, "utf8");
    expect(transcript).toContain("Get-QuarantineMessage");
    for (const word of ["megan", "jo@", "secret.example", "4711", sent?.id])
      expect(transcript).not.toContain(word);
  } finally {
    await rm(directory, { recursive: true });
  }
}, 60_000);

test.each(["0", "91", "2.5", "many", "-3"])(
  "evidence --days %s is refused before any request",
  async (days) => {
    const { code, err } = await area1("evidence", `--days=${days}`);
    expect(code).toBe(2);
    expect(err).toMatch(/Not a number of days from 1 to 90/);
    expect(simulator.log).toEqual([]);
  },
  60_000,
);

test("test-plan writes messages and a plan, does not rewrite equal files, and overwrites other files only with --force", async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-plan-"));
  try {
    const out = path.join(directory, "plan");
    const run = (...more: string[]) =>
      area1("test-plan", "--out", out, "--recipient", "m@example.com", ...more);
    expect(await run()).toMatchObject({
      code: 0,
      err: "",
      out: `11 messages and README.md in ${out} (12 of them written, the others were unchanged)\n`,
    });
    expect(await readdir(out)).toHaveLength(12);
    expect((await run()).out).toMatch(/\(0 of them written/);
    simulator.tenant.edit("TransportRule", userRule, { SetSCL: 9 });
    const changed = await run();
    expect(changed.code).toBe(2);
    expect(changed.err).toMatch(/README\.md is there and differs/);
    expect((await run("--force")).out).toMatch(/\(1 of them written/);
    const plan = await readFile(path.join(out, "README.md"), "utf8");
    expect(plan).toContain(
      `| 01-spam-cloudflare-m-example-com.eml | m@example.com | ${userRule} | none | quarantine | Default, UserNotifyAdminRelease |`,
    );
    expect(simulator.log.some(({ cmdlet }) => /^Test/.test(cmdlet ?? ""))).toBe(
      false,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}, 60_000);

test("the output has no control characters from the tenant's texts, which could move the cursor or reverse the direction", () => {
  const hostile = "A\u001b[2J\u202eB\nC";
  const text = evidenceText({
    takenAt: "2026-11-23T12:00:00.000Z",
    hitsSince: "2026-11-17T00:00:00.000Z",
    matchesSince: "2026-11-17T00:00:00.000Z",
    rules: [
      {
        rule: hostile,
        enabled: false,
        mode: "Audit",
        header: "area1",
        words: [hostile],
        dispositions: [],
        setScl: 5,
        matched: 1,
        perDay: [{ date: "2026-11-20", messages: 1 }],
        lookedAt: 1,
        expected: [],
        found: [
          {
            inQuarantine: true,
            policy: hostile,
            type: hostile,
            quarantinePolicy: hostile,
            messages: 1,
            released: 1,
            releasedByRecipient: 0,
            releasedByUnknown: 1,
            agrees: "unknown",
            why: hostile,
          },
        ],
      },
    ],
    findings: [],
    couldNotLook: [{ part: "a part", reason: hostile }],
    limits: [],
  });
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  expect(text).toContain("(disabled, Audit)");
  expect(text.replace(/\s+/g, " ")).toContain(
    "1 by a person whom Exchange does not name",
  );
  for (const line of text.split("\n"))
    expect(line.length).toBeLessThanOrEqual(100);
});

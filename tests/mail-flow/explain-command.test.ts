import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Row } from "../../mail-flow/path";
import type { Snapshot } from "../../mail-flow/snapshot";
import { startSimulator, type Simulator } from "../../simulator/index";
import { certificate } from "../engine/tenant-with-stack";
import { followTutorial } from "../simulator/tutorial";
import { freshTenant } from "./fresh-tenant";
import { firstPreview, sourceIp, useCase4 } from "./tenants";

const root = path.resolve(__dirname, "../..");
const command = path.join(root, "dist/cli/index.js");

let directory: string;
let simulator: Simulator;
beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  simulator = await startSimulator(certificate());
  followTutorial(simulator);
}, 240_000);
afterAll(() => simulator?.close());
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-explain-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs the command to its end. */
async function explain(
  options: readonly string[],
  { input = "", env = {} }: { input?: string; env?: object } = {},
) {
  const child = spawn(process.execPath, [command, "explain", ...options], {
    cwd: directory,
    env: {
      ...process.env,
      ...simulator.environment,
      NODE_OPTIONS: "",
      ...env,
    },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err, rows: () => JSON.parse(out) as Row[] };
}

/** A snapshot as a file. */
async function file(snapshot: Snapshot): Promise<string> {
  const name = path.join(directory, "snapshot.json");
  await writeFile(name, JSON.stringify(snapshot));
  return name;
}

const keys = [
  "disposition",
  "header",
  "sourceIp",
  "recipient",
  "outcome",
  "scl",
  "verdict",
  "policy",
  "action",
  "quarantinePolicy",
  "release",
  "notified",
  "retentionDays",
  "steps",
];

test("with the live tenant it prints rows, writes nothing there, and saves the snapshot", async () => {
  const before = JSON.stringify(simulator.snapshot());
  const live = await explain(["--json", "--save", "saved.json"]);
  expect(live).toMatchObject({ code: 0, err: "" });
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  expect(JSON.stringify(simulator.snapshot())).toBe(before);
  const rows = live.rows();
  for (const row of rows) expect(Object.keys(row)).toEqual(keys);
  for (const { steps } of rows)
    for (const step of steps)
      expect(Object.keys(step)).toEqual(["object", "property", "value", "why"]);
  expect(
    rows.find(
      ({ disposition, header }) =>
        disposition === "Malicious" && header === "cloudflare",
    ),
  ).toMatchObject({
    outcome: "quarantine",
    scl: 9,
    verdict: "highConfidenceSpam",
    policy: "Default",
    action: "Quarantine",
    quarantinePolicy: "UserNotifyAdminRelease",
    release: "request",
    notified: true,
    retentionDays: 15,
  });
  const saved = path.join(directory, "saved.json");
  const again = await explain(["--json", "--snapshot", saved], {
    env: { AZURE_CLIENT_SECRET: "none" },
  });
  expect(again).toMatchObject({ code: 0, err: "", out: live.out });
  expect(await readFile(saved, "utf8")).not.toMatch(/simulated-/);
});

test("--recipient and --source-ip show one case, with the steps", async () => {
  const { out, code } = await explain([
    ...["--recipient", "megan@example.com", "--source-ip", "192.0.2.7"],
  ]);
  expect(code).toBe(0);
  expect(out).toContain("To megan@example.com, from 192.0.2.7\n");
  expect(out).toContain('1.  Domain "example.com"');
  const two = await explain([
    ...["--recipient", "a@example.com", "--recipient", "b@example.com"],
    "--json",
  ]);
  expect(new Set(two.rows().map(({ recipient }) => recipient))).toEqual(
    new Set(["a@example.com", "b@example.com"]),
  );
  const [once, twice] = [
    await explain(["--recipient", "a@example.com", "--json"]),
    await explain([
      ...["--recipient", "a@example.com", "--recipient", "A@example.com"],
      "--json",
    ]),
  ];
  expect(twice.out).toBe(once.out);
});

test("reading two documents from stdin is refused", async () => {
  const both = await explain(["--preview", "-", "--evidence", "-", "--html"], {
    input: "{}",
  });
  expect(both).toMatchObject({ code: 2, out: "" });
  expect(both.err).toContain("stdin can be read once");
});

test("--preview - shows the state after an up, --before-after the differences", async () => {
  const snapshot = await file(freshTenant());
  const input = await readFile(firstPreview, "utf8");
  const after = await explain(
    [
      ...["--snapshot", snapshot, "--preview", "-"],
      ...["--source-ip", sourceIp, "--json"],
    ],
    { input },
  );
  expect(after.code).toBe(0);
  expect(after.rows()[0]).toMatchObject({ outcome: "quarantine", scl: 9 });
  expect(after.err).toBe(
    'Area1Domain "mail-domain-example.org": is new at Cloudflare, and is taken as verified, with its MX records pointing there.\n',
  );
  const changes = await explain([
    ...["--snapshot", snapshot, "--preview", firstPreview],
    ...["--before-after", "--source-ip", sourceIp, "--json"],
  ]);
  const [first] = JSON.parse(changes.out) as { before: Row; after: Row }[];
  expect(first?.before).toMatchObject({
    disposition: "Malicious",
    outcome: "droppedByCloudflare",
  });
  expect(first?.after).toMatchObject({
    disposition: "Malicious",
    outcome: "quarantine",
  });
});

test("--html and --mermaid write one document", async () => {
  const snapshot = await file(useCase4());
  expect(
    await explain(["--snapshot", snapshot, "--html", "page.html"]),
  ).toMatchObject({ code: 0, out: "", err: "" });
  const page = await readFile(path.join(directory, "page.html"), "utf8");
  expect(page).toMatch(/^<!doctype html>[^]*<svg[^]*<\/html>\n$/);
  const piped = await explain(["--snapshot", snapshot, "--html"]);
  expect(piped.out).toBe(page);
  const { out } = await explain(["--snapshot", snapshot, "--mermaid"]);
  expect(out).toMatch(/^flowchart LR\n/);
});

test("files are readable only by their owner, and overwritten only with --force", async () => {
  const snapshot = await file(useCase4());
  const modeOf = async (name: string) =>
    ((await stat(path.join(directory, name))).mode & 0o777).toString(8);
  const files = ["--save", "saved.json", "--html", "page.html"];
  expect(await explain(["--snapshot", snapshot, ...files])).toMatchObject({
    code: 0,
    err: "",
  });
  expect([await modeOf("saved.json"), await modeOf("page.html")]).toEqual([
    "600",
    "600",
  ]);
  for (const name of ["saved.json", "page.html"]) {
    await writeFile(path.join(directory, name), "mine");
    await chmod(path.join(directory, name), 0o644);
  }
  simulator.log.length = 0;
  for (const [option, name] of [
    ["--save", "saved.json"],
    ["--html", "page.html"],
  ] as const) {
    expect(await explain([option, name])).toMatchObject({
      code: 2,
      out: "",
      err: `${name} already exists. Nothing was written to it. Choose another name, or overwrite it with --force.\n`,
    });
    expect(await readFile(path.join(directory, name), "utf8")).toBe("mine");
  }
  expect(simulator.log).toEqual([]);
  expect(
    await explain(["--snapshot", snapshot, ...files, "--force"]),
  ).toMatchObject({ code: 0, err: "" });
  expect(await readFile(path.join(directory, "page.html"), "utf8")).toContain(
    "<svg",
  );
  expect([await modeOf("saved.json"), await modeOf("page.html")]).toEqual([
    "600",
    "600",
  ]);
  const nowhere = await explain([
    ...["--snapshot", snapshot, "--save", "/dev/null", "--json"],
  ]);
  expect(nowhere).toMatchObject({ code: 0, err: "" });
  expect(
    await explain(["--snapshot", snapshot, "--save", "x", "--html", "x"]),
  ).toMatchObject({ code: 2, out: "" });
});

test("it exits with 2 if it could not read something, and says why", async () => {
  const unread = freshTenant();
  unread.transportRules = { unavailable: "The application needs a role." };
  const partly = await explain(["--snapshot", await file(unread), "--json"]);
  expect(partly).toMatchObject({
    code: 2,
    err: "Not read: mail flow rules. The application needs a role.\n",
  });
  expect(partly.rows()[0]?.outcome).toBe("droppedByCloudflare");
  for (const [options, message, env] of [
    [["--snapshot", "none.json"], /no such file.*none\.json/],
    [["--snapshot", firstPreview], /is no snapshot: domains is missing/],
    [["--preview", command], /is not JSON/],
    [["--before-after"], /give --preview, too/],
    [["--evidence", "x"], /give --html, too/],
    [["--json", "--html"], /Give one of --json, --mermaid and --html/],
    [
      [],
      /Cannot read the mail configuration:.*401/,
      { AZURE_CLIENT_SECRET: "x" },
    ],
  ] as const)
    expect(await explain(options, env ? { env } : {})).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(message) as string,
    });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { parse } from "yaml";

import type { Takeover } from "../../cli/init/takeover";
import type { Snapshot } from "../../mail-flow/snapshot";
import { startSimulator, type Simulator } from "../../simulator/index";
import { certificate } from "../engine/tenant-with-stack";
import { freshTenant } from "../mail-flow/fresh-tenant";
import { useCase4 } from "../mail-flow/tenants";
import { adminRule, followTutorial } from "../simulator/tutorial";

const command = path.resolve(__dirname, "../../dist/cli/index.js");

let directory: string;
let simulator: Simulator;
beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  simulator = await startSimulator(certificate());
}, 240_000);
afterAll(() => simulator?.close());
beforeEach(async () => {
  simulator.reset();
  followTutorial(simulator);
  simulator.log.length = 0;
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-init-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Runs the command to its end. */
async function init(options: readonly string[], env: object = {}) {
  const child = spawn(process.execPath, [command, "init", ...options], {
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
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

const read = (file: string): Promise<string> =>
  readFile(path.join(directory, file), "utf8");

async function snapshotFile(snapshot: Snapshot): Promise<string> {
  await writeFile(
    path.join(directory, "snapshot.json"),
    JSON.stringify(snapshot),
  );
  return "snapshot.json";
}

test("writes a program in TypeScript and its import file, and names the two commands that follow", async () => {
  const { code, out, err } = await init([]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^The tenant is in use case 4: Spam and Spoof go to/);
  expect(out).toContain("is SPOOF, UCE, would be SPAM, SPOOF, UCE (spamWords)");
  expect(out.trimEnd().split("\n").slice(-2)).toEqual([
    "  pulumi import --file import.json --yes --generate-code=false --protect=false",
    "  pulumi preview --expect-no-changes",
  ]);
  expect((await readdir(directory)).sort()).toEqual([
    "Pulumi.yaml",
    "import.json",
    "index.ts",
    "package.json",
  ]);
  for (const file of await readdir(directory))
    expect((await stat(path.join(directory, file))).mode & 0o777).toBe(0o600);
  expect(await read("index.ts"))
    .toBe(`import { UseCase4, usePlugin } from "pulumi-area1-m365";

// The resources of the provider area1 can be imported; dynamic resources cannot.
usePlugin();

new UseCase4("mail", {
  domains: ["example.com"],
  header: "cloudflare",
  spamWords: ["SPOOF", "UCE"],
  endUserSpamNotificationFrequency: "1.00:00:00",
});
`);
  expect(parse(await read("Pulumi.yaml"))).toMatchObject({
    runtime: "nodejs",
    plugins: {
      providers: [
        { name: "area1", path: "node_modules/pulumi-area1-m365/plugin" },
      ],
    },
  });
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
});

test("prints the summary as data with --json", async () => {
  simulator.tenant.edit("TransportRule", adminRule, { SetSCL: 6 });
  simulator.tenant.add("TransportRule", {
    Name: "Disclaimer",
    ApplyHtmlDisclaimerText: "Think of the trees",
  });
  const { code, out } = await init(["--json", "--all", "--out", "ops/mail"]);
  expect(code).toBe(0);
  const summary = JSON.parse(out) as Takeover & { files: string[] };
  expect(summary).toMatchObject({
    useCase: { state: "mixed" },
    notImported: [],
    others: 0,
  });
  expect(await read("ops/mail/index.ts")).toContain("appliesToAllMail: true");
  expect(summary.differences).toContainEqual({
    object: `TransportRule "${adminRule}"`,
    property: "setScl",
    is: 6,
    wouldBe: 9,
    input: "maliciousScl",
  });
  expect(summary.files.sort()).toEqual(
    ["Pulumi.yaml", "import.json", "index.ts", "package.json"].map((file) =>
      path.join("ops/mail", file),
    ),
  );
});

test.each([
  ["typescript", "index.ts"],
  ["yaml", "Pulumi.yaml"],
  ["python", "__main__.py"],
  ["typescript", "import.json"],
])(
  "refuses to overwrite in %s the file %s before it reads anything, unless --force is given",
  async (language, file) => {
    await writeFile(path.join(directory, file), "name: mine\n");
    const refused = await init(["--language", language]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain(`${file} already exists`);
    expect(await read(file)).toBe("name: mine\n");
    expect(simulator.log).toEqual([]);
    const forced = await init(["--language", language, "--force"]);
    expect(forced).toMatchObject({ code: 0, err: "" });
    expect(await read(file)).not.toBe("name: mine\n");
    // The stacks of a project belong to its name.
    if (file === "Pulumi.yaml")
      expect(parse(await read(file))).toMatchObject({ name: "mine" });
  },
);

test("leaves the project files that exist, and says what to add to them", async () => {
  const project = "name: ops\nruntime: nodejs\n";
  await writeFile(path.join(directory, "Pulumi.yaml"), project);
  await writeFile(path.join(directory, "package.json"), "{}");
  const { code, out } = await init([]);
  expect(code).toBe(0);
  expect(await read("Pulumi.yaml")).toBe(project);
  expect(await read("package.json")).toBe("{}");
  expect(out).toContain(
    "Pulumi.yaml existed. Add these lines to it:\nplugins:",
  );
});

test("takes over a saved snapshot without credentials", async () => {
  const saved = await snapshotFile(useCase4());
  const offline = {
    AZURE_CLIENT_SECRET: "none",
    CLOUDFLARE_API_TOKEN: "none",
  };
  const { code, out } = await init(
    ["--snapshot", saved, "--language", "yaml", "--out", "offline"],
    offline,
  );
  expect([code, out]).toEqual([0, expect.stringContaining("use case 4:")]);
  const { resources } = parse(await read("offline/Pulumi.yaml")) as {
    resources: { mail: { properties: object } };
  };
  expect(resources.mail).toEqual({
    type: "area1:UseCase4",
    properties: { domains: ["example.com", "example.org"] },
  });
});

test("says what keeps a tenant from use case 4", async () => {
  const { code, out } = await init([
    ...["--snapshot", await snapshotFile(freshTenant())],
  ]);
  expect(code).toBe(0);
  expect(out).toContain("The tenant is in none of the five use cases");
  expect(out).toContain("The component UseCase4 does not fit");
  expect(out).toContain(
    'AntiSpamPolicy "Default", spamAction: is MoveToJmf, would be Quarantine',
  );
  expect(out).toContain(
    'QuarantinePolicy "UserNotifyUserRelease": is missing, would be present',
  );
});

test("ends with 2 and writes nothing if it could not read something", async () => {
  const unread = freshTenant();
  unread.transportRules = { unavailable: "The application needs a role." };
  const file = await snapshotFile(unread);
  expect(await init(["--snapshot", file])).toEqual({
    code: 2,
    out: "",
    err: "Cannot tell which objects to take over: TransportRule could not be read. The application needs a role. Nothing was written.\n",
  });
  for (const [options, message] of [
    [["--snapshot", "none.json"], /no such file.*none\.json/],
    [["--language", "java"], /Allowed choices are typescript, yaml, python/],
    [[], /Cannot read the tenant:.*401/],
  ] as const)
    expect(await init(options, { AZURE_CLIENT_SECRET: "x" })).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(message) as string,
    });
  expect(await readdir(directory)).toEqual(["snapshot.json"]);
});

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import path from "node:path";

import { keys } from "../../providers/session/configuration";
import { startSimulator, type Simulator } from "../../simulator/index";
import { followTutorial } from "../simulator/tutorial";
import { opsProject, type OpsProject, type Stack } from "./harness";
import { certificate } from "./tenant-with-stack";

const root = path.resolve(__dirname, "../..");

let simulator: Simulator;
let project: OpsProject;
let stack: Stack;
let secret: string;
beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  simulator = await startSimulator(certificate());
  followTutorial(simulator);
  secret = simulator.environment["AZURE_CLIENT_SECRET"] ?? "";
  project = await opsProject({ dependencies: "none" });
  stack = await project.stack("dev", { config: stackConfig() });
  await project.stack("empty");
  await stack.pulumi(["stack", "select"]);
}, 240_000);
afterAll(() => simulator?.close());

/** Sets the simulator's variables as the configuration of a stack, with encrypted secrets. */
function stackConfig() {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([key, variable]) => {
      const value = simulator.environment[variable];
      if (value === undefined) return [];
      const isSecret = /secret|token/i.test(key);
      return [[`area1:${key}`, isSecret ? { secret: value } : value]];
    }),
  );
}

/** Runs a command of the library in the project's folder, without variables of the tenant in the environment. */
function area1(
  words: readonly string[],
  { env = {}, under = "." }: { env?: object; under?: string } = {},
) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, "dist/cli/index.js"), ...words],
      {
        cwd: path.join(project.directory, under),
        env: { ...project.environment, ...trust(), ...env },
      },
      (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

const trust = () => {
  const file = simulator.environment["NODE_EXTRA_CA_CERTS"];
  return file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file };
};

const tenant = () => simulator.environment["AZURE_TENANT_ID"] ?? "";

test("explain, doctor, evidence and test-plan read the selected stack, also in a subfolder", async () => {
  await mkdir(path.join(project.directory, "below"), { recursive: true });
  for (const words of [
    ["explain", "--json"],
    ["doctor", "--json", "--resolver", "127.0.0.1:9"],
    ["evidence", "--json"],
    ["test-plan", "--out", "plan"],
  ]) {
    simulator.log.length = 0;
    const { out, err } = await area1(words, { under: "below" });
    expect([words[0], err]).toEqual([words[0], ""]);
    expect(out).not.toContain(secret);
    expect(
      simulator.log.filter(({ vendor }) => vendor === "exchange").length,
    ).toBeGreaterThan(0);
    expect(
      simulator.log.filter(({ vendor }) => vendor === "cloudflare").length,
    ).toBeGreaterThan(0);
  }
}, 120_000);

test("--stack names another stack, of which nothing is configured", async () => {
  const { code, err } = await area1(["explain", "--stack", "empty"]);
  expect(code).toBe(2);
  expect(err).toMatch(/^Cannot read the mail configuration: /);
  expect((await area1(["explain", "--json", "--stack", "dev"])).code).toBe(0);
}, 60_000);

test("a credential in the environment takes precedence over the stack's, and neither is printed", async () => {
  const { code, out, err } = await area1(["explain"], {
    env: { AZURE_CLIENT_SECRET: "rotated-in-the-environment" },
  });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("client secret from AZURE_CLIENT_SECRET");
  expect(err).toContain(`tenant ${tenant()} from area1:tenantId in the stack`);
  expect(err).not.toContain(secret);
  expect(err).not.toContain("rotated-in-the-environment");
}, 60_000);

test("a tenant in the environment that differs from the stack's is refused", async () => {
  const { code, err } = await area1(["doctor"], {
    env: { AZURE_TENANT_ID: "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e" },
  });
  expect(code).toBe(2);
  expect(err).toMatch(
    /^area1:tenantId is .* in the stack's configuration, but AZURE_TENANT_ID in the environment is 7c1e3f50/,
  );
}, 60_000);

test("no stack is needed if the environment sets everything", async () => {
  const { code } = await area1(["explain", "--json"], {
    env: { ...simulator.environment, PULUMI_CONFIG_PASSPHRASE: "wrong" },
  });
  expect(code).toBe(0);
}, 60_000);

test.each([
  [
    "a stack that does not exist",
    ["explain", "--stack", "nowhere"],
    {},
    /^Cannot read the configuration of the stack nowhere in .* with pulumi config: .*no stack named 'nowhere' found.*Check that pulumi config works there/,
  ],
  [
    "a passphrase that is wrong",
    ["evidence"],
    { PULUMI_CONFIG_PASSPHRASE: "wrong" },
    /^Cannot read the configuration of the selected stack in .*passphrase.*docs\/configuration\.md/,
  ],
])(
  "%s is an error with pulumi's reason and what to do",
  async (_, words, env, message) => {
    const result = await area1(words, { env });
    expect(result).toMatchObject({ code: 2, out: "" });
    expect(result.err).toMatch(message);
    expect(result.err).not.toContain(secret);
  },
  60_000,
);

test("without pulumi on the PATH only the environment is used, and --stack is refused", async () => {
  const without = { PATH: path.dirname(process.execPath) };
  const plain = await area1(["explain"], { env: without });
  expect(plain.err).toMatch(/^Cannot read the mail configuration: /);
  const named = await area1(["explain", "--stack", "dev"], { env: without });
  expect(named).toMatchObject({ code: 2, out: "" });
  expect(named.err).toContain("there is no command pulumi on the PATH");
}, 60_000);

test("--stack together with --snapshot is refused", async () => {
  const { code, err } = await area1([
    ...["doctor", "--stack", "dev", "--snapshot", "x.json"],
  ]);
  expect(code).toBe(2);
  expect(err).toContain("cannot be used with option");
}, 60_000);

// The examples that publish the DNS records of InlineDeployment: type-checked with the packages of the DNS providers, and run with Pulumi's
// mocks, because the providers' plugins need an account.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import ts from "typescript";

import { examples } from "./example";

jest.setTimeout(600_000);

const run = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const packages = {
  "@pulumi/aws": "7.48.0",
  "@pulumi/cloudflare": "6.22.1",
};

let folder: string;
beforeAll(async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const installed = path.join(await dnsProviders(), "node_modules");
  folder = await mkdtemp(path.join(tmpdir(), "area1-dns-"));
  const modules = path.join(folder, "node_modules");
  await mkdir(path.join(modules, "@pulumi"), { recursive: true });
  const link = (target: string, name: string) =>
    symlink(target, path.join(modules, name));
  for (const name of await readdir(installed))
    if (!name.startsWith(".") && name !== "@pulumi")
      await link(path.join(installed, name), name);
  for (const name of Object.keys(packages))
    await link(path.join(installed, name), name);
  // One SDK for all of them: resources of another copy would not see the mocks.
  await link(path.join(root, "node_modules/@pulumi/pulumi"), "@pulumi/pulumi");
  await link(root, "pulumi-area1-m365");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Returns a folder with the packages, which it installs once. */
async function dnsProviders(): Promise<string> {
  const { cacheDirectory, fillOnce } = await import("../../scripts/cache.mjs");
  const directory = path.join(
    cacheDirectory(),
    "dns-providers",
    Object.values(packages).join("-"),
  );
  await fillOnce(directory, {
    what: "packages of DNS providers",
    isComplete: () => existsSync(directory),
    async fill(building) {
      await mkdir(building, { recursive: true });
      await writeFile(
        path.join(building, "package.json"),
        JSON.stringify({ private: true, dependencies: packages }),
      );
      await run(
        "npm",
        ["install", "--ignore-scripts", "--no-audit", "--no-fund"],
        { cwd: building },
      );
    },
    log: () => undefined,
  });
  return directory;
}

/** What a program registers when Cloudflare has verified the domain. */
interface Registered {
  readonly type: string;
  readonly inputs: Record<string, unknown>;
}

/** Compiles an example, and runs it with mocks. */
async function registered(name: string): Promise<Registered[]> {
  const source = await readFile(path.join(examples, name, "index.ts"), "utf8");
  const file = path.join(folder, `${name}.ts`);
  await writeFile(file, source);
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    preserveSymlinks: true,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  expect(
    ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) =>
        ts.flattenDiagnosticMessageText(messageText, "\n"),
      ),
  ).toEqual([]);
  program.emit();
  await writeFile(path.join(folder, `${name}-mocks.js`), mocked(name));
  const { stdout } = await run(
    process.execPath,
    ["--preserve-symlinks", "--preserve-symlinks-main", `${name}-mocks.js`],
    { cwd: folder },
  );
  return JSON.parse(stdout) as Registered[];
}

const mocked = (name: string): string => `
const pulumi = require("@pulumi/pulumi");
const registered = [];
const known = {
  verified: ["example.com"],
  txtRecords: {
    "example.com": {
      txtRecordName: "_cf-email-sec-challenge.example.com",
      txtRecordValue: "a value",
      status: "ACTIVE",
    },
  },
  nextSteps: [],
  values: {},
};
pulumi.runtime.setMocks(
  {
    newResource({ name, type, inputs }) {
      registered.push({ type, inputs });
      return { id: name, state: { ...inputs, ...known } };
    },
    call: () => ({}),
  },
  "ops",
  "dev",
);
require("./${name}.js");
void (async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify(registered));
})();
`;

const mxa = "mxa.global.inbound.cf-emailsecurity.net";
const mxb = "mxb.global.inbound.cf-emailsecurity.net";
const challenge = "_cf-email-sec-challenge.example.com";

test("the records in Cloudflare's DNS", async () => {
  const records = await registered("inline-deployment-cloudflare-dns");
  expect(
    records
      .filter(({ type }) => type === "cloudflare:index/dnsRecord:DnsRecord")
      .map(({ inputs }) => inputs),
  ).toEqual([
    {
      zoneId: "0da42c8d2132a9ddaf714f9e7c920711",
      name: challenge,
      type: "TXT",
      content: '"a value"',
      ttl: 300,
    },
    ...[mxa, mxb].map((content) => ({
      zoneId: "0da42c8d2132a9ddaf714f9e7c920711",
      name: "example.com",
      type: "MX",
      content,
      priority: 10,
      ttl: 300,
    })),
  ]);
});

test("the record sets in Route 53", async () => {
  const records = await registered("inline-deployment-route-53");
  expect(
    records
      .filter(({ type }) => type === "aws:route53/record:Record")
      .map(({ inputs }) => inputs),
  ).toEqual([
    {
      zoneId: "Z0123456789ABCDEFGHIJ",
      name: challenge,
      type: "TXT",
      records: ["a value"],
      ttl: 300,
      allowOverwrite: true,
    },
    {
      zoneId: "Z0123456789ABCDEFGHIJ",
      name: "example.com",
      type: "MX",
      records: [`10 ${mxa}`, `10 ${mxb}`],
      ttl: 300,
      allowOverwrite: true,
    },
  ]);
});

import { execFile } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { loader } from "../../lib/loader";
import { afterwards } from "../engine/clean-up";
import { opsProject } from "../engine/harness";
import { installSimulator } from "../engine/packed-library";
import { repository } from "./documented";
import { blocksIn, type Block } from "./marked";
import { bash, ops, simulated, wayTo } from "./ops";

const execute = promisify(execFile);

/** The compiler options of Pulumi's TypeScript template, and those of a strict project. */
const settings = {
  template: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    sourceMap: true,
    experimentalDecorators: true,
    pretty: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
  },
  strict: {
    strict: true,
    noEmit: true,
    target: "es2022",
    module: "node16",
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    isolatedModules: true,
  },
};

/** The documents with programs and commands. */
const documents = [
  "README.md",
  ...[
    "configuration",
    "use-case-4",
    "adopting",
    "drift",
    "commands",
    "simulator",
  ].map((page) => `docs/${page}.md`),
];

describe("the code in the README and in its pages", () => {
  let blocks: Block[];
  const taken = new Set<Block>();

  beforeAll(async () => {
    const texts = await Promise.all(
      documents.map((file) => readFile(path.join(repository, file), "utf8")),
    );
    blocks = texts.flatMap(blocksIn);
  });

  test.each(Object.keys(settings) as (keyof typeof settings)[])(
    "compiles with the settings of users: %s",
    async (name) => {
      const project = await opsProject();
      const programs = blocks.filter(({ language }) => language === "ts");
      await Promise.all(
        programs.map(({ text }, at) => project.write(`block${at}.ts`, text)),
      );
      await project.write(
        "tsconfig.json",
        JSON.stringify({
          compilerOptions: settings[name],
          files: programs.map((_, at) => `block${at}.ts`),
        }),
      );
      await execute(
        process.execPath,
        [path.join(repository, "node_modules/typescript/bin/tsc"), "-p", "."],
        { cwd: project.directory },
      ).catch((error: { stdout?: string }) => {
        throw new Error(error.stdout);
      });
      expect(programs.length).toBeGreaterThan(2);
    },
    120_000,
  );

  test("names existing commands and the package", async () => {
    const { name, scripts, peerDependencies } = JSON.parse(
      await readFile(path.join(repository, "package.json"), "utf8"),
    ) as {
      name: string;
      scripts: Record<string, string>;
      peerDependencies: Record<string, string>;
    };
    const lines = [
      ...take("pulumi-area1-m365", "sh").text.trim().split("\n"),
      ...take("Getting started", "sh").text.trim().split("\n"),
    ];
    expect(lines).toEqual([
      "npm run demo",
      "npm test",
      `npm install ${name} ${Object.keys(peerDependencies).join(" ")}`,
    ]);
    expect(Object.keys(scripts)).toEqual(
      expect.arrayContaining(["demo", "test"]),
    );
  });

  test("creates an application with the required permissions", async () => {
    const { text } = take("Permissions", "azurecli");
    await bash(`set -n\n${text}`, os.tmpdir(), {});
    for (const [what, id] of Object.entries({
      "Office 365 Exchange Online": "00000002-0000-0ff1-ce00-000000000000",
      "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440=Role",
      "Microsoft Graph": "00000003-0000-0000-c000-000000000000",
      "Domain.Read.All": "dbb9058a-0e50-45d7-ae91-66909b5d4664=Role",
      "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
    }))
      expect([what, text]).toEqual([what, expect.stringContaining(id)]);
  });

  test("leads from configuration to a stack without drift", async () => {
    const simulator = await simulated();
    const at = await ops(take("pulumi-area1-m365", "ts").text, simulator);
    await at.shell(take("Getting started", "sh"));
    expect(await at.shell(take("Getting started", "sh"))).toContain(
      "UserNotifyAdminRelease",
    );
    expect(
      simulator.account.domains.map(({ domain }) => domain).sort(),
    ).toEqual(["example.com", "example.org"]);
    await at.shell(take("Drift", "sh"));
    await at.shell(take("Crashes and Ctrl-C", "sh"));
  }, 240_000);

  test("shows inputs of UseCase4 that work", async () => {
    const simulator = await simulated();
    const at = await ops(take("Inputs", "ts").text, simulator, {
      ...simulator.environment,
    });
    await at.run("pulumi up --yes; pulumi preview --expect-no-changes");
    expect(simulator.account.find("example.org")).toMatchObject({
      transport: "relay.example.org",
      regions: ["DE"],
    });
  }, 120_000);

  test("accepts a finding, and fails on another when everything is written", async () => {
    const simulator = await simulated({
      tenants: [{ connectionFilter: { IPAllowList: ["52.11.209.211"] } }],
    });
    const { environment, tenant } = simulator;
    const program = take("What defeats the stack", "ts").text;
    const at = await ops(program, simulator, { ...environment });
    await at.run("pulumi up --yes");
    await at.run("pulumi preview --refresh --expect-no-changes");
    const preset = "Strict Preset Security Policy";
    tenant.edit("EOPProtectionPolicyRule", preset, { Enabled: true });
    const output = await at.run("pulumi up --refresh --yes || echo code $?");
    expect(output).toContain("preset-in-force was found");
    expect(output).not.toContain("ip-allow-list was");
    expect(output).toContain("code 1");
  }, 240_000);

  test("imports an object without a request, and then there is nothing to do", async () => {
    const simulator = await simulated({
      tenants: [
        {
          quarantinePolicies: [
            {
              Name: "Finance",
              EndUserQuarantinePermissionsValue: 10,
              ESNEnabled: true,
            },
          ],
        },
      ],
    });
    const at = await ops(take("Importing", "ts").text, simulator, {
      ...simulator.environment,
    });
    const file = take("Importing", "json").text;
    const { resources } = JSON.parse(file) as {
      resources: Record<"inputs" | "outputs", { __provider: string }>[];
    };
    for (const { inputs, outputs } of resources)
      expect([inputs.__provider, outputs.__provider]).toEqual(
        Array(2).fill(loader("QuarantinePolicy")),
      );
    await at.project.write("import.json", at.filled(file));
    const [first = "", ...rest] = take("Importing", "sh")
      .text.trim()
      .split("\n");
    await at.run(first);
    expect(simulator.log).toEqual([]);
    await at.run(rest.join("\n"));
  }, 120_000);

  test("configures several tenants", async () => {
    const simulator = await simulated();
    const at = await ops("", simulator);
    await at.shell(take("Several tenants", "sh"));
    expect(await at.run("pulumi config get --path north.tenantId")).toContain(
      simulator.tenant.id,
    );
  });

  test("rehearses against the simulator", async () => {
    const at = await ops(
      blocks.find(({ language }) => language === "ts")?.text ?? "",
    );
    await at.project.write("tenant.json", take("The simulator", "json").text);
    const installation = take("The simulator", "sh");
    const rehearsal = take("The simulator", "sh");
    const refused = await at.run(
      `${rehearsal.text.trim()} 2>&1 || echo code $?`,
    );
    // The message matches the page.
    expect(refused).toContain(installation.text.trim());
    expect(refused).toContain("code 2");
    await installSimulator(path.join(at.project.directory, "node_modules"));
    expect(await at.shell(rehearsal)).toContain("+ 13 to create");
  }, 120_000);

  test("tells where mail goes, and what an up would change for it", async () => {
    const simulator = await simulated();
    const at = await ops(
      blocks.find(({ language }) => language === "ts")?.text ?? "",
      simulator,
      { ...simulator.environment },
    );
    const output = await at.shell(take("Where mail goes", "sh"));
    expect(output).toContain("Where mail goes: contoso.onmicrosoft.com");
    expect(output).toContain("What an up would change");
    expect(output).toContain("Quarantine UserNotifyAdminRelease");
    expect(output).toContain("To megan@example.com");
    expect(
      await readFile(path.join(at.project.directory, "mail-flow.html"), "utf8"),
    ).toMatch(/^<!doctype html>/);
  }, 240_000);

  test("writes the token of a pipeline to the file that the sign-in reads", async () => {
    const asked: string[] = [];
    const github = createServer((request, response) => {
      asked.push(`${request.headers.authorization} ${request.url}`);
      response.end(JSON.stringify({ value: "a-fresh-token" }));
    });
    afterwards(() => void github.close());
    await new Promise<void>((resolve) =>
      github.listen(0, "127.0.0.1", resolve),
    );
    const { port } = github.address() as AddressInfo;
    const folder = await mkdtemp(path.join(os.tmpdir(), "area1-pipeline-"));
    const env = {
      PATH: process.env.PATH ?? "",
      RUNNER_TEMP: folder,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner",
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2`,
    };
    const script = `${take("In a pipeline", "sh").text}\ncat "$AZURE_FEDERATED_TOKEN_FILE"`;
    expect(await bash(script, folder, env)).toBe("a-fresh-token\n");
    expect(asked).toEqual([
      "bearer runner /token?api-version=2&audience=api://AzureADTokenExchange",
    ]);
  });

  // The README's first steps as they are written, with secrets "or from the environment".
  test("leads to a preview when the secrets come from the environment", async () => {
    const simulator = await simulated();
    const { AZURE_CLIENT_SECRET = "", CLOUDFLARE_API_TOKEN = "" } =
      simulator.environment;
    const at = await ops(
      blocks.find(({ language }) => language === "ts")?.text ?? "",
      simulator,
      { ...wayTo(simulator), AZURE_CLIENT_SECRET, CLOUDFLARE_API_TOKEN },
    );
    const [steps] = blocks.filter(
      ({ section, language, text }) =>
        section === "Getting started" &&
        language === "sh" &&
        text.includes("config set"),
    );
    const ids = (steps?.text ?? "")
      .split("\n")
      .filter((line) => !line.includes("--secret"))
      .join("\n");
    await at.run(at.filled(ids));
    expect(await at.run("pulumi up --yes")).toContain("UserNotifyAdminRelease");
  }, 240_000);

  test("tells what is wrong", async () => {
    const simulator = await simulated();
    const at = await ops("", simulator, { ...simulator.environment });
    const section = "What is wrong";
    const output = await at.run(
      `${take(section, "sh").text.trim()} || echo code $?`,
    );
    // This tenant has no objects of use case 4.
    expect(output).toContain("rule-missing");
    expect(output).toContain("code 1");
  }, 120_000);

  test("tells what really happened, and how to try it", async () => {
    const simulator = await simulated();
    const at = await ops("", simulator, { ...simulator.environment });
    const output = await at.shell(take("What happened to mail", "sh"));
    expect(output).toContain("No mail flow rule tests a disposition header");
    expect(output).toMatch(/\d+ messages and README\.md in test-plan/);
  }, 120_000);

  test("was all run", () => {
    const rest = blocks
      .filter((block) => !taken.has(block) && block.language !== "ts")
      .map(({ section, text }) => `${section}: ${text}`);
    expect(rest).toEqual([]);
  });

  /** Returns the next unused block of a section. */
  function take(section: string, language: string): Block {
    const block = blocks.find(
      (one) =>
        one.section === section && one.language === language && !taken.has(one),
    );
    if (!block) throw new Error(`${section} has no further ${language}`);
    taken.add(block);
    return block;
  }
});

import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { nextCommands } from "../../cli/init/text";
import type { ImportEntry } from "../../cli/init/takeover";
import { startSimulator, type Simulator } from "../../simulator/index";
import {
  givenTenants,
  randomTenants,
  type GivenTenant,
} from "../cli/init-tenants";
import { howMany } from "../sample";
import { describeLanguage, opsProject, type OpsProject } from "./harness";
import { certificate, essence } from "./tenant-with-stack";

const execute = promisify(execFile);

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    ...certificate(),
    quirks: { rateLimit: 1e9, rateBurst: 1e9 },
  });
});
afterAll(() => simulator?.close());

/** Runs `area1-m365 init` in a project, and then the two commands that it names. */
async function takeOver(
  project: OpsProject,
  given: GivenTenant,
  stackName: string,
  options: readonly string[],
) {
  simulator.reset();
  given.prepare(simulator);
  const before = essence(simulator);
  const env = { ...simulator.environment, AREA1_PATIENCE_MS: "60000" };
  const { stdout } = await execute(
    process.execPath,
    [
      "node_modules/pulumi-area1-m365/dist/cli/index.js",
      ...["init", "--force", ...options],
    ],
    {
      cwd: project.directory,
      env: { ...project.environment, ...env },
    },
  );
  const stack = await project.stack(stackName, { env });
  for (const command of nextCommands) {
    expect(stdout).toContain(command);
    const [, ...args] = command.split(" ");
    await stack.pulumi(args);
  }
  expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  expect(essence(simulator)).toEqual(before);
  const { resources } = JSON.parse(
    await readFile(path.join(project.directory, "import.json"), "utf8"),
  ) as { resources: ImportEntry[] };
  const { deployment } = await stack.export();
  expect(
    deployment.resources
      .map(({ urn }) => urn.slice(urn.lastIndexOf(":") + 1))
      .filter((name) => resources.some((one) => one.name === name)).length,
  ).toBe(resources.length);
  return { stack, before, resources };
}

const named = (name: string): GivenTenant => {
  const given = givenTenants.find((one) => one.name === name);
  if (!given) throw new Error(`No tenant is called ${name}`);
  return given;
};

describe("area1-m365 init, pulumi import and pulumi preview, in TypeScript", () => {
  let project: OpsProject;
  beforeAll(async () => {
    project = await opsProject();
    await rm(path.join(project.directory, "Pulumi.yaml"));
  });

  test.each(
    [
      ...givenTenants.filter((_, at) => at % 3 === 1),
      named("odd names"),
      named("a tenant whose domain drops MALICIOUS alone"),
      ...randomTenants(howMany(4, 1)),
    ].map((given, at) => [given.name, at, given] as const),
  )("take over %s without a change", async (_, at, given) => {
    await takeOver(project, given, `taken-${at}`, ["--all"]);
  });

  test("then an up changes nothing, a refresh finds no drift, and destroy leaves the tenant as it was", async () => {
    const { stack, before } = await takeOver(
      project,
      named("use case 4 for both headers"),
      "destroyed",
      [],
    );
    await stack.up(["--expect-no-changes"]);
    await stack.refresh(["--preview-only", "--expect-no-changes"]);
    await stack.preview(["--refresh", "--expect-no-changes"]);
    await stack.destroy();
    expect(essence(simulator)).toEqual(before);
  });

  test("destroy right after it leaves the tenant as it was", async () => {
    const { stack, before } = await takeOver(
      project,
      named("use case 4 with domains that have settings of their own"),
      "destroyed-at-once",
      [],
    );
    await stack.destroy();
    expect(essence(simulator)).toEqual(before);
  });
});

describeLanguage("yaml", "area1-m365 init in YAML", () => {
  let project: OpsProject;
  beforeAll(async () => {
    project = await opsProject({ runtime: "yaml" });
  });

  test.each(
    [
      "use case 4 with domains that have settings of their own",
      "use case 4 under the Standard preset, with a bypass and a custom policy",
      "a tenant with other permissions",
      "odd names",
    ].map((name, at) => [name, at] as const),
  )("takes over %s without a change", async (name, at) => {
    await takeOver(project, named(name), `yaml-${at}`, [
      ...["--all", "--language", "yaml"],
    ]);
  });
});

describeLanguage("python", "area1-m365 init in Python", () => {
  let project: OpsProject;
  beforeAll(async () => {
    project = await opsProject({ runtime: "python", sdk: true });
    await rm(path.join(project.directory, "Pulumi.yaml"));
  }, 300_000);

  test.each(
    [
      "use case 4 with domains that have settings of their own",
      "odd names",
    ].map((name, at) => [name, at] as const),
  )("takes over %s without a change", async (name, at) => {
    await takeOver(project, named(name), `python-${at}`, [
      ...["--all", "--language", "python"],
    ]);
  });
});

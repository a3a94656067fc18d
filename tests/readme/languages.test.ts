import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Simulator } from "../../simulator/index";
import { describeLanguage, type OpsProjectOptions } from "../engine/harness";
import { repository } from "./documented";
import { blocksIn, type Block } from "./marked";
import { ops, simulated, wayTo } from "./ops";

const blocks = blocksIn(
  readFileSync(path.join(repository, "docs/languages.md"), "utf8"),
);
const rest = new Set(blocks);

/** Returns the next block of a section. They are taken before any test is skipped. */
function take(section: string, language: string): Block {
  const block = [...rest].find(
    (one) => one.section === section && one.language === language,
  );
  if (!block) throw new Error(`${section} has no further ${language}`);
  rest.delete(block);
  return block;
}

const installation = take("Installing", "sh");
const typescript = take("TypeScript", "ts");
const withPlugin = take("TypeScript", "ts");
const yaml = { project: take("YAML", "yaml"), commands: take("YAML", "sh") };
const python = {
  project: take("Python", "yaml"),
  requirements: take("Python", "text"),
  program: take("Python", "python"),
  commands: take("Python", "sh"),
};
const go = {
  project: take("Go", "yaml"),
  program: take("Go", "go"),
  commands: take("Go", "sh"),
};
const configuration = take("Configuration", "sh");
const explicit = take("Configuration", "yaml");
const move = "Moving a stack to another language";
const away = take(move, "sh");
const back = take(move, "sh");
const importing = take("Importing", "sh");

describe("docs/languages.md", () => {
  test("has no block that no test runs", () => {
    expect([...rest]).toEqual([]);
  });

  test("installs the package as the README does", async () => {
    const readme = await readFile(path.join(repository, "README.md"), "utf8");
    expect(readme).toContain(installation.text);
  });

  test.each([
    ["use-case-4/index.ts", typescript],
    ["use-case-4-yaml/Pulumi.yaml", yaml.project],
    ["use-case-4-python/Pulumi.yaml", python.project],
    ["use-case-4-python/requirements.txt", python.requirements],
    ["use-case-4-python/__main__.py", python.program],
    ["use-case-4-go/Pulumi.yaml", go.project],
    ["use-case-4-go/main.go", go.program],
  ])("shows the example %s as it is", async (file, block) => {
    const example = path.join(repository, "examples", file);
    expect(await readFile(example, "utf8")).toBe(block.text);
  });
});

/** The files of the TypeScript program. */
const asTypescript = {
  "Pulumi.yaml": "name: mail\nruntime: nodejs\n",
  "index.ts": typescript.text,
};

/** Starts a tenant with a quarantine policy that can be imported, and creates an ops folder. */
async function tenantAndOps(
  options: OpsProjectOptions,
  env?: (simulator: Simulator) => Record<string, string>,
) {
  const simulator = await simulated({
    tenants: [{ quarantinePolicies: [{ Name: "Finance", ESNEnabled: true }] }],
  });
  return { simulator, at: await ops(options, simulator, env?.(simulator)) };
}

const everything = (simulator: Simulator) => ({ ...simulator.environment });

describeLanguage("yaml", "the YAML program in docs/languages.md", () => {
  test("leads from configuration to a stack without drift, and imports an object", async () => {
    const { at } = await tenantAndOps({
      runtime: "yaml",
      files: { "Pulumi.yaml": yaml.project.text },
    });
    await at.shell(configuration);
    expect(await at.shell(yaml.commands)).toContain("+ 13 created");
    const output = await at.shell(importing);
    expect(output).toContain("= 1 imported");
    expect(output).toContain("type: area1:QuarantinePolicy");
  }, 300_000);

  test("can have an explicit provider, whose secrets are in the environment", async () => {
    const { at, simulator } = await tenantAndOps(
      { runtime: "yaml", files: { "Pulumi.yaml": yaml.project.text } },
      everything,
    );
    const listed = /(environmentVariables: \[[^\]]*)\]/;
    await at.project.write(
      "Pulumi.yaml",
      at.filled(explicit.text).replace(
        listed,
        `$1, ${Object.keys(wayTo(simulator))
          .filter((name) => name !== "NODE_EXTRA_CA_CERTS")
          .join(", ")}]`,
      ),
    );
    expect(await at.run("pulumi up --yes")).toContain("+ 14 created");
    const state = await at.run("pulumi stack export --show-secrets");
    for (const secret of [
      simulator.environment["AZURE_CLIENT_SECRET"],
      simulator.environment["CLOUDFLARE_API_TOKEN"],
    ])
      expect(state).not.toContain(secret);
  }, 300_000);

  test("takes over the stack of the TypeScript program, and gives it back, without a request", async () => {
    const { at, simulator } = await tenantAndOps(
      { runtime: "yaml", files: asTypescript },
      everything,
    );
    await at.run("pulumi up --yes");
    simulator.log.splice(0);

    await at.project.write("Pulumi.yaml", yaml.project.text);
    expect(await at.shell(away)).toContain("13 unchanged");
    expect(simulator.log).toEqual([]);
    await at.run("pulumi refresh --yes");
    simulator.log.splice(0);

    await at.project.write("Pulumi.yaml", asTypescript["Pulumi.yaml"]);
    const [up = ""] = at.filled(back.text).split("\n");
    expect(await at.run(up)).toContain("13 unchanged");
    expect(simulator.log).toEqual([]);
    expect(await at.run("pulumi destroy --yes")).toContain("- 13 deleted");
  }, 400_000);

  test("leaves a stack that the TypeScript program takes over without a request", async () => {
    const { at, simulator } = await tenantAndOps(
      {
        runtime: "yaml",
        files: { ...asTypescript, "Pulumi.yaml": yaml.project.text },
      },
      everything,
    );
    await at.run("pulumi up --yes");
    simulator.log.splice(0);

    await at.project.write("Pulumi.yaml", asTypescript["Pulumi.yaml"]);
    const [up = "", preview = ""] = at.filled(back.text).trim().split("\n");
    const output = await at.run(up);
    expect(output).toMatch(/updated \(.*\) \[diff: ~provider\]/);
    expect(output).toMatch(/Resources:\n +~ \d+ updated\n +\d+ unchanged\n/);
    expect(simulator.log).toEqual([]);
    expect(await at.run(preview)).toContain("13 unchanged");
    expect(await at.run("pulumi destroy --yes")).toContain("- 13 deleted");
  }, 400_000);
});

describe("the TypeScript program with usePlugin() in docs/languages.md", () => {
  test("takes over the stack of the program without it, without a request", async () => {
    const { at, simulator } = await tenantAndOps(
      { files: { "index.ts": typescript.text } },
      everything,
    );
    await at.run("pulumi up --yes");
    simulator.log.splice(0);

    const [, plugins = ""] =
      /^(plugins:[^]*)resources:/m.exec(yaml.project.text) ?? [];
    await at.project.write(
      "Pulumi.yaml",
      `name: ops\nruntime: nodejs\n${plugins}`,
    );
    await at.project.write("index.ts", withPlugin.text);
    expect(await at.shell(away)).toContain("13 unchanged");
    expect(simulator.log).toEqual([]);
  }, 300_000);
});

describeLanguage("python", "the Python program in docs/languages.md", () => {
  test("leads from its SDK to a stack, and imports an object", async () => {
    const { at } = await tenantAndOps(
      {
        runtime: "python",
        files: {
          "Pulumi.yaml": python.project.text,
          "requirements.txt": python.requirements.text,
          "__main__.py": python.program.text,
        },
      },
      everything,
    );
    expect(await at.shell(python.commands)).toContain("+ 13 created");
    await at.run("pulumi preview --refresh --expect-no-changes");
    const output = await at.shell(importing);
    expect(output).toContain("= 1 imported");
    expect(output).toContain('area1.QuarantinePolicy("finance"');
  }, 400_000);
});

describeLanguage("go", "the Go program in docs/languages.md", () => {
  test("leads from its SDK to a stack, and imports an object", async () => {
    const { at } = await tenantAndOps(
      {
        runtime: "go",
        files: {
          "Pulumi.yaml": go.project.text,
          "main.go": go.program.text,
        },
      },
      everything,
    );
    expect(await at.shell(go.commands)).toContain("+ 13 created");
    await at.run("pulumi preview --refresh --expect-no-changes");
    const output = await at.shell(importing);
    expect(output).toContain("= 1 imported");
    expect(output).toContain('area1.NewQuarantinePolicy(ctx, "finance"');
  }, 600_000);
});

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { pluginLines } from "../../cli/init/project-files";
import { essence } from "../engine/tenant-with-stack";
import { followTutorial } from "../simulator/tutorial";
import { repository } from "./documented";
import { blocksIn, type Block } from "./marked";
import { describeLanguage } from "../engine/harness";
import { ops, simulated } from "./ops";

const blocks = blocksIn(
  readFileSync(path.join(repository, "docs/importing.md"), "utf8"),
);
const rest = new Set(blocks);

/** Returns the next block of a section. */
function take(section: string, language: string): Block {
  const block = [...rest].find(
    (one) => one.section === section && one.language === language,
  );
  if (!block) throw new Error(`${section} has no further ${language}`);
  rest.delete(block);
  return block;
}

const files = {
  "Pulumi.yaml": `name: ops\nruntime: nodejs\n${pluginLines}`,
};

const option = take("One object", "ts");
const command = take("One object", "sh");
const init = take("A whole tenant", "sh");
const steps = take("A whole tenant", "sh");

describe("docs/importing.md", () => {
  test("imports one object by the option of a resource", async () => {
    const simulator = await simulated({
      tenants: [
        {
          transportRules: [
            { Name: "Scanner", SenderIpRanges: ["192.0.2.25"], SetSCL: -1 },
          ],
        },
      ],
    });
    const program = option.text;
    const at = await ops({ program, files }, simulator, {
      ...simulator.environment,
    });
    await at.run("pulumi up --yes");
    const last = ',\n  { import: "Scanner" },\n';
    expect(program).toContain(last);
    await at.project.write("index.ts", program.replace(last, "\n"));
    await at.run("pulumi preview --expect-no-changes");
    expect(simulator.log.filter(({ write }) => write)).toEqual([]);
  }, 240_000);

  test("takes over a whole tenant", async () => {
    const simulator = await simulated();
    followTutorial(simulator);
    const before = essence(simulator);
    const at = await ops({ files }, simulator, { ...simulator.environment });
    expect(await at.shell(init)).toContain("The tenant is in use case 4");
    const program = path.join(at.project.directory, "index.ts");
    expect(await readFile(program, "utf8")).toContain("new UseCase4(");
    const output = await at.shell(steps);
    expect(output).toContain("10 imported");
    await at.run("pulumi preview --refresh --expect-no-changes");
    expect(simulator.log.filter(({ write }) => write)).toEqual([]);
    expect(essence(simulator)).toEqual(before);
  }, 240_000);

  test("has no block that no test runs", () => {
    expect([...rest]).toEqual([]);
  });
});

describeLanguage("yaml", "docs/importing.md in YAML", () => {
  test("imports one object by the command, also one that permits nothing", async () => {
    const simulator = await simulated({
      tenants: [
        { quarantinePolicies: [{ Name: "Finance", ESNEnabled: true }] },
      ],
    });
    const at = await ops({ runtime: "yaml" }, simulator, {
      ...simulator.environment,
    });
    const output = await at.shell(command);
    expect(output).toContain("1 imported");
    expect(output).not.toContain("failed to validate");
  }, 300_000);
});

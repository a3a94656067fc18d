import { readFile } from "node:fs/promises";
import path from "node:path";

import { describeLanguage, drift, plan, type CommandResult } from "./harness";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "./tenant-with-stack";

const seed = {
  tenants: [
    {
      transportRules: [
        {
          Name: "Scanner",
          HeaderContainsMessageHeader: "X-Scanner",
          HeaderContainsWords: ["b", "a"],
          SetSCL: 6,
          RuleErrorAction: "Ignore",
          Comments: "by hand",
        },
        {
          Name: "Elsewhere",
          HeaderContainsMessageHeader: "X-Elsewhere",
          HeaderContainsWords: ["a"],
          SetSCL: 6,
          Comments: "Managed by Pulumi: other/dev/rule",
        },
      ],
    },
  ],
};

const program = (more = ""): string => `resources:
  rule:
    type: area1:TransportRule
    properties: { name: Scanner, headerContainsMessageHeader: X-Scanner, headerContainsWords: [a, b], setScl: 6${more} }
`;

describeLanguage("yaml", "an imported object", () => {
  let at: TenantWithStack;
  let head = "";

  const edit = (text: string) => at.project.write("Pulumi.yaml", head + text);

  const imported = (name: string): Promise<CommandResult> =>
    at.stack.pulumi([
      ...["import", "area1:index:TransportRule", "rule", name],
      ...["--yes", "--skip-preview", "--generate-code=false"],
      "--protect=false",
    ]);

  const byHand = (changes: object): void => {
    Object.assign(at.simulator.tenant.transportRules[0] ?? {}, changes);
  };

  beforeEach(async () => {
    at = await tenantWithStack("", { runtime: "yaml", seed });
    head = await readFile(
      path.join(at.project.directory, "Pulumi.yaml"),
      "utf8",
    );
    await edit("resources: {}\n");
  });

  test("with the mark of another stack is imported with a warning that names its owner", async () => {
    const { stdout, stderr } = await imported("Elsewhere");
    expect(stdout + stderr).toContain(
      'transport rule "Elsewhere": it belongs to another stack (other/dev/rule).',
    );
  });

  test("shows no drift of a property that the program does not give, until the program gives it", async () => {
    await imported("Scanner");
    expect(drift(await at.stack.refresh(["--preview-only"]))).toEqual({});
    await edit(program());
    await at.stack.up();
    byHand({ RuleErrorAction: "Defer", Comments: "by another hand" });
    expect(drift(await at.stack.refresh())).toEqual({});
    expect(plan(await at.stack.preview())).toEqual([]);

    // The value that the import found: the state no longer has it, and the object has another.
    await edit(program(", ruleErrorAction: Ignore"));
    expect(plan(await at.stack.preview())).toEqual([
      { name: "rule", op: "update", properties: ["ruleErrorAction"] },
    ]);
    await at.stack.up();
    expect(at.simulator.tenant.transportRules[0]).toMatchObject({
      RuleErrorAction: "Ignore",
      Comments: "by another hand",
    });
    expect(plan(await at.stack.preview(["--refresh"]))).toEqual([]);
  });

  test("shows only the property whose value, changed by hand, the program now gives", async () => {
    await imported("Scanner");
    byHand({ SetSCL: 7 });
    await at.stack.refresh(["--run-program=false"]);
    await edit(program().replace("setScl: 6", "setScl: 7"));
    expect(plan(await at.stack.preview())).toEqual([
      { name: "rule", op: "update", properties: ["setScl"] },
    ]);
    at.requests();
    await at.stack.up();
    expect(at.writes()).toEqual([]);
    expect(plan(await at.stack.preview(["--refresh"]))).toEqual([]);
  });

  test("is left as it was by a destroy without an up", async () => {
    const before = essence(at.simulator);
    await imported("Scanner");
    at.requests();
    await at.stack.destroy();
    expect(at.writes()).toEqual([]);
    expect(essence(at.simulator)).toEqual(before);
  });
});

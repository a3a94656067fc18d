import { existsSync, readFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Fault } from "../../simulator/index";
import { describeLanguage, plan } from "./harness";
import { isAlive } from "./processes";
import type { StateResource } from "./stack";
import { tenantWithStack, type TenantWithStack } from "./tenant-with-stack";

/** Longer than a test may last. */
const minutes = "600";

const throttled = (cmdlet: string): Fault => ({
  kind: "status",
  status: 429,
  headers: { "retry-after": minutes },
  match: { vendor: "exchange", cmdlet, times: "always" },
});

const rule = (properties: string): string => `resources:
  rule:
    type: area1:TransportRule
    properties: { name: Scanner, headerContainsMessageHeader: X-Scanner, headerContainsWords: [ok], ${properties} }
`;

const component = `resources:
  mail:
    type: area1:UseCase4
    properties: { domains: [example.com] }
`;

const start = (program: string): Promise<TenantWithStack> =>
  tenantWithStack(program, {
    runtime: "yaml",
    stack: { env: { AREA1_PATIENCE_MS: "900000" } },
  });

describeLanguage("yaml", "a command that is interrupted", () => {
  /** Replaces the resources of the program. */
  async function edit(at: TenantWithStack, program: string): Promise<void> {
    const file = "Pulumi.yaml";
    const head = readFileSync(path.join(at.project.directory, file), "utf8");
    await at.project.write(file, head.replace(/resources:[^]*$/, program));
  }

  async function ruleIn({ stack }: TenantWithStack): Promise<StateResource> {
    const { deployment } = await stack.export();
    const found = deployment.resources.find(({ urn }) => urn.endsWith("rule"));
    if (!found) throw new Error("the state has no rule");
    return found;
  }

  /** Starts an `up`, and waits until the tenant has received a cmdlet. */
  async function upUntil(at: TenantWithStack, cmdlet: string) {
    at.requests();
    const up = at.stack.start(["up", "--yes", "--skip-preview"]);
    while (!at.simulator.log.some((entry) => entry.cmdlet === cmdlet))
      await sleep(50);
    return up;
  }

  test("by SIGINT while a vendor throttles ends at once, says so, and the next up finishes", async () => {
    const at = await start(rule("setScl: 5"));
    await at.stack.up();
    const fault = at.simulator.faults.add(throttled("Set-TransportRule"));
    await edit(at, rule("setScl: 6"));
    const up = await upUntil(at, "Set-TransportRule");
    await sleep(500);
    up.kill("SIGINT");
    const { code, stdout, milliseconds } = await up.ended;
    expect(code).not.toBe(0);
    expect(stdout).toContain("The command was cancelled before another try");
    expect(milliseconds).toBeLessThan(60_000);
    expect((await ruleIn(at)).inputs).toMatchObject({ setScl: 5 });
    at.simulator.faults.remove(fault);
    at.requests();
    await at.stack.up();
    expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
      "Set-TransportRule",
    ]);
  });

  test("by SIGINT before a write shows keeps it pending, and writes nothing twice", async () => {
    const at = await start(rule("setScl: 5"));
    await at.stack.up();
    Object.assign(at.simulator.quirks, { readLagMs: 20_000 });
    await edit(
      at,
      `${rule("setScl: 6")}  late:
    type: area1:TransportRule
    properties: { name: Late, headerContainsMessageHeader: X-Late, headerContainsWords: [ok], setScl: 6 }
`,
    );
    const up = await upUntil(at, "Set-TransportRule");
    while (!at.simulator.log.some((e) => e.cmdlet === "New-TransportRule"))
      await sleep(50);
    await sleep(1000);
    up.kill("SIGINT");
    const { stdout } = await up.ended;
    expect(stdout).toContain(
      'Cannot create transport rule "Late": it was made, but the command was cancelled before the list showed it. Run pulumi up again: it will be found.',
    );
    expect((await ruleIn(at)).outputs).toMatchObject({
      setScl: 6,
      pending: ["setScl"],
    });
    await sleep(20_000);
    at.requests();
    await at.stack.up();
    expect(at.writes()).toEqual([]);
    expect((await ruleIn(at)).outputs).not.toHaveProperty("pending");
    expect(plan(await at.stack.preview(["--refresh"]))).toEqual([]);
  });

  test.each([
    ["a resource", rule("setScl: 5"), "New-TransportRule"],
    ["a component", component, "New-QuarantinePolicy"],
  ])(
    "by SIGKILL while a vendor throttles %s ends the provider, too, which writes nothing afterwards",
    async (_what, program, cmdlet) => {
      const at = await start(program);
      const script = "traced/pulumi-resource-area1";
      await at.project.write(
        script,
        `#!/bin/sh
here=$(dirname "$0")
echo $$ >> "$here/pids"
exec "$here/../node_modules/pulumi-area1-m365/plugin/pulumi-resource-area1" "$@"
`,
      );
      const { directory } = at.project;
      await chmod(path.join(directory, script), 0o755);
      const yaml = readFileSync(path.join(directory, "Pulumi.yaml"), "utf8");
      await at.project.write(
        "Pulumi.yaml",
        yaml.replace("node_modules/pulumi-area1-m365/plugin", "traced"),
      );
      at.simulator.faults.add(throttled(cmdlet));
      const up = await upUntil(at, cmdlet);
      const file = path.join(directory, "traced/pids");
      expect(existsSync(file)).toBe(true);
      const pids = readFileSync(file, "utf8").trim().split("\n").map(Number);
      up.kill("SIGKILL");
      await up.ended;
      at.simulator.faults.clear();
      at.requests();
      for (let tries = 0; pids.some(isAlive) && tries < 300; tries++)
        await sleep(100);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(at.writes()).toEqual([]);
    },
  );

  describe("by the vendor between its two writes", () => {
    const refused: Fault = {
      kind: "body",
      status: 400,
      body: { error: { code: "BadRequest", message: "Not today" } },
      match: { vendor: "exchange", cmdlet: "Enable-TransportRule", times: 1 },
    };
    let at: TenantWithStack;

    beforeEach(async () => {
      at = await start(rule("setScl: 5, enabled: false"));
      await at.stack.up();
      at.simulator.faults.add(refused);
      await edit(at, rule("setScl: 9, enabled: true"));
      const { stdout } = await at.stack.up([], { exit: "any" });
      expect(stdout).toMatch(
        /TransportRule \(rule\):\n[^]*answered 400 to Enable-TransportRule: Not today/,
      );
    });

    test("keeps what was done, and the next up finishes", async () => {
      const { outputs, initErrors } = await ruleIn(at);
      expect(outputs).toMatchObject({ setScl: 9, pending: ["enabled"] });
      expect(initErrors).toEqual([expect.stringContaining("Not today")]);
      expect(plan(await at.stack.preview())).toEqual([
        { name: "rule", op: "update", properties: ["enabled"] },
      ]);
      at.requests();
      await at.stack.up();
      expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
        "Enable-TransportRule",
      ]);
      expect((await ruleIn(at)).initErrors).toBeUndefined();
    });

    test("undoes what was done if the program is changed back", async () => {
      await edit(at, rule("setScl: 5, enabled: false"));
      const { stdout } = await at.stack.preview(["--diff"]);
      expect(stdout).toMatch(/setScl *: 9 => 5/);
      await at.stack.up();
      expect(at.simulator.tenant.transportRules[0]).toMatchObject({
        SetSCL: 5,
        State: "Disabled",
      });
      expect(plan(await at.stack.preview(["--refresh"]))).toEqual([]);
    });
  });
});

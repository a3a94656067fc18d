import { drift, plan } from "./harness";
import { tenantWithStack, type TenantWithStack } from "./tenant-with-stack";

const program = (more: object = {}): string => `
import { UseCase4 } from "pulumi-area1-m365";

new UseCase4("mail", ${JSON.stringify({ domains: ["example.com"], header: "cloudflare", ...more })});
`;

const check = "mail-mail-flow-check";
const gate = ["--preview-only", "--expect-no-changes"];
const found = (...names: string[]) => ({
  [check]: Object.fromEntries(
    names.map((name, at) => [`findings[${at}]`, [undefined, name]]),
  ),
});

describe("the check of the mail flow on the real engine", () => {
  let at: TenantWithStack;
  const switchPreset = (on: boolean) =>
    void at.simulator.tenant.edit(
      "EOPProtectionPolicyRule",
      "Strict Preset Security Policy",
      { Enabled: on },
    );
  const names = async () =>
    plan(await at.stack.up()).map(({ name, op }) => `${op} ${name}`);

  beforeAll(async () => {
    at = await tenantWithStack(program());
    const { stdout } = await at.stack.up();
    expect(stdout).not.toContain("Mail flow");
  });

  test("a preset that somebody switches on is drift, reported with its consequence, and is not drift after it is fixed", async () => {
    switchPreset(true);
    const refresh = await at.stack.refresh(gate, { exit: 7 });
    expect(drift(refresh)).toEqual(found("preset-in-force"));
    expect(refresh.stdout).toMatch(
      /warning: Mail flow, preset-in-force: .*Strict.*goes before Default/,
    );
    const preview = await at.stack.preview(
      ["--refresh", "--expect-no-changes"],
      { exit: 7 },
    );
    expect(plan(preview).map(({ name, op }) => `${op} ${name}`)).toEqual([
      `update ${check}`,
    ]);
    switchPreset(false);
    expect(drift(await at.stack.refresh(gate))).toEqual({});
  });

  test("an up warns of it, succeeds and writes nothing, and a preview without a refresh shows nothing", async () => {
    switchPreset(true);
    at.requests();
    const up = await at.stack.up(["--refresh"]);
    expect(up.stdout).toContain("warning: Mail flow, preset-in-force");
    expect(at.writes()).toEqual([]);
    const preview = await at.stack.preview(["--expect-no-changes"]);
    expect(preview.stdout).toContain("warning: Mail flow, preset-in-force");
    expect(at.requests()).toEqual([]);
  });

  test("it is not drift if the program accepts it", async () => {
    await at.project.write(
      "index.ts",
      program({ acceptedFindings: ["preset-in-force"] }),
    );
    expect(await names()).toEqual([`update ${check}`]);
    const refresh = await at.stack.refresh(gate);
    expect(drift(refresh)).toEqual({});
    expect(refresh.stdout).not.toContain("Mail flow");
    await at.stack.preview(["--refresh", "--expect-no-changes"]);
  });

  test("with failOn every up fails after all other operations, until it is fixed", async () => {
    await at.project.write(
      "index.ts",
      program({ failOn: "failed", quarantineRetentionPeriod: 20 }),
    );
    at.requests();
    const failed = await at.stack.up([], { exit: 1 });
    expect(failed.stdout).toMatch(
      /Everything is written, but failOn is "failed", and preset-in-force was found/,
    );
    expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
      "Set-HostedContentFilterPolicy",
    ]);
    await at.stack.refresh();
    await at.stack.up([], { exit: 1 });
    expect(
      (await at.stack.export()).deployment.resources.filter(({ urn }) =>
        urn.endsWith(check),
      ),
    ).toHaveLength(1);
    switchPreset(false);
    await at.stack.up();
    await at.stack.preview(["--refresh", "--expect-no-changes"]);
  });

  test("it checks again if an input of another resource changes, and only then", async () => {
    await at.project.write("index.ts", program({ spamScl: 6 }));
    expect((await names()).sort()).toEqual(
      [
        "update mail-anti-spam",
        "update mail-cloudflare-user",
        "update mail-restore-point",
        `update ${check}`,
      ].sort(),
    );
    expect(await names()).toEqual([]);
  });

  test("an error of the vendor fails the refresh, and the state does not change", async () => {
    const before = await at.stack.export();
    at.simulator.faults.add({
      match: { cmdlet: "Get-EOPProtectionPolicyRule", times: "always" },
      when: "before",
      kind: "html",
    });
    const refresh = await at.stack.refresh([], { exit: 1 });
    expect(refresh.stdout).toMatch(/Cannot check the mail flow/);
    at.simulator.faults.clear();
    const kept = ({ deployment }: typeof before) =>
      deployment.resources.find(({ urn }) => urn.endsWith(check))?.inputs;
    expect(kept(await at.stack.export())).toEqual(kept(before));
  });

  test("check: false removes it and writes nothing", async () => {
    await at.project.write("index.ts", program({ spamScl: 6, check: false }));
    at.requests();
    expect(await names()).toEqual([`delete ${check}`]);
    expect(at.requests()).toEqual([]);
    await at.stack.destroy();
  });
});

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { newDomain, newRule, simulated } from "./simulated";

test("objects that were added, removed, renamed, replaced and changed are described", async () => {
  const { simulator, run } = await simulated();
  const { tenant, account } = simulator;
  for (const name of ["changed", "old name", "replaced", "removed"])
    await run("New-TransportRule", newRule(name));
  const before = simulator.snapshot();
  tenant.edit("TransportRule", "changed", {
    SetSCL: 6,
    HeaderContainsWords: ["SPOOF", "MALICIOUS"],
    Comments: "seen",
    SenderIpRanges: ["192.0.2.1"],
  });
  tenant.rename("TransportRule", "old name", "new name");
  tenant.replace("TransportRule", "replaced", { SetSCL: 9 });
  tenant.remove("TransportRule", "removed");
  tenant.add("TransportRule", { ...newRule("added"), Name: "added" });
  tenant.edit("OrganizationConfig", "", { IsDehydrated: true });
  account.add({ domain: "example.com" });
  expect(simulator.diff(before)).toEqual([
    'TransportRule "removed": removed',
    'TransportRule "changed": Comments (none) -> "seen"',
    'TransportRule "changed": HeaderContainsWords without "UCE", with "MALICIOUS"',
    'TransportRule "changed": SetSCL 5 -> 6',
    'TransportRule "changed": SenderIpRanges (none) -> ["192.0.2.1"]',
    'TransportRule "old name": renamed to "new name"',
    'TransportRule "replaced": replaced by another object of that name',
    'TransportRule "replaced": SetSCL 5 -> 9',
    'TransportRule "added": added',
    "OrganizationConfig: IsDehydrated false -> true",
    'Domain "example.com": added',
  ]);
  expect(simulator.diff(before, before)).toEqual([]);
});

test("times, ids, counters and the order of properties do not count as differences, and ids differ in every run", async () => {
  const one = await simulated();
  const other = await simulated();
  expect(
    one.simulator.diff(one.simulator.snapshot(), other.simulator.snapshot()),
  ).toEqual([]);
  await one.run("New-TransportRule", newRule("r"));
  await one.domains("POST", "", newDomain("example.com"));
  const before = one.simulator.snapshot();
  one.simulator.tenant.edit("TransportRule", "r", { Comments: null });
  one.simulator.account.edit("example.com", { folder: null });
  expect(before).not.toEqual(one.simulator.snapshot());
  expect(one.simulator.diff(before)).toEqual([]);
});

test("secrets are not shown, and with several tenants each line names its tenant", async () => {
  const { simulator } = await simulated({
    seed: {
      tenants: [
        {},
        {
          id: "11111111-2222-4333-8444-555555555555",
          name: "fabrikam.onmicrosoft.com",
        },
      ],
    },
  });
  const before = simulator.snapshot();
  simulator.tenant.applications[0]!.clientSecrets = ["another secret"];
  simulator.account.tokens[0]!.value = "another token";
  [...simulator.tenants.values()][1]!.add("TransportRule", { Name: "r" });
  expect(simulator.diff(before)).toEqual([
    'Tenant "contoso.onmicrosoft.com": Application "mail as code": clientSecrets changed',
    'Tenant "fabrikam.onmicrosoft.com": TransportRule "r": added',
    `Account "${simulator.account.id}": ApiToken "mail as code": value changed`,
  ]);
});

test("differences are available over HTTP: since the start or the last reset, or between two states", async () => {
  const { simulator, request } = await simulated();
  const before = simulator.snapshot();
  simulator.tenant.add("TransportRule", { Name: "r" });
  const added = ['TransportRule "r": added'];
  const removed = ['TransportRule "r": removed'];
  const post = (body: unknown) =>
    request("/simulator/diff", { method: "POST", body: JSON.stringify(body) });
  expect((await request("/simulator/diff")).body).toEqual(added);
  const after = simulator.snapshot();
  expect((await post({ before, after })).body).toEqual(added);
  expect((await post({ before: after, after: before })).body).toEqual(removed);
  expect((await post({ before })).body).toEqual(added);
  expect((await post({ before: {} })).text).toContain("not a state");
  simulator.reset();
  expect((await request("/simulator/diff")).body).toEqual([]);
});

test("the command prints the differences of two files and exits like diff", async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-diff-"));
  try {
    const { simulator } = await simulated();
    const write = async (name: string, content: unknown) => {
      const file = path.join(directory, name);
      await writeFile(file, JSON.stringify(content));
      return file;
    };
    const a = await write("a.json", simulator.snapshot());
    simulator.tenant.add("TransportRule", { Name: "r" });
    const b = await write("b.json", simulator.snapshot());
    const command = path.resolve(__dirname, "../../dist/cli/index.js");
    const diff = (...files: string[]) =>
      promisify(execFile)(process.execPath, [command, "diff", ...files]).then(
        ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      );
    expect(await diff(a, b)).toMatchObject({
      code: 1,
      stdout: 'TransportRule "r": added\n',
    });
    expect(await diff(a, a)).toMatchObject({ code: 0, stdout: "" });
    const trouble = await diff(a, await write("c.json", {}));
    expect(trouble.code).toBe(2);
    expect(trouble.stderr).toContain("c.json does not hold a state");
  } finally {
    await rm(directory, { recursive: true });
  }
}, 120_000);

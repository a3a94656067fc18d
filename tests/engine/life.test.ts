import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { drift, plan } from "./harness";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "./tenant-with-stack";

const program = (args: object): string => `
import { UseCase4 } from "pulumi-area1-m365";
new UseCase4("mail", ${JSON.stringify({ domains: ["example.com"], ...args })});
`;

const rule = "Area 1 User Quarantine Message";

const names = (writes: { cmdlet?: string; method: string }[]): string[] =>
  writes.map(({ cmdlet, method }) => cmdlet ?? method);

describe("a tenant that was configured by hand", () => {
  let at: TenantWithStack;
  let before: unknown;

  beforeAll(async () => {
    at = await tenantWithStack(program({}));
    const { tenant, account } = at.simulator;
    tenant.add("QuarantinePolicy", {
      Name: "UserNotifyAdminRelease",
      EndUserQuarantinePermissionsValue: 43,
      ESNEnabled: false,
    });
    tenant.add("TransportRule", {
      Name: rule,
      HeaderContainsMessageHeader: "X-Area1Security-Disposition",
      HeaderContainsWords: ["SPAM", "SPOOF"],
      SenderIpRanges: ["158.51.64.0/26"],
      ExceptIfFrom: ["ceo@example.com"],
      SetSCL: 5,
      Enabled: false,
      Comments: "made by hand",
    });
    account.add({
      domain: "example.com",
      transport: "mx.before.example",
      drop_dispositions: ["MALICIOUS", "SPAM"],
      allowed_delivery_modes: ["BCC"],
      regions: ["DE"],
      lookback_hops: 3,
    });
    before = essence(at.simulator);
  });

  test("without adopt, up fails with the differences and what to do, and the other objects stay unchanged", async () => {
    const failed = await at.stack.up([], { exit: 1 });
    expect(failed.stdout).toContain(
      'Cannot create quarantine policy "UserNotifyAdminRelease": one of that name exists and differs in endUserQuarantinePermissions (Delete, Preview, RequestRelease, AllowSender, wanted Delete, Preview, RequestRelease), esnEnabled (false, wanted true). Set adopt: true to adopt it, or choose another name.',
    );
    expect(names(at.writes())).toEqual(["New-QuarantinePolicy"]);
  });

  test("with adopt everything is adopted with one write each, and there is no drift afterwards", async () => {
    await at.project.write("index.ts", program({ adopt: true }));
    await at.stack.up();
    expect(names(at.writes()).sort()).toEqual(
      [
        "Set-QuarantinePolicy",
        "Set-HostedContentFilterPolicy",
        "New-TransportRule",
        "New-TransportRule",
        "New-TransportRule",
        "Set-TransportRule",
        "Enable-TransportRule",
        "PATCH",
      ].sort(),
    );
    const taken = at.simulator.tenant.find("TransportRule", rule);
    expect(taken?.["Comments"]).toBe("made by hand");
    expect(taken?.["ExceptIfFrom"] ?? null).toBeNull();
    expect(at.simulator.account.find("example.com")).toMatchObject({
      allowed_delivery_modes: ["BCC", "DIRECT"],
      drop_dispositions: [],
      lookback_hops: 1,
      regions: ["DE"],
      transport: "example-com.mail.protection.outlook.com",
    });
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("destroy restores the previous values, also after updates and a refresh", async () => {
    await at.project.write(
      "index.ts",
      program({ adopt: true, quarantineRetentionPeriod: 30, spamScl: 6 }),
    );
    await at.stack.up();
    await at.stack.refresh();
    await at.project.write(
      "index.ts",
      program({ adopt: true, quarantineRetentionPeriod: 20 }),
    );
    await at.stack.up();
    await at.stack.destroy(["--refresh"]);
    expect(essence(at.simulator)).toEqual(before);
  });
});

describe("changes of an existing stack", () => {
  let at: TenantWithStack;

  beforeAll(async () => {
    at = await tenantWithStack(program({}));
    await at.stack.up();
    at.requests();
  });

  test("a new name for the component, with an alias, changes only the marks", async () => {
    const renamed = (name: string, opts: object): string =>
      `import { UseCase4 } from "pulumi-area1-m365";
       new UseCase4("${name}", { domains: ["example.com"] }, ${JSON.stringify(opts)});`;
    await at.project.write(
      "index.ts",
      renamed("post", { aliases: [{ name: "mail" }], protect: true }),
    );
    const changed = plan(await at.stack.up());
    expect(changed.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      ["area1-admin", "area1-user", "cloudflare-admin", "cloudflare-user"].map(
        (suffix) => ({
          name: `post-${suffix}`,
          op: "update",
          properties: ["comments"],
        }),
      ),
    );
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
    const refused = await at.stack.destroy([], { exit: "any" });
    expect(refused.stdout).toMatch(/protected/);
    await at.project.write(
      "index.ts",
      renamed("mail", { aliases: [{ name: "post" }] }),
    );
    await at.stack.up();
    at.requests();
  });

  test("a renamed quarantine policy is created first and removed last, so that every tag always names an existing policy", async () => {
    await at.project.write(
      "index.ts",
      program({ userQuarantineName: "Recipients" }),
    );
    await at.stack.up();
    expect(names(at.writes())).toEqual([
      "New-QuarantinePolicy",
      "Set-HostedContentFilterPolicy",
      "Remove-QuarantinePolicy",
    ]);
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
  });

  test("a requested replacement adopts the object, and removes nothing", async () => {
    const { deployment } = await at.stack.export();
    const urns = deployment.resources
      .filter(({ type }) => /area1:(?!RestorePoint)/.test(type))
      .map(({ urn }) => urn)
      .filter((urn) => !urn.endsWith("::mail"));
    expect(urns.length).toBeGreaterThan(7);
    const guid = at.simulator.tenant.find("TransportRule", rule)?.["Guid"];
    at.requests();
    await at.stack.up(urns.flatMap((urn) => ["--replace", urn]));
    expect(names(at.writes())).toEqual([]);
    expect(at.simulator.tenant.find("TransportRule", rule)?.["Guid"]).toBe(
      guid,
    );
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("a second use case for the same tenant is refused before anything is written, from another stack and from this one", async () => {
    const other = await at.project.stack("other", {
      env: at.simulator.environment,
    });
    at.requests();
    const failed = await other.up([], { exit: 1 });
    expect(failed.stdout).toMatch(
      /Cannot begin, and nothing was written: another stack has .*\(of ops\/dev\/mail-/,
    );
    expect(names(at.writes())).toEqual([]);

    await at.project.write(
      "index.ts",
      `${program({ userQuarantineName: "Recipients" })}
       new UseCase4("again", { domains: ["example.org"] });`,
    );
    const refused = await at.stack.preview([], { exit: "any" });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toMatch(/a tenant has one use case/);
    await at.project.write(
      "index.ts",
      program({ userQuarantineName: "Recipients" }),
    );
  });

  test("a later release of the library supports the state of this one, for refresh, preview and destroy", async () => {
    const text = "is left where it is";
    const file = path.join(
      at.project.directory,
      "node_modules/pulumi-area1-m365/dist/providers/lifecycle/delete.js",
    );
    const code = await readFile(file, "utf8");
    expect(code).toContain(text);
    await writeFile(
      file,
      code.replace(text, "is left as a later release says"),
    );

    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
    const destroyed = await at.stack.destroy();
    expect(destroyed.stdout).toContain("is left as a later release says");
    expect(at.simulator.tenant.transportRules).toEqual([]);
  });
});

/** Returns a tenant whose first `up` was killed after the first write of a cmdlet, before the engine recorded it. */
async function killedAfter(cmdlet: string): Promise<TenantWithStack> {
  const at = await tenantWithStack(program({}));
  let killed = false;
  const running = at.stack.start(["up", "--yes", "--skip-preview"]);
  at.simulator.faults.add({
    match: { cmdlet },
    when: "after",
    kind: "hook",
    run: () => {
      killed = true;
      running.kill("SIGKILL");
    },
  });
  await running.ended;
  expect(killed).toBe(true);
  await at.stack.pulumi(["cancel", "--yes"]);
  return at;
}

test("a process that is killed after a write, before the engine recorded it, creates nothing twice", async () => {
  const at = await killedAfter("New-TransportRule");
  await at.stack.up();
  expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
  expect(
    drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
  ).toEqual({});
  const rules = at.simulator.tenant.transportRules.map(({ Name }) => Name);
  expect(new Set(rules).size).toBe(4);
  expect(rules).toHaveLength(4);
});

test("a destroy right after that names the objects that are not in the state, with their previous values", async () => {
  const at = await killedAfter("Set-HostedContentFilterPolicy");
  const { stdout } = await at.stack.destroy();
  expect(stdout).toMatch(
    /anti-spam policy "Default": spamAction was first MoveToJmf, is Quarantine; .*; set it right by hand\./s,
  );
  expect(stdout).toContain(
    'quarantine policy "UserNotifyUserRelease" is left where it is: SpamQuarantineTag of Default still points at it',
  );
});

describe("bad input and bad configuration", () => {
  let at: TenantWithStack;

  beforeAll(async () => {
    at = await tenantWithStack(program({}));
  });

  test.each<[string, object, RegExp]>([
    ["an empty list of domains", { domains: [] }, /domains: must not be empty/],
    [
      "a domain twice",
      { domains: ["example.com", "Example.COM."] },
      /domains: example\.com is there twice/,
    ],
    [
      "a typo",
      { spamWord: ["UCE"] },
      /spamWord: is not a property of UseCase4/,
    ],
    [
      "equal quarantine names",
      { userQuarantineName: "Same", adminQuarantineName: "Same" },
      /userQuarantineName and adminQuarantineName must differ/,
    ],
    [
      "a range that is too wide",
      { senderIpRanges: ["192.0.2.0/23"] },
      /senderIpRanges.*192\.0\.2\.0\/23 is wider than the \/24/,
    ],
    [
      "a retention out of range",
      { quarantineRetentionPeriod: 31 },
      /quarantineRetentionPeriod.*from 1 to 30/,
    ],
    [
      "a built-in quarantine policy",
      { userQuarantineName: "DefaultFullAccessPolicy" },
      /DefaultFullAccessPolicy is a policy of Microsoft's own/,
    ],
  ])("%s is refused in the preview", async (_, args, reason) => {
    await at.project.write("index.ts", program(args));
    const refused = await at.stack.preview([], { exit: "any" });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout.replace(/\s+/g, " ")).toMatch(reason);
    expect(refused.stdout).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect(at.simulator.log).toEqual([]);
  });

  test("the preview warns of values that defeat the purpose", async () => {
    await at.project.write(
      "index.ts",
      program({
        spamWords: ["SPAM", "SPOOF"],
        quarantineRetentionPeriod: 7,
        maliciousScl: 8,
      }),
    );
    const { stdout } = await at.stack.preview();
    expect(stdout).toMatch(/warning: spamWords has no UCE/);
    expect(stdout).toMatch(/warning: quarantineRetentionPeriod is 7/);
    expect(stdout).toMatch(/warning: maliciousScl is 8/);
  });

  test("a tenant that differs between configuration and environment is refused in the preview, with both names", async () => {
    await at.project.write("index.ts", program({}));
    const other = await at.project.stack("other-tenant", {
      config: { "area1:tenantId": "fabrikam.onmicrosoft.com" },
      env: at.simulator.environment,
    });
    const refused = await other.preview([], { exit: 1 });
    expect(refused.stdout).toMatch(
      /area1:tenantId is fabrikam\.onmicrosoft\.com in the stack's configuration, but AZURE_TENANT_ID in the environment is/,
    );
  });

  test("a secret that was rotated in the environment works for refresh and destroy of a state with the old one", async () => {
    const { AZURE_CLIENT_SECRET = "", ...environment } =
      at.simulator.environment;
    const rotated = await at.project.stack("rotated", {
      config: {
        "area1:clientId": environment["AZURE_CLIENT_ID"] ?? "",
        "area1:clientSecret": { secret: AZURE_CLIENT_SECRET },
      },
      env: { ...environment, AZURE_CLIENT_ID: "" },
    });
    await rotated.up();
    const [application] = at.simulator.tenant.applications;
    if (application) application.clientSecrets = ["a-new-secret-of-today"];
    const failed = await rotated.refresh([], { exit: 1 });
    expect(failed.stdout).toMatch(/client secret is wrong, has expired/);
    const env = {
      AZURE_CLIENT_ID: environment["AZURE_CLIENT_ID"] ?? "",
      AZURE_CLIENT_SECRET: "a-new-secret-of-today",
    };
    expect(
      drift(
        await rotated.refresh(["--preview-only", "--expect-no-changes"], {
          env,
        }),
      ),
    ).toEqual({});
    await rotated.destroy([], { env });
  });
});

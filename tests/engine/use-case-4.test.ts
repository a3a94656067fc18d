import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { inWords } from "../../simulator/json";
import { domainsIn } from "../conformance/vendor-objects";
import { drift, plan } from "./harness";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "./tenant-with-stack";

const program = (domains: readonly string[]): string => `
import { UseCase4 } from "pulumi-area1-m365";

const mail = new UseCase4("mail", { domains: ${JSON.stringify(domains)} });
export const routes = mail.routes;
`;

const rule = "Area 1 User Quarantine Message";
const adminRule = `${rule} Admin Release`;

describe("use case 4 on the real engine", () => {
  let at: TenantWithStack;
  let before: ReturnType<typeof essence>;

  beforeAll(async () => {
    at = await tenantWithStack(program(["example.com", "example.org"]));
    before = essence(at.simulator);
  });

  test("a first preview shows everything that will be created, and sends no request", async () => {
    const preview = await at.stack.preview();
    expect(
      plan(preview)
        .map(({ name, op }) => `${op} ${name}`)
        .sort(),
    ).toEqual(
      [
        "mail",
        "mail-restore-point",
        "mail-user-quarantine",
        "mail-admin-quarantine",
        "mail-anti-spam",
        "mail-area1-admin",
        "mail-area1-user",
        "mail-cloudflare-admin",
        "mail-cloudflare-user",
        "mail-domain-example.com",
        "mail-domain-example.org",
        "mail-mail-flow-check",
      ]
        .map((name) => `create ${name}`)
        .sort(),
    );
    expect(at.simulator.log).toEqual([]);
  });

  test("up writes each object once, in the order that never exposes mail", async () => {
    await at.stack.up();
    const order = at.writes().flatMap((write) => {
      const { cmdlet, method, parameters } = write;
      // Domains that are created at the same time share a request.
      return parameters
        ? [`${cmdlet} ${inWords(parameters["Name"] ?? parameters["Identity"])}`]
        : domainsIn(write).map((domain) => `${method} ${domain}`);
    });
    expect(order.slice(0, 2).sort()).toEqual([
      "New-QuarantinePolicy UserNotifyAdminRelease",
      "New-QuarantinePolicy UserNotifyUserRelease",
    ]);
    expect(order[2]).toBe("Set-HostedContentFilterPolicy Default");
    expect(order.slice(3, 5).sort()).toEqual([
      `New-TransportRule ${adminRule}`,
      `New-TransportRule Email Security User Quarantine Message Admin Release`,
    ]);
    expect(order.slice(5, 7).sort()).toEqual([
      `New-TransportRule ${rule}`,
      `New-TransportRule Email Security User Quarantine Message`,
    ]);
    expect(order.slice(7).sort()).toEqual([
      "POST example.com",
      "POST example.org",
    ]);
  });

  test("each resource waits for everything that must exist before it, in up and destroy", async () => {
    const { deployment } = await at.stack.export();
    const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
    const direct = new Map(
      deployment.resources.map(({ urn, dependencies = [] }) => [
        nameOf(urn),
        dependencies.map(nameOf),
      ]),
    );
    const before = (name: string, seen = new Set<string>()): Set<string> => {
      for (const other of direct.get(name) ?? [])
        if (!seen.has(other)) before(other, seen.add(other));
      return seen;
    };
    const tiers = [
      ["mail-restore-point"],
      ["mail-user-quarantine", "mail-admin-quarantine"],
      ["mail-anti-spam"],
      ["mail-area1-admin", "mail-cloudflare-admin"],
      ["mail-area1-user", "mail-cloudflare-user"],
      ["mail-domain-example.com", "mail-domain-example.org"],
      ["mail-mail-flow-check"],
    ];
    const generation = (name: string): string =>
      /area1|cloudflare/.exec(name)?.[0] ?? "";
    for (const [index, tier] of tiers.entries())
      for (const name of tier)
        for (const earlier of tiers.slice(0, index).flat())
          // The rules of the two headers do not depend on each other.
          if (
            !generation(name) ||
            !generation(earlier) ||
            generation(name) === generation(earlier)
          )
            expect([name, [...before(name)]]).toEqual([
              name,
              expect.arrayContaining([earlier]),
            ]);
  });

  test("a second preview and up are empty, and send no request", async () => {
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(plan(await at.stack.up(["--expect-no-changes"]))).toEqual([]);
    expect(at.simulator.log).toEqual([]);
  });

  test("a refresh is empty, and sends one request per list, one for all domains and one for their MX", async () => {
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
    expect(
      at
        .requests()
        .map(({ vendor, cmdlet }) => cmdlet ?? vendor)
        .sort(),
    ).toEqual([
      "Get-AcceptedDomain",
      "Get-AntiPhishPolicy",
      "Get-EOPProtectionPolicyRule",
      "Get-HostedConnectionFilterPolicy",
      "Get-HostedContentFilterPolicy",
      "Get-HostedContentFilterRule",
      "Get-InboundConnector",
      "Get-MalwareFilterPolicy",
      "Get-OrganizationConfig",
      "Get-QuarantinePolicy",
      "Get-QuarantinePolicy",
      "Get-TransportRule",
      "cloudflare",
      "graph",
    ]);
  });

  test("changes by hand are shown exactly and repaired, and then there is no drift", async () => {
    const { tenant, account } = at.simulator;
    tenant.edit("TransportRule", rule, {
      SetSCL: 6,
      ExceptIfFrom: ["ceo@example.com"],
    });
    tenant.edit("QuarantinePolicy", "UserNotifyAdminRelease", {
      EndUserQuarantinePermissionsValue: 7,
    });
    account.edit("example.com", { transport: "mx.elsewhere.example" });
    tenant.remove("TransportRule", adminRule);
    // These are not managed: no drift.
    tenant.edit("HostedContentFilterPolicy", "Default", { BulkThreshold: 4 });
    tenant.edit("TransportRule", "Email Security User Quarantine Message", {
      SetAuditSeverity: "High",
    });

    const found = drift(
      await at.stack.refresh(["--preview-only", "--expect-no-changes"], {
        exit: 7,
      }),
    );
    expect(found).toEqual({
      "mail-area1-user": {
        setScl: [5, 6],
        exceptIfFrom: [undefined, ["ceo@example.com"]],
      },
      "mail-area1-admin": "gone",
      "mail-admin-quarantine": {
        "endUserQuarantinePermissions[2]": ["RequestRelease", "Release"],
      },
      "mail-domain-example.com": {
        transport: [undefined, "mx.elsewhere.example"],
      },
      // The consequences for mail.
      "mail-mail-flow-check": {
        "findings[0]": [undefined, "domain-transport"],
        "findings[1]": [undefined, "malicious-self-release"],
        "findings[2]": [undefined, "rule-missing"],
        "findings[3]": [undefined, "rule-narrowed"],
      },
    });

    at.requests();
    await at.stack.up(["--refresh"]);
    expect(
      at
        .writes()
        .map(({ cmdlet, method }) => cmdlet ?? method)
        .sort(),
    ).toEqual([
      "New-TransportRule",
      "PATCH",
      "Set-QuarantinePolicy",
      "Set-TransportRule",
    ]);
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("an error of a vendor does not count as a deleted object: the refresh fails and the state does not change", async () => {
    const before = await at.stack.export();
    for (const kind of [
      { kind: "status" as const, status: 503, body: "" },
      { kind: "html" as const },
      { kind: "status" as const, status: 404, body: "" },
    ]) {
      at.simulator.faults.add({
        match: { cmdlet: "Get-TransportRule", times: "always" },
        when: "before",
        ...kind,
      });
      const failed = await at.stack.refresh([], { exit: 1 });
      expect(failed.stdout).toMatch(/Cannot read transport rule/);
      at.simulator.faults.clear();
      expect((await at.stack.export()).deployment.resources).toHaveLength(
        before.deployment.resources.length,
      );
    }
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
  });

  test("a new domain in the program adds only that domain, and the mail flow is checked again", async () => {
    await at.project.write(
      "index.ts",
      program(["example.com", "example.org", "example.net"]),
    );
    at.requests();
    expect(
      plan(await at.stack.up()).map(({ name, op }) => `${op} ${name}`),
    ).toEqual([
      "update mail-restore-point",
      "create mail-domain-example.net",
      "update mail-mail-flow-check",
    ]);
    expect(at.writes().map(({ method }) => method)).toEqual(["POST"]);
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
  });

  test("the text in the state is short and the same for a kind, and nothing contains a secret", async () => {
    const { deployment } = await at.stack.export();
    const texts = deployment.resources.flatMap(({ inputs, outputs }) =>
      [inputs?.["__provider"], outputs?.["__provider"]].filter(
        (text): text is string => typeof text === "string",
      ),
    );
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts)
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(250);

    const secrets = [
      at.simulator.environment["AZURE_CLIENT_SECRET"] ?? "",
      at.simulator.environment["CLOUDFLARE_API_TOKEN"] ?? "",
    ];
    for (const file of await filesBelow(path.dirname(at.project.directory))) {
      if (file.includes("node_modules")) continue;
      const text = await readFile(file, "utf8");
      for (const secret of secrets)
        expect([file, text.includes(secret)]).toEqual([file, false]);
      expect([file, /eyJ[\w-]{20}/.test(text)]).toEqual([file, false]);
    }
  });

  test("destroy restores the tenant to what it was before", async () => {
    // Changes of the administrator to objects that the stack does not manage stay.
    at.simulator.tenant.edit("HostedContentFilterPolicy", "Default", {
      BulkThreshold: 7,
    });
    const destroyed = await at.stack.destroy();
    expect(destroyed.stdout).toContain(
      'domain "example.com" is left where it is',
    );
    expect(essence(at.simulator).tenants).toEqual(before.tenants);
    expect(
      at.simulator.account.domains.map(({ domain }) => domain).sort(),
    ).toEqual(["example.com", "example.net", "example.org"]);
    expect((await at.stack.export()).deployment.resources).toEqual([]);
  });
});

test("the component's state has the program's inputs and the component's outputs, and errors name the component's inputs", async () => {
  const of = (inputs: string): string => `
    import * as pulumi from "@pulumi/pulumi";
    import { QuarantinePolicy, UseCase4 } from "pulumi-area1-m365";
    const other = new QuarantinePolicy("other", {
      name: "Other", endUserQuarantinePermissions: ["Preview"] });
    new UseCase4("mail", { domains: ["example.com"], header: "cloudflare",
      // Not known in the first preview.
      spamWords: other.guid.apply(() => ["UCE"]), ${inputs} });`;
  const at = await tenantWithStack(
    of('senderIpRanges: pulumi.secret(["192.0.2.77"])'),
  );
  await at.stack.preview();
  await at.stack.up();
  const component = async () =>
    (await at.stack.export()).deployment.resources.find(
      ({ type }) => type === "area1:index:UseCase4",
    );
  const { inputs, outputs } = (await component()) ?? {};
  expect(inputs).toMatchObject({
    domains: ["example.com"],
    header: "cloudflare",
    spamWords: ["UCE"],
  });
  expect(JSON.stringify({ inputs, outputs })).not.toContain("192.0.2.77");
  expect(Object.keys(inputs ?? {}).sort()).toEqual([
    "domains",
    "header",
    "senderIpRanges",
    "spamWords",
  ]);
  expect(outputs).toMatchObject({
    userQuarantine: { id: "UserNotifyUserRelease" },
    routes: [{ word: "MALICIOUS" }, { word: "UCE" }],
  });
  expect(Object.keys(outputs ?? {}).sort()).toEqual([
    "adminQuarantine",
    "antiSpamPolicy",
    "area1Domains",
    "mailFlowCheck",
    "restorePoint",
    "routes",
    "transportRules",
    "userQuarantine",
  ]);
  await at.stack.up(["--expect-no-changes"]);

  await at.project.write("index.ts", of("maliciousScl: pulumi.output(12)"));
  const refused = await at.stack.preview([], { exit: "any" });
  expect(refused.code).not.toBe(0);
  expect(refused.stdout).toContain(
    "maliciousScl: must be a whole number from -1 to 9, not 12.",
  );
  expect(refused.stdout).not.toContain("setScl");
  await at.stack.destroy();
});

test("the state of ten domains stays small, and transforms reach the children", async () => {
  const domains = Array.from(
    { length: 10 },
    (_, n) => `tenant-domain-${n}.example.com`,
  );
  const at = await tenantWithStack(`
    import { UseCase4 } from "pulumi-area1-m365";
    new UseCase4("mail", { domains: ${JSON.stringify(domains)}.map(
      (domain: string) => ({ domain, transport: "mx." + domain })) }, {
      transforms: [({ type, props, opts }: any) =>
        type.endsWith("TransportRule") ? { props: { ...props, mode: "Audit" }, opts } : undefined] });
  `);
  await at.stack.up();
  expect(at.simulator.tenant.transportRules.map(({ Mode }) => Mode)).toEqual(
    Array(4).fill("Audit"),
  );
  // As in an ops folder with its own packages.
  const state = JSON.stringify((await at.stack.export()).deployment).replace(
    /project:[^"]*?node_modules/g,
    "project:///node_modules",
  );
  console.log(`state of ten domains: ${state.length} bytes`);
  expect(state.length).toBeLessThanOrEqual(110_000);
});

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Seed, Simulator } from "../../simulator/index";
import { drift, plan, steps } from "./harness";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "./tenant-with-stack";

/** The files of a Node.js program that may use the provider `area1`. */
const files = {
  "Pulumi.yaml": `name: ops
runtime: nodejs
plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
`,
};

const executable =
  "./node_modules/pulumi-area1-m365/plugin/pulumi-resource-area1";

const program = (registration: "dynamic" | "plugin"): string => `
import { TransportRule, UseCase4, usePlugin } from "pulumi-area1-m365";

${registration === "plugin" ? "usePlugin();" : ""}
const mail = new UseCase4("mail", {
  domains: ["example.com", "example.org"].map((domain) => ({ domain, offboardOnDestroy: true })),
});
new TransportRule("scanner", { name: "Scanner", headerContainsMessageHeader: "X-Scanner", headerContainsWords: ["ok"], setScl: 5 });
export const routes = mail.routes;
`;

const typesIn = async ({ stack }: TenantWithStack): Promise<Set<string>> =>
  new Set(
    (await stack.export()).deployment.resources
      .map(({ type }) => type)
      .filter((type) => /dynamic|^area1:/.test(type))
      .map((type) => type.replace(/[^:/]+$/, "")),
  );

describe("A Node.js program with the provider area1", () => {
  let at: TenantWithStack;
  let before: ReturnType<typeof essence>;

  beforeAll(async () => {
    at = await tenantWithStack(program("plugin"), { files });
    before = essence(at.simulator);
  });

  test("creates everything, and then shows no change, also after a refresh", async () => {
    await at.stack.up();
    expect(plan(await at.stack.preview(["--expect-no-changes"]))).toEqual([]);
    expect(drift(await at.stack.refresh(["--preview-only"]))).toEqual({});
  });

  test("shows each changed property of a drift by its path, with the kind of the difference", async () => {
    const rule = at.simulator.tenant.transportRules.find(
      ({ Name }) => Name === "Scanner",
    );
    Object.assign(rule ?? {}, { SetSCL: 6, HeaderContainsWords: ["ok", "up"] });
    const preview = await at.stack.preview(["--refresh", "--json"]);
    expect(preview.stdout).toContain("setScl");
    expect(drift(await at.stack.refresh(["--preview-only"]))).toEqual({
      scanner: {
        setScl: [5, 6],
        "headerContainsWords[1]": [undefined, "up"],
      },
    });
    await at.stack.up(["--refresh"]);
    expect(rule).toMatchObject({ SetSCL: 5, HeaderContainsWords: ["ok"] });
  });

  test("restores everything in a destroy", async () => {
    await at.stack.destroy();
    expect(essence(at.simulator)).toEqual(before);
  });
});

describe("A stack that moves between the two ways to register", () => {
  let at: TenantWithStack;
  let before: ReturnType<typeof essence>;

  beforeAll(async () => {
    at = await tenantWithStack(program("dynamic"), { files });
    before = essence(at.simulator);
    await at.stack.up();
    at.requests();
  });

  const moved = async (to: "dynamic" | "plugin"): Promise<string[]> => {
    await at.project.write("index.ts", program(to));
    const up = await at.stack.up();
    return steps(up)
      .filter(({ op, type }) => op !== "same" && !/^pulumi:/.test(type))
      .map(({ name, op }) => `${op} ${name}`);
  };

  test("moves to the provider area1 without a request or a change, and back, also after a refresh", async () => {
    expect(await moved("plugin")).toEqual([]);
    expect(await typesIn(at)).toEqual(new Set(["area1:index:"]));
    expect(await moved("dynamic")).toEqual([]);
    expect(await moved("plugin")).toEqual([]);
    expect(at.requests()).toEqual([]);
    expect(drift(await at.stack.refresh())).toEqual({});
    at.requests();
    expect(await moved("dynamic")).toEqual([]);
    expect(at.requests()).toEqual([]);
    expect(drift(await at.stack.refresh())).toEqual({});
    await at.stack.destroy();
    expect(essence(at.simulator)).toEqual(before);
  });
});

test("A stack that the provider area1 has made moves to dynamic resources by updates without a request", async () => {
  const at = await tenantWithStack(program("plugin"), { files });
  const before = essence(at.simulator);
  await at.stack.up();
  at.requests();
  await at.project.write("index.ts", program("dynamic"));
  await at.stack.up();
  expect(at.requests()).toEqual([]);
  expect(await at.stack.preview(["--expect-no-changes"])).toBeDefined();
  expect(drift(await at.stack.refresh())).toEqual({});
  await at.stack.destroy();
  expect(essence(at.simulator)).toEqual(before);
});

describe("Importing objects of a tenant", () => {
  const seed: Seed = {
    tenants: [
      {
        quarantinePolicies: [
          {
            Name: "Kept",
            EndUserQuarantinePermissionsValue: 7,
            ESNEnabled: false,
          },
        ],
        transportRules: [
          {
            Name: 'Odd "name"',
            HeaderContainsMessageHeader: "X-Odd",
            HeaderContainsWords: ["b", "a"],
            SetSCL: 6,
            Comments: "by hand",
          },
        ],
      },
    ],
    accounts: [
      {
        domains: [
          {
            domain: "example.com",
            transport: "example-com.mail.protection.outlook.com",
            lookback_hops: 3,
            require_tls_outbound: true,
          },
        ],
      },
    ],
  };

  /** The type, the program's inputs, and every id by which a user may name the object. */
  const objects: [
    string,
    string,
    object,
    (simulator: Simulator) => string[],
  ][] = [
    [
      "TransportRule",
      "rule",
      {
        name: 'Odd "name"',
        headerContainsMessageHeader: "X-Odd",
        headerContainsWords: ["a", "b"],
        setScl: 6,
      },
      ({ tenant }) => [
        'Odd "name"',
        String(tenant.transportRules[0]?.["Guid"]),
      ],
    ],
    [
      "QuarantinePolicy",
      "policy",
      {
        name: "Kept",
        endUserQuarantinePermissions: ["Release", "Delete", "Preview"],
        esnEnabled: false,
      },
      () => ["Kept"],
    ],
    [
      "AntiSpamPolicy",
      "spam",
      { name: "Default", bulkThreshold: 7 },
      () => ["Default"],
    ],
    [
      "QuarantineNotification",
      "notification",
      { endUserSpamNotificationFrequency: "1.00:00:00" },
      () => ["DefaultGlobalTag"],
    ],
    [
      "Area1Domain",
      "domain",
      { domain: "example.com", lookbackHops: 3 },
      ({ account }) => ["example.com", String(account.domains[0]?.["id"])],
    ],
  ];

  test("imports every kind by each of its ids, after which the preview is empty, without a write", async () => {
    const at = await tenantWithStack("", { files, seed });
    for (const [kind, name, inputs, idsOf] of objects)
      for (const id of idsOf(at.simulator)) {
        await at.stack.pulumi([
          ...["import", `area1:index:${kind}`, name, id],
          ...["--yes", "--skip-preview", "--generate-code=false"],
          "--protect=false",
        ]);
        await at.project.write(
          "index.ts",
          `import { ${kind}, usePlugin } from "pulumi-area1-m365";
usePlugin();
new ${kind}(${JSON.stringify(name)}, ${JSON.stringify(inputs)});
`,
        );
        expect([kind, id, plan(await at.stack.preview())]).toEqual([
          kind,
          id,
          [],
        ]);
        await at.stack.up();
        expect([kind, id, drift(await at.stack.refresh())]).toEqual([
          kind,
          id,
          {},
        ]);
        expect([kind, id, plan(await at.stack.preview())]).toEqual([
          kind,
          id,
          [],
        ]);
        await at.stack.destroy();
        expect([kind, id, at.writes()]).toEqual([kind, id, []]);
      }
  });

  test("refuses an id that does not exist in one sentence", async () => {
    const at = await tenantWithStack("", { files, seed });
    for (const [kind, said] of [
      ["TransportRule", "there is none with the id or the name nobody"],
      ["Area1Domain", "there is none with the id or the domain nobody"],
      ["QuarantinePolicy", "there is none with the id nobody"],
      ["QuarantineNotification", "Its id is DefaultGlobalTag"],
      ["RestorePoint", "is not the id of a restore point"],
      ["MailFlowCheck", "its id is mail-flow-check"],
    ]) {
      const { stdout, stderr } = await at.stack.pulumi(
        ["import", `area1:index:${kind}`, "one", "nobody", "--yes"],
        { exit: "any" },
      );
      expect(stdout + stderr).toContain(said);
    }
  });

  test("lists the objects of a kind, without a program", async () => {
    const at = await tenantWithStack("", { files, seed });
    // Not a command of a stack.
    const list = async (kind: string) =>
      (
        await promisify(execFile)(
          "pulumi",
          ["do", "--package", executable, `area1:${kind}`, "list"],
          {
            cwd: at.project.directory,
            env: {
              ...at.project.environment,
              ...at.simulator.environment,
              PULUMI_EXPERIMENTAL: "true",
            },
          },
        )
      ).stdout;
    expect(await list("TransportRule")).toContain('Odd "name"');
    expect(await list("Area1Domain")).toContain("example.com");
    expect(at.writes()).toEqual([]);
  });
});

// The component InlineDeployment with the real engine: a stack of UseCase4 that becomes one and back, what previews say of the lock-down, and
// a program in YAML.
import { readFile } from "node:fs/promises";
import path from "node:path";

import { dnsServer, type Zone } from "../mail-flow/dns-server";
import { describeLanguage } from "./harness";
import { diagnostics, steps } from "./steps";
import { essence, tenantWithStack } from "./tenant-with-stack";

const domains = ["example.com", "example.net", "example.org"];
const cloudflares = ["mxa.global.inbound.cf-emailsecurity.net"];

const program = (component: string, args: object): string => `
import { ${component} } from "pulumi-area1-m365";
const mail = new ${component}("mail", ${JSON.stringify({ domains, ...args })});
export const records = ${component === "UseCase4" ? "[]" : "mail.dnsRecords"};
`;

/** DNS in which all domains still point at Microsoft. */
async function dns() {
  const zone: Record<string, Zone[string]> = Object.fromEntries(
    domains.map((domain) => [domain, ["mail.protection.outlook.com"]]),
  );
  const server = await dnsServer(zone);
  return {
    dnsServer: server.address,
    moveToCloudflare: () => {
      for (const domain of domains) zone[domain] = cloudflares;
    },
  };
}

test("a stack of UseCase4 becomes an InlineDeployment, and back, without a write to its objects", async () => {
  const { dnsServer } = await dns();
  const at = await tenantWithStack(program("UseCase4", {}));
  const before = essence(at.simulator);
  await at.stack.up();
  const between = essence(at.simulator);
  at.writes();

  await at.project.write(
    "index.ts",
    program("InlineDeployment", { dnsServer }),
  );
  const up = steps(await at.stack.up()).filter(({ op }) => op !== "same");
  expect(up.map(({ op, name }) => `${op} ${name}`).sort()).toEqual([
    "create mail-connector",
    "create mail-onboarding-check",
    "update mail-mail-flow-check",
    "update mail",
    "update mail-restore-point",
  ]);
  expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
    "New-InboundConnector",
  ]);
  await at.stack.preview(["--expect-no-changes"]);

  await at.project.write("index.ts", program("UseCase4", {}));
  await at.stack.up();
  expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
    "Remove-InboundConnector",
  ]);
  expect(essence(at.simulator)).toEqual(between);
  await at.stack.destroy();
  const { tenants } = essence(at.simulator);
  expect(tenants).toEqual(before.tenants);
}, 400_000);

test("previews say why the lock-down waits, announce it, and are silent after it", async () => {
  const { dnsServer, moveToCloudflare } = await dns();
  const args = { dnsServer, lockDown: true, lockDownAfterHours: 0 };
  const at = await tenantWithStack(program("InlineDeployment", args));
  const preview = async (): Promise<string> =>
    diagnostics(await at.stack.preview())
      .map(({ message }) => message)
      .join("\n");
  expect(await preview()).toMatch(
    /Lock-down: not yet.*Nothing is locked: example\.com is not a domain of Cloudflare yet/,
  );
  expect(at.writes()).toEqual([]);
  await at.stack.up();
  expect(await at.stack.outputs()).toEqual({
    records: domains.map((domain) => ({
      domain,
      name: `_cf-email-sec-challenge.${domain}`,
      type: "TXT",
      content: expect.any(String) as string,
      ttl: 300,
    })),
  });
  for (const { domain, txt_record_value } of [...at.simulator.account.domains])
    at.simulator.account.publishTxt(
      `_cf-email-sec-challenge.${domain}`,
      String(txt_record_value),
    );
  moveToCloudflare();
  at.writes();
  expect(await preview()).toMatch(
    /Lock-down: all MX records point at Cloudflare.*It turns away: .*contoso\.onmicrosoft\.com/,
  );
  expect(at.writes()).toEqual([]);
  await at.stack.up();
  expect(at.writes().map(({ cmdlet }) => cmdlet)).toEqual([
    "Set-InboundConnector",
    "Set-OrganizationConfig",
  ]);
  at.requests();
  expect(await preview()).not.toMatch(/Lock-down/);
  expect(at.requests()).toEqual([]);
  await at.stack.preview(["--expect-no-changes"]);
  await at.stack.destroy();
}, 400_000);

test("the example runs", async () => {
  const file = path.resolve(
    __dirname,
    "../../examples/inline-deployment/index.ts",
  );
  const { dnsServer } = await dns();
  const source = await readFile(file, "utf8");
  const at = await tenantWithStack(
    source.replace(
      "lockDown: true,",
      `lockDown: true, dnsServer: "${dnsServer}",`,
    ),
  );
  await at.stack.up();
  expect(await at.stack.outputs()).toMatchObject({
    nextSteps: [
      expect.stringContaining("has not verified example.com"),
      expect.stringContaining("has not verified example.org"),
    ],
  });
  await at.stack.destroy();
}, 400_000);

describeLanguage(
  "yaml",
  "the component InlineDeployment in a YAML program",
  () => {
    test("makes what it makes in TypeScript, and its preview is empty then", async () => {
      const { dnsServer } = await dns();
      const at = await tenantWithStack(undefined, {
        runtime: "yaml",
        files: {
          "Pulumi.yaml": `name: ops
runtime: yaml
plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
resources:
  mail:
    type: area1:InlineDeployment
    properties:
      domains: [example.com, example.net, example.org]
      lockDown: true
      lockDownAfterHours: 0
      dnsServer: "${dnsServer}"
outputs:
  nextSteps: \${mail.nextSteps}
`,
        },
      });
      await at.stack.up();
      expect(await at.stack.outputs()).toEqual({
        nextSteps: domains.map((domain): unknown =>
          expect.stringContaining(`has not verified ${domain}`),
        ),
      });
      expect(
        at.simulator.tenant.inboundConnectors.map(({ Name, Enabled }) => [
          Name,
          Enabled,
        ]),
      ).toEqual([
        ["Email Security Inbound Connector", true],
        ["Secure M365 Inbound", false],
      ]);
      await at.stack.preview(["--expect-no-changes"]);
      await at.stack.destroy();
    }, 400_000);
  },
);

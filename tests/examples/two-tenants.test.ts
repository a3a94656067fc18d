import { readFile } from "node:fs/promises";
import path from "node:path";

import { startSimulator } from "../../simulator/index";
import { afterwards } from "../engine/clean-up";
import { opsProject, type Stack } from "../engine/harness";
import { certificate, essence } from "../engine/tenant-with-stack";
import { examples } from "./example";

const tenants = {
  north: "11111111-1111-4111-8111-111111111111",
  south: "22222222-2222-4222-8222-222222222222",
};
const accounts = { north: "1".repeat(32), south: "2".repeat(32) };
const clients = {
  north: "33333333-3333-4333-8333-333333333333",
  south: "44444444-4444-4444-8444-444444444444",
};

test("one program manages two tenants, each with its own sign-in, and stores no secret in the state", async () => {
  const simulator = await startSimulator({
    ...certificate(),
    seed: {
      tenants: [tenant("north"), tenant("south")],
      accounts: [account("north"), account("south")],
    },
  });
  afterwards(() => void simulator.close());
  const before = essence(simulator);
  const project = await opsProject({
    program: await readFile(
      path.join(examples, "two-tenants/index.ts"),
      "utf8",
    ),
  });
  const stack = await project.stack("dev", {
    env: {
      NODE_EXTRA_CA_CERTS: simulator.environment["NODE_EXTRA_CA_CERTS"] ?? "",
      NORTH_CLIENT_SECRET: "secret-north",
      NORTH_CLOUDFLARE_TOKEN: "token-north",
      SOUTH_CLIENT_SECRET: "secret-south",
      SOUTH_CLOUDFLARE_TOKEN: "token-south",
      // A leftover variable, which an explicit provider ignores.
      AZURE_TENANT_ID: "99999999-9999-4999-8999-999999999999",
    },
  });
  await configure(stack, "north", simulator.url);
  await configure(stack, "south", simulator.url);

  await stack.up();
  const { tenants: found, routes } = await stack.outputs();
  expect(found).toEqual([tenants.north, tenants.south]);
  expect(Object.keys(routes as object)).toEqual(["north", "south"]);
  const retention = (id: string) =>
    simulator.tenants.get(id)?.find("HostedContentFilterPolicy", "Default")?.[
      "QuarantineRetentionPeriod"
    ];
  expect([retention(tenants.north), retention(tenants.south)]).toEqual([
    15, 30,
  ]);
  const protectedBy = (id: string) =>
    simulator.accounts.get(id)?.domains.map(({ domain }) => domain);
  expect(protectedBy(accounts.north)).toEqual(["example.com"]);
  expect(protectedBy(accounts.south)).toEqual(["example.org"]);
  expect(JSON.stringify(await stack.export())).not.toMatch(
    /(secret|token)-(north|south)/,
  );

  await stack.preview(["--expect-no-changes"]);
  await stack.refresh(["--preview-only", "--expect-no-changes"]);
  await stack.destroy();
  expect(essence(simulator).tenants).toEqual(before.tenants);
}, 240_000);

type Name = keyof typeof tenants;

const tenant = (name: Name) => ({
  id: tenants[name],
  name: `${name}.onmicrosoft.com`,
  domains: [name === "north" ? "example.com" : "example.org"],
  applications: [
    { clientId: clients[name], clientSecrets: [`secret-${name}`] },
  ],
});

const account = (name: Name) => ({
  id: accounts[name],
  tokens: [{ value: `token-${name}` }],
});

/** As the comment of the example says. */
async function configure(stack: Stack, name: Name, url: string) {
  const values = {
    tenantId: tenants[name],
    clientId: clients[name],
    cloudflareAccountId: accounts[name],
    authorityHost: url,
    exchangeBaseUrl: url,
    graphBaseUrl: url,
    cloudflareBaseUrl: `${url}/client/v4`,
  };
  await stack.pulumi([
    "config",
    "set-all",
    "--path",
    ...Object.entries(values).flatMap(([key, value]) => [
      "--plaintext",
      `${name}.${key}=${value}`,
    ]),
  ]);
}

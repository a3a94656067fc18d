import { X509Certificate } from "node:crypto";
import {
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { networkInterfaces } from "node:os";
import os from "node:os";
import path from "node:path";
import { connect } from "node:net";
import { ensureCertificate } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import { newDomain, newRule, simulated } from "./simulated";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-simulator-"));
});
afterEach(() => rm(directory, { recursive: true }));

test("the environment has all variables that a client needs", async () => {
  const { simulator } = await simulated();
  expect(Object.keys(simulator.environment)).toEqual([
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_AUTHORITY_HOST",
    "AREA1_EXCHANGE_BASE_URL",
    "AREA1_GRAPH_BASE_URL",
    "CLOUDFLARE_ACCOUNT_ID",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_BASE_URL",
    "NODE_EXTRA_CA_CERTS",
  ]);
});

test("the port is open on 127.0.0.1 only", async () => {
  const { simulator } = await simulated();
  const port = Number(new URL(simulator.url).port);
  const reached = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port, timeout: 1000 });
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.once("connect", () => end(true));
      socket.once("error", () => end(false));
      socket.once("timeout", () => end(false));
    });
  expect(await reached("127.0.0.1")).toBe(true);
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(
      ({ family, address }) => family === "IPv4" && address !== "127.0.0.1",
    )
    .map(({ address }) => address);
  for (const address of [...others, "127.0.0.2", "::1"])
    expect([address, await reached(address)]).toEqual([address, false]);
});

test("a certificate is stored privately, and replaced when it is unusable", async () => {
  const [first, twin] = await Promise.all([
    ensureCertificate(directory),
    ensureCertificate(directory),
  ]);
  expect(twin.cert.trim()).toBe(first.cert.trim());
  const again = await ensureCertificate(directory);
  expect(again.cert.trim()).toBe(first.cert.trim());
  const certificate = new X509Certificate(await readFile(first.certFile));
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(certificate.checkHost("localhost")).toBe("localhost");
  const key = path.join(path.dirname(first.certFile), "key.pem");
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect(await readFile(first.certFile, "utf8")).not.toContain("PRIVATE");
  await writeFile(key, "spoilt");
  const fresh = await ensureCertificate(directory);
  expect(fresh.cert.trim()).not.toBe(first.cert.trim());
  expect(await readdir(directory)).toEqual(["pair"]);
});

test("a seed extends the defaults with objects, tenants and accounts", async () => {
  const id = "11111111-2222-4333-8444-555555555555";
  const { simulator, run } = await simulated({
    seed: {
      tenants: [
        {
          transportRules: [
            newRule("b"),
            newRule("a", { Priority: 0, Enabled: false }),
          ],
          quarantinePolicies: [
            { Name: "q", EndUserQuarantinePermissionsValue: 7 },
          ],
          hostedContentFilterPolicies: [
            {
              Name: "Default",
              SpamAction: "Quarantine",
              SpamQuarantineTag: "q",
            },
            { Name: "p" },
          ],
          connectionFilter: { IPAllowList: ["192.0.2.1"] },
          domains: [{ id: "mail.example", mailExchange: "mx.example" }],
        },
        { id, name: "fabrikam.onmicrosoft.com", domains: ["fabrikam.example"] },
      ],
      accounts: [{ domains: [{ domain: "mail.example", transport: "x" }] }],
    } as never,
  });
  const rules = await run("Get-TransportRule");
  expect(
    rules.map(({ Name, State, Priority }) => [Name, State, Priority]),
  ).toEqual([
    ["a", "Disabled", 0],
    ["b", "Enabled", 1],
  ]);
  const policies = await run("Get-HostedContentFilterPolicy");
  expect(policies).toMatchObject([
    { Name: "Default", SpamAction: "Quarantine", BulkThreshold: 7 },
    {},
    {},
    { Name: "p", SpamAction: "MoveToJmf" },
  ]);
  expect(simulator.tenants.get(id)?.domains.map((one) => one.id)).toEqual([
    "fabrikam.onmicrosoft.com",
    "fabrikam.example",
  ]);
  expect(simulator.tenant.name).toBe("contoso.onmicrosoft.com");
  expect(simulator.account.find("mail.example")?.status).toBe("ACTIVE");
});

test.each<[JsonObject, string]>([
  [{ tenant: [] }, "seed: tenant is unknown; known are tenants, accounts"],
  [
    { tenants: [{}, {}] },
    "tenants[1]: a further tenant needs an id and a name",
  ],
  [{ tenants: [{ id: "x" }] }, "tenants[0].id: x is not a GUID"],
  [
    { tenants: [{ transportRules: [{ Name: "r", SetScl: 5, Color: 1 }] }] },
    "tenants[0].transportRules[0] (r): Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. Color",
  ],
  [
    { tenants: [{ quarantinePolicies: [{}] }] },
    "tenants[0].quarantinePolicies[0]: Name is missing",
  ],
  [
    { accounts: [{ domains: [{}] }] },
    "accounts[0].domains[0]: domain is missing",
  ],
])("the seed %j is refused", async (seed, text) => {
  await expect(simulated({ seed: seed })).rejects.toThrow(text);
});

test("a state file keeps the objects between runs", async () => {
  const stateFile = path.join(directory, "state.json");
  const first = await simulated({ stateFile });
  await first.run("New-TransportRule", newRule("r"));
  await first.domains("POST", "", newDomain("example.com"));
  await first.simulator.close();
  expect(await readdir(directory)).toEqual(["state.json"]);
  const second = await simulated({ stateFile });
  expect(second.simulator.snapshot()).toEqual(first.simulator.snapshot());
  expect(await second.run("Get-TransportRule")).toMatchObject([{ Name: "r" }]);
  await writeFile(stateFile, "{}");
  await expect(simulated({ stateFile })).rejects.toThrow(
    "does not hold a state of this simulator",
  );
});

test("a snapshot is a copy, restore and reset put objects back", async () => {
  const { simulator, run } = await simulated();
  const { tenant } = simulator;
  const fresh = simulator.snapshot();
  await run("New-TransportRule", newRule("r"));
  const snapshot = simulator.snapshot();
  simulator.tenant.edit("TransportRule", "r", { SetSCL: 9 });
  expect(snapshot.tenants[0]?.transportRules[0]?.["SetSCL"]).toBe(5);
  simulator.restore(snapshot);
  expect(tenant.transportRules[0]?.["SetSCL"]).toBe(5);
  simulator.faults.add({ kind: "refuse" });
  simulator.reset();
  expect(simulator.snapshot()).toEqual(fresh);
  expect([simulator.log, simulator.faults.list()]).toEqual([[], []]);
});

test("the log has cmdlet, parameters, status, kind and token of each request", async () => {
  const { simulator, run, invoke } = await simulated();
  await run("New-TransportRule", newRule("r"));
  await invoke("Get-TransportRule", { Identity: "x" });
  expect(simulator.log.map(({ vendor }) => vendor)).toEqual([
    "entra",
    "exchange",
    "exchange",
  ]);
  expect(simulator.log[1]).toMatchObject({
    cmdlet: "New-TransportRule",
    parameters: { Name: "r", SetSCL: 5 },
    status: 200,
    write: true,
    tokenAudience: "https://outlook.office365.com",
    authorization: expect.stringMatching(/^application .+, token 1$/) as string,
  });
  expect(simulator.log[2]).toMatchObject({
    status: 404,
    write: false,
    refused: expect.stringContaining("'x' couldn't be found") as string,
  });
});

test("state, log, faults, switches and edits are reached over HTTP", async () => {
  const { simulator, request, run } = await simulated();
  await run("New-TransportRule", newRule("r"));
  const send = (method: string, where: string, body?: unknown) =>
    request(`/simulator${where}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const state = await send("GET", "/state");
  expect(state.body).toEqual(simulator.snapshot());
  const edit = { kind: "TransportRule", name: "r", changes: { SetSCL: 6 } };
  expect((await send("POST", "/edit", edit)).at("SetSCL")).toBe(6);
  expect((await send("POST", "/edit", { ...edit, name: "x" })).status).toBe(
    400,
  );
  expect((await send("PUT", "/state", state.body)).status).toBe(204);
  expect(simulator.tenant.transportRules[0]?.["SetSCL"]).toBe(5);
  expect((await send("GET", "/log")).at(1, "cmdlet")).toBe("New-TransportRule");
  await send("DELETE", "/log");
  expect(simulator.log).toEqual([]);
  const fault = await send("POST", "/faults", { kind: "html" });
  expect(fault.status).toBe(201);
  expect((await send("GET", "/faults")).at(0, "kind")).toBe("html");
  await send("DELETE", `/faults?id=${fault.at("id") as string}`);
  expect(simulator.faults.list()).toEqual([]);
  expect((await send("POST", "/faults", { kind: "hook" })).status).toBe(400);
  await send("PATCH", "/quirks", { sclType: "string" });
  expect(simulator.quirks.sclType).toBe("string");
  expect((await send("PATCH", "/quirks", { nope: 1 })).text).toContain(
    'There is no quirk \\"nope\\"',
  );
  expect((await send("GET", "/quirks")).at("sclType")).toBe("string");
});

// Kind: without a writable HOME the simulator says where its certificate can be kept.
test("if a certificate cannot be stored, the message names the variable that changes its place", async () => {
  const file = path.join(directory, "not-a-directory");
  await writeFile(file, "");
  await expect(
    ensureCertificate(path.join(file, "certificate")),
  ).rejects.toThrow(
    /^Cannot keep the simulator's certificate in .*not-a-directory.certificate: E\w+: .*\. Set AREA1_CERTIFICATE_DIRECTORY to a directory that you can write to\.$/,
  );
});

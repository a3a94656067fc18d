import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from "node:crypto";
import { sign } from "jsonwebtoken";
import { graphScope, newRule, simulated } from "./simulated";

test("exchange 11: no token, another audience or no app role is 401; app role without a role is 403; both are 200", async () => {
  const { simulator, invoke, token } = await simulated();
  const [application] = simulator.tenant.applications;
  if (!application) throw new Error("no application");
  const status = async (bearer: string) =>
    (await invoke("Get-TransportRule", {}, { token: bearer })).status;
  expect(await status("nonsense")).toBe(401);
  expect(await status(await token(graphScope))).toBe(401);
  application.appRoles = ["Domain.Read.All"];
  expect(await status(await token())).toBe(401);
  application.appRoles = ["Exchange.ManageAsApp"];
  application.directoryRoles = [];
  expect(await status(await token())).toBe(403);
  application.directoryRoles = ["Exchange Administrator"];
  expect(await status(await token())).toBe(200);
});

test("exchange 11: a token that has run out is 401", async () => {
  const { simulator, invoke, token } = await simulated();
  const status = async () =>
    (await invoke("Get-TransportRule", {}, { token: await token() })).status;
  expect(await status()).toBe(200);
  simulator.quirks.tokenLifetimeSeconds = -1;
  expect(await status()).toBe(401);
});

test("exchange 11: a token of one tenant is refused by another", async () => {
  const other = "11111111-2222-4333-8444-555555555555";
  const { request, token, simulator } = await simulated({
    seed: { tenants: [{}, { id: other, name: "fabrikam.onmicrosoft.com" }] },
  });
  const { status } = await request(`/adminapi/beta/${other}/InvokeCommand`, {
    method: "POST",
    headers: { authorization: `Bearer ${await token()}` },
    body: `{"CmdletInput":{"CmdletName":"Get-TransportRule","Parameters":{}}}`,
  });
  expect(status).toBe(403);
  expect(simulator.log.at(-1)?.refused).toContain("another tenant");
});

test("exchange 12: 403 has 4096 NUL bytes, optionally declared as gzip, with or without a reason", async () => {
  const { simulator, invoke } = await simulated();
  const unknown = () => invoke("Get-NoSuchThing");
  const plain = await unknown();
  expect(plain.status).toBe(403);
  expect(plain.text).toBe("\0".repeat(4096));
  expect(plain.headers.get("x-ms-diagnostics")).toContain("reason=");
  simulator.quirks.forbiddenDiagnostics = false;
  simulator.quirks.forbiddenBody = "nulGzip";
  await expect(unknown()).rejects.toThrow();
  simulator.quirks.forbiddenBody = "empty";
  const bare = await unknown();
  expect(bare.text).toBe("");
  expect(bare.headers.get("x-ms-diagnostics")).toBeNull();
});

test("exchange 13: a role that was just granted has no effect for a while", async () => {
  const { simulator, invoke } = await simulated({
    quirks: { roleSpreadMs: 60_000 },
  });
  const [application] = simulator.tenant.applications;
  if (!application) throw new Error("no application");
  application.grantedAt = new Date().toISOString();
  const status = async () => (await invoke("Get-TransportRule")).status;
  expect(await status()).toBe(403);
  simulator.quirks.roleSpreadMs = 0;
  expect(await status()).toBe(200);
});

test.each([
  ["Security Administrator", "Set-HostedContentFilterPolicy", 200],
  ["Security Administrator", "New-TransportRule", 403],
  ["Security Reader", "Get-TransportRule", 200],
  ["Security Reader", "Get-OrganizationConfig", 403],
  ["Security Reader", "Get-InboundConnector", 403],
  ["Global Reader", "Get-OrganizationConfig", 200],
  ["Global Reader", "Set-HostedContentFilterPolicy", 403],
  ["Exchange Administrator", "New-TransportRule", 200],
  ["Helpdesk Administrator", "Get-TransportRule", 403],
])("exchange 14: %s runs %s: %d", async (role, cmdlet, wanted) => {
  const { simulator, invoke } = await simulated();
  simulator.tenant.applications[0]!.directoryRoles = [role];
  const parameters = cmdlet.startsWith("New-")
    ? newRule("r")
    : cmdlet.startsWith("Set-")
      ? { Identity: "Default", BulkThreshold: 6 }
      : {};
  expect((await invoke(cmdlet, parameters)).status).toBe(wanted);
});

test("exchange 14: a role group of Transport Rules, Transport Hygiene and View-Only Configuration is enough", async () => {
  const { simulator, invoke } = await simulated();
  Object.assign(simulator.tenant.applications[0]!, {
    directoryRoles: [],
    exchangeRoles: [
      "Transport Rules",
      "Transport Hygiene",
      "View-Only Configuration",
    ],
  });
  const statuses = [
    await invoke("New-TransportRule", newRule("r")),
    await invoke("New-QuarantinePolicy", { Name: "q" }),
    await invoke("Get-OrganizationConfig"),
    await invoke("Enable-OrganizationCustomization"),
  ].map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 403]);
});

test("exchange 15: the authority describes itself and refuses a wrong secret with an AADSTS text", async () => {
  const { simulator, request, signIn } = await simulated();
  const discovery = await request(
    `/${simulator.tenant.id}/v2.0/.well-known/openid-configuration`,
  );
  expect(discovery.at("token_endpoint")).toBe(
    `${simulator.url}/${simulator.tenant.id}/oauth2/v2.0/token`,
  );
  for (const name of ["authorization_endpoint", "issuer", "jwks_uri"])
    expect(discovery.at(name)).toMatch(/^https:/);
  const wrong = await signIn({ client_secret: "guess" });
  expect(wrong.status).toBe(401);
  expect(wrong.at("error")).toBe("invalid_client");
  expect(wrong.at("error_description")).toMatch(/^AADSTS7000215: /);
  const strangers = [
    await signIn({ client_secret: "x", client_id: "nobody" }),
    await signIn({}),
    await signIn({ client_secret: "simulated-client-secret", scope: "x" }),
    await signIn({ client_secret: "x" }, "no.such.tenant"),
  ].map((answer) => String(answer.at("error_codes", 0) as number));
  expect(strangers).toEqual(["700016", "7000218", "1002012", "90002"]);
});

test("exchange 15: a token names audience, tenant, application and roles, and the log never shows a secret", async () => {
  const { simulator, token } = await simulated();
  const claims = JSON.parse(
    Buffer.from((await token()).split(".")[1] ?? "", "base64url").toString(),
  ) as Record<string, unknown>;
  expect(claims).toMatchObject({
    aud: "https://outlook.office365.com",
    tid: simulator.tenant.id,
    appid: simulator.environment["AZURE_CLIENT_ID"],
    roles: ["Exchange.ManageAsApp"],
  });
  const log = JSON.stringify(simulator.log);
  expect(log).toContain("client_credentials");
  expect(log).not.toContain("simulated-client-secret");
});

test("exchange 15: a certificate's assertion is accepted if its signature matches the registered key", async () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { simulator, signIn } = await simulated();
  const [application] = simulator.tenant.applications;
  if (!application) throw new Error("no application");
  application.certificates = [
    createPublicKey(pair.publicKey.export({ type: "spki", format: "pem" }))
      .export({ type: "spki", format: "pem" })
      .toString(),
  ];
  const present = async (key: typeof pair.privateKey) => {
    const pem = key.export({ type: "pkcs8", format: "pem" });
    const assertion = sign({ aud: simulator.url }, createPrivateKey(pem), {
      algorithm: "PS256",
      subject: application.clientId,
      issuer: application.clientId,
      expiresIn: 60,
    });
    return signIn({
      client_assertion_type:
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: assertion,
    });
  };
  expect((await present(pair.privateKey)).status).toBe(200);
  const refused = await present(stranger.privateKey);
  expect(refused.at("error_codes", 0)).toBe(700027);
});

test("exchange 15: a federated token is accepted if its subject is registered", async () => {
  const { simulator, signIn } = await simulated();
  const subject = "repo:example/ops:ref:refs/heads/main";
  const present = () =>
    signIn({
      client_assertion: sign({ sub: subject }, "somebody else's key"),
    });
  expect((await present()).at("error_codes", 0)).toBe(700213);
  simulator.tenant.applications[0]!.federatedSubjects = [subject];
  expect((await present()).status).toBe(200);
});

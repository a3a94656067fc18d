import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  GraphError,
  type BatchResponseBody,
} from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials";
import { sign } from "jsonwebtoken";
import { generate } from "selfsigned";
import type { Simulator } from "../../simulator/index";
import { exchangeScope, graphScope, simulated } from "./simulated";

function identity(simulator: Simulator) {
  const { environment } = simulator;
  return {
    tenantId: environment["AZURE_TENANT_ID"] ?? "",
    clientId: environment["AZURE_CLIENT_ID"] ?? "",
    options: {
      authorityHost: simulator.url,
      disableInstanceDiscovery: true,
    },
  };
}

function secret(simulator: Simulator, value = "simulated-client-secret") {
  const { tenantId, clientId, options } = identity(simulator);
  return new ClientSecretCredential(tenantId, clientId, value, options);
}

function graph(simulator: Simulator) {
  return Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(secret(simulator), {
      scopes: [graphScope],
    }),
    baseUrl: `${simulator.url}/`,
    customHosts: new Set(["127.0.0.1"]),
  });
}

test("@azure/identity signs in with a secret, and shows the AADSTS text of a wrong one", async () => {
  const { simulator } = await simulated();
  const { token, expiresOnTimestamp } =
    await secret(simulator).getToken(exchangeScope);
  expect(token.split(".")).toHaveLength(3);
  expect(expiresOnTimestamp).toBeGreaterThan(Date.now());
  await expect(
    secret(simulator, "guess").getToken(exchangeScope),
  ).rejects.toThrow(/AADSTS7000215: Invalid client secret/);
});

test("@azure/identity signs in with a certificate that is registered", async () => {
  const { simulator } = await simulated();
  const { tenantId, clientId, options } = identity(simulator);
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const made = await generate([{ name: "commonName", value: "app" }], {
    algorithm: "sha256",
    keyPair: {
      privateKey: pair.privateKey
        .export({ type: "pkcs8", format: "pem" })
        .toString(),
      publicKey: pair.publicKey
        .export({ type: "spki", format: "pem" })
        .toString(),
    },
  });
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-certificate-"));
  try {
    const file = path.join(directory, "app.pem");
    await writeFile(file, `${made.private}\n${made.cert}`);
    const signIn = () =>
      new ClientCertificateCredential(
        tenantId,
        clientId,
        file,
        options,
      ).getToken(exchangeScope);
    await expect(signIn()).rejects.toThrow(/AADSTS700027/);
    simulator.tenant.applications[0]!.certificates = [made.cert];
    expect((await signIn()).token).toBeTruthy();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("@azure/identity signs in with a foreign token whose subject is registered", async () => {
  const { simulator } = await simulated();
  const { tenantId, clientId, options } = identity(simulator);
  simulator.tenant.applications[0]!.federatedSubjects = ["pipeline"];
  const credential = new ClientAssertionCredential(
    tenantId,
    clientId,
    () => Promise.resolve(sign({ sub: "pipeline" }, "foreign")),
    options,
  );
  expect((await credential.getToken(exchangeScope)).token).toBeTruthy();
});

test("the Microsoft Graph client reads domains and gets Graph's errors", async () => {
  const { simulator } = await simulated();
  const client = graph(simulator);
  const domains = (await client.api("/domains").get()) as {
    value: { id: string }[];
  };
  expect(domains.value.map(({ id }) => id)).toContain("example.net");
  const error: unknown = await client
    .api("/domains/nobody.example")
    .get()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({
    statusCode: 404,
    code: "Request_ResourceNotFound",
  });
});

test("@azure/identity signs in with a pipeline's token from a file", async () => {
  const { simulator } = await simulated();
  const { tenantId, clientId, options } = identity(simulator);
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-federated-"));
  try {
    const tokenFilePath = path.join(directory, "token");
    await writeFile(tokenFilePath, sign({ sub: "pipeline" }, "foreign"));
    const credential = new WorkloadIdentityCredential({
      tenantId,
      clientId,
      tokenFilePath,
      ...options,
    });
    await expect(credential.getToken(exchangeScope)).rejects.toThrow(
      /AADSTS70021\d*/,
    );
    simulator.tenant.applications[0]!.federatedSubjects = ["pipeline"];
    expect((await credential.getToken(exchangeScope)).token).toBeTruthy();
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("@azure/identity keeps its token, asks once per scope, and tries again when the authority is busy", async () => {
  const { simulator } = await simulated();
  const credential = secret(simulator);
  const asked = () =>
    simulator.log.filter(({ path: where }) => where.endsWith("/token")).length;
  await credential.getToken(exchangeScope);
  await credential.getToken(exchangeScope);
  expect(asked()).toBe(1);
  await credential.getToken(graphScope);
  expect(asked()).toBe(2);
  simulator.faults.add({
    kind: "status",
    status: 503,
    match: { path: "/token" },
  });
  expect((await secret(simulator).getToken(exchangeScope)).token).toBeTruthy();
  expect(asked()).toBe(4);
});

test("the Microsoft Graph client reads records, batches, waits when throttled, and is refused without the permission", async () => {
  const { simulator } = await simulated();
  const client = graph(simulator);
  const records = (await client
    .api("/domains/example.net/serviceConfigurationRecords")
    .get()) as { value: { recordType: string; mailExchange?: string }[] };
  expect(
    records.value.find(({ recordType }) => recordType === "Mx")?.mailExchange,
  ).toBe("example-net.k-v1.mx.microsoft");
  const batch = new BatchRequestContent(
    ["example.com", "absent.example"].map((domain, at) => ({
      id: String(at),
      // The client takes the host away and nothing else.
      request: new Request(
        `${simulator.url}/domains/${domain}/serviceConfigurationRecords`,
      ),
    })),
  );
  const answers = new BatchResponseContent(
    (await client
      .api("/$batch")
      .post(await batch.getContent())) as BatchResponseBody,
  );
  expect(answers.getResponseById("0").status).toBe(200);
  expect(answers.getResponseById("1").status).toBe(404);
  simulator.faults.add({
    kind: "status",
    status: 429,
    headers: { "retry-after": "1" },
    match: { path: "/v1.0/domains" },
  });
  expect(await client.api("/domains/example.com").get()).toMatchObject({
    id: "example.com",
  });
  simulator.tenant.applications[0]!.appRoles = ["Exchange.ManageAsApp"];
  const error: unknown = await graph(simulator)
    .api("/domains")
    .get()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    statusCode: 403,
    code: "Authorization_RequestDenied",
  });
});

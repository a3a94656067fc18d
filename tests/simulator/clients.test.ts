import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
} from "@azure/identity";
import { Client, GraphError } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials";
import Cloudflare from "cloudflare";
import { sign } from "jsonwebtoken";
import { generate } from "selfsigned";
import type { Simulator } from "../../simulator";
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
  const client = Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(secret(simulator), {
      scopes: [graphScope],
    }),
    baseUrl: `${simulator.url}/`,
    customHosts: new Set(["127.0.0.1"]),
  });
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

test("the official Cloudflare client lists, creates, gets, edits, updates, batches and deletes", async () => {
  const { simulator } = await simulated();
  const { environment } = simulator;
  const cloudflare = new Cloudflare({
    apiToken: environment["CLOUDFLARE_API_TOKEN"] ?? "",
    baseURL: environment["CLOUDFLARE_BASE_URL"] ?? "",
    maxRetries: 0,
  });
  const account_id = environment["CLOUDFLARE_ACCOUNT_ID"] ?? "";
  const { domains } = cloudflare.emailSecurity.settings;
  const body = {
    allowed_delivery_modes: ["DIRECT" as const],
    ip_restrictions: [],
    drop_dispositions: [],
    regions: ["GLOBAL" as const],
    lookback_hops: 1,
  };
  const made = await domains.create({
    account_id,
    domain: "example.com",
    ...body,
  });
  const id = made.id ?? "";
  expect(made).toMatchObject({ domain: "example.com", status: "PENDING" });
  const names: (string | undefined)[] = [];
  for await (const one of domains.list({ account_id, per_page: 1 }))
    names.push(one.domain);
  expect(names).toEqual(["example.com"]);
  const edited = await domains.edit(id, { account_id, lookback_hops: 2 });
  expect(edited.lookback_hops).toBe(2);
  const updated = await domains.update(id, {
    account_id,
    ...body,
    transport: "mx.example.com",
  });
  expect(updated).toMatchObject({
    lookback_hops: 1,
    transport: "mx.example.com",
  });
  const batch = await domains.batch({
    account_id,
    deletes: [],
    patches: [{ id, lookback_hops: 3 }],
    puts: [],
    posts: [{ domain: "example.org", ...body }],
  });
  expect(batch?.posts).toMatchObject([{ domain: "example.org" }]);
  expect(await domains.get(id, { account_id })).toMatchObject({
    lookback_hops: 3,
  });
  await domains.delete(id, { account_id });
  await expect(domains.get(id, { account_id })).rejects.toBeInstanceOf(
    Cloudflare.NotFoundError,
  );
});

import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { sign } from "jsonwebtoken";
import { generate } from "selfsigned";

import { resolveConfiguration } from "../../providers/configuration";
import { claimsOf, Credentials } from "../../providers/credentials";
import { Http } from "../../providers/http";
import { Patience } from "../../providers/patience";
import { startSimulator, type Simulator } from "../../simulator";

let simulator: Simulator;
const directory = mkdtempSync(path.join(os.tmpdir(), "area1-credentials-"));

beforeAll(async () => {
  simulator = await startSimulator({
    ...(process.env.AREA1_CERTIFICATE_DIRECTORY && {
      certificateDirectory: process.env.AREA1_CERTIFICATE_DIRECTORY,
    }),
  });
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  await simulator.close();
  rmSync(directory, { recursive: true });
});

/** Credentials as the environment gives them; the simulator's secret is left out. */
function credentials(environment: Record<string, string>): Credentials {
  const { AZURE_CLIENT_SECRET: _, ...without } = simulator.environment;
  return new Credentials(
    resolveConfiguration(() => undefined, { ...without, ...environment }),
    new Http("Microsoft Entra", 5000, () => undefined),
  );
}

const patience = () => new Patience(20_000);

async function roles(signIn: Credentials): Promise<readonly string[]> {
  return claimsOf(await signIn.token("exchange", patience())).roles ?? [];
}

test("a client secret signs in", async () => {
  const { AZURE_CLIENT_SECRET = "" } = simulator.environment;
  expect(await roles(credentials({ AZURE_CLIENT_SECRET }))).toContain(
    "Exchange.ManageAsApp",
  );
});

test("a certificate signs in, once it is registered", async () => {
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
  const file = path.join(directory, "app.pem");
  writeFileSync(file, `${made.private}\n${made.cert}`);
  const environment = { AZURE_CLIENT_CERTIFICATE_PATH: file };
  await expect(roles(credentials(environment))).rejects.toThrow(/AADSTS700027/);
  for (const application of simulator.tenant.applications)
    application.certificates = [made.cert];
  expect(await roles(credentials(environment))).toContain(
    "Exchange.ManageAsApp",
  );
});

test("the token that a pipeline leaves in a file signs in, once its subject is registered", async () => {
  const file = path.join(directory, "token");
  writeFileSync(file, sign({ sub: "pipeline" }, "foreign"));
  const environment = { AZURE_FEDERATED_TOKEN_FILE: file };
  await expect(roles(credentials(environment))).rejects.toThrow(/AADSTS70021/);
  for (const application of simulator.tenant.applications)
    application.federatedSubjects = ["pipeline"];
  expect(await roles(credentials(environment))).toContain(
    "Exchange.ManageAsApp",
  );
});

test("everybody who asks at once shares a token for each service", async () => {
  const { AZURE_CLIENT_SECRET = "" } = simulator.environment;
  const signIn = credentials({ AZURE_CLIENT_SECRET });
  const tokens = await Promise.all(
    Array.from({ length: 10 }, () => signIn.token("exchange", patience())),
  );
  expect(new Set(tokens).size).toBe(1);
  expect(
    simulator.log.filter(({ path: asked }) => asked.endsWith("/token")),
  ).toHaveLength(1);
});

test("who asks for both services at once is asked to sign in once for each, also later", async () => {
  const { AZURE_CLIENT_SECRET = "" } = simulator.environment;
  const signIn = credentials({ AZURE_CLIENT_SECRET });
  const both = () =>
    Promise.all([
      signIn.token("exchange", patience()),
      signIn.token("graph", patience()),
    ]);
  expect(await both()).toEqual(await both());
  expect(
    simulator.log.filter(({ path: asked }) => asked.endsWith("/token")),
  ).toHaveLength(2);
});

test("a token of another tenant than the configured one is refused", async () => {
  const { AZURE_CLIENT_SECRET = "" } = simulator.environment;
  const signIn = credentials({ AZURE_CLIENT_SECRET });
  simulator.faults.add({
    match: { vendor: "entra", path: "/token" },
    when: "before",
    kind: "status",
    status: 200,
    body: {
      token_type: "Bearer",
      expires_in: 3600,
      ext_expires_in: 3600,
      access_token: sign(
        { tid: "7c1e3f50-2b4d-4a61-8d5e-9f0a1b2c3d4e" },
        "another",
      ),
    },
  });
  await expect(signIn.tenantId(patience())).rejects.toThrow(
    /Cannot work in tenant .*: the sign-in belongs to tenant 7c1e3f50/,
  );
});

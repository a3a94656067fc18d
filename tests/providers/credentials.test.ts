import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { sign } from "jsonwebtoken";
import { generate } from "selfsigned";

import { resolveConfiguration } from "../../providers/session/configuration";
import { claimsOf, Credentials } from "../../providers/session/credentials";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import { startSimulator, type Simulator } from "../../simulator/index";
import { errorOf, seen } from "./scripted-vendor";

let simulator: Simulator;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "area1-credentials-"));
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

/** Returns credentials from the environment, without the simulator's secret. */
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

test("concurrent requests share a token for each service", async () => {
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

describe("A token that several operations wait for", () => {
  /** Entra answers after this many milliseconds. */
  const slow = (milliseconds: number): void =>
    void simulator.faults.add({
      match: { vendor: "entra", path: "/token" },
      when: "before",
      kind: "hook",
      run: () => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });

  test("is not lost because of the first caller's short time limit", async () => {
    slow(900);
    const signIn = bySecret();
    const first = errorOf(signIn.token("exchange", new Patience(300)));
    const second = signIn.token("exchange", patience());
    expect(claimsOf(await second).tid).toBe(simulator.tenant.id);
    expect(seen(await first)).toMatchObject({
      fault: "unreachable",
      message:
        "the patience of this operation, 0.3 s, was used up before Microsoft Entra issued a token",
      advice: "Try again, or raise area1:patienceMs.",
    });
  });

  test("is not waited for longer than each caller's time limit, whoever came first", async () => {
    slow(900);
    const signIn = bySecret();
    const first = signIn.token("exchange", patience());
    const begun = performance.now();
    const second = await errorOf(signIn.token("exchange", new Patience(200)));
    expect(second.message).toMatch(/^the patience of this operation, 0\.2 s/);
    expect(performance.now() - begun).toBeLessThan(800);
    expect(claimsOf(await first).tid).toBe(simulator.tenant.id);
  });
});

test("concurrent requests for both services sign in once for each", async () => {
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

/** Makes Entra issue a token with these claims. */
const issuing = (claims: object): void =>
  void simulator.faults.add({
    match: { vendor: "entra", path: "/token" },
    when: "before",
    kind: "status",
    status: 200,
    body: {
      token_type: "Bearer",
      expires_in: 3600,
      ext_expires_in: 3600,
      access_token: sign(claims, "another"),
    },
  });
const bySecret = (environment: Record<string, string> = {}): Credentials => {
  const { AZURE_CLIENT_SECRET = "" } = simulator.environment;
  return credentials({ AZURE_CLIENT_SECRET, ...environment });
};
const guid = "7C1E3F50-2b4d-4a61-8d5e-9f0a1b2c3d4e";

test("the tenant is the one that the token says, in whatever case it was configured", async () => {
  expect(await bySecret().tenantId(patience())).toBe(simulator.tenant.id);
  expect(
    await bySecret({
      AZURE_TENANT_ID: simulator.tenant.id.toUpperCase(),
    }).tenantId(patience()),
  ).toBe(simulator.tenant.id);
});

test("a tenant that is configured by a domain is taken from the token, and a token without one is refused", async () => {
  issuing({ tid: guid });
  expect(
    await bySecret({ AZURE_TENANT_ID: simulator.tenant.name }).tenantId(
      patience(),
    ),
  ).toBe(guid);
  issuing({ aud: "x" });
  await expect(bySecret().tenantId(patience())).rejects.toThrow(
    "Cannot tell the tenant: the token that Microsoft issued names none (tid). Check area1:tenantId and the sign-in.",
  );
});

test("without a tenant no request is sent, and the message says where to set one", async () => {
  const { AZURE_CLIENT_SECRET = "", ...others } = simulator.environment;
  const { AZURE_TENANT_ID: _, ...without } = others;
  const none = new Credentials(
    resolveConfiguration(() => undefined, { ...without, AZURE_CLIENT_SECRET }),
    new Http("Microsoft Entra", 5000, () => undefined),
  );
  await expect(none.token("graph", patience())).rejects.toThrow(
    "Cannot sign in to Microsoft: no tenant is given. Set area1:tenantId or AZURE_TENANT_ID to the tenant's GUID or one of its domains.",
  );
  expect(simulator.log).toEqual([]);
});

test.each([
  ["exchange", {}, "https://outlook.office365.com"],
  ["graph", {}, "https://graph.microsoft.com"],
  [
    "exchange",
    { AREA1_EXCHANGE_BASE_URL: "https://outlook.office365.us/x" },
    "https://outlook.office365.us",
  ],
  [
    "graph",
    { AREA1_GRAPH_BASE_URL: "https://graph.microsoft.us" },
    "https://graph.microsoft.us",
  ],
] as const)(
  "a token for %s with %j is one for %s",
  async (service, environment, audience) => {
    const token = await bySecret(environment).token(service, patience());
    expect(claimsOf(token)).toMatchObject({ aud: audience });
  },
);

test("a token is kept until the credentials are renewed, and every one is known to be secret", async () => {
  const signIn = bySecret();
  const first = await signIn.token("exchange", patience());
  expect(await signIn.token("exchange", patience())).toBe(first);
  signIn.renew();
  const second = await signIn.token("exchange", patience());
  expect(second).not.toBe(first);
  expect([...signIn.tokens]).toEqual([first, second]);
});

test("a failed sign-in is tried again by the next caller", async () => {
  const file = path.join(directory, "late-token");
  const signIn = credentials({ AZURE_FEDERATED_TOKEN_FILE: file });
  await expect(signIn.token("exchange", patience())).rejects.toThrow(
    /^cannot sign in to tenant /,
  );
  for (const application of simulator.tenant.applications)
    application.federatedSubjects = ["pipeline"];
  writeFileSync(file, sign({ sub: "pipeline" }, "foreign"));
  expect(await roles(signIn)).toContain("Exchange.ManageAsApp");
});

test("a claim is read from a valid token, and none from any other text", () => {
  expect(claimsOf(sign({ tid: "x", roles: ["y"] }, "z"))).toMatchObject({
    tid: "x",
    roles: ["y"],
  });
  const payload = (value: unknown) =>
    `x.${Buffer.from(JSON.stringify(value)).toString("base64url")}.y`;
  for (const none of ["", "x", "x.y", payload(null), payload("text")])
    expect(claimsOf(none)).toEqual({});
});

describe("A sign-in that is refused", () => {
  const secret =
    "The client secret is wrong, has expired or belongs to another application: make a new one and set it.";
  const onGitHub =
    "A token of GitHub Actions is valid for five minutes; docs/configuration.md shows the step that writes it.";
  const other =
    "The application has no federated credential with the issuer, subject and audience of the token in the file: compare them, character by character. If they are right, the token in the file is too old: write a new one just before each pulumi command.";
  test.each([
    ["AADSTS7000215", secret],
    ["AADSTS7000222", secret],
    ["AADSTS700016", "The application is not in this tenant: check both ids."],
    ["AADSTS90002", "The tenant does not exist: check its id."],
    [
      "AADSTS700024",
      `The token in the file is too old: write a new one just before each pulumi command. ${onGitHub}`,
    ],
    ["AADSTS70021", `${other} ${onGitHub}`],
    ["AADSTS700211", `${other} ${onGitHub}`],
    ["AADSTS700213", `${other} ${onGitHub}`],
    [
      "AADSTS700027",
      "Check the tenant, the application and its credential; see the README, Permissions.",
    ],
  ])("for %s says what to do", async (code, advice) => {
    simulator.faults.add({
      match: { vendor: "entra", path: "/token", times: "always" },
      when: "before",
      kind: "status",
      status: 401,
      body: { error: "invalid_client", error_description: `${code}: No.` },
    });
    const error = await errorOf(bySecret().token("exchange", patience()));
    const {
      AZURE_AUTHORITY_HOST = "",
      AZURE_TENANT_ID = "",
      AZURE_CLIENT_ID = "",
    } = simulator.environment;
    expect(seen(error)).toMatchObject({
      fault: "unauthorized",
      message: `cannot sign in to tenant ${AZURE_TENANT_ID} at ${AZURE_AUTHORITY_HOST.replace(/\/+$/, "")}: Microsoft Entra answered 401: ${code}: No.`,
      advice: `${advice} Used: tenant ${AZURE_TENANT_ID} from AZURE_TENANT_ID in the environment, application ${AZURE_CLIENT_ID} from AZURE_CLIENT_ID in the environment, client secret from AZURE_CLIENT_SECRET in the environment.`,
    });
  });

  test("by an answer that is not Entra's own keeps its advice", async () => {
    simulator.faults.add({
      match: { vendor: "entra", path: "/token", times: "always" },
      kind: "html",
    });
    const error = await errorOf(bySecret().token("exchange", patience()));
    expect(error.details.advice).toMatch(
      /^Nothing is concluded from it, and no secret was sent on/,
    );
  });
});

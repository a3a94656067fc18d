import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { resolveConfiguration } from "../../providers/session/configuration";
import { Patience } from "../../providers/http/patience";
import {
  scrub,
  Session,
  sessionFor,
  storedSecrets,
} from "../../providers/session/session";
import { startSimulator, type Simulator } from "../../simulator/index";

let simulator: Simulator;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), "area1-session-"));
  simulator = await startSimulator({
    ...(process.env.AREA1_CERTIFICATE_DIRECTORY && {
      certificateDirectory: process.env.AREA1_CERTIFICATE_DIRECTORY,
    }),
  });
});
beforeEach(() => {
  simulator.reset();
  told.length = 0;
});
afterAll(async () => {
  await simulator.close();
  rmSync(directory, { recursive: true });
});

const told: [string, string][] = [];
const session = (more: Record<string, string> = {}) =>
  new Session(
    resolveConfiguration(() => undefined, {
      ...simulator.environment,
      ...more,
    }),
    (message, severity) => told.push([severity, message]),
  );
const patience = () => new Patience(20_000);

/** Runs something with these variables in the process's own environment. */
async function withVariables<T>(
  variables: Record<string, string>,
  work: () => T,
): Promise<Awaited<T>> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

describe("Scrubbing", () => {
  test.each([
    ["as it is", 's"e+c/r\n'],
    ["in JSON", JSON.stringify('s"e+c/r\n').slice(1, -1)],
    ["in a URL", encodeURIComponent('s"e+c/r\n')],
    ["in base64", Buffer.from('s"e+c/r\n').toString("base64")],
  ])("removes every occurrence of a secret %s", (_, form) => {
    expect(scrub(`<${form}|${form}>`, ['s"e+c/r\n'])).toBe(
      "<[secret]|[secret]>",
    );
  });

  test("removes secrets of four characters and more", () => {
    expect(scrub("abc abcd", ["abc"])).toBe("abc abcd");
    expect(scrub("abc abcd", ["abcd"])).toBe("abc [secret]");
  });

  test("removes the longest secrets first, in whatever order they were added", () => {
    expect(scrub("password1", ["password", "password1"])).toBe("[secret]");
    expect(scrub("password1", ["password1", "password"])).toBe("[secret]");
  });

  test("removes tokens of two and three parts, and nothing shorter", () => {
    const part = "a-b_c0123D";
    for (const token of [
      `eyJ${part}.${part}`,
      `eyJ${part}${part}.${part}.`,
      `eyJ${part}.${part}.sig-nature`,
    ])
      expect(scrub(`<${token}>`, [])).toBe("<[secret]>");
    for (const other of [
      `eyJ${part.slice(1)}.${part}`,
      `eyJ${part}.${part.slice(1)}`,
      `eyK${part}.${part}`,
      `eyJ${part}`,
    ])
      expect(scrub(`<${other}>`, [])).toBe(`<${other}>`);
  });
});

describe("A session", () => {
  test("reports a warning once, as a sentence without secrets, and progress each time", () => {
    const one = session({ CLOUDFLARE_API_TOKEN: "the-token" });
    one.warn("It holds the-token");
    one.warn("It holds the-token.");
    one.warn("Another");
    one.say("Waiting for the-token");
    one.say("Waiting for the-token");
    expect(told).toEqual([
      ["warning", "It holds [secret]."],
      ["warning", "Another."],
      ["progress", "Waiting for [secret]"],
      ["progress", "Waiting for [secret]"],
    ]);
  });

  test("begins operations with a time limit each, in an account or in none", () => {
    const one = session({ AREA1_PATIENCE_MS: "4321" });
    const operation = one.begin("acc");
    expect([operation.account, one.begin().account]).toEqual(["acc", ""]);
    expect(operation.patience.total).toBe(4321);
    expect(one.begin().patience).not.toBe(operation.patience);
    expect([
      operation.session,
      operation.exchange,
      operation.cloudflare,
      operation.graph,
    ]).toEqual([one, one.exchange, one.cloudflare, one.graph]);
    operation.warn("Something");
    expect(told).toEqual([["warning", "Something."]]);
  });

  test("returns the tenant and the permissions of a token for a service", async () => {
    const one = session();
    expect(await one.tenantId(patience())).toBe(simulator.tenant.id);
    expect(await one.permissions("exchange", patience())).toEqual([
      "Exchange.ManageAsApp",
    ]);
    expect(await one.permissions("graph", patience())).toContain(
      "Domain.Read.All",
    );
  });

  test("writes requests to the file of AREA1_RECORD, without the sign-in", async () => {
    const file = path.join(directory, "transcript.jsonl");
    const one = await withVariables({ AREA1_RECORD: file }, () => session());
    await one.tenantId(patience());
    await one.cloudflare.list(one.configuration.cloudflareAccountId ?? "");
    await one.graph.mailExchange("example.com");
    const lines = readFileSync(file, "utf8").trim().split("\n").slice(1);
    expect(
      lines.map((line) => (JSON.parse(line) as { vendor: string }).vendor),
    ).toEqual(["cloudflare", "graph"]);
  });

  test("says once that a transcript cannot be written, and goes on", async () => {
    const one = await withVariables({ AREA1_RECORD: directory }, () =>
      session(),
    );
    const account = one.configuration.cloudflareAccountId ?? "";
    const { begun } = await one.cloudflare.list(account);
    await one.cloudflare.list(account, begun);
    expect(told).toEqual([
      [
        "warning",
        expect.stringMatching(
          /^The transcript .* is not complete: EISDIR.*\.$/,
        ),
      ],
    ]);
  });
});

describe("The session of a process", () => {
  const nothing = () => undefined;
  const stored =
    (values: Record<string, string>) =>
    (key: string): string | undefined =>
      values[key];

  test("is shared by equal configurations, whatever the sources of their values", async () => {
    const one = sessionFor(stored({ "area1:patienceMs": "1234" }));
    expect(one.configuration.patienceMs).toBe(1234);
    expect(sessionFor(stored({ "area1:patienceMs": "1234" }))).toBe(one);
    expect(sessionFor(stored({ "area1:patienceMs": "1235" }))).not.toBe(one);
    const same = await withVariables({ AREA1_PATIENCE_MS: "1234" }, () =>
      sessionFor(nothing),
    );
    expect(same).toBe(one);
  });

  test("need not be created for the secrets of the stack and of the environment to be removed", async () => {
    const found = await withVariables(
      {
        AZURE_CLIENT_SECRET: "of the environment",
        CLOUDFLARE_API_TOKEN: "a token",
      },
      () =>
        storedSecrets(
          stored({
            "area1:clientSecret": "of the stack",
            "area1:clientCertificatePassword": "a password",
            "area1:tenantId": "no secret",
          }),
        ),
    );
    expect(found).toEqual([
      "of the stack",
      "of the environment",
      "a password",
      "a token",
    ]);
  });
});

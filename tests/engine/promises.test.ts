import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Fault } from "../../simulator/index";
import {
  canaries,
  elsewhere,
  secretsIn,
  withCanaries,
} from "../promises/canaries";
import { ledgerFor } from "../promises/ledger";
import { drift, plan } from "./harness";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "./tenant-with-stack";

// A sample of the promises with the real engine. All cases are in tests/promises.
const [errors, twice, tenants, secrets] = [
  ledgerFor(1),
  ledgerFor(2),
  ledgerFor(7),
  ledgerFor(8),
];
const program = `
import { UseCase4 } from "pulumi-area1-m365";
new UseCase4("mail", {
  domains: [{ domain: "example.com", offboardOnDestroy: true }],
  header: "cloudflare",
  check: false,
});
`;
const said: string[] = [];
let at: TenantWithStack;
let before: unknown;

beforeAll(async () => {
  at = await tenantWithStack(program, { seed: withCanaries({}) });
  before = essence(at.simulator).tenants;
});

/** Runs a command with any result. Its output is searched for secrets at the end. */
async function run(
  command: "up" | "refresh" | "destroy",
  env: Record<string, string> = {},
) {
  const result = await at.stack[command]([], { exit: "any", env });
  said.push(result.stdout, result.stderr, JSON.stringify(result.events));
  return result;
}

const names = async (): Promise<string[]> =>
  (await at.stack.export()).deployment.resources.map(({ urn }) => urn).sort();

test.each<[string, Fault]>([
  [
    "before a rule is made",
    {
      kind: "hook",
      match: { cmdlet: "New-TransportRule" },
      run: () => undefined,
    },
  ],
  [
    "when a domain was made, and before the answer",
    {
      kind: "hook",
      when: "after",
      match: { vendor: "cloudflare", method: "POST" },
      run: () => undefined,
    },
  ],
])(
  "an engine that is killed %s finishes in one more up",
  async (when, fault) => {
    const running = at.stack.start(["up", "--yes", "--skip-preview"]);
    const hook = { ...fault, run: () => void running.kill("SIGKILL") } as Fault;
    at.simulator.faults.add(hook);
    const { code } = await running.ended;
    expect(code).not.toBe(0);
    at.simulator.faults.clear();
    await at.stack.pulumi(["cancel", "--yes"]);
    const again = await run("up");
    const rules = at.simulator.tenant.transportRules.map(({ Name }) => Name);
    twice.note(`the engine is killed ${when}`, [
      ...(again.code === 0 ? [] : [`the next up fails: ${again.stdout}`]),
      ...(rules.length === 2 && new Set(rules).size === 2
        ? []
        : [`there are the rules ${rules.join(", ")}`]),
      ...(at.simulator.account.domains.length === 1
        ? []
        : ["there is not one domain"]),
    ]);
    const preview = await at.stack.preview(["--expect-no-changes"]);
    twice.note(
      `the preview after it was killed ${when}`,
      plan(preview).map(({ name }) => name),
    );
    expect(twice.violations).toEqual([]);
    if (when.startsWith("before")) await run("destroy");
  },
);

test.each<[string, Fault]>([
  ["404 of a proxy", { kind: "status", status: 404 }],
  ["403 with NUL bytes", { kind: "status", status: 403, nulBytes: 4096 }],
  ["a web page", { kind: "html" }],
])(
  "%s loses nothing: refresh and destroy fail, and the state stays",
  async (name, fault) => {
    const kept = await names();
    for (const command of ["refresh", "destroy"] as const) {
      at.simulator.faults.add({
        ...fault,
        match: { vendor: "exchange", times: "always" },
      });
      at.simulator.faults.add({
        ...fault,
        match: { vendor: "cloudflare", times: "always" },
      });
      const { code } = await run(command);
      at.simulator.faults.clear();
      const now = await names();
      errors.note(`${command} with ${name}`, [
        ...(code === 0 ? ["it succeeded"] : []),
        ...kept
          .filter((urn) => !now.includes(urn))
          .map((urn) => `${urn} was dropped`),
      ]);
    }
    expect(
      drift(await at.stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
    expect(errors.violations).toEqual([]);
  },
);

test.each([
  [
    "tenant",
    {
      AZURE_TENANT_ID: elsewhere.tenantId,
      AZURE_CLIENT_ID: elsewhere.clientId,
      AZURE_CLIENT_SECRET: canaries.otherClientSecret,
    },
  ],
  [
    "account",
    {
      CLOUDFLARE_ACCOUNT_ID: elsewhere.accountId,
      CLOUDFLARE_API_TOKEN: canaries.otherCloudflareApiToken,
    },
  ],
] as const)(
  "with the credentials of another %s nothing is written",
  async (name, env) => {
    at.requests();
    const kept = await names();
    const { code } = await run("refresh", env);
    tenants.note(`refresh with another ${name}`, [
      ...(code === 0 ? ["it succeeded"] : []),
      ...at
        .writes()
        .map(({ cmdlet, method }) => `${cmdlet ?? method} was sent`),
      ...((await names()).join() === kept.join()
        ? []
        : ["the state has changed"]),
    ]);
    expect(tenants.violations).toEqual([]);
  },
);

test("destroy restores everything, and no file or output contains a secret", async () => {
  const { code } = await run("destroy");
  expect(code).toBe(0);
  expect(essence(at.simulator).tenants).toEqual(before);
  const entries = await readdir(path.dirname(at.project.directory), {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || file.includes("node_modules")) continue;
    secrets.note(file, secretsIn(await readFile(file, "utf8")));
  }
  const state = await at.stack.pulumi(["stack", "export", "--show-secrets"]);
  for (const text of [...said, state.stdout])
    secrets.note("what a command prints", secretsIn(text));
  expect(secrets.violations).toEqual([]);
});

import { startSimulator, type Simulator } from "../../simulator/index";
import { bench } from "./bench";
import { inProcess } from "./chosen-platform";
import type { Properties, ProviderRun } from "./platform";
import { Resource } from "./resource";
import {
  antiSpamDefault,
  quarantineNotification,
  quarantinePolicy,
  transportRule,
} from "./subjects";

/** Number of reads that the engine runs at a time on two cores. */
const inFlight = 8;

const table: Record<string, string | number>[] = [];
afterAll(() => {
  console.table(table);
});

interface InState {
  kind: string;
  id: string;
  outputs: Properties;
}

/** Sends every read of a `pulumi refresh` to one process, {@link inFlight} at a time. */
async function refreshAll(
  run: ProviderRun,
  resources: readonly InState[],
): Promise<void> {
  const open = [...resources];
  const worker = async (): Promise<void> => {
    for (let next; (next = open.shift());) {
      const found = await run.of(next.kind).read(next.id, next.outputs);
      if (!found) throw new Error(`${next.kind} ${next.id} is gone`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

const counted = ({ log }: Simulator) => {
  const of = (vendor: string): number =>
    log.filter((entry) => entry.vendor === vendor).length;
  return {
    cloudflare: of("cloudflare"),
    exchange: of("exchange"),
    graph: of("graph"),
    tokens: log.filter(({ path }) => path.endsWith("/token")).length,
    all: log.length,
  };
};

describe("A refresh of everything", () => {
  test.each([1, 100, 1000, 1001])(
    "of %d domains that follow their MX and all Exchange objects requests lists and batches, and no single objects",
    async (count) => {
      const names = Array.from(
        { length: count },
        (_, at) => `d${String(at).padStart(4, "0")}.example`,
      );
      const simulator = await startSimulator({
        seed: {
          tenants: [{ domains: names }],
          accounts: [
            {
              domains: names.map((domain) => ({
                domain,
                lookback_hops: 1,
                require_tls_outbound: true,
                transport: `${domain.replace(".", "-")}.mail.protection.outlook.com`,
              })),
            },
          ],
        },
      });
      try {
        const environment = simulator.environment;
        const home = {
          accountId: simulator.account.id,
          tenantId: simulator.tenant.id,
        };
        const domains: InState[] = simulator.account.domains.map(
          ({ id, domain, transport, modified_at }) => ({
            kind: "Area1Domain",
            id,
            outputs: {
              domain,
              accountId: home.accountId,
              lookbackHops: 1,
              ipRestrictions: [],
              requireTlsOutbound: true,
              dropDispositions: [],
              domainId: id,
              mailExchange: transport,
              changedAt: modified_at,
              status: "ACTIVE",
              adopted: true,
              previous: {},
            },
          }),
        );
        const others: InState[] = [];
        for (const { kind, inputs } of [
          quarantinePolicy,
          quarantineNotification,
          {
            ...antiSpamDefault,
            inputs: { name: "Default", quarantineRetentionPeriod: 15 },
          },
          transportRule,
        ]) {
          const resource = new Resource(kind, inProcess, environment);
          const { priority, ...program } = inputs;
          void priority;
          await resource.up(program);
          others.push({ kind, ...(resource.kept ?? fail()) });
        }
        simulator.log.splice(0);
        await refreshAll(inProcess.run(environment), [...domains, ...others]);
        const requests = counted(simulator);
        const batches = Math.ceil(count / 20);
        const expected = {
          cloudflare: Math.ceil(count / 1000),
          exchange: 4,
          graph: batches,
          tokens: 2,
        };
        expect(requests).toEqual({ ...expected, all: requests.all });

        const check: InState = {
          kind: "MailFlowCheck",
          id: "mail-flow-check",
          outputs: { ...home, domains: names, findings: [], reported: [] },
        };
        const checking = inProcess.run(environment);
        const { outputs } = (await checking
          .of(check.kind)
          .read(check.id, check.outputs)) ?? { outputs: {} };
        simulator.log.splice(0);
        await refreshAll(inProcess.run(environment), [
          ...domains,
          ...others,
          { ...check, outputs },
        ]);
        // Each further cmdlet once. Exchange also has pages of 1,000, and one accepted domain more than `count`.
        const furtherPages = Math.ceil((count + 1) / 1000) - 1;
        expect(counted(simulator)).toMatchObject({
          ...expected,
          exchange: 4 + 8 + furtherPages,
        });
        table.push({
          domains: count,
          ...requests,
          "one GET per resource":
            requests.all -
            requests.cloudflare -
            requests.exchange -
            requests.graph +
            2 * count +
            others.length,
        });
      } finally {
        await simulator.close();
      }
    },
    30_000,
  );
});

describe("A first up of new domains", () => {
  const count = 1000;
  const names = Array.from(
    { length: count },
    (_, at) => `n${String(at).padStart(4, "0")}.example`,
  );
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({
      seed: { tenants: [{ domains: names }], accounts: [{}] },
    });
  });
  afterAll(() => simulator.close());
  beforeEach(() => simulator.reset());

  /** Creates the domains as the engine does, `atATime` at a time. */
  const makeAll = async (
    domains: readonly string[],
    atATime: number,
    more: Properties = {},
  ): Promise<Properties[]> => {
    const run = inProcess.run(simulator.environment);
    const open = [...domains];
    const made: Properties[] = [];
    const worker = async (): Promise<void> => {
      for (let domain; (domain = open.shift()) !== undefined;) {
        const handlers = run.of("Area1Domain");
        const { inputs } = await handlers.check({}, { domain, ...more });
        made.push((await handlers.create(inputs)).outputs);
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    return made;
  };
  const asked = (what: RegExp): number =>
    simulator.log.filter(
      ({ vendor, method, path }) =>
        vendor === "cloudflare" && what.test(`${method} ${path}`),
    ).length;

  test("shares batches and lists between domains that are created at the same time, within Cloudflare's limit of 1,200 requests", async () => {
    const made = await makeAll(names, inFlight);
    expect(simulator.account.domains).toHaveLength(count);
    expect(made.map(({ status }) => status)).toEqual(
      Array(count).fill("PENDING"),
    );
    // A list before the first write and after each batch, and a batch for each group and for domains that come a moment late.
    expect(counted(simulator).cloudflare).toBeLessThanOrEqual(0.4 * count);
    expect(asked(/verification/)).toBe(0);
  }, 60_000);

  test("sends at most 20 requests for 100 domains that are created at the same time", async () => {
    await makeAll(names.slice(0, 100), 100);
    expect(simulator.account.domains).toHaveLength(100);
    expect(counted(simulator).cloudflare).toBeLessThanOrEqual(20);
  });

  test("of one domain costs a list, a POST and the list that shows it", async () => {
    await makeAll(names.slice(0, 1), 1);
    expect(
      simulator.log
        .filter(({ vendor }) => vendor === "cloudflare")
        .map(({ method }) => method),
    ).toEqual(["GET", "POST", "GET"]);
  });

  test("requests the TXT record of each domain only with readVerification", async () => {
    const made = await makeAll(names.slice(0, 8), 8, {
      readVerification: true,
    });
    expect(asked(/verification/)).toBe(8);
    for (const { verification } of made) expect(verification).toBeDefined();
  });

  test("creates each domain alone after Cloudflare has rejected its batch, and reports only the wrong one", async () => {
    const [wrong = "", ...right] = names.slice(0, 8);
    simulator.faults.add({
      kind: "status",
      status: 400,
      match: { vendor: "cloudflare", method: "POST", times: 2 },
      body: {
        success: false,
        errors: [{ code: 10400, message: "No such domain." }],
        result: null,
      },
    });
    const run = inProcess.run(simulator.environment);
    const results = await Promise.allSettled(
      [wrong, ...right].map(async (domain) => {
        const handlers = run.of("Area1Domain");
        const { inputs } = await handlers.check({}, { domain });
        return handlers.create(inputs);
      }),
    );
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(
      1,
    );
    expect(simulator.account.domains).toHaveLength(7);
    expect(new Set(simulator.account.domains.map((d) => d.domain)).size).toBe(
      7,
    );
  });
});

describe("Writes and reads of one resource", () => {
  const stage = bench(transportRule, inProcess);

  test("a preview and an up without changes cost no request", async () => {
    const resource = stage.resource();
    await resource.up(transportRule.inputs);
    stage.simulator.log.splice(0);
    await resource.preview(transportRule.inputs);
    await resource.up(transportRule.inputs);
    expect(counted(stage.simulator).all).toBe(0);
  });

  /** Lists that the exposure guard reads before a write, besides the list of the written kind. */
  const guard = [
    "Get-AcceptedDomain",
    "Get-EOPProtectionPolicyRule",
    "Get-HostedConnectionFilterPolicy",
    "Get-HostedContentFilterPolicy",
    "Get-HostedContentFilterRule",
    "Get-InboundConnector",
    "Get-OrganizationConfig",
    "Get-QuarantinePolicy",
    "domains",
  ];

  test("a create costs a list, one list for each kind that decides where mail goes, a write and the list that shows it", async () => {
    await stage.resource().up(transportRule.inputs);
    const asked = stage
      .requests()
      .map(({ cmdlet, path }) => cmdlet ?? path.split("/").at(-1) ?? "");
    expect([asked[0], ...asked.slice(-2)]).toEqual([
      "Get-TransportRule",
      "New-TransportRule",
      "Get-TransportRule",
    ]);
    expect(asked.slice(1, -2).sort()).toEqual(guard);
  });

  test("an update that does not change where mail goes costs a list, a write and the list that shows it", async () => {
    const resource = stage.resource();
    await resource.up(transportRule.inputs);
    stage.forget();
    await resource.up({ ...transportRule.inputs, comments: "for people" });
    expect(stage.requests().map(({ cmdlet }) => cmdlet)).toEqual([
      "Get-TransportRule",
      "Set-TransportRule",
      "Get-TransportRule",
    ]);
  });

  test("an update costs a list, a Set, and an Enable at the end or a Disable at the beginning", async () => {
    const resource = stage.resource();
    await resource.up(transportRule.inputs);
    stage.forget();
    const off = { ...transportRule.inputs, enabled: false, setScl: 6 };
    await resource.up(off);
    expect(stage.writes()).toEqual([
      "Disable-TransportRule",
      "Set-TransportRule",
    ]);
    stage.forget();
    await resource.up(transportRule.inputs);
    expect(stage.writes()).toEqual([
      "Set-TransportRule",
      "Enable-TransportRule",
    ]);
  });

  test("many resources of one process share lists and tokens, and write each change once", async () => {
    const { environment } = stage;
    const run = inProcess.run(environment);
    const names = Array.from({ length: 10 }, (_, at) => `Rule ${at}`);
    await Promise.all(
      names.map(async (name) => {
        const { inputs } = await run
          .of("TransportRule")
          .check({}, { ...transportRule.least, name });
        return run.of("TransportRule").create(inputs);
      }),
    );
    expect(stage.writes()).toHaveLength(names.length);
    expect(counted(stage.simulator).tokens).toBe(1);
    // At most one list before and one after each write, and the guard's lists once. Overlapping reads are shared.
    expect(stage.requests().length).toBeLessThanOrEqual(
      2 * names.length + 1 + guard.length,
    );
  });

  test("a destroy of an object that equals its previous values writes nothing", async () => {
    transportRule.add(stage.simulator);
    const resource = stage.resource();
    await resource.up(transportRule.inputs);
    stage.forget();
    await resource.destroy();
    expect(stage.writes()).toEqual([]);
  });
});

describe("Pages of Cloudflare's list", () => {
  const names = Array.from({ length: 1001 }, (_, at) => `d${at}.example`);
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({
      seed: {
        accounts: [
          {
            domains: names.map((domain) => ({
              domain,
              transport: "mx.example",
            })),
          },
        ],
      },
    });
  });
  afterAll(() => simulator.close());
  beforeEach(() => {
    simulator.reset();
    simulator.quirks.pageShift = "no";
    simulator.quirks.pageShiftTimes = 1;
  });
  const program = (domain: string) => ({ domain, transport: "mx.example" });

  test.each(["add", "remove"] as const)(
    "are read again when an %s by somebody else shifted them, so that no domain is missed",
    async (pageShift) => {
      const resource = new Resource(
        "Area1Domain",
        inProcess,
        simulator.environment,
      );
      await resource.up(program("d1000.example"));
      simulator.quirks.pageShift = pageShift;
      simulator.log.splice(0);
      const found = await resource.refresh();
      expect(found).toEqual([]);
      expect(counted(simulator).cloudflare).toBeGreaterThanOrEqual(3);
    },
  );

  test("are an error, and never a missing domain, when they keep changing", async () => {
    const resource = new Resource(
      "Area1Domain",
      inProcess,
      simulator.environment,
    );
    await resource.up(program("d1000.example"));
    resource.environment = {
      ...simulator.environment,
      AREA1_PATIENCE_MS: "3000",
    };
    simulator.quirks.pageShift = "add";
    simulator.quirks.pageShiftTimes = 100_000;
    await expect(resource.refresh()).rejects.toThrow(
      /changed while it was read/,
    );
  });
});

function fail(): never {
  throw new Error("there is no such resource in the state");
}

import { startSimulator, type Simulator } from "../../simulator/index";
import { loader } from "../../lib/loader";
import {
  opsProject,
  providerProcess,
  ProviderError,
  type ProviderProcess,
} from "../engine/harness";
import { asConfiguration } from "./platform";
import { transportRule } from "./subjects";

// Tests, from the engine's side, what Pulumi's provider process does with answers and errors of handlers, including its defects.
describe("Pulumi's provider process with the library's loader", () => {
  let simulator: Simulator;
  let started: ProviderProcess;
  let running: ProviderProcess | undefined;
  let directory: string;

  beforeAll(async () => {
    simulator = await startSimulator();
    ({ directory } = await opsProject({ dependencies: "packed" }));
  }, 180_000);
  afterAll(() => simulator.close());
  const start = async () =>
    (running = await providerProcess({
      directory,
      config: {
        ...asConfiguration(simulator.environment),
        "area1:patienceMs": "1500",
        "area1:requestTimeoutMs": "500",
      },
    }));
  beforeEach(async () => {
    simulator.reset();
    started = await start();
  });
  afterEach(() => running?.kill());

  const rule = () => started.handlers(loader("TransportRule"));
  const { inputs } = transportRule;
  const { priority, ...program } = inputs;
  void priority;

  test("serves several first calls at the same time, with one sign-in", async () => {
    const names = Array.from({ length: 8 }, (_, at) => `Rule ${at}`);
    const made = await Promise.all(
      names.map(async (name) => {
        const checked = await rule().check({}, { ...program, name });
        return rule().create(checked.inputs);
      }),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(names.length);
    expect(
      simulator.log.filter(({ path }) => path.endsWith("/token")),
    ).toHaveLength(1);
  });

  test("reports a failure to the engine in one message, and prints no stack", async () => {
    simulator.faults.add({
      kind: "html",
      match: { cmdlet: "Get-TransportRule", times: "always" },
    });
    const state = { ...program, guid: "x", tenantId: simulator.tenant.id };
    const calls: (() => Promise<unknown>)[] = [
      () => rule().create(program),
      () => rule().read("x", state),
      () => rule().update("x", state, { ...program, setScl: 6 }),
      () => rule().delete("x", state),
    ];
    for (const call of calls) {
      const error = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ProviderError);
      const { message, partial } = error as ProviderError;
      expect(message).toMatch(/Cannot \w+ transport rule /);
      expect(message).not.toContain("\n");
      expect(message).not.toMatch(/\bat .*:\d+:\d+/);
      expect(partial).toBeUndefined();
    }
    expect(started.output()).not.toMatch(/\bat .*:\d+:\d+/);
    expect(started.output()).not.toContain(
      simulator.environment["AZURE_CLIENT_SECRET"],
    );
  });

  test("answers and does not hang, whatever fails in check and diff", async () => {
    const handlers = started.handlers(loader("NoSuchKind"));
    for (const call of [
      () => handlers.check({}, {}),
      () => handlers.diff("x", {}, {}),
      () => handlers.read("x", {}),
      () => handlers.delete("x", {}),
    ]) {
      const started_ = performance.now();
      await expect(call()).rejects.toThrow(/NoSuchKind/);
      expect(performance.now() - started_).toBeLessThan(5000);
    }
  });

  test("keeps the loader's text in the state after a partial failure", async () => {
    const { tenant, faults } = simulator;
    transportRule.add(simulator, { SetSCL: 9 });
    faults.add({
      kind: "status",
      status: 400,
      match: { cmdlet: "Set-TransportRule", times: "always" },
    });
    const error = await rule()
      .create({ ...program, adopt: true })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    const partial = (error as ProviderError).partial;
    expect(partial?.id).toBe(tenant.transportRules[0]?.Guid);
    expect(partial?.properties["__provider"]).toBe(loader("TransportRule"));
    expect(partial?.properties["pending"]).toEqual(["setScl"]);
    expect(partial?.reasons).toHaveLength(1);
    faults.clear();
    const { properties } = await rule().update(
      partial?.id ?? "",
      partial?.properties ?? {},
      { ...program, adopt: true },
    );
    expect(properties["pending"] ?? []).toEqual([]);
    expect(tenant.transportRules[0]?.["SetSCL"]).toBe(5);
  });

  test("prints nothing of its own", async () => {
    const checked = await rule().check({}, program);
    const { id, properties } = await rule().create(checked.inputs);
    await rule().read(id, properties);
    await rule().delete(id, properties);
    expect(started.output()).toBe("");
  });

  test("continues with the state of a process that was killed during a create", async () => {
    let reached: () => void = () => undefined;
    const written = new Promise<void>((resolve) => (reached = resolve));
    simulator.faults.add({
      kind: "hook",
      run: () => {
        reached();
        return new Promise((resolve) => setTimeout(resolve, 200));
      },
      when: "after",
      match: { cmdlet: "New-TransportRule" },
    });
    const { inputs: checked } = await rule().check({}, program);
    const lost = rule().create(checked);
    lost.catch(() => undefined);
    await written;
    started.kill();
    await expect(lost).rejects.toThrow();
    started = await start();
    const { properties } = await rule().create(checked);
    expect(properties["adopted"]).toBe(false);
    expect(simulator.tenant.transportRules).toHaveLength(1);
  });

  test("ends when the engine has ended and no call is running", async () => {
    await rule().check({}, program);
    const before = performance.now();
    started.dropEngine();
    await started.exited;
    expect(performance.now() - before).toBeLessThan(15_000);
  });
});

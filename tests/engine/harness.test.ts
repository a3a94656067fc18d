import type { EngineEvent } from "@pulumi/pulumi/automation";

import {
  type OpsProject,
  ProviderError,
  type Stack,
  diagnostics,
  drift,
  inlineStack,
  opsProject,
  plan,
  providerProcess,
  steps,
} from "./harness";
import { atVendor, toyFiles, toyLoader } from "./toy-provider";

const program = `
import * as pulumi from "@pulumi/pulumi";
const { Thing } = require("toy");
const config = new pulumi.Config("toy");
const a = new Thing("a", { name: "a", hops: 2, regions: ["x", "y"], nested: { one: 1, "odd.name": true } });
new Thing("b", { name: "b", hops: Number(config.get("hops") ?? 1) }, { dependsOn: a });
export const serial = a.serial;
`;

describe("an ops folder on the plain command line", () => {
  let project: OpsProject;
  let stack: Stack;

  beforeAll(async () => {
    project = await opsProject({
      program,
      files: toyFiles,
      dependencies: "none",
    });
    stack = await project.stack("dev", { config: { "toy:label": "made" } });
  });

  test("up creates the program's resources in order, and a second one has nothing to do", async () => {
    const first = await stack.up();
    expect(plan(first)).toEqual([
      { name: "a", op: "create", properties: [] },
      { name: "b", op: "create", properties: [] },
    ]);
    const [a, b] = steps(first).filter(
      ({ op, type }) => op === "create" && type.endsWith("Thing"),
    );
    expect(a?.finished).toBeLessThan(b?.started ?? 0);
    expect(await stack.outputs()).toEqual({ serial: "made-1" });

    expect(plan(await stack.up(["--expect-no-changes"]))).toEqual([]);
  });

  test("a refresh shows only drift, by resource and property, with both values", async () => {
    expect(
      drift(await stack.refresh(["--preview-only", "--expect-no-changes"])),
    ).toEqual({});
    atVendor(project, ({ a }) => {
      Object.assign(a ?? {}, {
        hops: 9,
        regions: ["x", "z"],
        nested: { one: 1, "odd.name": false },
      });
    });

    const gate = await stack.refresh(
      ["--preview-only", "--expect-no-changes"],
      { exit: 7 },
    );
    const expected = {
      a: {
        hops: [2, 9],
        "regions[1]": ["y", "z"],
        'nested["odd.name"]': [true, false],
      },
    };
    expect(drift(gate)).toEqual(expected);

    const preview = await stack.preview(["--refresh"]);
    expect(drift(preview)).toEqual(expected);
    expect(plan(preview)).toEqual([
      {
        name: "a",
        op: "update",
        properties: ["hops", 'nested["odd.name"]', "regions[1]"],
      },
    ]);
    expect(drift(await stack.refresh())).toEqual(expected);
    expect(plan(await stack.up())).toHaveLength(1);
  });

  test("a refresh shows an object that was deleted at the vendor, and only that is created again", async () => {
    atVendor(project, (things) => delete things.b);
    expect(drift(await stack.refresh(["--preview-only"]))).toEqual({
      b: "gone",
    });

    const up = await stack.up(["--refresh"]);
    expect(drift(up)).toEqual({ b: "gone" });
    expect(plan(up)).toEqual([{ name: "b", op: "create", properties: [] }]);
  });

  test("a refused input fails the preview with the property's name, and an unexpected exit code fails the test", async () => {
    await stack.configure({ "toy:hops": "-1" });
    const preview = await stack.preview([], { exit: "any" });
    expect(preview.code).not.toBe(0);
    expect(diagnostics(preview)).toContainEqual(
      expect.objectContaining({
        severity: "error",
        message: expect.stringContaining(
          "property hops value {-1} has a problem: is below zero",
        ) as string,
      }),
    );
    await expect(stack.preview()).rejects.toThrow(
      /ended with \d+, not 0:[^]*is below zero/,
    );
  });

  test("destroy removes everything in reverse order", async () => {
    const destroyed = await stack.destroy();
    expect(plan(destroyed).map(({ name, op }) => `${op} ${name}`)).toEqual([
      "delete b",
      "delete a",
    ]);
    expect((await stack.export()).deployment.resources).toEqual([]);
  });
});

test("a replacement is reported as several steps", async () => {
  const source = (name: string) =>
    `const { Thing } = require("toy"); new Thing("t", { name: "${name}", hops: 1 });`;
  const project = await opsProject({
    program: source("old"),
    files: toyFiles,
    dependencies: "none",
  });
  const stack = await project.stack("dev");
  await stack.up();
  await project.write("index.ts", source("new"));
  const ops = steps(await stack.up())
    .filter(({ name }) => name === "t")
    .map(({ op, finished }) => [op, finished !== undefined]);
  expect(ops).toContainEqual(["create-replacement", true]);
  expect(ops).toContainEqual(["delete-replaced", true]);
});

test("a failed read is a failed step and not drift", async () => {
  const project = await opsProject({
    program: `const { Thing } = require("toy"); new Thing("t", { name: "broken", hops: 1 });`,
    files: toyFiles,
    dependencies: "none",
  });
  const stack = await project.stack("dev");
  await stack.up();
  const refresh = await stack.refresh([], { exit: "any" });
  expect(refresh.code).not.toBe(0);
  expect(steps(refresh).find(({ name }) => name === "t")).toMatchObject({
    failed: true,
  });
  expect(refresh.stdout + refresh.stderr).toContain("503 Service Unavailable");
});

test("an inline program runs on the same engine and provider", async () => {
  const project = await opsProject({ files: toyFiles, dependencies: "none" });
  const events: EngineEvent[] = [];
  const stack = await inlineStack({
    project,
    config: { "toy:label": "inline", "toy:token": { secret: "geheim" } },
    program: async () => {
      const { CustomResource, Config } = await import("@pulumi/pulumi");
      const thing = new (class extends CustomResource {
        declare readonly serial: unknown;
        constructor() {
          super("pulumi-nodejs:dynamic/toy:Thing", "a", {
            serial: undefined,
            name: "a",
            hops: 2,
            __provider: toyLoader,
          });
        }
      })();
      return {
        serial: thing.serial,
        token: new Config("toy").requireSecret("token"),
      };
    },
  });
  const { outputs } = await stack.up({
    onEvent: (event) => events.push(event),
  });
  expect(outputs).toMatchObject({
    serial: { value: "inline-1" },
    token: { value: "geheim", secret: true },
  });
  expect(plan({ events })).toEqual([
    { name: "a", op: "create", properties: [] },
  ]);

  atVendor(project, ({ a }) => Object.assign(a ?? {}, { hops: 3 }));
  const seen: EngineEvent[] = [];
  await expect(
    stack.refresh({
      previewOnly: true,
      expectNoChanges: true,
      onEvent: (event) => seen.push(event),
    }),
  ).rejects.toThrow(/no changes were expected/);
  expect(drift({ events: seen })).toEqual({ a: { hops: [2, 3] } });
});

describe("the genuine dynamic-provider process", () => {
  test("calls the configured handlers, and returns their results", async () => {
    const { directory } = await opsProject({
      files: toyFiles,
      dependencies: "none",
    });
    const provider = await providerProcess({
      directory,
      config: { "toy:label": "bare" },
    });
    const thing = provider.handlers(toyLoader);

    const news = { name: "a", hops: 1, regions: ["x"] };
    const { inputs, failures } = await thing.check({}, news);
    expect(failures).toEqual([]);
    expect((await thing.check({}, { ...news, hops: -1 })).failures).toEqual([
      { property: "hops", reason: "is below zero" },
    ]);
    const { id, properties } = await thing.create(inputs);
    expect({ id, properties }).toEqual({
      id: "a",
      properties: { ...news, serial: "bare-1", __provider: toyLoader },
    });
    expect(await thing.diff(id, properties, inputs)).toMatchObject({
      changes: "none",
    });
    expect(
      await thing.diff(id, properties, { ...inputs, name: "c" }),
    ).toMatchObject({
      changes: "unknown",
      replaces: ["name"],
    });
    const { properties: updated } = await thing.update(id, properties, {
      ...inputs,
      hops: 5,
    });
    expect(updated).toMatchObject({ hops: 5, serial: "bare-1" });
    expect((await thing.read(id, updated)).inputs).toMatchObject({ hops: 5 });
    await thing.delete(id, updated);
    expect(await thing.read(id, updated)).toMatchObject({
      id: "",
      inputs: undefined,
    });
  });

  test("errors, partial failures and missing answers are errors of the call", async () => {
    const { directory } = await opsProject({
      files: toyFiles,
      dependencies: "none",
    });
    const provider = await providerProcess({ directory, timeout: 2_000 });
    const thing = provider.handlers(toyLoader);

    await expect(thing.read("broken", {})).rejects.toThrow(
      "503 Service Unavailable",
    );
    const half = await thing
      .create({ name: "half" })
      .catch((error: unknown) => error);
    expect(half).toBeInstanceOf(ProviderError);
    expect(half).toMatchObject({
      partial: {
        id: "half",
        reasons: ["verify is missing"],
        properties: { serial: "s-1" },
      },
    });
    await expect(thing.create({ name: "slow" })).rejects.toMatchObject({
      code: 4,
    });
    provider.kill();
    await provider.exited;
  });

  test("receives a handler's messages to the engine, until the engine is stopped", async () => {
    const { directory } = await opsProject({
      files: toyFiles,
      dependencies: "none",
    });
    const provider = await providerProcess({ directory });
    const thing = provider.handlers(toyLoader);
    await thing.create({ name: "waits" });
    expect(provider.logs).toEqual([
      { severity: 1, message: "waits: asked to wait 20 s", ephemeral: true },
    ]);
    provider.dropEngine();
    await thing.create({ name: "waits" });
    expect(provider.logs).toHaveLength(1);
  });
});

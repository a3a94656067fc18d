import { execFileSync } from "node:child_process";
import path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { parse } from "yaml";

import { pythonProgram } from "../../cli/init/python";
import {
  takeoverOf,
  type ProgramResource,
  type Takeover,
} from "../../cli/init/takeover";
import { readTenant, tenantFromSnapshot } from "../../cli/init/tenant";
import { typescriptProgram } from "../../cli/init/typescript";
import { yamlProgram } from "../../cli/init/yaml";
import { liveOperation } from "../../cli/live";
import * as library from "../../lib";
import { startSimulator, type Simulator } from "../../simulator/index";
import { hostedContentFilterPolicy } from "../../simulator/exchange/hosted-content-filter-policy";
import { wholeRules } from "../conformance/subjects";
import { certificate } from "../engine/tenant-with-stack";
import { howMany, someOf } from "../sample";
import { changesAfterImport, type Registered } from "./in-process-preview";
import { givenTenants, randomTenants, type GivenTenant } from "./init-tenants";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({
    ...certificate(),
    quirks: { rateLimit: 1e9, rateBurst: 1e9 },
  });
});
afterAll(() => simulator.close());

const environment = () => ({
  ...simulator.environment,
  AREA1_PATIENCE_MS: "20000",
});

/** The takeovers of a tenant: of the live tenant and of its snapshot, with and without the objects that have no part in the use case. */
async function takeoversOf(given: GivenTenant): Promise<Takeover[]> {
  prepare(given);
  const tenant = await readTenant(liveOperation(environment()));
  const saved = tenantFromSnapshot(
    JSON.parse(JSON.stringify(tenant.snapshot)) as typeof tenant.snapshot,
  );
  return [tenant, saved].flatMap((one) =>
    [false, true].map((all) => takeoverOf(one, { all })),
  );
}

/** Runs a program in TypeScript, and returns what it registers. */
async function run(program: string): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const given = inputs as Registered["inputs"];
        registered.push({ type, name, inputs: given });
        return { id: `${name}-id`, state: { ...given, values: {} } };
      },
      call: () => ({}),
    },
    "ops",
    "dev",
  );
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
    },
  });
  const warn = jest.spyOn(console, "warn").mockReturnValue();
  const info = jest.spyOn(console, "log").mockReturnValue();
  // In this realm, so that its lists are lists to the SDK. A context of node:vm would have others.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function("require", "exports", outputText) as (
    require: () => typeof library,
    exports: object,
  ) => void;
  evaluate(() => library, {});
  await pulumi.runtime.disconnect();
  warn.mockRestore();
  info.mockRestore();
  return registered;
}

/** The values of a program's resources, by name. */
const valuesOf = (program: readonly ProgramResource[]) =>
  Object.fromEntries(
    program.map(({ type, name, inputs }) => [name, { type, inputs }]),
  );

/** Prepares a tenant. Exchange returns all properties of policies, also those that the simulator lets seeds leave out. */
function prepare(given: GivenTenant): void {
  simulator.reset();
  given.prepare(simulator);
  const { tenant } = simulator;
  tenant.hostedContentFilterPolicies = tenant.hostedContentFilterPolicies.map(
    (policy) => ({
      ...hostedContentFilterPolicy({ Name: policy.Name }),
      ...policy,
    }),
  );
  simulator.log.length = 0;
}

const cases = [...someOf(givenTenants, 14), ...randomTenants(howMany(40, 6))];

/** Programs in TypeScript and Python of all cases, for the compilers, which are slow to start. */
const programs: { name: string; takeover: Takeover }[] = [];

test.each(cases.map((given) => [given.name, given] as const))(
  "takes over %s: imports all, changes nothing, writes nothing",
  async (_, given) => {
    prepare(given);
    const before = state();
    const takeovers = await takeoversOf(given);
    for (const [at, takeover] of takeovers.entries()) {
      programs.push({ name: `${given.name} ${at}`, takeover });
      const hasComponent = takeover.program.some(
        ({ type }) => type === `UseCase${given.useCase ?? 4}`,
      );
      // The remarks say what is in the way.
      const why = takeover.remarks;
      if (given.component !== undefined)
        expect({ why, hasComponent }).toEqual({
          why,
          hasComponent: given.component,
        });
      if (given.inputs)
        expect({
          ...sortedIn(takeover.program[0]?.inputs),
          // The simulator's tenant has one.
          endUserSpamNotificationFrequency: undefined,
        }).toEqual(given.inputs);
      const registered = await run(typescriptProgram(takeover.program));
      // The import file has every resource of the program, and no other.
      expect(takeover.imports.map(keyOf).sort()).toEqual(
        registered.map(keyOf).sort(),
      );
      for (const { name, parent } of takeover.imports)
        expect([name, parent]).toEqual([
          name,
          hasComponent && /^mail-/.test(name) ? "mail" : undefined,
        ]);
      expect(
        await changesAfterImport(takeover.imports, registered, environment()),
      ).toEqual([]);
    }
    expect(simulator.log.filter(({ write }) => write)).toEqual([]);
    expect(state()).toBe(before);
  },
);

test("takes over rules that have every parameter, with all of them", async () => {
  const name = "rules with every parameter";
  prepare({
    name,
    prepare: (simulator) => {
      for (const rule of wholeRules) rule.add(simulator);
    },
  });
  const tenant = await readTenant(liveOperation(environment()));
  const takeover = takeoverOf(tenant, { all: true });
  programs.push({ name, takeover });
  expect(takeover.remarks.join("\n")).not.toContain("Rule with all");
  for (const { inputs } of wholeRules) {
    const found = takeover.program.find(
      ({ inputs: { name } }) => name === inputs["name"],
    );
    // Exchange takes it for a new rule only.
    const { useLegacyRegex: _, ...kept } = inputs;
    expect(found?.inputs).toEqual({ ...kept, comments: "made by hand" });
  }
  const registered = await run(typescriptProgram(takeover.program));
  expect(
    await changesAfterImport(takeover.imports, registered, environment()),
  ).toEqual([]);
});

/** Returns a component's inputs with their lists in order. */
const sortedIn = (inputs: object = {}): object =>
  JSON.parse(JSON.stringify(inputs), (_, value: unknown) =>
    Array.isArray(value) && value.every((one) => typeof one === "string")
      ? [...value].sort()
      : value,
  ) as object;

const keyOf = ({ type, name }: { type: string; name: string }): string =>
  `${type} ${name}`;

/** The vendors' objects, without their random ids and times. */
const state = (): string =>
  JSON.stringify(simulator.snapshot(), (key, value: unknown) =>
    /guid|^id$|when|_at$|txt_record|ImmutableId|ExchangeObjectId/i.test(key)
      ? undefined
      : value,
  );

test("programs in TypeScript compile with the settings of a strict project", () => {
  const root = path.resolve(__dirname, "../..");
  const texts = new Map(
    programs.map(({ takeover }, at) => [
      path.join(root, `program${at}.ts`),
      typescriptProgram(takeover.program),
    ]),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    esModuleInterop: true,
    paths: { "pulumi-area1-m365": [path.join(root, "lib/index.ts")] },
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...texts.keys()], options, {
    ...host,
    fileExists: (file) => texts.has(file) || host.fileExists(file),
    getSourceFile: (file, version) => {
      const text = texts.get(file);
      return text === undefined
        ? host.getSourceFile(file, version)
        : ts.createSourceFile(file, text, version);
    },
  });
  const errors = [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(
      ({ messageText }) =>
        `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
  expect(errors).toEqual([]);
  expect(texts.size).toBeGreaterThan(60);
});

test("programs in YAML have the same values", () => {
  for (const { name, takeover } of programs) {
    const { resources } = parse(yamlProgram(takeover.program)) as {
      resources: Record<string, { type: string; properties: object }>;
    };
    const values = Object.entries(resources).map(
      ([resource, { type, properties }]) => [
        resource,
        {
          type: type.replace("area1:", ""),
          inputs: interpolated(properties),
        },
      ],
    );
    expect([name, Object.fromEntries(values)]).toEqual([
      name,
      valuesOf(takeover.program),
    ]);
  }
});

/** Returns texts as Pulumi reads them: `$$` is `$`, and `${` begins an expression. */
function interpolated(value: unknown): unknown {
  if (typeof value === "string") {
    expect(value.replaceAll("$$", "")).not.toContain("${");
    return value.replace(/\$\$/g, "$");
  }
  if (Array.isArray(value)) return value.map(interpolated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, interpolated(member)]),
  );
}

test("programs in Python have the same values", () => {
  // A stand-in for the SDK: it prints what the program creates.
  const script = `
import json, re, sys, types

def camel(name):
    return re.sub("_([a-z])", lambda found: found.group(1).upper(), name.rstrip("_"))

def renamed(arguments):
    return {camel(name): value for name, value in arguments.items()}

results = []
for program in json.load(sys.stdin):
    created = {}
    class Sdk(types.ModuleType):
        def __getattr__(self, name):
            if name == "UseCaseDomainArgs":
                return lambda **arguments: renamed(arguments)
            def create(resource, **arguments):
                created[resource] = {"type": name, "inputs": renamed(arguments)}
            return create
    sys.modules["pulumi_area1"] = Sdk("pulumi_area1")
    exec(compile(program, "__main__.py", "exec"), {})
    results.append(created)
json.dump(results, sys.stdout)
`;
  const results = JSON.parse(
    execFileSync("python3", ["-c", script], {
      input: JSON.stringify(
        programs.map(({ takeover }) => pythonProgram(takeover.program)),
      ),
      maxBuffer: 256 * 1024 * 1024,
    }).toString(),
  ) as unknown[];
  expect(results).toEqual(
    programs.map(({ takeover }) => valuesOf(takeover.program)),
  );
});

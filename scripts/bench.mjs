// `npm run bench`: measures the figures that the package promises. Requests and sizes are exact. Times are ratios that are measured in
// the same run, because the speed of machines differs and varies.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "./children.mjs";
import { opsFolder } from "./demo/ops-folder.mjs";

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const { startSimulator } = require(path.join(repository, "simulator"));

const median = (values) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const rows = [];
const show = (what, figure, bar) => {
  rows.push([what, figure, bar]);
  console.log(`  ${what.padEnd(62)} ${figure.padStart(28)}   ${bar}`);
};

console.log(`\n  ${"figure".padEnd(62)} ${"measured".padStart(28)}   bar`);
await loading();
await packageSize();
await handlers();
await mailFlow(0);
await mailFlow(60);
if (!process.argv.includes("--quick")) await refreshes();
await thousandDomains();
await bothRegistrations();
await moves();
console.log();

/** Measures the time and memory that the library adds to a program with Pulumi's SDK. */
async function loading() {
  const script = `
    require("@pulumi/pulumi");
    gc();
    const before = process.memoryUsage().heapUsed;
    const started = performance.now();
    require("${path.join(repository, "dist/lib")}");
    const took = performance.now() - started;
    gc();
    console.log(JSON.stringify([took, process.memoryUsage().heapUsed - before]));`;
  const runs = [];
  for (let i = 0; i < 7; i++) {
    const { output } = await run(
      process.execPath,
      ["--expose-gc", "-e", script],
      { cwd: repository },
    );
    runs.push(JSON.parse(output));
  }
  show(
    "loading on top of @pulumi/pulumi",
    `${median(runs.map(([ms]) => ms)).toFixed(1)} ms, ${(median(runs.map(([, bytes]) => bytes)) / 1e6).toFixed(2)} MB`,
    "25 ms, 3 MB",
  );
}

async function packageSize() {
  const { output } = await run(
    "npm",
    ["pack", "--dry-run", "--ignore-scripts", "--json"],
    { cwd: repository },
  );
  const [{ size }] = JSON.parse(output.slice(output.indexOf("[")));
  show(
    "packed tarball, with source maps that hold the sources",
    `${Math.round(size / 1000)} kB`,
    "600 kB",
  );
}

/** Measures the library's own time in check and diff for a thousand domains. */
async function handlers() {
  const { provider } = require(path.join(repository, "dist/providers"));
  const handlers = provider("Area1Domain");
  await handlers.configure({
    config: {
      get: (key) =>
        ({ "area1:cloudflareAccountId": "bench" })[key] ?? undefined,
    },
  });
  const times = [];
  for (let n = 0; n < 1000; n++) {
    const news = { domain: `d${n}.example.com`, transport: "mx.example.com" };
    const started = performance.now();
    const { inputs } = await handlers.check({}, news);
    await handlers.diff(`id-${n}`, { ...inputs, adopted: false }, inputs);
    times.push(performance.now() - started);
  }
  show(
    "own time per resource in check and diff, 1,000 domains",
    `${(times.reduce((a, b) => a + b) / times.length).toFixed(3)} ms`,
    "1 ms",
  );
}

/**
 * Measures the table of all mail of the largest tenant, with the given number of undecidable rules, each time in a new process, as in
 * a command.
 */
async function mailFlow(undecidable) {
  const tenant = `300 rules${undecidable > 0 ? `, ${undecidable} undecidable` : ""}, 100 domains`;
  const table = await ownTime(
    undecidable,
    ["rows"],
    "({ rows }, snapshot) => rows(snapshot).length",
  );
  show(`mail of ${tenant}: ${table.found} rows, own time`, table.ms, "25 ms");
  // The same steps as in providers/mail-flow-check/examination.ts.
  const check = await ownTime(
    undecidable,
    ["rows", "egress", "findings/index", "visible"],
    `({ rowsOfRanges, egressIpRanges, examine, contextOf, visible }, snapshot) =>
      visible({
        routes: rowsOfRanges(snapshot, egressIpRanges),
        details: examine(snapshot, contextOf({ purpose: "stack" })),
      }).details.length`,
  );
  show(
    `check of the mail flow, ${tenant}: rows and findings, own time`,
    check.ms,
    "50 ms",
  );
  const guard = await ownTime(
    undecidable,
    ["exposure"],
    `({ harmsOf, malicious }, snapshot) => {
      const after = structuredClone(snapshot);
      after.transportRules.value.at(-1).enabled = false;
      return harmsOf(snapshot, after, malicious).length;
    }`,
  );
  show(`the guard's look at one write, ${tenant}`, guard.ms, "");
}

/**
 * Returns the median CPU time of a function that uses modules of mail-flow/, for its first and its second call in a new process, and
 * its result.
 */
async function ownTime(undecidable, modules, work) {
  const files = modules.map((module) =>
    path.join(repository, `dist/mail-flow/${module}.js`),
  );
  const tenant = path.join(repository, "scripts/largest-tenant.mjs");
  const script = `
    const library = Object.assign({}, ...${JSON.stringify(files)}.map(require));
    import(${JSON.stringify(tenant)}).then(({ largestTenant }) => {
      const times = [1, 2].map(() => {
        const snapshot = largestTenant(${undecidable});
        const before = process.cpuUsage();
        const found = (${work})(library, snapshot);
        const { user, system } = process.cpuUsage(before);
        return { found, ms: (user + system) / 1000 };
      });
      console.log(JSON.stringify(times));
    });`;
  const runs = [];
  for (let i = 0; i < 7; i++) {
    const { output } = await run(process.execPath, ["-e", script], {
      cwd: repository,
    });
    runs.push(JSON.parse(output));
  }
  const [first, second] = [0, 1].map((at) =>
    median(runs.map((times) => times[at].ms)).toFixed(0),
  );
  return { found: runs[0][0].found, ms: `${first} ms, then ${second} ms` };
}

/** Counts the requests of a refresh, compared with one GET per resource, as other tools send. */
async function refreshes() {
  for (const count of [1, 100, 1000]) {
    const { simulator, ops, close } = await withDomains(count);
    simulator.log.length = 0;
    await ops.pulumi(["refresh", "--preview-only", "--expect-no-changes"]);
    const requests = simulator.log.filter(({ vendor }) => vendor !== "entra");
    const of = (vendor) => requests.filter((it) => it.vendor === vendor).length;
    show(
      `requests of a refresh, ${count} domains that follow their MX`,
      `${of("cloudflare")} + ${of("graph")} Graph`,
      `${Math.ceil(count / 1000)} + ${Math.ceil(count / 20)}; one GET each: ${count}`,
    );
    await close();
  }
}

/** Compares a thousand domains with as many trivial dynamic resources with the same inputs, in turn. */
async function thousandDomains() {
  const ours = await withDomains(1000, 299);
  const trivial = await withTrivial(1000, ours.inputs);
  const times = { ours: [], trivial: [] };
  const memory = { ours: 0, trivial: 0 };
  for (let i = 0; i < 3; i++)
    for (const [name, { ops }] of Object.entries({ ours, trivial })) {
      const started = performance.now();
      await ops.pulumi([
        "up",
        "--yes",
        "--skip-preview",
        "--expect-no-changes",
      ]);
      times[name].push(performance.now() - started);
    }
  for (const [name, { ops }] of Object.entries({ ours, trivial })) {
    const peak = watchMemory(ops.directory);
    await ops.pulumi(["refresh", "--yes", "--skip-preview"]);
    memory[name] = peak();
  }
  const ratio = median(
    times.ours.map((ms, index) => ms / times.trivial[index]),
  );
  show(
    "an up without changes, 1,000 domains / 1,000 trivial resources with the same inputs",
    `${(median(times.ours) / 1000).toFixed(1)} s / ${(median(times.trivial) / 1000).toFixed(1)} s = ${ratio.toFixed(2)}`,
    "1.1",
  );
  show(
    "provider process above a trivial one that waits for a vendor, too; 1,000 domains, 300 rules",
    `${Math.round((memory.ours - memory.trivial) / 1000)} MB`,
    "40 MB",
  );
  await ours.close();
  await trivial.close();
}

/**
 * Compares the provider `area1` with Pulumi's process for dynamic resources, in turn: start, memory and the time of an up without changes
 * of 300 resources, and the size of their state.
 */
async function bothRegistrations() {
  const sides = {
    area1: await withDomains(300, 0, "area1"),
    dynamic: await withDomains(300),
  };
  const times = { area1: [], dynamic: [] };
  const memory = { area1: 0, dynamic: 0 };
  const sizes = {};
  for (let i = 0; i < 5; i++)
    for (const [name, { ops }] of Object.entries(sides)) {
      const peak = watchMemory(ops.directory);
      const started = performance.now();
      await ops.pulumi([
        "up",
        "--yes",
        "--skip-preview",
        "--expect-no-changes",
      ]);
      times[name].push(performance.now() - started);
      memory[name] = Math.max(memory[name], peak());
    }
  for (const [name, { ops, close }] of Object.entries(sides)) {
    const { output } = await ops.pulumi(["stack", "export"]);
    sizes[name] = JSON.stringify(JSON.parse(output)).length;
    await close();
  }
  const starts = await processStarts(sides);
  const beside = (of, unit) => `${of("area1")} / ${of("dynamic")} ${unit}`;
  const bar = "less than dynamic";
  show(
    "provider area1 / dynamic: start of the process",
    beside((name) => Math.round(starts[name].ms), "ms"),
    "200 ms",
  );
  show(
    "provider area1 / dynamic: memory after the start",
    beside((name) => Math.round(starts[name].memory / 1024), "MiB"),
    "80 MiB",
  );
  show(
    "provider area1 / dynamic: an up without changes, 300 resources",
    beside((name) => (median(times[name]) / 1000).toFixed(1), "s"),
    bar,
  );
  show(
    "provider area1 / dynamic: memory of the process in that up",
    beside((name) => Math.round(memory[name] / 1024), "MiB"),
    bar,
  );
  show(
    "provider area1 / dynamic: state of 300 resources, JSON",
    beside((name) => Math.round(sizes[name] / 1000), "kB"),
    bar,
  );
}

/** Counts the requests and the changes of a stack of 300 resources that moves to the provider `area1`, and back. */
async function moves() {
  const { simulator, ops, close } = await withDomains(300, 0, "either");
  simulator.log.length = 0;
  for (const environment of [{ USE_PLUGIN: "1" }, {}]) {
    const { events } = await ops.pulumi(
      ["up", "--yes", "--skip-preview"],
      0,
      environment,
    );
    const { summaryEvent } = events.find((event) => event.summaryEvent);
    const { same, ...others } = summaryEvent.resourceChanges;
    show(
      `a stack of 300 resources moves ${environment.USE_PLUGIN ? "to the provider area1" : "back"}`,
      `${simulator.log.length} requests, ${Object.values(others).reduce((sum, count) => sum + count, 0)} changes, ${same} unchanged`,
      "0 requests, 0 changes",
    );
  }
  await close();
}

/** Measures the time until each provider process prints its port, and its memory then, in turn: the medians. */
async function processStarts({ area1, dynamic }) {
  const commands = {
    area1: [
      path.join(
        area1.ops.directory,
        "node_modules/pulumi-area1-m365/plugin/pulumi-resource-area1",
      ),
    ],
    dynamic: [
      process.execPath,
      path.join(
        dynamic.ops.directory,
        "node_modules/@pulumi/pulumi/cmd/dynamic-provider",
      ),
    ],
  };
  const runs = { area1: [], dynamic: [] };
  for (let i = 0; i < 9; i++)
    for (const [name, [file, ...args]] of Object.entries(commands)) {
      const started = performance.now();
      const child = spawn(file, [...args, "127.0.0.1:1"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      const ms = performance.now() - started;
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      runs[name].push({
        ms,
        memory: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]),
      });
      child.kill("SIGKILL");
      await once(child, "close");
    }
  return Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      {
        ms: median(all.map(({ ms }) => ms)),
        memory: median(all.map(({ memory }) => memory)),
      },
    ]),
  );
}

/** Creates a stack of domains that exist at Cloudflare. Writes its state as an up would. */
async function withDomains(count, rules = 0, registration = "dynamic") {
  const domains = Array.from(
    { length: count },
    (_, n) => `d${String(n).padStart(4, "0")}.example.com`,
  );
  const mx = (domain) =>
    `${domain.replaceAll(".", "-")}.mail.protection.outlook.com`;
  const simulator = await startSimulator({
    certificateDirectory: process.env.AREA1_CERTIFICATE_DIRECTORY,
    quirks: { rateLimit: 1e9, rateBurst: 1e9 },
  });
  const [template] = simulator.tenant.domains;
  for (const domain of domains) {
    simulator.account.add({
      domain,
      transport: mx(domain),
      lookback_hops: 1,
      require_tls_outbound: true,
    });
    const copy = structuredClone(template);
    copy.id = domain;
    for (const record of copy.serviceConfigurationRecords)
      if (record.recordType === "Mx") record.mailExchange = mx(domain);
    simulator.tenant.domains.push(copy);
  }
  for (let n = 0; n < rules; n++)
    simulator.tenant.add("TransportRule", {
      Name: `Foreign rule ${n}`,
      FromScope: "NotInOrganization",
      PrependSubject: "EXTERNAL: ",
    });
  const program = (names) => `
    import { Area1Domain, TransportRule, usePlugin } from "pulumi-area1-m365";
    ${registration === "area1" ? "usePlugin();" : registration === "either" ? "if (process.env.USE_PLUGIN) usePlugin();" : ""}
    for (const domain of ${JSON.stringify(names)})
      new Area1Domain(domain, { domain });
    ${rules > 0 ? `new TransportRule("ours", { name: "Ours", senderIpRanges: ["192.0.2.1"], setScl: 5 });` : ""}`;
  const ops = await opsFolder({
    repository,
    program: program(domains),
    environment: simulator.environment,
  });
  if (registration !== "dynamic")
    writeFileSync(
      path.join(ops.directory, "Pulumi.yaml"),
      "name: ops\nruntime: nodejs\nplugins: { providers: [{ name: area1, path: node_modules/pulumi-area1-m365/plugin }] }\n",
    );
  let inputs;
  await multiply(
    ops,
    program(domains.slice(0, 1)),
    program(domains),
    (resource) => {
      const { __provider: _, ...own } = resource.inputs;
      inputs = own;
      return domains.map((domain) =>
        copyOf(resource, domains[0], domain, simulator),
      );
    },
  );
  return { simulator, ops, inputs, close: () => simulator.close() };
}

function copyOf(resource, first, domain, simulator) {
  const { id } = simulator.account.find(domain);
  const text = JSON.stringify(resource)
    .replaceAll(resource.id, id)
    .replaceAll(first, domain)
    .replaceAll(first.replaceAll(".", "-"), domain.replaceAll(".", "-"));
  const copy = JSON.parse(text);
  copy.outputs.changedAt = simulator.account.find(domain).modified_at;
  return copy;
}

/**
 * Creates a stack with the same number of resources of a dynamic provider that has no vendor. Its reads wait a second together, as reads
 * of a list do: while they wait, Pulumi's own requests pile up in memory.
 */
async function withTrivial(count, inputs) {
  const program = (n) => `
    import * as pulumi from "@pulumi/pulumi";
    const provider = {
      check: async (olds, news) => ({ inputs: news, failures: [] }),
      diff: async () => ({ changes: false }),
      create: async (inputs) => ({ id: "id", outs: inputs }),
      read: async (id, props) => {
        await ((globalThis as any).list ??= new Promise((resolve) => setTimeout(resolve, 1000)));
        return { id, props, inputs: props };
      },
    };
    class Trivial extends pulumi.dynamic.Resource {
      constructor(name: string) { super(provider as any, name, ${JSON.stringify(inputs)}); }
    }
    for (let n = 0; n < ${n}; n++) new Trivial("d" + String(n).padStart(4, "0"));`;
  const ops = await opsFolder({
    repository,
    program: program(count),
    environment: {},
  });
  await multiply(ops, program(1), program(count), (resource) =>
    Array.from({ length: count }, (_, n) =>
      JSON.parse(
        JSON.stringify(resource).replaceAll(
          "d0000",
          `d${String(n).padStart(4, "0")}`,
        ),
      ),
    ),
  );
  return { ops, close: () => undefined };
}

/**
 * Creates one resource with the engine and copies it in the state. A file backend writes the whole state after each step, so that
 * creating a thousand would take minutes.
 */
async function multiply(ops, one, all, copies) {
  const { readFile, writeFile } = await import("node:fs/promises");
  const index = path.join(ops.directory, "index.ts");
  const file = path.join(ops.directory, "state.json");
  await writeFile(index, one);
  await ops.pulumi(["up", "--yes", "--skip-preview"]);
  await ops.pulumi(["stack", "export", "--file", file]);
  const state = JSON.parse(await readFile(file, "utf8"));
  state.deployment.resources = state.deployment.resources.flatMap((resource) =>
    /Area1Domain|dynamic:Resource/.test(resource.type)
      ? copies(resource)
      : [resource],
  );
  await writeFile(file, JSON.stringify(state));
  await ops.pulumi(["stack", "import", "--file", file]);
  await writeFile(index, all);
}

/** Measures the peak memory of provider processes below this folder, in kB. */
function watchMemory(directory) {
  let peak = 0;
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (!/dynamic-provider|plugin\/main\.js/.test(command)) continue;
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
        if (!environment.includes(path.dirname(directory))) continue;
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // The process has ended.
      }
  }, 50);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

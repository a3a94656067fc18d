import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { longestLog } from "../../simulator/log";
import { newDomain, newRule, simulated, type Simulated } from "./simulated";

/** What is really in use, in megabytes. */
const heap = (): number => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed / 1e6;
};

/** Eight requests: reads, writes and refusals of both vendors; what is made is removed. */
async function round({ invoke, domains }: Simulated, number: number) {
  const Name = `soak ${number}`;
  await invoke("New-TransportRule", newRule(Name));
  await invoke(
    "Get-TransportRule",
    {},
    { headers: { prefer: "odata.maxpagesize=1" } },
  );
  await invoke("Get-QuarantinePolicy", { Identity: "nobody's" });
  await invoke("Remove-TransportRule", { Identity: Name });
  const made = await domains("POST", "", newDomain(`soak-${number}.example`));
  const id = made.at("result", "id") as string;
  await domains("GET", "?per_page=100");
  await domains("PATCH", `/${id}`, { lookback_hops: 99 });
  await domains("DELETE", `/${id}`);
}

test("two thousand requests in a row use no memory except for the log", async () => {
  const one = await simulated({
    quirks: { rateLimit: 1e9, rateBurst: 1e9, readLagMs: 1 },
  });
  await one.run("New-TransportRule", newRule("stays"));
  const rounds = async (count: number) => {
    for (let number = 0; number < count; number += 1)
      await round(one, number % 4);
    one.simulator.log.length = 0;
    return heap();
  };
  const before = await rounds(150);
  const grown = (await rounds(250)) - before;
  // About one is noise; two kilobytes kept per request would be four.
  expect(grown).toBeLessThan(3);
});

test("the log keeps the latest requests, and large bodies shorten it", async () => {
  const one = await simulated({ quirks: { rateLimit: 1e9, rateBurst: 1e9 } });
  const { log } = one.simulator;
  const filler = { ...log[0], at: "", path: "/filler" };
  for (let at = 0; at < longestLog; at += 1)
    log.push({ ...filler } as (typeof log)[number]);
  await one.request("/v1.0/latest");
  expect(log).toHaveLength(longestLog);
  expect(log.at(-1)?.path).toBe("/v1.0/latest");
  const body = JSON.stringify({ text: "x".repeat(3_000_000) });
  for (let at = 0; at < 8; at += 1)
    await one.request(`/v1.0/large-${at}`, { method: "POST", body });
  expect(log.length).toBeLessThan(8);
  expect(log.at(-1)?.path).toBe("/v1.0/large-7");
});

test("a thousand domains and three hundred rules are read and written as fast as few", async () => {
  const one = await simulated({ quirks: { rateLimit: 1e9, rateBurst: 1e9 } });
  const { simulator, invoke, domains } = one;
  const name = (number: number) =>
    String(number).padStart(4, "0").replace(/^/, "d");
  for (let number = 0; number < 1000; number += 1)
    simulator.account.add({ domain: `${name(number)}.example` });
  for (let number = 0; number < 299; number += 1)
    simulator.tenant.add("TransportRule", {
      ...newRule(`rule ${number}`),
      Name: `rule ${number}`,
    });
  const begun = performance.now();
  const all = await domains("GET", "?per_page=1000&order=domain");
  expect(all.at("result_info")).toMatchObject({ count: 1000 });
  const rules = await invoke("Get-TransportRule");
  expect(rules.at("value")).toHaveLength(299);
  for (let number = 0; number < 10; number += 1) {
    const { id } = simulator.account.find(`${name(number)}.example`) ?? {};
    const patched = await domains("PATCH", `/${id}`, { lookback_hops: 2 });
    expect(patched.status).toBe(200);
  }
  const last = await invoke(
    "New-TransportRule",
    newRule("the last", { Priority: 0 }),
  );
  expect(last.status).toBe(200);
  expect(simulator.tenant.transportRules.at(-1)).toMatchObject({
    Priority: 299,
  });
  expect((await invoke("New-TransportRule", newRule("too many"))).status).toBe(
    400,
  );
  expect(simulator.diff()).toHaveLength(1000 + 300);
  // On an idle machine a quarter of a second.
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("it ends on a signal despite connected clients and subscribers, and leaves no process, port or file behind", async () => {
  const { ensureBuild } = await import("../../scripts/build.mjs");
  await ensureBuild();
  const directory = await mkdtemp(path.join(os.tmpdir(), "area1-limits-"));
  try {
    const child = spawn(
      process.execPath,
      [
        path.resolve(__dirname, "../../dist/cli/index.js"),
        "simulate",
        "--json",
      ],
      {
        cwd: directory,
        env: { ...process.env, NODE_OPTIONS: "", TMPDIR: directory },
      },
    );
    const ended = once(child, "exit");
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    const { url } = JSON.parse(chunk.toString()) as { url: string };
    await fetch(`${url}/simulator/faults`, {
      method: "POST",
      body: JSON.stringify({ kind: "hang" }),
    });
    const held = fetch(`${url}/v1.0/domains`).then(
      () => "answered",
      () => "cut",
    );
    const watching = await fetch(`${url}/simulator/events`);
    expect(watching.status).toBe(200);
    const watched = watching.text().then(
      () => "ended",
      () => "cut",
    );
    const begun = performance.now();
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(await held).toBe("cut");
    expect(["cut", "ended"]).toContain(await watched);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
    expect(await readdir(directory)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true });
  }
}, 120_000);

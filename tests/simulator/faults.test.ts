import { once } from "node:events";
import { connect } from "node:net";

import { graphScope, newDomain, newRule, simulated } from "./simulated";

test("a refused or reset connection gives no answer, and nothing is carried out", async () => {
  const { simulator, domains } = await simulated();
  for (const kind of ["refuse", "reset"] as const) {
    simulator.faults.add({ kind, match: { method: "POST" } });
    await expect(
      domains("POST", "", newDomain("example.com")),
    ).rejects.toThrow();
    expect(simulator.account.domains).toEqual([]);
  }
});

test("a hanging request ends when the client gives up", async () => {
  const { simulator, request } = await simulated();
  simulator.faults.add({ kind: "hang" });
  await expect(
    request("/v1.0/domains", { signal: AbortSignal.timeout(100) }),
  ).rejects.toThrow();
});

test("a simulator with hanging requests closes at once", async () => {
  const { simulator, request } = await simulated();
  simulator.faults.add({ kind: "hang" });
  const hanging = request("/v1.0/domains").catch(() => "gone");
  while (simulator.log.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  const started = performance.now();
  await simulator.close();
  expect(await hanging).toBe("gone");
  expect(performance.now() - started).toBeLessThan(4000);
});

test("a simulator closes at once while a client has not begun its TLS handshake", async () => {
  const { simulator } = await simulated();
  const { hostname, port } = new URL(simulator.url);
  const client = connect(Number(port), hostname);
  await once(client, "connect");
  await Promise.all([simulator.close(), once(client, "close")]);
}, 5000);

test("dripping gives the genuine answer slowly, truncating half of it", async () => {
  const { simulator, domains } = await simulated();
  simulator.faults.add({
    kind: "drip",
    when: "after",
    intervalMs: 2,
    bytes: 20,
  });
  const started = performance.now();
  expect((await domains("GET")).at("success")).toBe(true);
  expect(performance.now() - started).toBeGreaterThan(8);
  simulator.faults.add({ kind: "truncate", when: "after" });
  await expect(domains("GET")).rejects.toThrow();
});

test("an answer can be empty, a web page, a redirect, any body or any status", async () => {
  const { simulator, request } = await simulated();
  const ask = async () => request("/v1.0/domains", { redirect: "manual" });
  simulator.faults.add({ kind: "empty" });
  expect(await ask()).toMatchObject({ status: 200, text: "" });
  simulator.faults.add({ kind: "html" });
  const page = await ask();
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toContain("text/html");
  simulator.faults.add({ kind: "redirect", location: "https://evil.example/" });
  const redirect = await ask();
  expect(redirect.status).toBe(302);
  expect(redirect.headers.get("location")).toBe("https://evil.example/");
  simulator.faults.add({ kind: "body", body: [1], status: 202 });
  expect(await ask()).toMatchObject({ status: 202, body: [1] });
  simulator.faults.add({ kind: "status", status: 403, nulBytes: 4096 });
  expect(await ask()).toMatchObject({ status: 403, text: "\0".repeat(4096) });
  simulator.faults.add({
    kind: "status",
    status: 503,
    headers: { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" },
    body: "later",
  });
  const busy = await ask();
  expect(busy).toMatchObject({ status: 503, text: "later" });
  expect(busy.headers.get("retry-after")).toContain("GMT");
});

test("a fault picks its requests by service, cmdlet, method, path and number", async () => {
  const { simulator, invoke, domains } = await simulated();
  simulator.faults.add({
    match: { cmdlet: "get-transportrule", nth: 2, times: 2 },
    kind: "status",
    status: 500,
  });
  const statuses = [];
  for (let time = 0; time < 4; time += 1) {
    await invoke("Get-AcceptedDomain");
    statuses.push((await invoke("Get-TransportRule")).status);
  }
  expect(statuses).toEqual([200, 500, 500, 200]);
  simulator.faults.clear();
  const id = simulator.faults.add({
    match: {
      vendor: "cloudflare",
      method: "get",
      path: "/page=[12]$/",
      times: "always",
    },
    kind: "status",
    status: 502,
  });
  expect((await domains("GET", "?page=2")).status).toBe(502);
  expect((await domains("GET", "?page=3")).status).toBe(200);
  expect(simulator.log.at(-2)?.fault).toBe(id);
  simulator.faults.remove(id);
  expect((await domains("GET", "?page=2")).status).toBe(200);
  expect(simulator.faults.list()).toEqual([]);
});

test("every service answers 503 with Retry-After during an outage, and then normally", async () => {
  const one = await simulated();
  const bearer = await one.token(graphScope);
  const exchange = await one.token();
  const asks = {
    exchange: () => one.invoke("Get-TransportRule", {}, { token: exchange }),
    graph: () =>
      one.request("/v1.0/domains", {
        headers: { authorization: `Bearer ${bearer}` },
      }),
    cloudflare: () => one.domains("GET"),
    entra: () =>
      one.signIn({
        client_secret: one.simulator.environment["AZURE_CLIENT_SECRET"] ?? "",
      }),
  };
  for (const [vendor, ask] of Object.entries(asks)) {
    one.simulator.faults.add({
      kind: "status",
      status: 503,
      headers: { "retry-after": "10" },
      match: { vendor: vendor as keyof typeof asks, lastsMs: 300 },
    });
    const started = performance.now();
    for (const answer of [await ask(), await ask()]) {
      expect([vendor, answer.status]).toEqual([vendor, 503]);
      expect(answer.headers.get("retry-after")).toBe("10");
    }
    while ((await ask()).status === 503)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(performance.now() - started).toBeGreaterThan(290);
    expect([vendor, (await ask()).status]).toEqual([vendor, 200]);
  }
  expect(() =>
    one.simulator.faults.add({ kind: "empty", match: { lastsMs: -1 } }),
  ).toThrow("lastsMs");
});

test("a fault after processing does not undo the request", async () => {
  const { simulator, invoke } = await simulated();
  simulator.faults.add({
    match: { cmdlet: "New-TransportRule" },
    when: "after",
    kind: "empty",
  });
  const answer = await invoke("New-TransportRule", newRule("r"));
  expect(answer).toMatchObject({ status: 200, text: "" });
  expect(simulator.tenant.find("TransportRule", "r")).toBeDefined();
});

test("a hook runs before or after a request, which then continues", async () => {
  const { simulator, invoke } = await simulated();
  const seen: unknown[] = [];
  for (const when of ["before", "after"] as const)
    simulator.faults.add({
      match: { cmdlet: "New-TransportRule" },
      when,
      kind: "hook",
      run: async ({ cmdlet }) => {
        await Promise.resolve();
        seen.push([when, cmdlet, simulator.tenant.transportRules.length]);
      },
    });
  expect((await invoke("New-TransportRule", newRule("r"))).status).toBe(200);
  expect(seen).toEqual([
    ["before", "New-TransportRule", 0],
    ["after", "New-TransportRule", 1],
  ]);
});

test("unknown faults and switches are refused by name", async () => {
  const { simulator } = await simulated();
  expect(() => simulator.faults.add({ kind: "melt" } as never)).toThrow(
    /kind is one of refuse, reset/,
  );
  expect(() => simulator.faults.add({ kind: "status" } as never)).toThrow(
    /needs a status/,
  );
  await expect(
    simulated({ quirks: { sclType: "text" as never } }),
  ).rejects.toThrow('Quirk "sclType" takes number, string, not "text"');
});

test("every request takes at least the latency", async () => {
  const { request } = await simulated({ latencyMs: 120 });
  const started = performance.now();
  await request("/v1.0/domains");
  expect(performance.now() - started).toBeGreaterThanOrEqual(119);
});

test("faults and switches come with the seed, and the faults return with a reset", async () => {
  const { simulator } = await simulated({
    seed: {
      quirks: { latencyMs: 5 },
      faults: [
        {
          match: { cmdlet: "Get-TransportRule", times: 1 },
          kind: "status",
          status: 503,
        },
      ],
    },
  });
  expect(simulator.quirks.latencyMs).toBe(5);
  expect(simulator.faults.list()).toHaveLength(1);
  simulator.faults.clear();
  simulator.reset();
  expect(simulator.faults.list()).toHaveLength(1);
  expect(simulator.faults.list()[0]).toMatchObject({ status: 503 });
});

import type { JsonObject } from "../../simulator/json";
import { at, newDomain, simulated, type Answered } from "./simulated";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const pointers = (answer: Answered) =>
  (answer.at("errors") as JsonObject[]).map((one) =>
    at(one, "source", "pointer"),
  );
const idOf = (answer: Answered) => answer.at("result", "id") as string;

test("cloudflare 1: answers come in the envelope, and an unknown route is 7003", async () => {
  const { request, domains } = await simulated();
  const list = await domains("GET");
  expect(list.body).toEqual({
    success: true,
    errors: [],
    messages: [],
    result: [],
    result_info: { count: 0, page: 1, per_page: 20, total_count: 0 },
  });
  const lost = await request("/client/v4/accounts/x/email-security/nothing");
  expect(lost.status).toBe(404);
  expect(lost.body).toMatchObject({
    success: false,
    errors: [{ code: 7003, message: "No route for the URI" }],
    result: null,
  });
});

test("cloudflare 2: POST answers 201 or 200", async () => {
  const { simulator, domains } = await simulated();
  const made = await domains("POST", "", newDomain("example.com"));
  simulator.quirks.createStatus = 200;
  const other = await domains("POST", "", newDomain("example.org"));
  expect([made.status, other.status]).toEqual([201, 200]);
});

test("cloudflare 3: verification is four fields, 204 for a domain proven otherwise, or an unknown route", async () => {
  const { simulator, domains } = await simulated({
    seed: { accounts: [{ zones: ["example.org"] }] },
  });
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  const pending = await domains("GET", `/${id}/verification`);
  expect(pending.at("result")).toEqual({
    txt_record_name: "_cf-email-sec-challenge.example.com",
    txt_record_value: expect.stringMatching(/^cf-email-sec-/) as string,
    status: "PENDING",
    last_checked_at: null,
  });
  const zone = idOf(await domains("POST", "", newDomain("example.org")));
  const proven = await domains("GET", `/${zone}/verification`);
  expect(proven).toMatchObject({ status: 204, text: "" });
  simulator.quirks.verification = "noContent";
  expect((await domains("GET", `/${id}/verification`)).status).toBe(204);
  simulator.quirks.verification = "notFound";
  expect((await domains("GET", `/${id}/verification`)).status).toBe(404);
});

test("cloudflare 4: a 200 can say success: false", async () => {
  const { simulator, domains } = await simulated();
  const body = { success: false, errors: [], messages: [], result: null };
  simulator.faults.add({ match: { vendor: "cloudflare" }, kind: "body", body });
  expect(await domains("GET")).toMatchObject({ status: 200, body });
});

test("cloudflare 5: a token or the legacy pair signs in, anything else is refused", async () => {
  const { simulator, domains } = await simulated({
    seed: { accounts: [{ keys: [{ email: "a@example.com", key: "k" }] }] },
  });
  const bad = { authorization: "Bearer guess" };
  const refused = await domains("GET", "", undefined, bad);
  expect(refused.status).toBe(401);
  expect(refused.at("success")).toBe(false);
  simulator.quirks.badTokenStatus = 403;
  expect((await domains("GET", "", undefined, bad)).status).toBe(403);
  const pair = { "x-auth-email": "a@example.com", "x-auth-key": "k" };
  const legacy = await domains("GET", "", undefined, {
    authorization: "",
    ...pair,
  });
  expect(legacy.status).toBe(200);
  expect(simulator.log.at(-1)?.authorization).toBe("key of a@example.com");
});

test("cloudflare 5: a token opens its own account only", async () => {
  const other = "aaaabbbbccccddddaaaabbbbccccdddd";
  const { request, simulator } = await simulated({
    seed: {
      accounts: [{}, { id: other, tokens: [{ value: "theirs" }] }],
    },
  });
  const path = `/client/v4/accounts/${other}/email-security/settings/domains`;
  const status = async (token: string) =>
    (await request(path, { headers: { authorization: `Bearer ${token}` } }))
      .status;
  expect(await status("simulated-cloudflare-token")).toBe(403);
  expect(await status("theirs")).toBe(200);
  expect(simulator.accounts.size).toBe(2);
});

test("cloudflare 6: a read-only token can list, get and read the verification", async () => {
  const { simulator, domains } = await simulated();
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  simulator.account.tokens[0]!.permissions = ["Cloud Email Security: Read"];
  const statuses = [
    await domains("GET"),
    await domains("GET", `/${id}`),
    await domains("GET", `/${id}/verification`),
    await domains("PATCH", `/${id}`, { lookback_hops: 2 }),
    await domains("DELETE", `/${id}`),
    await domains("POST", "", newDomain("example.org")),
  ].map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 403, 403, 403]);
});

test("cloudflare 7: an account without the product gets an error that says so", async () => {
  const { simulator, domains } = await simulated();
  simulator.account.entitled = false;
  const { status, text } = await domains("GET");
  expect(status).toBe(403);
  expect(text).toContain("not available in the current subscription");
});

test("cloudflare 8: an id is a stable UUID, and a name is unique in any case", async () => {
  const { domains } = await simulated();
  const made = await domains("POST", "", newDomain("example.com"));
  expect(idOf(made)).toMatch(uuid);
  const twin = await domains("POST", "", newDomain("EXAMPLE.com"));
  expect(twin.status).toBe(409);
  const found = await domains("GET", "?domain=Example.COM");
  expect(found.at("result", 0, "id")).toBe(idOf(made));
});

test.each<[JsonObject, string]>([
  [{ extra: 1 }, "/extra"],
  [{ allowed_delivery_modes: [] }, "/allowed_delivery_modes"],
  [{ allowed_delivery_modes: ["MX"] }, "/allowed_delivery_modes/0"],
  [{ regions: ["EU"] }, "/regions/0"],
  [{ drop_dispositions: ["UCE"] }, "/drop_dispositions/0"],
  [{ drop_dispositions: Array<string>(11).fill("SPAM") }, "/drop_dispositions"],
  [{ ip_restrictions: ["192.0.2.256"] }, "/ip_restrictions/0"],
  [{ ip_restrictions: ["192.0.2.0/33"] }, "/ip_restrictions/0"],
  [
    { ip_restrictions: Array<string>(101).fill("192.0.2.1") },
    "/ip_restrictions",
  ],
  [{ lookback_hops: 0 }, "/lookback_hops"],
  [{ lookback_hops: 21 }, "/lookback_hops"],
  [{ require_tls_outbound: "yes" }, "/require_tls_outbound"],
  [{ integration_id: "7" }, "/integration_id"],
  [{ folder: "Junk" }, "/folder"],
  [{ domain: "not a domain" }, "/domain"],
])("cloudflare 9: POST refuses %j at %s", async (wrong, pointer) => {
  const { simulator, domains } = await simulated();
  const answer = await domains("POST", "", newDomain("example.com", wrong));
  expect(answer.status).toBe(400);
  expect(pointers(answer)).toEqual([pointer]);
  expect(simulator.account.domains).toEqual([]);
});

test("cloudflare 9: POST needs five fields and takes IPv6", async () => {
  const { domains } = await simulated();
  expect(pointers(await domains("POST", "", {}))).toEqual([
    "/domain",
    "/allowed_delivery_modes",
    "/ip_restrictions",
    "/drop_dispositions",
    "/regions",
  ]);
  const ip_restrictions = ["2001:db8::/32", "192.0.2.0/24", "192.0.2.1"];
  const made = await domains(
    "POST",
    "",
    newDomain("example.com", { ip_restrictions }),
  );
  expect(made.at("result", "ip_restrictions")).toEqual(ip_restrictions);
});

test("cloudflare 10: PUT replaces everything, PATCH changes what it is sent and takes no null", async () => {
  const { simulator, domains } = await simulated();
  const start = newDomain("example.com", {
    transport: "mx.example.com",
    require_tls_outbound: true,
  });
  const id = idOf(await domains("POST", "", start));
  const { domain: _name, lookback_hops, ...body } = newDomain("example.com");
  const patched = await domains("PATCH", `/${id}`, { lookback_hops: 3 });
  expect(patched.at("result")).toMatchObject({
    lookback_hops: 3,
    transport: "mx.example.com",
  });
  for (const name of ["transport", "require_tls_outbound"])
    expect(
      pointers(await domains("PATCH", `/${id}`, { [name]: null })),
    ).toEqual([`/${name}`]);
  expect(pointers(await domains("PUT", `/${id}`, body))).toEqual([
    "/lookback_hops",
  ]);
  const put = await domains("PUT", `/${id}`, { ...body, lookback_hops: 2 });
  expect(put.at("result")).toMatchObject({
    lookback_hops: 2,
    require_tls_outbound: null,
  });
  expect(put.at("result", "transport")).toBeUndefined();
  simulator.quirks.putNeedsLookbackHops = false;
  simulator.quirks.omittedDefaults = "null";
  const reset = await domains("PUT", `/${id}`, body);
  expect(reset.at("result")).toMatchObject({
    lookback_hops: null,
    transport: null,
  });
});

test("cloudflare 11: domain in PATCH is ignored or refused", async () => {
  const { simulator, domains } = await simulated();
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  const patch = () => domains("PATCH", `/${id}`, { domain: "example.org" });
  expect((await patch()).at("result", "domain")).toBe("example.com");
  simulator.quirks.domainInUpdate = "refused";
  expect(pointers(await patch())).toEqual(["/domain"]);
});

test("cloudflare 12: POST of a name that exists is 409, 400 or 200 with what is there", async () => {
  const { simulator, domains } = await simulated();
  const first = await domains("POST", "", newDomain("example.com"));
  const again = (lookback_hops: number) =>
    domains("POST", "", newDomain("example.com", { lookback_hops }));
  expect((await again(2)).status).toBe(409);
  simulator.quirks.existingDomain = 400;
  expect((await again(2)).status).toBe(400);
  simulator.quirks.existingDomain = 200;
  const kept = await again(2);
  expect(kept.status).toBe(200);
  expect(kept.at("result")).toMatchObject({
    id: idOf(first),
    lookback_hops: 1,
  });
});

test("cloudflare 13: what POST leaves out is left out of answers, null or a default", async () => {
  const { simulator, domains } = await simulated();
  simulator.quirks.omittedDefaults = "null";
  const { lookback_hops: _hops, ...body } = newDomain("example.com");
  const made = await domains("POST", "", body);
  const omitted = {
    lookback_hops: null,
    require_tls_inbound: null,
    require_tls_outbound: null,
  };
  expect(made.at("result")).toMatchObject(omitted);
  simulator.quirks.omittedDefaults = "absent";
  const read = await domains("GET", `/${idOf(made)}`);
  expect(read.at("result", "lookback_hops")).toBeUndefined();
  expect(read.at("result", "require_tls_inbound")).toBeNull();
  simulator.quirks.omittedDefaults = "default";
  const other = await domains("POST", "", { ...body, domain: "example.org" });
  expect(other.at("result")).toMatchObject({
    lookback_hops: 1,
    require_tls_inbound: false,
    require_tls_outbound: false,
  });
});

test("cloudflare 14: an answer may leave out any field, and the deprecated one may be there", async () => {
  const { simulator, domains } = await simulated();
  await domains("POST", "", newDomain("example.com"));
  const read = async () => (await domains("GET")).at("result", 0);
  expect(await read()).not.toHaveProperty("last_modified");
  expect(await read()).toMatchObject({
    authorization: { authorized: false },
    emails_processed: { total_emails_processed_previous: 0 },
  });
  Object.assign(simulator.quirks, {
    omittedFields: ["regions", "created_at"],
    lastModified: true,
    statistics: "null",
  });
  const bare = await read();
  expect(bare).not.toHaveProperty("regions");
  expect(bare).toMatchObject({ authorization: null, emails_processed: null });
  expect(at(bare, "last_modified")).toBe(at(bare, "modified_at"));
  simulator.quirks.statistics = "absent";
  expect(await read()).not.toHaveProperty("authorization");
});

test("cloudflare 15: counters change between reads, and with a switch also modified_at", async () => {
  const { simulator, domains } = await simulated();
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  const twice = async (field: string) => {
    const first = (await domains("GET", `/${id}`)).at("result", field);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const second = (await domains("GET", `/${id}`)).at("result", field);
    return JSON.stringify(first) !== JSON.stringify(second);
  };
  expect(await twice("emails_processed")).toBe(true);
  expect(await twice("modified_at")).toBe(false);
  simulator.quirks.volatile = "all";
  expect(await twice("modified_at")).toBe(true);
  simulator.quirks.volatile = "none";
  expect(await twice("emails_processed")).toBe(false);
});

test("cloudflare 16: status is upper case, lower case or null", async () => {
  const { simulator, domains } = await simulated();
  await domains("POST", "", newDomain("example.com"));
  const seen = [];
  for (const form of ["upper", "lower", "null"] as const) {
    simulator.quirks.statusCase = form;
    seen.push((await domains("GET")).at("result", 0, "status"));
  }
  expect(seen).toEqual(["PENDING", "pending", null]);
});

test("cloudflare 17: a new domain is pending until its TXT record is published, unless its zone is known", async () => {
  const { simulator, domains } = await simulated({
    seed: { accounts: [{ zones: ["example.org"] }] },
  });
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  const status = async () =>
    (await domains("GET", `/${id}`)).at("result", "status");
  const txt = await domains("GET", `/${id}/verification`);
  const name = txt.at("result", "txt_record_name") as string;
  simulator.account.publishTxt(name, "something else");
  expect(await status()).toBe("PENDING");
  simulator.account.publishTxt(
    name,
    txt.at("result", "txt_record_value") as string,
  );
  expect(await status()).toBe("ACTIVE");
  const zone = await domains("POST", "", newDomain("mail.example.org"));
  expect(zone.at("result", "status")).toBe("ACTIVE");
  simulator.account.edit("example.com", { status: "TIMEOUT" });
  expect(await status()).toBe("TIMEOUT");
});

test("cloudflare 18: arrays come as sent or reordered, IPs as sent or normalised", async () => {
  const { simulator, domains } = await simulated();
  const ip_restrictions = ["192.0.2.7/24", "198.51.100.1/32"];
  await domains("POST", "", newDomain("example.com", { ip_restrictions }));
  const read = async () =>
    (await domains("GET")).at("result", 0, "ip_restrictions");
  expect(await read()).toEqual(ip_restrictions);
  simulator.quirks.arrayOrder = "reversed";
  simulator.quirks.ipForm = "normalised";
  expect(await read()).toEqual(["198.51.100.1", "192.0.2.0/24"]);
});

test("cloudflare 19: DELETE answers the id, and 404 the second time", async () => {
  const { domains } = await simulated();
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  const first = await domains("DELETE", `/${id}`);
  expect(first.at("result")).toEqual({ id });
  expect((await domains("DELETE", `/${id}`)).status).toBe(404);
  expect((await domains("GET", `/${id}`)).status).toBe(404);
});

test("cloudflare 20: bulk DELETE takes a list of ids and refuses to go without", async () => {
  const { simulator, domains } = await simulated();
  const ids = [];
  for (const name of ["example.com", "example.org"])
    ids.push({ id: idOf(await domains("POST", "", newDomain(name))) });
  expect((await domains("DELETE")).status).toBe(400);
  expect((await domains("DELETE", "", [])).status).toBe(400);
  const deleted = await domains("DELETE", "", ids);
  expect(deleted.at("result")).toEqual(ids);
  expect(simulator.account.domains).toEqual([]);
});

test("cloudflare 21: a batch needs its four lists and runs deletes, patches, puts, posts", async () => {
  const { simulator, domains } = await simulated();
  const made: Record<string, string> = {};
  for (const name of ["a.example", "b.example", "c.example"])
    made[name] = idOf(await domains("POST", "", newDomain(name)));
  const incomplete = await domains("POST", "/batch", { deletes: [] });
  expect(pointers(incomplete)).toEqual(["/patches", "/puts", "/posts"]);
  const { domain: _name, ...body } = newDomain("x");
  const id = (name: string) => made[name] ?? "";
  const answer = await domains("POST", "/batch", {
    // The name that is deleted is posted again: only in this order does that work.
    deletes: [{ id: id("a.example") }],
    patches: [{ id: id("b.example"), lookback_hops: 2 }],
    puts: [{ ...body, id: id("c.example"), lookback_hops: 3 }],
    posts: [newDomain("a.example")],
  });
  expect(answer.at("result")).toMatchObject({
    deletes: [{ id: id("a.example") }],
    patches: [{ domain: "b.example", lookback_hops: 2 }],
    puts: [{ domain: "c.example", lookback_hops: 3 }],
    posts: [{ domain: "a.example" }],
  });
  const before = simulator.account.snapshot();
  const broken = await domains("POST", "/batch", {
    deletes: [{ id: id("b.example") }],
    patches: [],
    puts: [],
    posts: [newDomain("c.example")],
  });
  expect(broken.status).toBe(409);
  expect(simulator.account.snapshot()).toEqual(before);
});

test("cloudflare 22: the list has pages, an order and filters", async () => {
  const { simulator, domains } = await simulated();
  for (const name of ["b.example", "a.example", "d.example", "c.example"])
    simulator.account.add({ domain: name });
  simulator.account.edit("d.example", {
    status: "PENDING",
    allowed_delivery_modes: ["BCC"],
  });
  const names = async (query: string) =>
    ((await domains("GET", query)).at("result") as JsonObject[]).map(
      ({ domain }) => domain,
    );
  expect(await names("?order=domain&direction=desc&per_page=2&page=2")).toEqual(
    ["b.example", "a.example"],
  );
  const last = await domains("GET", "?per_page=3&page=2");
  expect(last.at("result_info")).toEqual({
    count: 1,
    page: 2,
    per_page: 3,
    total_count: 4,
  });
  expect(await names("?per_page=3&page=9")).toEqual([]);
  expect(await names("?domain=a.example&domain=C.example")).toEqual([
    "a.example",
    "c.example",
  ]);
  expect(await names("?status=pending")).toEqual(["d.example"]);
  expect(await names("?allowed_delivery_mode=BCC")).toEqual(["d.example"]);
  expect(await names("?active_delivery_mode=BCC")).toEqual([]);
  for (const query of ["?per_page=1001", "?page=0", "?order=name"])
    expect((await domains("GET", query)).status).toBe(400);
});

test("cloudflare 22: pages are no snapshot", async () => {
  const { simulator, domains } = await simulated();
  for (const name of ["a.example", "b.example", "c.example"])
    simulator.account.add({ domain: name });
  simulator.quirks.pageShift = "remove";
  const read = async () => [
    await domains("GET", "?per_page=2&page=1"),
    await domains("GET", "?per_page=2&page=2"),
  ];
  const shifted = await read();
  expect(shifted.map((page) => page.at("result_info", "total_count"))).toEqual([
    3, 2,
  ]);
  const calm = await read();
  expect(calm.map((page) => page.at("result_info", "total_count"))).toEqual([
    2, 2,
  ]);
});

test("cloudflare 23: search matches more than was meant", async () => {
  const { simulator, domains } = await simulated();
  for (const name of ["example.com", "example.org", "other.net"])
    simulator.account.add({ domain: name });
  const { body } = await domains("GET", "?search=example.com");
  expect(at(body, "result_info", "total_count")).toBe(2);
});

test("cloudflare 24: every answer has the limit in headers, and a token that exceeds it is blocked for a window", async () => {
  const { simulator, domains } = await simulated({ quirks: { rateLimit: 3 } });
  const first = await domains("GET");
  expect(first.headers.get("ratelimit")).toMatch(/^"default";r=2;t=\d+$/);
  expect(first.headers.get("ratelimit-policy")).toBe('"default";q=3;w=300');
  await domains("GET");
  await domains("GET");
  const blocked = await domains("GET");
  expect(blocked.status).toBe(429);
  expect(blocked.headers.get("retry-after")).toBe("300");
  simulator.quirks.rateLimit = 1000;
  expect((await domains("GET")).status).toBe(429);
  simulator.reset();
  Object.assign(simulator.quirks, { rateLimit: 0, rateWindowSeconds: 0.05 });
  expect((await domains("GET")).status).toBe(429);
  await new Promise((resolve) => setTimeout(resolve, 60));
  Object.assign(simulator.quirks, { rateLimit: 1000, rateBurst: 0 });
  const burst = await domains("GET");
  expect(burst.status).toBe(429);
  expect(burst.headers.get("retry-after")).toBe("1");
  simulator.quirks.rateBurst = 200;
  expect((await domains("GET")).status).toBe(200);
});

test("cloudflare 25: a POST can be carried out without an answer", async () => {
  const { simulator, domains } = await simulated();
  simulator.faults.add({
    match: { vendor: "cloudflare", method: "POST" },
    when: "after",
    kind: "reset",
  });
  await expect(domains("POST", "", newDomain("example.com"))).rejects.toThrow();
  expect(simulator.account.find("example.com")).toBeDefined();
  expect(simulator.log.at(-1)?.status).toBe(0);
});

test("reads of Cloudflare may lag behind writes", async () => {
  const { simulator, domains } = await simulated({
    quirks: { cloudflareReadLagMs: 60_000 },
  });
  const id = idOf(await domains("POST", "", newDomain("example.com")));
  expect((await domains("GET")).at("result")).toEqual([]);
  expect((await domains("GET", `/${id}`)).status).toBe(404);
  simulator.account.settle();
  await domains("PATCH", `/${id}`, { lookback_hops: 4 });
  const hops = async () =>
    (await domains("GET", `/${id}`)).at("result", "lookback_hops");
  expect(await hops()).toBe(1);
  expect(simulator.account.find("example.com")?.["lookback_hops"]).toBe(4);
  simulator.account.settle();
  expect(await hops()).toBe(4);
});

test("editing or replacing a domain changes its modified_at or id, as for the vendor", async () => {
  const { simulator, domains } = await simulated();
  const made = await domains("POST", "", newDomain("example.com"));
  simulator.account.edit("EXAMPLE.com", { lookback_hops: 5 });
  const edited = (await domains("GET")).at("result", 0);
  expect(edited).toMatchObject({ id: idOf(made), lookback_hops: 5 });
  expect(at(edited, "modified_at")).not.toBe(made.at("result", "modified_at"));
  simulator.account.replace("example.com");
  const replaced = (await domains("GET")).at("result", 0);
  expect(replaced).toMatchObject({ lookback_hops: 5 });
  expect(at(replaced, "id")).not.toBe(idOf(made));
  simulator.account.remove("example.com");
  expect((await domains("GET")).at("result")).toEqual([]);
});

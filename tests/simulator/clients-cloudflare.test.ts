import Cloudflare from "cloudflare";
import type { Fault } from "../../simulator/index";
import { overhearing, unlikeDescription, type Conversation } from "./openapi";
import { simulated } from "./simulated";

const body = {
  allowed_delivery_modes: ["DIRECT" as const],
  ip_restrictions: [],
  drop_dispositions: [],
  regions: ["GLOBAL" as const],
  lookback_hops: 1,
};

const heard: Conversation[] = [];
afterEach(() => {
  // What faults send is not the simulator's own.
  const own = heard
    .splice(0)
    .filter(({ status, contentType }) => status < 300 || contentType !== null);
  expect(own.flatMap(unlikeDescription)).toEqual([]);
});

/** The official client, and a simulator that it talks to. */
async function client(options: { maxRetries?: number } = {}) {
  const { simulator } = await simulated();
  const { environment } = simulator;
  const cloudflare = new Cloudflare({
    apiToken: environment["CLOUDFLARE_API_TOKEN"] ?? "",
    baseURL: environment["CLOUDFLARE_BASE_URL"] ?? "",
    maxRetries: 0,
    fetch: overhearing(heard),
    ...options,
  });
  return {
    simulator,
    domains: cloudflare.emailSecurity.settings.domains,
    account_id: environment["CLOUDFLARE_ACCOUNT_ID"] ?? "",
    cloudflare,
  };
}

test("the official client reads, edits, updates, batches and deletes domains that it has created", async () => {
  const { domains, account_id } = await client();
  const made = await domains.create({
    account_id,
    domain: "example.com",
    ...body,
  });
  const id = made.id ?? "";
  expect(made).toMatchObject({ domain: "example.com", status: "PENDING" });
  expect(await domains.get(id, { account_id })).toMatchObject({ id });
  const edited = await domains.edit(id, {
    account_id,
    require_tls_outbound: true,
    ip_restrictions: ["192.0.2.0/24"],
  });
  expect(edited).toMatchObject({
    require_tls_outbound: true,
    ip_restrictions: ["192.0.2.0/24"],
    lookback_hops: 1,
  });
  const updated = await domains.update(id, {
    account_id,
    ...body,
    transport: "mx.example.com",
  });
  expect(updated).toMatchObject({
    transport: "mx.example.com",
    require_tls_outbound: null,
  });
  const batch = await domains.batch({
    account_id,
    deletes: [{ id }],
    patches: [],
    puts: [],
    posts: [{ domain: "example.org", ...body }],
  });
  expect(batch).toMatchObject({
    deletes: [{ id }],
    posts: [{ domain: "example.org" }],
  });
  const other = batch?.posts[0]?.id ?? "";
  expect(await domains.delete(other, { account_id })).toEqual({ id: other });
  await expect(domains.get(other, { account_id })).rejects.toBeInstanceOf(
    Cloudflare.NotFoundError,
  );
});

test("its pager goes through all pages, with one request more than there are pages", async () => {
  const { domains, account_id, simulator } = await client();
  for (let number = 0; number < 5; number += 1)
    simulator.account.add({ domain: `d${number}.example` });
  const names: (string | undefined)[] = [];
  for await (const one of domains.list({
    account_id,
    per_page: 2,
    order: "domain",
    direction: "desc",
  }))
    names.push(one.domain);
  expect(names).toEqual([4, 3, 2, 1, 0].map((number) => `d${number}.example`));
  expect(simulator.log.map(({ query }) => query["page"])).toEqual([
    ...[undefined, "2", "3", "4"],
  ]);
  const page = await domains.list({
    account_id,
    domain: ["d1.example", "D3.example"],
    status: "ACTIVE",
  });
  expect(page.result.map(({ domain }) => domain)).toEqual([
    ...["d1.example", "d3.example"],
  ]);
  expect(page.result_info).toMatchObject({ count: 2, total_count: 2, page: 1 });
});

test("its deprecated bulk delete is refused because it sends no body; with a body it deletes", async () => {
  const { domains, account_id, simulator } = await client();
  const { id } = simulator.account.add({ domain: "example.com" });
  const all = async (options = {}) => {
    const gone: string[] = [];
    for await (const one of domains.bulkDelete({ account_id }, options))
      gone.push(one.id);
    return gone;
  };
  await expect(all()).rejects.toBeInstanceOf(Cloudflare.BadRequestError);
  expect(simulator.account.domains).toHaveLength(1);
  const [first] = await Promise.all([
    domains.bulkDelete({ account_id }, { body: [{ id }] }),
  ]);
  expect(first.result).toEqual([{ id }]);
  expect(simulator.account.domains).toEqual([]);
});

test("its errors have the status's class and contain the envelope's list", async () => {
  const { domains, account_id, cloudflare, simulator } = await client();
  const { id } = simulator.account.add({ domain: "example.com" });
  const failure = (work: PromiseLike<unknown>) =>
    Promise.resolve(work).then(
      () => undefined,
      (error: unknown) => error as InstanceType<typeof Cloudflare.APIError>,
    );
  const create = (more = {}) =>
    failure(
      domains.create({ account_id, domain: "example.com", ...body, ...more }),
    );
  const bad = await create({ lookback_hops: 99 });
  expect(bad).toBeInstanceOf(Cloudflare.BadRequestError);
  expect(bad?.errors).toMatchObject([
    { code: 10400, message: "must be <= 20" },
  ]);
  expect(await create()).toBeInstanceOf(Cloudflare.ConflictError);
  const none = await failure(domains.get(account_id, { account_id }));
  expect(none).toBeInstanceOf(Cloudflare.NotFoundError);
  const stranger = cloudflare.withOptions({ apiToken: "guess" });
  const list = (who: Cloudflare) =>
    failure(who.emailSecurity.settings.domains.list({ account_id }));
  expect(await list(stranger)).toBeInstanceOf(Cloudflare.AuthenticationError);
  simulator.account.tokens[0]!.permissions = ["Cloud Email Security: Read"];
  const denied = await failure(domains.delete(id, { account_id }));
  expect(denied).toBeInstanceOf(Cloudflare.PermissionDeniedError);
  simulator.account.entitled = false;
  expect((await list(cloudflare))?.message).toContain(
    "not available in the current subscription",
  );
  simulator.account.entitled = true;
  simulator.quirks.rateLimit = 1;
  expect(await list(cloudflare)).toBeInstanceOf(Cloudflare.RateLimitError);
  simulator.reset();
  simulator.faults.add({ kind: "status", status: 503 });
  expect(await list(cloudflare)).toBeInstanceOf(Cloudflare.InternalServerError);
  simulator.faults.add({ kind: "reset" });
  expect(await list(cloudflare)).toBeInstanceOf(Cloudflare.APIConnectionError);
});

test.each<[string, Fault, boolean]>([
  [
    "429 with Retry-After",
    { kind: "status", status: 429, headers: { "retry-after": "0.01" } },
    true,
  ],
  ["503", { kind: "status", status: 503 }, true],
  ["408", { kind: "status", status: 408 }, true],
  ["409", { kind: "status", status: 409 }, true],
  ["a connection that is cut", { kind: "reset" }, true],
  [
    "503 that asks not to be tried again",
    { kind: "status", status: 503, headers: { "x-should-retry": "false" } },
    false,
  ],
  ["400", { kind: "status", status: 400 }, false],
])(
  "after %s it retries or not, as with the vendor",
  async (_, fault, again) => {
    const { domains, account_id, simulator } = await client({ maxRetries: 2 });
    simulator.faults.add(fault);
    const listed = Promise.resolve(domains.list({ account_id }));
    if (again) expect((await listed).result).toEqual([]);
    else await expect(listed).rejects.toBeInstanceOf(Cloudflare.APIError);
    expect(simulator.log).toHaveLength(again ? 2 : 1);
  },
);

test("a POST whose answer was lost is sent again, and conflicts with itself", async () => {
  const { domains, account_id, simulator } = await client({ maxRetries: 1 });
  simulator.faults.add({ kind: "reset", when: "after" });
  await expect(
    domains.create({ account_id, domain: "example.com", ...body }),
  ).rejects.toBeInstanceOf(Cloudflare.ConflictError);
  expect(simulator.account.domains).toHaveLength(1);
});

test("it signs in with the legacy pair of address and key as well", async () => {
  const { account_id, simulator } = await client();
  simulator.account.keys.push({
    email: "admin@example.com",
    key: "k".repeat(37),
  });
  const legacy = new Cloudflare({
    apiToken: null,
    apiEmail: "admin@example.com",
    apiKey: "k".repeat(37),
    baseURL: simulator.environment["CLOUDFLARE_BASE_URL"] ?? "",
    fetch: overhearing(heard),
  });
  const page = await legacy.emailSecurity.settings.domains.list({ account_id });
  expect(page.result).toEqual([]);
  expect(simulator.log[0]?.authorization).toBe("key of admin@example.com");
});

import { graphScope, simulated, type Simulated } from "./simulated";

async function graph({ request, token }: Simulated) {
  const bearer = await token(graphScope);
  return (path: string, init: RequestInit = {}) =>
    request(`/v1.0${path}`, {
      ...init,
      headers: { authorization: `Bearer ${bearer}` },
    });
}

test("exchange 55: Graph shows domains and the MX host that each expects", async () => {
  const get = await graph(await simulated());
  const domains = await get("/domains");
  expect(domains.at("value", 1)).toMatchObject({
    id: "example.com",
    isVerified: true,
    isDefault: true,
    supportedServices: ["Email", "OfficeCommunicationsOnline"],
  });
  expect(domains.at("value", 1)).not.toHaveProperty(
    "serviceConfigurationRecords",
  );
  expect((await get("/domains/EXAMPLE.org")).at("id")).toBe("example.org");
  const records = await get("/domains/example.net/serviceConfigurationRecords");
  expect(records.at("value", 1)).toMatchObject({
    "@odata.type": "#microsoft.graph.domainDnsMxRecord",
    recordType: "Mx",
    mailExchange: "example-net.k-v1.mx.microsoft",
  });
  expect((await get("/domains/nobody.example")).status).toBe(404);
  expect((await get("/users")).status).toBe(404);
});

test("exchange 55: Graph refuses without Domain.Read.All, without a token and with Exchange's", async () => {
  const one = await simulated();
  one.simulator.tenant.applications[0]!.appRoles = ["Exchange.ManageAsApp"];
  const denied = await (await graph(one))("/domains");
  expect(denied.status).toBe(403);
  expect(denied.at("error", "code")).toBe("Authorization_RequestDenied");
  expect((await one.request("/v1.0/domains")).status).toBe(401);
  const exchange = await one.request("/v1.0/domains", {
    headers: { authorization: `Bearer ${await one.token()}` },
  });
  expect(exchange.status).toBe(401);
  expect(exchange.text).toContain("Invalid audience");
});

test("exchange 55: a batch answers each request by its id, throttled ones with their own Retry-After", async () => {
  const one = await simulated();
  const get = await graph(one);
  one.simulator.faults.add({
    match: { vendor: "graph", path: "/domains/example.org" },
    kind: "status",
    status: 429,
    headers: { "retry-after": "3" },
    body: { error: { code: "TooManyRequests", message: "wait" } },
  });
  const batch = (names: string[]) =>
    get("/$batch", {
      method: "POST",
      body: JSON.stringify({
        requests: names.map((name, at) => ({
          id: String(at),
          method: "GET",
          url: `/domains/${name}/serviceConfigurationRecords`,
        })),
      }),
    });
  const answer = await batch(["example.com", "example.org", "nobody.example"]);
  expect(answer.status).toBe(200);
  const responses = answer.at("responses") as {
    id: string;
    status: number;
    headers: Record<string, string>;
  }[];
  expect(
    Object.fromEntries(responses.map(({ id, status }) => [id, status])),
  ).toEqual({ 0: 200, 1: 429, 2: 404 });
  expect(responses.find(({ id }) => id === "1")?.headers).toMatchObject({
    "Retry-After": "3",
  });
  expect(one.simulator.log.at(-1)?.requests).toEqual([
    {
      path: "/v1.0/domains/example.com/serviceConfigurationRecords",
      status: 200,
    },
    {
      path: "/v1.0/domains/example.org/serviceConfigurationRecords",
      status: 429,
    },
    {
      path: "/v1.0/domains/nobody.example/serviceConfigurationRecords",
      status: 404,
    },
  ]);
  expect((await batch(Array<string>(21).fill("example.com"))).status).toBe(400);
});

test("a domain's MX host can change", async () => {
  const one = await simulated();
  one.simulator.tenant.setMailExchange("example.com", "new.mx.microsoft");
  const records = await (
    await graph(one)
  )("/domains/example.com/serviceConfigurationRecords");
  expect(records.at("value", 1, "mailExchange")).toBe("new.mx.microsoft");
});

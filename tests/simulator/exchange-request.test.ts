import { at, errorOf, newRule, simulated } from "./simulated";

test("exchange 1: InvokeCommand answers POST under beta only, v1.0 answers 405", async () => {
  const { simulator, request, token, invoke } = await simulated();
  expect((await invoke("Get-TransportRule")).status).toBe(200);
  const headers = { authorization: `Bearer ${await token()}` };
  const { id } = simulator.tenant;
  const beta = await request(`/adminapi/beta/${id}/InvokeCommand`, { headers });
  const v1 = await request(`/adminapi/v1.0/${id}/InvokeCommand`, {
    method: "POST",
    headers,
    body: "{}",
  });
  expect([beta.status, v1.status]).toEqual([405, 405]);
});

test("exchange 2: the tenant is named by GUID or by its onmicrosoft.com name", async () => {
  const { request, token } = await simulated();
  const { status } = await request(
    "/adminapi/beta/contoso.onmicrosoft.com/InvokeCommand",
    {
      method: "POST",
      headers: { authorization: `Bearer ${await token()}` },
      body: `{"CmdletInput":{"CmdletName":"Get-TransportRule","Parameters":{}}}`,
    },
  );
  expect(status).toBe(200);
});

test("exchange 3: Parameters null or missing is refused", async () => {
  const { invoke, request, simulator, token } = await simulated();
  expect((await invoke("Get-TransportRule", null)).status).toBe(400);
  const { status } = await request(
    `/adminapi/beta/${simulator.tenant.id}/InvokeCommand`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${await token()}` },
      body: `{"CmdletInput":{"CmdletName":"Get-TransportRule"}}`,
    },
  );
  expect(status).toBe(400);
});

test("exchange 4: Authorization, Content-Type and Accept are enough, other headers are harmless", async () => {
  const { invoke } = await simulated();
  const bare = await invoke("Get-AcceptedDomain");
  const full = await invoke(
    "Get-AcceptedDomain",
    {},
    {
      headers: {
        "x-anchormailbox": "APP:SystemMailbox{bb558c35}@contoso",
        "x-cmdletname": "Get-AcceptedDomain",
        "x-responseformat": "json",
        "client-request-id": "0b0b0b0b-0000-4000-8000-000000000001",
      },
    },
  );
  expect(full.body).toEqual(bare.body);
  expect(full.headers.get("request-id")).toBe(
    "0b0b0b0b-0000-4000-8000-000000000001",
  );
});

test("exchange 5: a success has its context, empty warnings, and siblings that name types", async () => {
  const { invoke, run } = await simulated();
  await run("New-TransportRule", newRule("r"));
  const { body, headers } = await invoke("Get-TransportRule");
  expect(headers.get("content-type")).toContain("application/json");
  expect(at(body, "@odata.context")).toMatch(
    /\/adminapi\/beta\/.*\$metadata#Collection\(Exchange\.GenericHashTable\)$/,
  );
  expect(at(body, "adminapi.warnings@odata.type")).toBe("#Collection(String)");
  expect(at(body, "@adminapi.warnings")).toEqual([]);
  expect(at(body, "value", 0)).toMatchObject({
    "Priority@data.type": "System.Int32",
    Priority: 0,
    "HeaderContainsWords@odata.type": "#Collection(String)",
    HeaderContainsWords: ["UCE", "SPOOF"],
    "Guid@data.type": "System.Guid",
    "Guid@odata.type": "#Guid",
    "WhenChanged@data.type": "System.DateTime",
    WhenChanged: expect.stringMatching(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$/,
    ) as string,
    WhenChangedUTC: expect.stringMatching(/\.\d{7}Z$/) as string,
  });
  expect(at(body, "value", 0)).not.toHaveProperty(["Name@data.type"]);
});

test("exchange 5: an empty list is an empty array, null or absent, as the switch says", async () => {
  const { simulator, invoke } = await simulated();
  const values = [];
  for (const form of ["array", "null", "absent"] as const) {
    simulator.quirks.emptyValue = form;
    values.push((await invoke("Get-TransportRule")).at("value"));
  }
  expect(values).toEqual([[], null, undefined]);
});

test("exchange 6: $select limits the properties", async () => {
  const { invoke } = await simulated();
  const { body } = await invoke(
    "Get-HostedContentFilterPolicy",
    { Identity: "Default" },
    { query: "?$select=Name,BulkThreshold" },
  );
  expect(at(body, "value")).toEqual([
    {
      Name: "Default",
      "BulkThreshold@data.type": "System.Int32",
      BulkThreshold: 7,
    },
  ]);
});

test("exchange 7: a small page carries a link and a warning, and the same body continues it", async () => {
  const { simulator, request, invoke, token } = await simulated();
  const headers = { prefer: "odata.maxpagesize=2" };
  const first = await invoke("Get-AcceptedDomain", {}, { headers });
  expect(first.at("value")).toHaveLength(2);
  expect(first.at("@adminapi.warnings", 0)).toContain(
    "There are more results available than are currently displayed.",
  );
  const link = new URL(first.at("@odata.nextLink") as string);
  expect(link.href).toContain("/InvokeCommand?%24skiptoken=");
  const next = (cmdlet: string) =>
    token().then((bearer) =>
      request(link.pathname + link.search, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${bearer}` },
        body: JSON.stringify({
          CmdletInput: { CmdletName: cmdlet, Parameters: {} },
        }),
      }),
    );
  const second = await next("Get-AcceptedDomain");
  expect(second.at("value")).toHaveLength(2);
  expect(second.at("@odata.nextLink")).toBeUndefined();
  expect((await next("Get-InboundConnector")).status).toBe(400);
  simulator.quirks.continuation = "refused";
  const refused = await next("Get-AcceptedDomain");
  expect(refused.status).toBe(400);
  expect(refused.text).toContain("Expired or Invalid pagination request");
});

test("exchange 8: writes answer an empty value, an empty body or 204, and New- its object or none", async () => {
  const { simulator, invoke } = await simulated();
  const made = await invoke("New-TransportRule", newRule("r"));
  expect(made.at("value", 0, "Name")).toBe("r");
  simulator.quirks.newReturnsObject = false;
  expect((await invoke("New-TransportRule", newRule("s"))).at("value")).toEqual(
    [],
  );
  const set = () => invoke("Set-TransportRule", { Identity: "r", SetSCL: 6 });
  expect((await set()).at("value")).toEqual([]);
  simulator.quirks.writeAnswer = "emptyBody";
  expect(await set()).toMatchObject({ status: 200, text: "" });
  simulator.quirks.writeAnswer = "noContent";
  expect(await set()).toMatchObject({ status: 204, text: "" });
});

test("exchange 9: a region's redirect names its host and gives up no answer", async () => {
  const { simulator, request, token } = await simulated({
    quirks: { regionalRedirect: "eur01" },
  });
  const path = `/adminapi/beta/${simulator.tenant.id}/InvokeCommand`;
  const { status, headers, text } = await request(path, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: `Bearer ${await token()}` },
    body: `{"CmdletInput":{"CmdletName":"Get-TransportRule","Parameters":{}}}`,
  });
  expect({ status, text }).toEqual({ status: 302, text: "" });
  expect(headers.get("location")).toBe(
    `https://eur01.localhost:${new URL(simulator.url).port}${path}`,
  );
});

test("exchange 10: the module file lists the cmdlets that the application may run", async () => {
  const { simulator, request, token } = await simulated();
  simulator.tenant.applications[0]!.directoryRoles = ["Security Reader"];
  const { body } = await request(
    `/adminapi/v1.0/${simulator.tenant.id}/EXOModuleFile?Version=3.9.2`,
    {
      headers: { authorization: `Bearer ${await token()}`, commandname: "*" },
    },
  );
  const cmdlets = (at(body, "value", 0, "exportedCmdlets") as string).split(
    ",",
  );
  expect(cmdlets).toContain("Get-TransportRule");
  expect(cmdlets).not.toContain("New-TransportRule");
});

test("exchange 16: an unknown parameter answers the captured body", async () => {
  const { invoke } = await simulated();
  const { status, body } = await invoke("Get-TransportRule", {
    BogusParameter: 1,
  });
  expect(status).toBe(400);
  const text =
    "Parameter set cannot be resolved using the specified named parameters. Invalid cmdlet parameters specified. BogusParameter";
  const type =
    "Microsoft.Exchange.AdminApi.CommandInvocation.AmbiguousParameterSetException";
  expect(body).toEqual({
    error: {
      code: "BadRequest",
      message: "Invalid Operation",
      details: [{ code: "Client", target: "", message: `|${type}|${text}` }],
      innererror: {
        message: "Invalid Operation",
        type: "Microsoft.Exchange.Admin.OData.Core.ODataServiceException",
        stacktrace: "",
        internalexception: { message: text, type, stacktrace: "" },
      },
    },
  });
});

test("exchange 17: a bad enum value answers the valid names, without details", async () => {
  const { invoke } = await simulated();
  const answer = await invoke("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    SpamAction: "Nonsense",
  });
  const { status, body } = answer;
  expect(status).toBe(400);
  expect(at(body, "error", "details")).toBeUndefined();
  expect(at(body, "error", "@adminapi.warnings")).toEqual([]);
  const { type, text } = errorOf(answer);
  expect(type).toBe(
    "Microsoft.Exchange.AdminApi.CommandInvocation.ParameterTransformationException",
  );
  expect(text).toContain(
    "Cannot process argument transformation on parameter 'SpamAction'. Cannot convert value \"Nonsense\" to type",
  );
  expect(text).toContain("Quarantine");
});

test("exchange 18: a unique prefix of an enum value is accepted, an ambiguous one is not", async () => {
  const { simulator, invoke } = await simulated();
  const set = (SpamAction: string) =>
    invoke("Set-HostedContentFilterPolicy", {
      Identity: "Default",
      SpamAction,
    });
  expect((await set("quar")).status).toBe(200);
  expect(
    simulator.tenant.find("HostedContentFilterPolicy", "Default")?.[
      "SpamAction"
    ],
  ).toBe("Quarantine");
  expect((await set("M")).status).toBe(400);
});

test("exchange 19: arrays replace, hashtables edit, an empty one clears, null clears, absent changes nothing", async () => {
  const { simulator, run } = await simulated();
  const table = "#Exchange.GenericHashTable";
  const policy = simulator.tenant.find("HostedContentFilterPolicy", "Default")!;
  const set = async (AllowedSenders: unknown) => {
    await run("Set-HostedContentFilterPolicy", {
      Identity: "Default",
      AllowedSenders: AllowedSenders as string[],
    });
    return policy["AllowedSenders"];
  };
  expect(await set(["a@example.com", "b@example.com"])).toHaveLength(2);
  expect(
    await set({
      "@odata.type": table,
      add: ["c@example.com"],
      remove: ["A@example.com"],
    }),
  ).toEqual(["b@example.com", "c@example.com"]);
  await run("Set-HostedContentFilterPolicy", {
    Identity: "Default",
    BulkThreshold: 6,
  });
  expect(policy["AllowedSenders"]).toHaveLength(2);
  expect(await set({ "@odata.type": table })).toEqual([]);
  await run("New-TransportRule", newRule("r", { Comments: "c" }));
  await run("Set-TransportRule", { Identity: "r", Comments: null });
  expect((await run("Get-TransportRule"))[0]?.["Comments"]).toBeNull();
});

test.each([
  ["New-TransportRule", { SetSCL: 5 }, "missing mandatory parameters: Name"],
  ["Set-TransportRule", { Identity: null }, "null"],
  [
    "Set-HostedContentFilterPolicy",
    { Identity: "Default", QuarantineRetentionPeriod: 31 },
    "maximum allowed range of 30",
  ],
  [
    "Set-HostedContentFilterPolicy",
    { Identity: "Default", BulkThreshold: 0 },
    "minimum allowed range of 1",
  ],
  [
    "New-TransportRule",
    { Name: "r", SetSCL: 10 },
    "maximum allowed range of 9",
  ],
  ["New-TransportRule", { Name: "r", SetSCL: -2 }, "minimum allowed range"],
  ["New-TransportRule", { Name: "n".repeat(65) }, 'equal to "64"'],
  [
    "New-TransportRule",
    { Name: "r", Comments: "c".repeat(1025) },
    'equal to "1024"',
  ],
  ["New-TransportRule", { Name: "r", Enabled: "yes" }, "Boolean parameters"],
  ["New-TransportRule", { Name: "r", Priority: 1.5 }, "correct format"],
  [
    "New-TransportRule",
    { Name: "r", SenderIpRanges: ["10.0.0.0/33"] },
    "isn't a valid IP address",
  ],
  [
    "New-TransportRule",
    { Name: "r", SenderIpRanges: ["2001:db8::1"] },
    "isn't a supported IP address range",
  ],
  [
    "New-TransportRule",
    { Name: "r", SenderIpRanges: ["10.0.0.0/23"] },
    "isn't a supported IP address range",
  ],
  [
    "New-TransportRule",
    {
      Name: "r",
      HeaderContainsMessageHeader: "X-A",
      HeaderContainsWords: [" UCE"],
    },
    "no leading or trailing spaces",
  ],
])(
  "exchange 20: %s with %j is refused before anything is done",
  async (cmdlet, parameters, text) => {
    const { simulator, invoke } = await simulated();
    const answer = await invoke(cmdlet, parameters);
    expect(answer.status).toBe(400);
    expect(errorOf(answer).text).toContain(text);
    expect(simulator.tenant.transportRules).toEqual([]);
    expect(simulator.log.at(-1)?.refused).toContain(text);
  },
);

test("exchange 21: a cmdlet's error has a useless message outside and id, type and text in the details", async () => {
  const { simulator, invoke } = await simulated();
  const fail = () => invoke("Remove-TransportRule", { Identity: "nobody" });
  const error = (await fail()).at("error");
  expect(at(error, "message")).toBe("Error executing cmdlet");
  expect(at(error, "details", 0, "message")).toMatch(
    /^Ex[0-9A-F]{6}\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't be performed because object 'nobody' couldn't be found on/,
  );
  expect(at(error, "innererror", "internalexception", "message")).toContain(
    "DirectInvokeCmdletExecutionException' was thrown.",
  );
  expect(at(error, "@adminapi.warnings")).toEqual([]);
  simulator.quirks.errorIdEmpty = true;
  expect((await fail()).at("error", "details", 0, "message")).toMatch(/^\|/);
  simulator.quirks.errorDetails = "json";
  expect(
    JSON.parse((await fail()).at("error", "details", 0, "message") as string),
  ).toMatchObject({
    TypeName:
      "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
    InnerError: null,
  });
});

test("exchange 22: not found is 404, 400 or 500, always the same exception that names a domain controller", async () => {
  const { simulator, invoke } = await simulated();
  for (const status of [404, 400, 500] as const) {
    simulator.quirks.notFoundStatus = status;
    const answer = await invoke("Disable-TransportRule", { Identity: "x" });
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toEqual({
      type: "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException",
      text: expect.stringMatching(
        /couldn't be found on '.+\.OUTLOOK\.COM'/,
      ) as string,
    });
  }
});

test("exchange 23: a name that exists is 400 with ADObjectAlreadyExistsException", async () => {
  const { invoke, run } = await simulated();
  await run("New-TransportRule", newRule("r"));
  const answer = await invoke("New-TransportRule", newRule("R"));
  expect(answer.status).toBe(400);
  expect(errorOf(answer)).toMatchObject({
    type: "Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException",
    text: expect.stringContaining("already exists") as string,
  });
});

test("exchange 24: throttling comes as 429 with or without Retry-After, or as plain text", async () => {
  const { simulator, invoke } = await simulated();
  for (const wait of ["2", "0.5", undefined]) {
    simulator.faults.add({
      match: { vendor: "exchange" },
      kind: "status",
      status: 429,
      ...(wait === undefined ? {} : { headers: { "retry-after": wait } }),
    });
    const { status, headers } = await invoke("Get-TransportRule");
    expect(status).toBe(429);
    expect(headers.get("retry-after")).toBe(wait ?? null);
  }
  Object.assign(simulator.quirks, { concurrentRequests: 1, latencyMs: 300 });
  const both = await Promise.all([
    invoke("Get-TransportRule"),
    invoke("Get-TransportRule"),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 400]);
  expect(both.find(({ status }) => status === 400)?.text).toBe(
    "You have reached the maximum number of concurrent requests per tenant. Please wait and try again",
  );
});

test("exchange 25: a New- can fail after it was carried out", async () => {
  const { simulator, invoke } = await simulated();
  simulator.faults.add({
    match: { cmdlet: "New-TransportRule" },
    when: "after",
    kind: "status",
    status: 504,
  });
  expect((await invoke("New-TransportRule", newRule("r"))).status).toBe(504);
  expect(simulator.tenant.transportRules).toHaveLength(1);
  const again = await invoke("New-TransportRule", newRule("r"));
  expect(errorOf(again).text).toContain("already exists");
});

test("exchange 26: rate limit headers are there or wholly absent", async () => {
  const { simulator, invoke } = await simulated();
  const names = async () =>
    [...(await invoke("Get-TransportRule")).headers.keys()].filter((name) =>
      /rate|retry/.test(name),
    );
  expect(await names()).toEqual([]);
  simulator.quirks.exchangeRateLimitHeaders = true;
  expect(await names()).toEqual([
    "rate-limit-limit",
    "rate-limit-remaining",
    "rate-limit-reset",
  ]);
});

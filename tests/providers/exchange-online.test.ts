import { isFault, UserError, VendorError } from "../../providers/errors";
import { readError } from "../../providers/exchange-online/error-envelope";
import { Patience } from "../../providers/http/patience";
import {
  detail,
  LoopbackExchange,
  notFound,
  tenant,
  type Reply,
} from "./loopback-exchange";

jest.setTimeout(10_000);

const exchange = new LoopbackExchange();
beforeAll(() => exchange.start());
afterAll(() => exchange.close());
beforeEach(() => exchange.forget());

const patience = () => new Patience(2000);
const itemsOf = async (body: unknown) => {
  exchange.replies = [{ body }];
  const { items } = await exchange.client().list("Get-Thing");
  return items;
};

/** What a promise rejects with, which must be a vendor's error. */
async function errorOf(promise: Promise<unknown>): Promise<VendorError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
  throw new Error("it succeeded, and was to fail");
}
/** What comes of a list when it is answered so. */
const errorOfList = (...replies: Reply[]): Promise<VendorError> => {
  exchange.replies = replies;
  return errorOf(exchange.client().list("Get-Thing"));
};
const proxy =
  "Nothing is concluded from it. Check for a proxy in between, and area1:exchangeBaseUrl.";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const anchor = `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${tenant}`;

describe("A cmdlet", () => {
  test("is sent to the tenant's InvokeCommand with its name, its parameters and the headers of the module", async () => {
    await exchange
      .client()
      .write("Set-Thing", { Identity: "one", Words: null }, patience());
    const [request, ...others] = exchange.arrived;
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: `/adminapi/beta/${tenant}/InvokeCommand`,
      body: {
        CmdletInput: {
          CmdletName: "Set-Thing",
          Parameters: { Identity: "one", Words: null },
        },
      },
      headers: {
        authorization: "Bearer exchange-0",
        "content-type": "application/json; charset=utf-8",
        accept: "application/json",
        "accept-language": "en-US",
        "x-anchormailbox": anchor,
        "x-cmdletname": "Set-Thing",
        "x-responseformat": "json",
        prefer: "odata.maxpagesize=1000",
        "client-request-id": expect.stringMatching(uuid) as string,
        "connection-id": expect.stringMatching(uuid) as string,
      },
    });
  });

  test("has an id per request, and one for all requests of a client", async () => {
    const client = exchange.client();
    await client.list("Get-Thing");
    await client.list("Get-Other");
    await exchange.client().list("Get-Thing");
    const ids = (name: string) =>
      exchange.arrived.map(({ headers }) => headers[name]);
    expect(new Set(ids("client-request-id")).size).toBe(3);
    const [first, second, third] = ids("connection-id");
    expect(first).toBe(second);
    expect(first).not.toBe(third);
  });

  test("that creates an object is not retried if its outcome is unknown", async () => {
    exchange.replies = [{ status: 503, body: "" }];
    const error = await errorOf(
      exchange.client().write("New-Thing", { Name: "one" }, patience()),
    );
    expect(error.fault).toBe("transient");
    expect(error.message).toBe(
      "Exchange Online answered 503 to New-Thing: no reason given",
    );
    expect(error.details).toMatchObject({ status: 503, uncertain: true });
    expect(exchange.arrived).toHaveLength(1);
  });

  test.each(["Set-Thing", "Remove-Thing", "Enable-Thing"] as const)(
    "that may be carried out twice is sent again: %s",
    async (cmdlet) => {
      exchange.replies = [{ status: 503, body: "" }];
      await exchange.client().write(cmdlet, { Identity: "one" }, patience());
      expect(exchange.cmdlets).toEqual([
        [cmdlet, { Identity: "one" }],
        [cmdlet, { Identity: "one" }],
      ]);
    },
  );

  test("that only reads has no unknown outcome after a final failure", async () => {
    exchange.replies = Array.from({ length: 6 }, () => ({ status: 503 }));
    const { details } = await errorOf(
      exchange.client(undefined, 1000).list("Get-Thing"),
    );
    expect(details).toMatchObject({ status: 503, uncertain: false });
  });
});

describe("A list", () => {
  test("is requested once by all readers, and separately for each filter", async () => {
    exchange.answers = { "Get-Thing": [[{ Name: "one" }]] };
    const client = exchange.client();
    const [first, second] = await Promise.all([
      client.list("Get-Thing"),
      client.list("Get-Thing", {}),
      client.list("Get-Thing", { Type: "other" }),
    ]);
    expect(first.items).toEqual([{ Name: "one" }]);
    expect(second).toBe(first);
    expect(exchange.cmdlets).toEqual([
      ["Get-Thing", {}],
      ["Get-Thing", { Type: "other" }],
    ]);
  });

  test("is requested again by a reader that already has it", async () => {
    const client = exchange.client();
    const { begun } = await client.list("Get-Thing");
    await client.list("Get-Thing", {}, begun - 1);
    expect(exchange.arrived).toHaveLength(1);
    const { begun: later } = await client.list("Get-Thing", {}, begun);
    expect(exchange.arrived).toHaveLength(2);
    expect(later).toBeGreaterThan(begun);
  });

  test.each([
    ["succeeds", {}],
    ["fails", { status: 400, body: detail("Wrong", "No.") }],
  ])(
    "is discarded when an object of its noun is written, also when that write %s",
    async (_, reply) => {
      const client = exchange.client();
      const all = () =>
        Promise.all([
          client.list("Get-Thing"),
          client.list("Get-Thing", { Type: "other" }),
          client.list("Get-ThingRule"),
          client.list("Get-Other"),
        ]);
      await all();
      exchange.answers = { "Set-Thing": [reply] };
      await client
        .write("Set-Thing", { Identity: "one" }, patience())
        .catch(() => undefined);
      exchange.arrived = [];
      await all();
      expect(exchange.cmdlets).toEqual([
        ["Get-Thing", {}],
        ["Get-Thing", { Type: "other" }],
      ]);
    },
  );
});

describe("Writes", () => {
  test("are sent one at a time, in order, also after one that failed", async () => {
    exchange.replies = [
      { after: 30 },
      { status: 400, body: detail("Wrong", "No."), after: 15 },
    ];
    const client = exchange.client();
    const outcomes = await Promise.allSettled(
      ["one", "two", "three"].map((Identity) =>
        client.write("Set-Thing", { Identity }, patience()),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(exchange.most).toBe(1);
    expect(exchange.writes.map(([, parameters]) => parameters)).toEqual([
      { Identity: "one" },
      { Identity: "two" },
      { Identity: "three" },
    ]);
  });

  test("return the objects that they are answered with", async () => {
    exchange.replies = [
      { body: `\n ${JSON.stringify({ value: { Name: "a" } })}` },
    ];
    expect(
      await exchange.client().write("New-Thing", { Name: "a" }, patience()),
    ).toEqual([{ Name: "a" }]);
  });

  test.each([
    ["no body", { body: "" }],
    ["204", { status: 204, body: "" }],
    ["white space", { body: " \n" }],
    ["a word", { body: "OK" }],
    ["a word, and more", { body: "done { of it" }],
    ["a status that is little used", { status: 299, body: "" }],
  ])("succeed when they are answered with %s", async (_, reply) => {
    exchange.replies = [reply];
    expect(await exchange.client().write("Set-Thing", {}, patience())).toEqual(
      [],
    );
    expect(exchange.warnings).toEqual([]);
  });

  test.each([
    ["a page", "<html>Sign in</html>", "something that is not JSON"],
    ["a page, after a line", "\n <html>", "something that is not JSON"],
    ["half an object", '{"value": [', "something that is not JSON"],
    ["a foreign object", '{"ok": true}', "JSON that is not its envelope"],
  ])("are uncertain when they are answered with %s", async (_, body, what) => {
    exchange.replies = [{ body }];
    const error = await errorOf(
      exchange.client().write("Set-Thing", {}, patience()),
    );
    expect(error.fault).toBe("unreadable");
    expect(error.message).toBe(`Set-Thing answered ${what}`);
    expect(error.details).toEqual({
      status: 200,
      uncertain: true,
      advice: proxy,
    });
  });

  test("that remove succeed if the object is already deleted, and fail for any other reason", async () => {
    const client = exchange.client();
    exchange.replies = [notFound()];
    await client.removeIfThere("Remove-Thing", { Identity: "a" }, patience());
    exchange.replies = [{ status: 400, body: detail("Wrong", "In use.") }];
    await expect(
      client.removeIfThere("Remove-Thing", { Identity: "b" }, patience()),
    ).rejects.toMatchObject({ fault: "refused" });
    expect(exchange.writes).toEqual([
      ["Remove-Thing", { Identity: "a" }],
      ["Remove-Thing", { Identity: "b" }],
    ]);
  });
});

describe("An answer with objects", () => {
  test.each([
    ["a list", { value: [{ Name: "a" }, { Name: "b" }] }, ["a", "b"]],
    ["a bare object", { value: { Name: "a" } }, ["a"]],
    ["null", { value: null }, []],
    ["nothing but a context", { "@odata.context": "$metadata" }, []],
    [
      "errors of none",
      { value: [{ Name: "a" }], "@adminapi.errors": [] },
      ["a"],
    ],
    [
      "errors that are no list",
      { value: [{ Name: "a" }], "@adminapi.errors": "x" },
      ["a"],
    ],
    [
      "a next page that is no link",
      { value: [{ Name: "a" }], "@odata.nextLink": null },
      ["a"],
    ],
    [
      "warnings that are no list",
      { value: [{ Name: "a" }], "@adminapi.warnings": "x" },
      ["a"],
    ],
  ])("is read from %s", async (_, body, names) => {
    expect((await itemsOf(body)).map((item) => item["Name"])).toEqual(names);
    expect(exchange.arrived).toHaveLength(1);
    expect(exchange.warnings).toEqual([]);
  });

  test("is returned without nulls and without members that describe types", async () => {
    const item = {
      Name: "a",
      From: null,
      "Guid@data.type": "System.Guid",
      "@odata.id": "x",
      Enabled: false,
      Words: [],
    };
    expect(await itemsOf({ value: [item] })).toEqual([
      { Name: "a", Enabled: false, Words: [] },
    ]);
  });

  test.each([
    ["without a body", { body: "" }, 200],
    ["without a body", { body: " \n" }, 200],
    ["without a body", { status: 204, body: "" }, 204],
    ["something that is not JSON", { body: "OK" }, 200],
    ["something that is not JSON", { body: "<html>" }, 200],
    ["something that is not JSON", { body: "[]" }, 200],
    ["something that is not JSON", { status: 299, body: "null" }, 299],
    ["JSON that is not its envelope", { body: {} }, 200],
    ["an object that is none", { body: { value: ["x"] } }, 200],
    ["an object that is none", { body: { value: "x" } }, 200],
    [
      'with errors: ["one two"]',
      { body: { value: [], "@adminapi.errors": ["one\u007ftwo"] } },
      200,
    ],
  ])("must not be %s", async (what, reply, status) => {
    const error = await errorOfList(reply);
    expect(error.fault).toBe("unreadable");
    expect(error.message).toBe(`Get-Thing answered ${what}`);
    expect(error.details).toEqual({ status, uncertain: true, advice: proxy });
  });

  test("may warn, in texts on one line", async () => {
    await itemsOf({ value: [], "@adminapi.warnings": ["one\ntwo", 3, "four"] });
    expect(exchange.warnings).toEqual([
      "Get-Thing: one two",
      "Get-Thing: four",
    ]);
  });
});

describe("A list of several pages", () => {
  const base = () => `http://localhost:${exchange.port}`;
  const page = (name: string, next?: string, warnings: string[] = []) => ({
    body: {
      value: [{ Name: name }],
      ...(next !== undefined && { "@odata.nextLink": next }),
      "@adminapi.warnings": warnings,
    },
  });

  test("is requested page by page, each time with the cmdlet and its parameters", async () => {
    const more = "There are more results available than are displayed.";
    exchange.replies = [
      page("a", `${base()}/two?skip=1`, [more, "Mind it."]),
      page("b", "/three", [more]),
      page("c"),
    ];
    const { items } = await exchange
      .client()
      .list("Get-Thing", { Type: "other" });
    expect(items).toEqual([{ Name: "a" }, { Name: "b" }, { Name: "c" }]);
    expect(exchange.arrived.map(({ path }) => path)).toEqual([
      `/adminapi/beta/${tenant}/InvokeCommand`,
      "/two?skip=1",
      "/three",
    ]);
    expect(exchange.cmdlets).toEqual([
      ["Get-Thing", { Type: "other" }],
      ["Get-Thing", { Type: "other" }],
      ["Get-Thing", { Type: "other" }],
    ]);
    // That there are more is no news to anybody.
    expect(exchange.warnings).toEqual(["Get-Thing: Mind it."]);
  });

  test("is an error if a page has no link to the rest", async () => {
    const error = await errorOfList(
      page("a", "/two"),
      page("b", undefined, ["Note.", "More Results Available, says it"]),
    );
    expect(error.fault).toBe("unreadable");
    expect(error.message).toBe(
      "Get-Thing answered with a part of its objects and no link to the rest",
    );
    expect(error.details).toEqual({ uncertain: true, advice: proxy });
  });

  test("is an error if its links lead back", async () => {
    const error = await errorOfList(
      page("a", "/two"),
      page("b", "/three"),
      page("c", "/two"),
    );
    expect(error.message).toBe(
      "Get-Thing answered with a page link that leads back to itself",
    );
    expect(exchange.arrived).toHaveLength(3);
  });
});

describe("A link", () => {
  const link = (next: string) => ({
    body: { value: [], "@odata.nextLink": next },
  });
  const authority = () => `localhost:${exchange.port}`;

  test.each([
    ["another host", () => "http://example.com/", "example.com"],
    [
      "a host whose name ends alike",
      () => `http://not${authority()}/`,
      () => `not${authority()}`,
    ],
    ["another port", () => "http://localhost:1/", "localhost:1"],
    ["another protocol", () => `https://${authority()}/`, authority],
    [
      "a user's name before the host",
      () => `http://somebody@${authority()}/`,
      authority,
    ],
  ])("is not followed to %s", async (_, next, host) => {
    const error = await errorOfList(link(next()));
    expect(error.fault).toBe("unreadable");
    expect(error.message).toBe(
      `${authority()} points to ${typeof host === "string" ? host : host()}, which the token is not for`,
    );
    expect(error.details).toEqual({
      advice:
        "Nothing was sent there. If your tenant lives there, set area1:exchangeBaseUrl to it.",
    });
    expect(exchange.arrived).toHaveLength(1);
  });

  test("is followed to a host below that of the token", async () => {
    exchange.replies = [link(`http://eu.${authority()}/two`)];
    const said = await exchange
      .client(undefined, 1000)
      .list("Get-Thing")
      .then(
        () => exchange.arrived[1]?.headers.host,
        (error: Error) => error.message,
      );
    // Whether the name is known here is another matter.
    expect(said).toMatch(
      new RegExp(`^eu\\.${authority()}($| could not be reached)`),
    );
  });

  test("must be one", async () => {
    const error = await errorOfList(link("http://["));
    expect(error.message).toBe("a page link is not a URL");
    expect(error.details).toEqual({ uncertain: true, advice: proxy });
  });
});

describe("A redirect", () => {
  const to = (location: string, status = 307) => ({
    status,
    headers: { location },
    body: "",
  });

  test.each([300, 302, 307, 399])(
    "is followed with the same request: %s",
    async (status) => {
      exchange.replies = [to("/there", status)];
      await exchange.client().write("New-Thing", { Name: "a" }, patience());
      const [first, second] = exchange.arrived;
      expect(second?.path).toBe("/there");
      const comparable = ({
        method,
        headers,
        body,
      }: (typeof exchange.arrived)[0]) => ({
        method,
        body,
        headers: { ...headers, "client-request-id": "" },
      });
      expect(second && comparable(second)).toEqual(first && comparable(first));
    },
  );

  test("is followed three times and no more", async () => {
    exchange.replies = [to("/one"), to("/two"), to("/three"), [{ Name: "a" }]];
    const { items } = await exchange.client().list("Get-Thing");
    expect(items).toEqual([{ Name: "a" }]);
    exchange.arrived = [];
    const error = await errorOfList(
      to("/one"),
      to("/two"),
      to("/three"),
      to("/four"),
    );
    expect(error.message).toBe("Get-Thing was redirected again and again");
    expect(error.details).toEqual({ uncertain: true, advice: proxy });
    expect(exchange.arrived).toHaveLength(4);
  });

  test("without a target is unreadable", async () => {
    const error = await errorOfList({ status: 302, body: "" });
    expect(error.fault).toBe("unreadable");
    expect(error.message).toBe("Get-Thing was redirected to nowhere");
    expect(error.details).toEqual({
      status: 302,
      uncertain: true,
      advice: proxy,
    });
  });

  test("is not followed to a host for which the token is not valid", async () => {
    const error = await errorOfList(to("http://example.com/"));
    expect(error.message).toMatch(/ points to example\.com, which the token/);
  });

  test("does not count as one if its status is an error", async () => {
    const error = await errorOfList(to("/there", 400));
    expect(error.fault).toBe("unreadable");
    expect(exchange.arrived).toHaveLength(1);
  });
});

describe("The token", () => {
  const tokens = () =>
    exchange.arrived.map(({ headers }) => headers.authorization);

  test("is renewed once when it is refused", async () => {
    exchange.replies = [{ status: 401, body: "" }];
    await exchange.client().list("Get-Thing");
    expect(tokens()).toEqual(["Bearer exchange-0", "Bearer exchange-1"]);
    const error = await errorOfList(
      { status: 401, body: "" },
      { status: 401, body: "" },
    );
    expect(error.fault).toBe("unauthorized");
    expect(error.details.status).toBe(401);
    expect(exchange.arrived).toHaveLength(4);
  });

  test("is not renewed for any other error", async () => {
    await errorOfList({ status: 403, body: "" });
    await errorOfList({ body: "" });
    exchange.noToken = new UserError("no tenant");
    await expect(exchange.client().list("Get-Thing")).rejects.toBe(
      exchange.noToken,
    );
    expect(exchange.renewals).toBe(0);
    expect(exchange.arrived).toHaveLength(2);
  });
});

describe("An error", () => {
  const own = "Microsoft.Exchange.Configuration.Tasks";
  const again =
    "Try again; what may have been carried out is looked up before it is sent again.";
  const refresh = "Run pulumi refresh, then this again.";
  const mend =
    "Mend what it names; Set-Thing is described at https://learn.microsoft.com/powershell/module/exchange/set-thing.";
  const someProxy =
    "Nothing is concluded from it. Check for a proxy in between, area1:tenantId and area1:exchangeBaseUrl.";
  const customize =
    "Run Enable-OrganizationCustomization once in Exchange Online PowerShell (it cannot be undone, and takes up to an hour to work), then run this again.";
  const role =
    "The application needs a role that allows Set-Thing: Exchange Administrator or Security Administrator. A role given a moment ago can take an hour to work. See the README, Permissions.";
  const consent =
    "The application needs the permission Exchange.ManageAsApp of Office 365 Exchange Online, with admin consent; after a grant it can take an hour. See the README, Permissions.";

  test.each([
    [
      `${own}.ManagementObjectNotFoundException`,
      "No.",
      400,
      "notFound",
      refresh,
    ],
    [
      "T",
      'The object "a" couldn\'t be found on "b".',
      500,
      "notFound",
      refresh,
    ],
    ["T", "The policy Wasn't Found.", 403, "notFound", refresh],
    [
      `${own}.ADObjectAlreadyExistsException`,
      "No.",
      500,
      "alreadyExists",
      refresh,
    ],
    ["T", "It Already exists.", 400, "alreadyExists", refresh],
    [
      "T",
      "Run enable-organizationcustomization first.",
      400,
      "dehydrated",
      customize,
    ],
    [
      "T",
      "Set-Thing is not present in the Role Definition of the user.",
      400,
      "forbidden",
      role,
    ],
    ["T", "No.", 401, "unauthorized", consent],
    ["T", "No.", 403, "forbidden", role],
    ["T", "No.", 408, "transient", again],
    ["T", "No.", 500, "transient", again],
    ["T", "No.", 502, "transient", again],
    ["T", "No.", 503, "transient", again],
    ["T", "No.", 504, "transient", again],
    ["T", "The failure May be transient.", 400, "transient", again],
    ["T", "No.", 400, "refused", mend],
    ["T", "No.", 501, "refused", mend],
    ["T", "No.", 404, "unreadable", someProxy],
  ] as const)(
    "of the type %s that says %p, with %d, is %s and says what to do",
    async (type, text, status, fault, advice) => {
      const reply = { status, body: detail(type, text) };
      exchange.answers = { "Set-Thing": [reply] };
      const error = await errorOf(
        exchange.client().write("Set-Thing", {}, new Patience(1000)),
      );
      expect(error.fault).toBe(fault);
      expect(error.message).toBe(
        `Exchange Online answered ${status} to Set-Thing: ${text}`,
      );
      expect(error.details).toEqual({
        status,
        uncertain: fault === "transient",
        advice,
      });
    },
  );

  test.each([
    ["a page", "<html>No", 400, "an HTML page"],
    ["a text", "No.", 405, "No."],
    ["foreign JSON", '{"message":"No."}', 400, '{"message":"No."}'],
    ["nothing", "", 422, "no reason given"],
  ])(
    "that is not Exchange's own does not count as a rejection: %s",
    async (_, body, status, said) => {
      const error = await errorOfList({ status, body });
      expect(error.fault).toBe("unreadable");
      expect(error.message).toBe(
        `Exchange Online answered ${status} to Get-Thing: ${said}`,
      );
      expect(error.details).toEqual({
        status,
        uncertain: false,
        advice: someProxy,
      });
    },
  );

  test("includes the diagnostics, and then does not suggest that a role is new", async () => {
    const error = await errorOfList({
      status: 403,
      headers: { "x-ms-diagnostics": '2000010;reason="No role.";' },
      body: detail("T", "No."),
    });
    expect(error.message).toBe(
      'Exchange Online answered 403 to Get-Thing: No. 2000010;reason="No role.";',
    );
    expect(error.details.advice).toBe(
      "The application needs a role that allows Get-Thing: Security Reader, or Exchange Administrator to write as well. See the README, Permissions.",
    );
    const bare = await errorOfList({
      status: 403,
      headers: { "x-ms-diagnostics": "No role." },
      body: "\0".repeat(4096),
    });
    expect(bare.message).toBe(
      "Exchange Online answered 403 to Get-Thing: No role.",
    );
  });

  const writers =
    "Exchange Administrator (Security Administrator is not enough for transport rules)";
  const either = "Exchange Administrator or Security Administrator";
  const security =
    "Security Reader, or Exchange Administrator to write as well";
  const global = "Global Reader, or Exchange Administrator to write as well";
  test.each([
    ["Get-TransportRule", security],
    ["New-TransportRule", writers],
    ["Set-TransportRule", writers],
    ["Get-OrganizationConfig", global],
    ["Set-OrganizationConfig", either],
    ["Get-InboundConnector", global],
    [
      "Remove-InboundConnector",
      writers.replace("transport rules", "inbound connectors"),
    ],
    ["Get-QuarantinePolicy", security],
    ["New-QuarantinePolicy", either],
  ] as const)(
    "of %s because of a missing role names %s",
    async (cmdlet, roles) => {
      exchange.answers = { [cmdlet]: [{ status: 403, body: "" }] };
      const client = exchange.client();
      const { details } = await errorOf(
        cmdlet.startsWith("Get-")
          ? client.list(cmdlet as `Get-${string}`)
          : client.write(cmdlet as `Set-${string}`, {}, patience()),
      );
      expect(details.advice).toBe(
        `The application needs a role that allows ${cmdlet}: ${roles}. A role given a moment ago can take an hour to work. See the README, Permissions.`,
      );
    },
  );
});

describe("Throttling", () => {
  const tooMany =
    "You have reached the maximum number of concurrent requests. Try again.";
  const together = (client = exchange.client()) =>
    Promise.all(["A", "B", "C", "D"].map((noun) => client.list(`Get-${noun}`)));
  const four = (reply: Reply) => Array.from({ length: 4 }, () => reply);

  test("is 429, after which all requests continue in parallel", async () => {
    exchange.replies = [...four({ status: 429 }), ...four({ after: 60 })];
    await together();
    expect(exchange.arrived).toHaveLength(8);
    expect(exchange.most).toBeGreaterThan(1);
  });

  test("by the number of parallel requests, with any status, makes them wait for each other", async () => {
    exchange.replies = [
      ...four({ status: 400, body: detail("T", tooMany) }),
      ...four({ after: 30 }),
    ];
    const client = exchange.client();
    const lists = together(client);
    while (exchange.arrived.length < 4)
      await new Promise((resolve) => setTimeout(resolve, 2));
    exchange.most = 0;
    await lists;
    expect(exchange.arrived).toHaveLength(8);
    expect(exchange.most).toBe(1);
  });

  test("that exceeds the time limit reports Exchange's message", async () => {
    const error = await errorOfList({
      status: 429,
      headers: { "retry-after": "60" },
      body: detail("T", "Too many requests."),
    });
    expect(isFault(error, "throttled")).toBe(true);
    expect(error.message).toMatch(
      /^Exchange Online answered 429 to Get-Thing: Too many requests\. Exchange Online is to be left alone for 60 s/,
    );
  });
});

describe("The cmdlets that the roles allow", () => {
  const allowed = () => exchange.client().allowedCmdlets(patience());

  test("are what Exchange exports to the module", async () => {
    exchange.replies = [
      [
        { exportedCmdlets: "Get-Thing, Set-Thing" },
        { exportedCmdlets: 3 },
        { exportedCmdlets: " New-Thing" },
        {},
      ],
    ];
    expect(await allowed()).toEqual(["Get-Thing", "Set-Thing", "New-Thing"]);
    const [request] = exchange.arrived;
    expect(request).toMatchObject({
      method: "GET",
      path: `/adminapi/v1.0/${tenant}/EXOModuleFile?Version=3.9.2`,
      body: undefined,
      headers: {
        authorization: "Bearer exchange-0",
        accept: "application/json",
        commandname: "*",
        "x-anchormailbox": anchor,
        "client-request-id": expect.stringMatching(uuid) as string,
      },
    });
  });

  test("are requested again if the answer is lost", async () => {
    exchange.replies = [{ status: 503 }];
    expect(await allowed()).toEqual([]);
    expect(exchange.arrived).toHaveLength(2);
  });

  test.each([
    [300, "unreadable"],
    [401, "unauthorized"],
    [403, "forbidden"],
  ] as const)("are an error with %d, which is %s", async (status, fault) => {
    exchange.replies = [{ status, body: "" }];
    const error = await errorOf(allowed());
    expect(error.fault).toBe(fault);
    expect(error.message).toBe(
      `Exchange Online answered ${status} to EXOModuleFile: no reason given`,
    );
  });

  test.each([
    ["", "the list of cmdlets came without a body"],
    ["<html>", "the list of cmdlets came something that is not JSON"],
  ])("cannot be read from %p", async (body, message) => {
    exchange.replies = [{ status: 299, body }];
    const error = await errorOf(allowed());
    expect(error.message).toBe(message);
    expect(error.details).toEqual({
      status: 299,
      uncertain: true,
      advice: proxy,
    });
  });
});

describe("The detail of an error", () => {
  const readDetail = (message: unknown) =>
    readError(
      JSON.stringify({ error: { message: "outer", details: [{ message }] } }),
    );

  test.each([
    [
      "JSON, with names in any case",
      '{"TypeName":"T","Message":"It is gone."}',
      { exceptionType: "T", reason: "It is gone." },
    ],
    [
      "JSON that says nothing",
      '{"other":"x"}',
      { exceptionType: "", reason: "outer" },
    ],
    ["a text", "It is gone.", { exceptionType: "", reason: "It is gone." }],
    [
      "a text with one bar",
      "gone | really",
      { exceptionType: "", reason: "gone | really" },
    ],
    [
      "a text that begins with its one bar",
      "|gone",
      { exceptionType: "", reason: "|gone" },
    ],
    ["no text", 3, { exceptionType: "", reason: "outer" }],
  ])("may be %s", (_, message, expected) => {
    expect(readDetail(message)).toEqual({ ...expected, isOwn: true });
  });
});

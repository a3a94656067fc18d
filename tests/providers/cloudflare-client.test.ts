import { Cloudflare } from "../../providers/cloudflare/client";
import { UserError } from "../../providers/errors";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import {
  errorOf,
  seen,
  startScriptedVendor,
  type Reply,
  type ScriptedVendor,
} from "./scripted-vendor";

let vendor: ScriptedVendor;

beforeAll(async () => {
  vendor = await startScriptedVendor();
});
afterAll(() => vendor.close());

const client = (patienceMs = 1000, token: string | undefined = "a-token") =>
  new Cloudflare(
    new Http("Cloudflare", 2000, () => undefined),
    vendor.url,
    token,
    patienceMs,
  );
const patience = () => new Patience(1000);

/** Domains with these ids, as a page of a list of `total`. */
const page = (total: number, ...ids: string[]): Reply => ({
  body: {
    success: true,
    errors: [],
    result: ids.map((id) => ({ id, domain: `${id}.example` })),
    result_info: { total_count: total },
  },
});
const done: Reply = { body: { success: true, result: null } };
const idsOf = ({ items }: { items: readonly Record<string, unknown>[] }) =>
  items.map(({ id }) => id);
const asked = () => vendor.arrived.map(({ method, path }) => [method, path]);
const ofAccount = "/accounts/acc/email-security/settings/domains";
const pageOf = (number: number) =>
  `${ofAccount}?page=${number}&per_page=1000&order=domain&direction=asc`;

describe("The list of domains", () => {
  test("is requested in pages of a thousand by name, with the token only", async () => {
    vendor.answers(page(1, "a"));
    const { items } = await client().list("a/b");
    expect(items).toEqual([{ id: "a", domain: "a.example" }]);
    const [{ method, path, headers, body } = { headers: {} }] = vendor.arrived;
    expect([method, path, body]).toEqual([
      "GET",
      "/accounts/a%2Fb/email-security/settings/domains?page=1&per_page=1000&order=domain&direction=asc",
      "",
    ]);
    expect(headers).toMatchObject({
      authorization: "Bearer a-token",
      accept: "application/json",
    });
    expect(headers).not.toHaveProperty("content-type");
    expect(vendor.arrived).toHaveLength(1);
  });

  test("of an account without domains is empty", async () => {
    vendor.answers(page(0));
    expect((await client().list("acc")).items).toEqual([]);
    expect(vendor.arrived).toHaveLength(1);
  });

  test("is read until all domains were returned, even if pages repeat", async () => {
    vendor.answers(page(4, "a", "b"), page(4, "b", "c"), page(4, "d"));
    expect(idsOf(await client().list("acc"))).toEqual(["a", "b", "c", "d"]);
    expect(asked()).toEqual([1, 2, 3].map((n) => ["GET", pageOf(n)]));
  });

  test.each([
    [
      "its length changes between pages",
      [page(3, "a", "b"), page(2, "c"), page(2, "a", "c")],
      [1, 2, 1],
    ],
    [
      "a page says nothing new",
      [page(2, "a"), page(2, "a"), page(2, "a", "c")],
      [1, 2, 1],
    ],
    ["a page is empty", [page(2, "a"), page(2), page(2, "a", "c")], [1, 2, 1]],
    [
      "more came than there are",
      [page(1, "a", "b"), page(2, "a", "c")],
      [1, 1],
    ],
  ])("is read from its beginning when %s", async (_, replies, pages) => {
    vendor.answers(...replies);
    expect(idsOf(await client().list("acc"))).toEqual(["a", "c"]);
    expect(asked()).toEqual(pages.map((n) => ["GET", pageOf(n)]));
  });

  test("is an error after a fifth of the time limit if it changes every time", async () => {
    vendor.answersBy(() => page(1, "a", "b"));
    const started = performance.now();
    const error = await errorOf(client(2000).list("acc"));
    expect(performance.now() - started).toBeGreaterThanOrEqual(390);
    expect(performance.now() - started).toBeLessThan(1800);
    expect(vendor.arrived.length).toBeGreaterThan(2);
    expect(seen(error)).toEqual({
      fault: "unreadable",
      message: "the list of domains changed while it was read, every time",
      advice: "Try again when nobody else changes domains.",
    });
  });

  const noList = {
    fault: "unreadable",
    message:
      "Cloudflare answered with a list that is none, or does not say how long it is",
    advice: "Nothing is concluded from it. Try again.",
  };
  const noId = {
    ...noList,
    message: "Cloudflare listed a domain without an id",
  };
  const count = { total_count: 1 };
  test.each([
    ["null", { result: null, result_info: count }, noList],
    ["an object", { result: {}, result_info: count }, noList],
    ["of unknown length", { result: [] }, noList],
    [
      "whose length is a text",
      { result: [], result_info: { total_count: "0" } },
      noList,
    ],
    ["of nulls", { result: [null], result_info: count }, noId],
    ["of texts", { result: ["id"], result_info: count }, noId],
    ["without ids", { result: [{}], result_info: count }, noId],
    [
      "with a number for an id",
      { result: [{ id: 1 }], result_info: count },
      noId,
    ],
    ["with an empty id", { result: [{ id: "" }], result_info: count }, noId],
  ])("is an error if the result is %s", async (_, body, said) => {
    vendor.answers({ body: { success: true, ...body } });
    expect(seen(await errorOf(client().list("acc")))).toEqual(said);
  });

  test("is shared by all readers of an account, and separate for each account", async () => {
    vendor.answersBy(() => page(1, "a"));
    const cloudflare = client();
    const [one, same] = await Promise.all([
      cloudflare.list("acc"),
      cloudflare.list("acc"),
      cloudflare.list("other"),
    ]);
    expect(same).toBe(one);
    expect(vendor.arrived).toHaveLength(2);
    expect((await cloudflare.list("acc", one.begun)).begun).toBeGreaterThan(
      one.begun,
    );
    expect(vendor.arrived).toHaveLength(3);
  });

  test("is read again after a write to its account, even a failed one, and only then", async () => {
    vendor.answersBy(({ method }) => (method === "GET" ? page(1, "a") : {}));
    const cloudflare = client();
    await cloudflare.list("acc");
    await errorOf(cloudflare.create("other", {}, patience()));
    await cloudflare.list("acc");
    expect(vendor.arrived).toHaveLength(2);
    await errorOf(cloudflare.create("acc", {}, patience()));
    await cloudflare.list("acc");
    expect(asked().map(([method]) => method)).toEqual([
      "GET",
      "POST",
      "POST",
      "GET",
    ]);
  });
});

describe("Domains that are created at the same time", () => {
  const names = ["a.example", "B.example", "c.example"];
  const made = (...domains: string[]): Reply => ({
    body: {
      success: true,
      result: {
        deletes: [],
        patches: [],
        puts: [],
        posts: domains.map((domain) => ({ id: domain, domain })),
      },
    },
  });
  const make = (cloudflare: Cloudflare, ...domains: string[]) =>
    Promise.allSettled(
      domains.map((domain) => cloudflare.create("acc", { domain }, patience())),
    );
  const sent = () =>
    vendor.arrived.map(({ path, body }) => {
      const json = JSON.parse(body) as { domain?: string; posts?: unknown };
      return [path.slice(ofAccount.length), json.posts ?? json.domain];
    });
  const all = names.map((domain) => ({ domain }));

  test("are sent in one batch, whatever the case of their names in its answer; one alone is sent without a batch", async () => {
    vendor.answers(made("C.example", "b.example", "a.example"), done);
    const cloudflare = client();
    const results = await make(cloudflare, ...names);
    expect(results.map(({ status }) => status)).toEqual(
      Array(3).fill("fulfilled"),
    );
    await make(cloudflare, "d.example");
    expect(sent()).toEqual([
      ["/batch", all],
      ["", "d.example"],
    ]);
    expect(JSON.parse(vendor.arrived[0]?.body ?? "")).toEqual({
      deletes: [],
      patches: [],
      puts: [],
      posts: all,
    });
  });

  test("wait for the running request, and are sent together then", async () => {
    vendor.answersBy(({ path, body }) => {
      if (!path.endsWith("/batch")) return done;
      const { posts } = JSON.parse(body) as { posts: { domain: string }[] };
      return made(...posts.map(({ domain }) => domain));
    });
    const cloudflare = client();
    const first = make(cloudflare, "first.example");
    while (vendor.arrived.length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, make(cloudflare, ...names)]);
    expect(sent()).toEqual([
      ["", "first.example"],
      ["/batch", all],
    ]);
  });

  test("are never sent together for two accounts", async () => {
    vendor.answersBy(() => done);
    const cloudflare = client();
    await Promise.all([
      cloudflare.create("one", { domain: "a.example" }, patience()),
      cloudflare.create("two", { domain: "a.example" }, patience()),
    ]);
    expect(vendor.arrived.map(({ path }) => path).sort()).toEqual([
      "/accounts/one/email-security/settings/domains",
      "/accounts/two/email-security/settings/domains",
    ]);
  });

  test.each<[number, object]>([
    [404, { code: 7003, message: "No route for the URI" }],
    [400, { message: "is wrong", source: { pointer: "/posts/1" } }],
    [409, { message: "b.example already exists" }],
    [405, { message: "Method not allowed" }],
  ])(
    "are sent alone, then and later, if their batch is rejected (%d), so that each has its own error",
    async (status, error) => {
      vendor.answersBy(({ path, body }) =>
        path.endsWith("/batch")
          ? { status, body: { success: false, errors: [error], result: null } }
          : body.includes("B.example")
            ? {
                status: 400,
                body: { success: false, errors: [{ message: "No B." }] },
              }
            : done,
      );
      const cloudflare = client();
      const results = await make(cloudflare, ...names);
      expect(results.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect(results[1]).toMatchObject({
        reason: { message: "Cloudflare answered 400: No B." },
      });
      expect(sent()).toHaveLength(4);
      await make(cloudflare, ...names);
      expect(sent().filter(([path]) => path === "/batch")).toHaveLength(1);
    },
  );

  test.each<[string, Reply]>([
    ["a gateway says 503", { status: 503 }],
    ["what answers is no Cloudflare", { body: "<html>" }],
  ])(
    "are read before they are sent again, alone, when %s to their batch",
    async (_, answer) => {
      vendor.answersBy(({ path }) => (path.endsWith("/batch") ? answer : done));
      const cloudflare = client();
      const results = await make(cloudflare, ...names);
      for (const result of results)
        expect(result).toMatchObject({
          status: "rejected",
          reason: { details: { uncertain: true } },
        });
      expect(sent()).toHaveLength(1);
      await make(cloudflare, ...names);
      expect(sent().map(([path]) => path)).toEqual(["/batch", "", "", ""]);
    },
  );

  test("are read if the answer of their batch does not name them", async () => {
    vendor.answers(made("a.example", "c.example"));
    const results = await make(client(), ...names);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(results[1]).toMatchObject({
      reason: {
        fault: "unreadable",
        message: "Cloudflare answered a batch of domains without B.example",
        details: { uncertain: true },
      },
    });
    vendor.answers(done);
    expect(await make(client(), "a.example")).toHaveLength(1);
  });

  test("wait as long as the longest of their time limits allows, if the vendor throttles them", async () => {
    vendor.answers(
      { status: 429, headers: { "retry-after": "0.2" } },
      made("a.example", "b.example"),
    );
    const cloudflare = client();
    await Promise.all([
      cloudflare.create("acc", { domain: "a.example" }, new Patience(50)),
      cloudflare.create("acc", { domain: "b.example" }, new Patience(2000)),
    ]);
    expect(sent().map(([path]) => path)).toEqual(["/batch", "/batch"]);
  });
});

describe("A write", () => {
  const fields = { transport: null, lookback_hops: 1 };

  test("sends the fields as JSON to the domain, with the right method", async () => {
    vendor.answers(done, done, done, done);
    const cloudflare = client();
    await cloudflare.create("acc", fields, patience());
    await cloudflare.edit("acc", "i/d", fields, patience());
    await cloudflare.replace("acc", "id", fields, patience());
    await cloudflare.remove("acc", "id", patience());
    const body = JSON.stringify(fields);
    const json = "application/json";
    expect(
      vendor.arrived.map(({ method, path, headers, body }) => [
        method,
        path,
        headers["content-type"],
        body,
      ]),
    ).toEqual([
      ["POST", ofAccount, json, body],
      ["PATCH", `${ofAccount}/i%2Fd`, json, body],
      ["PUT", `${ofAccount}/id`, json, body],
      ["DELETE", `${ofAccount}/id`, undefined, ""],
    ]);
  });

  test("that creates a domain is not retried if it may have been carried out; others are", async () => {
    vendor.answers({ status: 503 }, done);
    await errorOf(client().create("acc", fields, patience()));
    expect(vendor.arrived).toHaveLength(1);
    vendor.answers({ status: 503 }, done, { status: 408 }, done);
    await client().edit("acc", "id", fields, patience());
    await client().remove("acc", "id", patience());
    expect(asked().map(([method]) => method)).toEqual([
      "PATCH",
      "PATCH",
      "DELETE",
      "DELETE",
    ]);
  });

  test("that is throttled is sent again when Cloudflare says so", async () => {
    vendor.answers({ status: 429, headers: { "retry-after": "0.05" } }, done);
    await client().create("acc", fields, patience());
    expect(vendor.arrived).toHaveLength(2);
    vendor.answers({
      status: 429,
      headers: { "retry-after": "60" },
      body: { success: false, errors: [{ code: 971, message: "Slow down" }] },
    });
    const error = await errorOf(client().create("acc", fields, patience()));
    expect(error.fault).toBe("throttled");
    expect(error.message).toMatch(
      /^Cloudflare answered 429: Slow down \(971\)\. Cloudflare is to be left alone for 60 s/,
    );
  });
});

test("Without an API token nothing is sent, and the message says where to put one", async () => {
  vendor.answers();
  for (const none of [undefined, ""]) {
    const cloudflare = new Cloudflare(
      new Http("Cloudflare", 1000, () => undefined),
      vendor.url,
      none,
      1000,
    );
    await expect(cloudflare.create("acc", {}, patience())).rejects.toThrow(
      new UserError(
        "Cannot reach Cloudflare: no API token is given. Set CLOUDFLARE_API_TOKEN, or area1:cloudflareApiToken with --secret; it needs the account permission Cloud Email Security: Write.",
      ),
    );
  }
  expect(vendor.arrived).toEqual([]);
});

describe("An answer without success", () => {
  const own = (...errors: unknown[]) => ({ success: false, errors });
  const said = own({ code: 1003, message: "No" });
  const reason = "No (1003)";
  const proxy =
    "Nothing is concluded from it. Check for a proxy in between, and area1:cloudflareBaseUrl.";
  const again =
    "Try again; what may have been carried out is looked up before it is sent again.";

  /** What a create says of an answer. */
  const judged = async (reply: Reply) => {
    vendor.answers(reply);
    const error = await errorOf(client().create("acc", {}, patience()));
    expect(vendor.arrived).toHaveLength(1);
    return seen(error);
  };

  test.each([
    [400, "refused", "Mend what it names."],
    [
      401,
      "unauthorized",
      "The API token (CLOUDFLARE_API_TOKEN) is wrong or expired: set it again.",
    ],
    [
      403,
      "forbidden",
      "The API token (CLOUDFLARE_API_TOKEN) needs the account permission Cloud Email Security: Write, for this account (CLOUDFLARE_ACCOUNT_ID).",
    ],
    [
      404,
      "notFound",
      "Check CLOUDFLARE_ACCOUNT_ID; if somebody has removed the domain, run pulumi refresh.",
    ],
    [409, "alreadyExists", "Run pulumi refresh, then this again."],
    [422, "refused", "Mend what it names."],
    [499, "refused", "Mend what it names."],
    [200, "refused", "Mend what it names."],
    [302, "refused", "Mend what it names."],
  ])("of %p is %s", async (status, fault, advice) => {
    expect(await judged({ status, body: said })).toEqual({
      fault,
      message: `Cloudflare answered ${status}: ${reason}`,
      status,
      uncertain: false,
      advice,
    });
  });

  // Kind: codes with which Cloudflare refuses the token or the account, whatever the status.
  test.each([
    [
      400,
      {
        code: 6003,
        message: "Invalid request headers",
        error_chain: [
          { code: 6111, message: "Invalid format for Authorization header" },
        ],
      },
      "unauthorized",
      "Invalid request headers (6003); Invalid format for Authorization header (6111)",
      "The API token (CLOUDFLARE_API_TOKEN) is wrong or expired: set it again.",
    ],
    [
      400,
      { code: 6111, message: "Invalid format for Authorization header" },
      "unauthorized",
      "Invalid format for Authorization header (6111)",
      "The API token (CLOUDFLARE_API_TOKEN) is wrong or expired: set it again.",
    ],
    ...[400, 404].map(
      (status) =>
        [
          status,
          { code: 7003, message: "Could not route to /accounts/acc" },
          "forbidden",
          "Could not route to /accounts/acc (7003)",
          "The account id is wrong: check CLOUDFLARE_ACCOUNT_ID.",
        ] as const,
    ),
  ] as const)(
    "of %p with %j is about the token or the account, and shows the chain",
    async (status, error, fault, message, advice) => {
      expect(await judged({ status, body: own(error) })).toEqual({
        fault,
        message: `Cloudflare answered ${status}: ${message}`,
        status,
        uncertain: false,
        advice,
      });
    },
  );

  test.each([408, 500, 503])(
    "of %p may have been carried out",
    async (status) => {
      expect(await judged({ status, body: said })).toEqual({
        fault: "transient",
        message: `Cloudflare answered ${status}: ${reason}`,
        status,
        uncertain: true,
        advice: again,
      });
    },
  );

  test.each([
    [
      "Email Security is Not available in the current subscription",
      "notEntitled",
      "Email Security is a paid add-on of the account: have it enabled, or check CLOUDFLARE_ACCOUNT_ID.",
    ],
    [
      "The domain Already Exists",
      "alreadyExists",
      "Run pulumi refresh, then this again.",
    ],
  ])("that says %p is known by its words", async (message, fault, advice) => {
    const error = await judged({ status: 400, body: own({ message }) });
    expect(error).toMatchObject({
      fault,
      advice,
      message: `Cloudflare answered 400: ${message}`,
    });
  });

  test.each<[string, unknown, string]>([
    [
      "each reason, with its code and property",
      own(
        {
          code: 7,
          message: "is too long",
          source: { pointer: "/transport" },
        },
        { message: "is no number", source: { pointer: "/lookback_hops" } },
        { code: 8, message: "is odd", source: null },
        { code: "9", message: "is even", source: {} },
        "no reason",
        null,
      ),
      "is too long (7) at /transport; is no number at /lookback_hops; is odd (8); is even",
    ],
    ["the code alone, where there is no more", own({ code: 7 }), "(7)"],
    ["one line", own({ message: "one\n two" }), "one two"],
    ["that there is none", own(), "no reason given"],
    [
      "that there is none in a text",
      { success: false, errors: "No" },
      "no reason given",
    ],
    ["the body of a proxy", "Bad \u0000gateway", "Bad gateway"],
    ["that it is a web page", " <html>", "an HTML page"],
    ["that there is none in nothing", undefined, "no reason given"],
    ["a foreign object word for word", { error: "x" }, '{"error":"x"}'],
  ])("says %s", async (_, body, words) => {
    expect((await judged({ status: 400, body })).message).toBe(
      `Cloudflare answered 400: ${words}`,
    );
  });

  test.each<[number, unknown, string]>([
    [200, undefined, "an empty body"],
    [200, " \n", "an empty body"],
    [200, " <!DOCTYPE html>", "an HTML page"],
    [200, "fine", "something that is not its envelope"],
    [200, { result: [] }, "something that is not its envelope"],
    [200, [{ success: true }], "something that is not its envelope"],
    [302, "1 < 2", "something that is not its envelope"],
    [399, undefined, "an empty body"],
    [404, "<html>", "an HTML page"],
    [404, { error: "no route" }, "something that is not its envelope"],
  ])(
    "of %p with %j is not Cloudflare's, and makes the outcome unknown",
    async (status, body, what) => {
      expect(await judged({ status, body })).toEqual({
        fault: "unreadable",
        message: `Cloudflare answered ${status} with ${what}`,
        status,
        uncertain: true,
        advice: proxy,
      });
    },
  );

  test.each([
    [300, { success: true }],
    [400, { success: true }],
    [200, { success: "true" }],
    [200, { success: null }],
  ])("is %p with %j, too", async (status, body) => {
    expect((await judged({ status, body })).fault).toBe("refused");
  });

  test.each([200, 201, 299])(
    "does not include %p with success",
    async (status) => {
      vendor.answers({ status, body: { success: true } });
      await client().create("acc", {}, patience());
    },
  );
});

describe("The record that a new domain waits for", () => {
  const record = (reply: Reply) => {
    vendor.answers(reply);
    return client().verification("acc", "id", patience());
  };
  const told = (result: unknown): Reply => ({
    body: { success: true, result },
  });

  test("is requested from the domain, with its status in upper case", async () => {
    expect(
      await record(
        told({
          txt_record_name: "_name",
          txt_record_value: "value",
          status: "pending",
        }),
      ),
    ).toEqual({
      txtRecordName: "_name",
      txtRecordValue: "value",
      status: "PENDING",
    });
    expect(asked()).toEqual([["GET", `${ofAccount}/id/verification`]]);
    expect(
      await record(told({ txt_record_name: "n", txt_record_value: "v" })),
    ).toEqual({ txtRecordName: "n", txtRecordValue: "v", status: "" });
  });

  test("is unset if Cloudflare answers 204, or returns only a part of it", async () => {
    expect(await record({ status: 204 })).toBeUndefined();
    expect(await record(told({ txt_record_name: "n" }))).toBeUndefined();
    expect(await record(told({ txt_record_value: "v" }))).toBeUndefined();
  });

  test("is an error for any other answer", async () => {
    for (const result of [null, "TXT", []])
      expect(seen(await errorOf(record(told(result))))).toEqual({
        fault: "unreadable",
        message: "Cloudflare answered with a record that is none",
        advice: "Nothing is concluded from it.",
      });
    const error = await errorOf(
      record({ status: 404, body: { success: false, errors: [] } }),
    );
    expect(error.fault).toBe("notFound");
    // Only this question has an answer without an envelope.
    vendor.answers({ status: 204 });
    expect(
      (await errorOf(client().remove("acc", "id", patience()))).fault,
    ).toBe("unreadable");
  });
});

import { resolveConfiguration } from "../../providers/session/configuration";
import { claimsOf, Credentials } from "../../providers/session/credentials";
import { Graph } from "../../providers/graph/client";
import { Http } from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";
import { startSimulator, type Simulator } from "../../simulator/index";
import {
  errorOf,
  seen,
  startScriptedVendor,
  type Arrived,
  type Reply,
  type ScriptedVendor,
} from "./scripted-vendor";

let vendor: ScriptedVendor;
let simulator: Simulator;

beforeAll(async () => {
  vendor = await startScriptedVendor("https");
  // For its tokens.
  simulator = await startSimulator({
    ...(process.env.AREA1_CERTIFICATE_DIRECTORY && {
      certificateDirectory: process.env.AREA1_CERTIFICATE_DIRECTORY,
    }),
  });
});
beforeEach(() => simulator.reset());
afterAll(async () => {
  vendor.close();
  await simulator.close();
});

const client = (environment: Record<string, string> = {}, patienceMs = 3000) =>
  new Graph(
    new Http("Microsoft Graph", 2000, () => undefined),
    new Credentials(
      resolveConfiguration(() => undefined, {
        ...simulator.environment,
        ...environment,
      }),
      new Http("Microsoft Entra", 5000, () => undefined),
    ),
    vendor.url,
    patienceMs,
  );
const tokenRequests = () =>
  simulator.log.filter(({ path }) => path.endsWith("/token"));

interface Question {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}
interface Part {
  readonly status: number;
  readonly headers?: unknown;
  readonly body?: unknown;
}
const questionsIn = ({ body }: Arrived): Question[] =>
  (JSON.parse(body) as { requests: Question[] }).requests;
const domainIn = ({ url }: Question): string =>
  decodeURIComponent(url.split("/")[2] ?? "");
/** The domains of each request so far. */
const asked = (): string[][] =>
  vendor.arrived.map((request) => questionsIn(request).map(domainIn));

const mx = (mailExchange: string): Part => ({
  status: 200,
  body: { value: [{ recordType: "Mx", mailExchange }] },
});
/** An answer to each question of a request, the last first. */
const batch =
  (part: (domain: string) => Part | undefined) =>
  (request: Arrived): Reply => ({
    body: {
      responses: questionsIn(request)
        .flatMap((question) => {
          const answer = part(domainIn(question));
          return answer ? [{ id: question.id, ...answer }] : [];
        })
        .reverse(),
    },
  });
const everything = batch((domain) => mx(`mx.${domain}`));

const domains = (count: number, prefix = "d") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}.example`);

const advices = {
  unreadable:
    "Nothing is concluded from it. Check for a proxy in between, and area1:graphBaseUrl; or give transport.",
  forbidden:
    "The application 6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11 (AZURE_CLIENT_ID in the environment) in tenant 0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90 (AZURE_TENANT_ID in the environment) needs the permission Domain.Read.All of Microsoft Graph, with admin consent; or give transport.",
  notFound:
    "Add the domain to Microsoft 365 first (and check area1:tenantId), or give transport.",
  other: "Try again, or give transport.",
};

describe("The MX of a domain", () => {
  test("is requested in a batch, with a token for Graph", async () => {
    vendor.answersBy(everything);
    expect(await client().mailExchange("Ex&mple.com")).toBe("mx.ex&mple.com");
    const [{ method, path, headers, body } = { headers: {}, body: "" }] =
      vendor.arrived;
    expect([method, path, headers["content-type"]]).toEqual([
      "POST",
      "/v1.0/$batch",
      "application/json",
    ]);
    expect(JSON.parse(body)).toEqual({
      requests: [
        {
          id: "0",
          method: "GET",
          url: "/domains/ex%26mple.com/serviceConfigurationRecords",
        },
      ],
    });
    expect(claimsOf(headers.authorization ?? "").aud).toBe(
      "https://graph.microsoft.com",
    );
  });

  test("is batched with other concurrent requests, twenty at a time, and each gets its own answer", async () => {
    vendor.answersBy(everything);
    const graph = client();
    const names = domains(41);
    expect(
      await Promise.all(names.map((name) => graph.mailExchange(name))),
    ).toEqual(names.map((name) => `mx.${name}`));
    const requests = asked().sort((a, b) => b.length - a.length);
    expect(requests.map(({ length }) => length)).toEqual([20, 20, 1]);
    expect(requests.flat().sort()).toEqual([...names].sort());
  });

  test("is requested once, whatever its case", async () => {
    vendor.answersBy(everything);
    const graph = client();
    await Promise.all([
      graph.mailExchange("a.example"),
      graph.mailExchange("A.example"),
    ]);
    expect(await graph.mailExchange("A.EXAMPLE")).toBe("mx.a.example");
    expect(asked()).toEqual([["a.example"]]);
  });

  test("fills its batch with likely domains, which are then not requested again", async () => {
    vendor.answersBy(everything);
    const graph = client();
    const likely = () => [
      "A.example",
      ...domains(25).map((d) => d.toUpperCase()),
    ];
    await graph.mailExchange("a.example", likely);
    expect(asked()).toEqual([["a.example", ...domains(19)]]);
    expect(await graph.mailExchange("d18.example", likely)).toBe(
      "mx.d18.example",
    );
    expect(vendor.arrived).toHaveLength(1);
    await graph.mailExchange("b.example", likely);
    expect(asked()[1]).toEqual(["b.example", ...domains(25).slice(19)]);
  });

  test("leaves no room for likely domains in a request that is full", async () => {
    vendor.answersBy(everything);
    const graph = client();
    await Promise.all(
      domains(20).map((name) =>
        graph.mailExchange(name, () => ["likely.example"]),
      ),
    );
    expect(asked()).toEqual([domains(20)]);
  });

  test("is not prefetched again after a prefetch without result, but requested when needed", async () => {
    vendor.answersBy(
      batch((domain) =>
        domain === "gone.example" ? { status: 404 } : mx("mx"),
      ),
    );
    const graph = client();
    const likely = () => ["gone.example"];
    await graph.mailExchange("a.example", likely);
    await graph.mailExchange("b.example", likely);
    expect(asked()).toEqual([["a.example", "gone.example"], ["b.example"]]);
    await errorOf(graph.mailExchange("gone.example", likely));
    expect(asked()[2]).toEqual(["gone.example"]);
    await errorOf(graph.mailExchange("gone.example"));
    expect(vendor.arrived).toHaveLength(4);
  });

  test.each<[string, unknown[]]>([
    [
      "in lower case without a dot",
      [{ recordType: "Mx", mailExchange: "MX.One." }],
    ],
    [
      "whatever stands before it",
      [
        null,
        "Mx",
        { recordType: "Txt", mailExchange: "no" },
        { recordType: "MxOld", mailExchange: "no" },
        { recordType: "NoMx", mailExchange: "no" },
        { recordType: "Mx", mailExchange: "" },
        { recordType: "Mx", mailExchange: 7 },
        { recordType: "Mx" },
        { mailExchange: "no" },
        { recordType: "MX", mailExchange: "mx.one" },
        { recordType: "Mx", mailExchange: "mx.two" },
      ],
    ],
  ])("is the first that Graph lists, %s", async (_, value) => {
    vendor.answersBy(batch(() => ({ status: 200, body: { value } })));
    expect(await client().mailExchange("a.example")).toBe("mx.one");
  });
});

describe("An answer in a batch", () => {
  const judged = async (part: Part | undefined) => {
    vendor.answersBy(batch(() => part));
    const error = seen(await errorOf(client().mailExchange("a.example")));
    // As a whole answer of the kind: five tries.
    expect(vendor.arrived).toHaveLength(error.fault === "transient" ? 5 : 1);
    return error;
  };
  const error = { error: { code: "x", message: "No\nway." } };

  test.each([
    [401, "forbidden", advices.forbidden],
    [403, "forbidden", advices.forbidden],
    [404, "notFound", advices.notFound],
    [400, "refused", advices.other],
    [201, "refused", advices.other],
    [408, "transient", advices.other],
    [500, "transient", advices.other],
    [502, "transient", advices.other],
    [503, "transient", advices.other],
    [504, "transient", advices.other],
  ])("of %p is %s", async (status, fault, advice) => {
    expect(await judged({ status, body: error })).toEqual({
      fault,
      message: `Microsoft Graph answered ${status} to the question for the MX of a.example: No way.`,
      status,
      advice,
    });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "No"],
    ["an error that is a text", { error: "No" }],
    ["an error without a message", { error: {} }],
    ["an error whose message is none", { error: { message: 7 } }],
  ])("without a reason says so: %s", async (_, body) => {
    expect((await judged({ status: 400, body })).message).toBe(
      "Microsoft Graph answered 400 to the question for the MX of a.example: no reason given",
    );
  });

  test.each<[string, unknown]>([
    ["without a body", undefined],
    ["that is a list", []],
    ["whose records are none", { value: {} }],
  ])("of 200 %s does not count as an answer", async (_, body) => {
    expect(await judged({ status: 200, body })).toEqual({
      fault: "unreadable",
      message:
        "Microsoft Graph sent no records for a.example in an answer of 200",
      advice: advices.unreadable,
    });
  });

  test("without an MX says that the domain does not receive mail", async () => {
    expect(await judged({ status: 200, body: { value: [] } })).toEqual({
      fault: "notFound",
      message:
        "Microsoft Graph lists no MX for a.example: it is not a domain for mail in this tenant",
      advice: "Set the domain up for mail in Microsoft 365, or give transport.",
    });
  });

  test("that is missing makes only its own request fail", async () => {
    vendor.answersBy(
      batch((domain) => (domain === "b.example" ? undefined : mx("mx"))),
    );
    const graph = client();
    const [one, other] = [
      graph.mailExchange("a.example"),
      errorOf(graph.mailExchange("b.example")),
    ];
    expect(await one).toBe("mx");
    expect(seen(await other)).toEqual({
      fault: "unreadable",
      message: "Microsoft Graph sent a batch without an answer for b.example",
      advice: advices.unreadable,
    });
  });

  test.each([
    ["throttled", 429],
    ["not answered for now", 503],
  ])(
    "that is %s is requested again, alone, after the required pause",
    async (_, status) => {
      let throttledAt: number | undefined;
      vendor.answersBy(
        batch((domain) => {
          if (domain !== "b.example" || throttledAt) return mx(`mx.${domain}`);
          throttledAt = performance.now();
          return { status, headers: { Other: "9", "Retry-After": "0.3" } };
        }),
      );
      const graph = client();
      const b = graph.mailExchange("b.example");
      expect(await graph.mailExchange("a.example")).toBe("mx.a.example");
      expect(vendor.arrived).toHaveLength(1);
      expect(await b).toBe("mx.b.example");
      expect(performance.now() - (throttledAt ?? 0)).toBeGreaterThanOrEqual(
        295,
      );
      expect(asked()).toEqual([["b.example", "a.example"], ["b.example"]]);
    },
  );

  test("of 503 without Retry-After is retried alone, like a whole request", async () => {
    let failures = 0;
    vendor.answersBy(
      batch((domain) =>
        domain === "b.example" && failures++ < 3
          ? { status: 503 }
          : mx(`mx.${domain}`),
      ),
    );
    const graph = client();
    const [a, b] = await Promise.all([
      graph.mailExchange("a.example"),
      graph.mailExchange("b.example"),
    ]);
    expect([a, b]).toEqual(["mx.a.example", "mx.b.example"]);
    expect(asked()).toEqual([
      ["a.example", "b.example"],
      ...Array.from({ length: 3 }, () => ["b.example"]),
    ]);
  });

  test("that never arrives is an error that names each request's own domain", async () => {
    vendor.answersBy(batch(() => ({ status: 503 })));
    const graph = client();
    const errors = await Promise.all(
      ["a.example", "b.example"].map((domain) =>
        errorOf(graph.mailExchange(domain)),
      ),
    );
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("the MX of a.example"),
      expect.stringContaining("the MX of b.example"),
    ]);
  });

  test.each<[string, unknown]>([
    ["no headers", undefined],
    ["no such header", { "x-retry-after": "60" }],
    ["a header that is no text", { "Retry-After": 60 }],
    ["headers that are a list", ["Retry-After"]],
  ])(
    "that is throttled is requested again soon with %s",
    async (_, headers) => {
      let throttled = false;
      vendor.answersBy(
        batch(() => {
          if (throttled) return mx("mx");
          throttled = true;
          return { status: 429, headers };
        }),
      );
      expect(await client().mailExchange("a.example")).toBe("mx");
    },
  );

  test("that is throttled beyond the time limit is reported as such", async () => {
    vendor.answersBy(
      batch(() => ({ status: 429, headers: { "retry-after": "60" } })),
    );
    const failed = await errorOf(client().mailExchange("a.example"));
    expect(failed.fault).toBe("throttled");
    expect(failed.message).toMatch(
      /^Microsoft Graph answered 429 to the question for the MX of a\.example: no reason given\. Microsoft Graph is to be left alone for 60 s/,
    );
  });
});

describe("A batch that is answered as a whole", () => {
  const judged = async (reply: Reply) => {
    vendor.answers(reply);
    return seen(await errorOf(client().mailExchange("a.example")));
  };

  test.each([
    [403, { error: { message: "No." } }, "No.", "forbidden", advices.forbidden],
    [404, "<html>", "an HTML page", "notFound", advices.notFound],
    [302, undefined, "no reason given", "refused", advices.other],
    [300, "Choose", "Choose", "refused", advices.other],
  ])("by %p says why", async (status, body, reason, fault, advice) => {
    expect(await judged({ status, body })).toEqual({
      fault,
      message: `Microsoft Graph answered ${status} to the question for the MX of domains: ${reason}`,
      status,
      advice,
    });
  });

  test.each([
    [200, "<html>"],
    [200, undefined],
    [200, []],
    [201, { responses: [] }],
    [299, { responses: [] }],
  ])("by %p with %j does not count as an answer", async (status, body) => {
    expect(await judged({ status, body })).toEqual({
      fault: "unreadable",
      message: `Microsoft Graph sent an answer of ${status} that is not JSON`,
      advice: advices.unreadable,
    });
  });

  test.each([[{}], [{ responses: {} }], [{ responses: null }]])(
    "by 200 with %j contains no answers",
    async (body) => {
      expect(await judged({ body })).toEqual({
        fault: "unreadable",
        message: "Microsoft Graph sent a batch without answers",
        advice: advices.unreadable,
      });
    },
  );

  test.each([
    [null],
    ["0"],
    [{ id: 0, ...mx("mx") }],
    [{ id: "0", status: "200" }],
    [{ id: "1", ...mx("mx") }],
  ])("by an invalid entry leaves the request unanswered: %j", async (entry) => {
    expect((await judged({ body: { responses: [entry] } })).message).toBe(
      "Microsoft Graph sent a batch without an answer for a.example",
    );
  });

  test("by 503 is sent again", async () => {
    vendor.answers(
      { status: 503 },
      { body: { responses: [{ id: "0", ...mx("mx") }] } },
    );
    expect(await client().mailExchange("a.example")).toBe("mx");
    expect(asked()).toEqual([["a.example"], ["a.example"]]);
  });

  test("by 401 is sent again with a new token, once", async () => {
    vendor.answers(
      { status: 401 },
      { body: { responses: [{ id: "0", ...mx("mx") }] } },
    );
    expect(await client().mailExchange("a.example")).toBe("mx");
    const [before, after] = vendor.arrived.map(
      ({ headers }) => headers.authorization,
    );
    expect(after).not.toBe(before);
    expect(tokenRequests()).toHaveLength(2);
    vendor.answers({ status: 401 }, { status: 401 });
    const failed = await errorOf(client().mailExchange("a.example"));
    expect([failed.fault, failed.details.status]).toEqual(["forbidden", 401]);
    expect(vendor.arrived).toHaveLength(2);
  });

  test("by 403 is not sent again, and makes every request fail", async () => {
    vendor.answers({ status: 403 });
    const graph = client();
    const failed = await Promise.all(
      domains(3).map((name) => errorOf(graph.mailExchange(name))),
    );
    expect(failed.map(({ fault }) => fault)).toEqual([
      "forbidden",
      "forbidden",
      "forbidden",
    ]);
    expect(vendor.arrived).toHaveLength(1);
    expect(tokenRequests()).toHaveLength(1);
  });
});

test("A failed sign-in makes the request that needed it fail with the same reason", async () => {
  vendor.answers();
  const failed = await errorOf(
    client({ AZURE_CLIENT_SECRET: "wrong-secret" }).mailExchange("a.example"),
  );
  expect(failed.message).toMatch(/AADSTS7000215/);
  expect(failed.details.advice).toMatch(/^The client secret is wrong/);
  expect(vendor.arrived).toEqual([]);
});

test("A sign-in in advance provides the token for a later request", async () => {
  vendor.answersBy(everything);
  const graph = client();
  await graph.signIn(new Patience(5000));
  expect(tokenRequests()).toHaveLength(1);
  await graph.mailExchange("a.example");
  expect(tokenRequests()).toHaveLength(1);
});

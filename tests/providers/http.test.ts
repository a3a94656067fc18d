import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { UserError, VendorError } from "../../providers/errors";
import {
  Http,
  throttled,
  type Answer,
  type Request,
} from "../../providers/http/http";
import { Patience } from "../../providers/http/patience";

jest.setTimeout(10_000);

/** What the server does with a request: nothing leaves it hanging. */
interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Breaks the connection off, at once or after half the body. */
  breaks?: "before" | "within";
  hangs?: true;
  /** Milliseconds until it answers. @default 0 */
  after?: number;
}

let server: Server;
let url: string;
let replies: Reply[] = [];
let arrived: {
  method: string;
  at: number;
  headers: IncomingMessage["headers"];
  body: string;
}[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const one = {
      method: request.method ?? "",
      at: performance.now(),
      headers: request.headers,
      body: "",
    };
    arrived.push(one);
    request.on("data", (data) => (one.body += String(data)));
    const reply = replies.shift() ?? { status: 200, body: "fine" };
    request.resume().on("end", () => {
      if (reply.hangs) return;
      if (reply.breaks === "before") return void request.socket.destroy();
      response.writeHead(reply.status ?? 200, {
        ...reply.headers,
        ...(reply.breaks && { "content-length": "1000" }),
      });
      if (reply.breaks) {
        response.write("half");
        setTimeout(() => request.socket.destroy(), 10);
      } else setTimeout(() => response.end(reply.body ?? ""), reply.after ?? 0);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  replies = [];
  arrived = [];
  said.length = 0;
});

const said: string[] = [];
const client = (timeout = 1000) =>
  new Http("Vendor", timeout, (message) => said.push(message));

/** An answer counts unless its status says otherwise. */
const judge = (answer: Answer): Answer => {
  if (answer.status === 429) throw throttled(answer, "too many");
  if (answer.status >= 500)
    throw new VendorError("transient", `answered ${answer.status}`, {
      status: answer.status,
      uncertain: true,
    });
  return answer;
};
/** Takes every answer that is no success for a refusal. */
const refusing = (answer: Answer): Answer => {
  if (answer.status >= 300)
    throw new VendorError("refused", `answered ${answer.status}`);
  return answer;
};
const get = (): Request => ({
  method: "GET",
  url,
  headers: {},
  repeatable: true,
});
const post = (): Request => ({
  method: "POST",
  url,
  headers: {},
  body: "{}",
  repeatable: false,
});
const faultOf = async (promise: Promise<unknown>): Promise<VendorError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
  throw new Error("it succeeded, and was to fail");
};

/** Milliseconds between each request and the next. */
const gaps = (): number[] =>
  arrived.slice(1).map(({ at }, index) => at - (arrived[index]?.at ?? 0));

test("A request is sent with its headers, and with its body if it has one", async () => {
  const http = client();
  await http.send(
    { ...post(), headers: { "x-one": "1" } },
    judge,
    new Patience(500),
  );
  await http.send(get(), judge, new Patience(500));
  expect(
    arrived.map(({ method, headers, body }) => [
      method,
      headers["x-one"],
      headers["content-length"],
      body,
    ]),
  ).toEqual([
    ["POST", "1", "2", "{}"],
    ["GET", undefined, undefined, ""],
  ]);
});

test("A witness gets every answer, including those that are retried", async () => {
  replies = [{ status: 503 }];
  const seen: [string, number, string][] = [];
  const http = new Http(
    "Vendor",
    1000,
    () => undefined,
    ({ method }, answer) => seen.push([method, answer.status, answer.text]),
  );
  await http.send(get(), judge, new Patience(500));
  expect(seen).toEqual([
    ["GET", 503, ""],
    ["GET", 200, "fine"],
  ]);
});

describe("Throttling", () => {
  test.each([
    ["seconds", "1", 1000],
    ["a fraction of a second", "0.15", 150],
    ["a date", () => new Date(Date.now() + 1500).toUTCString(), 400],
    ["a date gone by", "Wed, 21 Oct 2015 07:28:00 GMT", 0],
  ])("is waited for as long as required, in %s", async (_, header, least) => {
    replies = [
      {
        status: 429,
        headers: {
          "retry-after": typeof header === "string" ? header : header(),
        },
      },
    ];
    const started = performance.now();
    await client().send(get(), judge, new Patience(5000));
    expect(performance.now() - started).toBeGreaterThanOrEqual(least - 2);
    expect(performance.now() - started).toBeLessThan(least + 6000);
    expect(arrived).toHaveLength(2);
  });

  test("all requests wait for the Retry-After of an unavailable vendor", async () => {
    replies = [{ status: 503, headers: { "retry-after": "1.2" } }];
    const http = client();
    const started = performance.now();
    const first = http.send(get(), judge, new Patience(5000));
    while (arrived.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, http.send(get(), judge, new Patience(5000))]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1198);
    expect(said).toEqual(["Vendor is not available: waiting 2 s as it asked"]);
  });

  test("a Retry-After beyond the time limit is not waited for", async () => {
    replies = [{ status: 503, headers: { "retry-after": "60" } }];
    await expect(
      client().send(get(), judge, new Patience(500)),
    ).rejects.toMatchObject({ fault: "throttled" });
    expect(arrived).toHaveLength(1);
  });

  test("repeated Retry-After are waited for until the time limit", async () => {
    // One more than the tries after a 503 that asks for nothing.
    replies = Array.from({ length: 5 }, () => ({
      status: 503,
      headers: { "retry-after": "0.02" },
    }));
    const answer = await client().send(get(), judge, new Patience(3000));
    expect(answer.text).toBe("fine");
    expect(arrived).toHaveLength(6);
  });

  test("a write that may have been carried out is not sent again after the wait, and all others wait", async () => {
    replies = [{ status: 503, headers: { "retry-after": "0.3" } }];
    const http = client();
    const error = await faultOf(http.send(post(), judge, new Patience(5000)));
    expect([error.fault, arrived.length]).toEqual(["transient", 1]);
    await http.send(get(), judge, new Patience(5000));
    expect(gaps()[0]).toBeGreaterThanOrEqual(295);
  });

  test("413 with Retry-After is retried, because it was not carried out", async () => {
    replies = [{ status: 413, headers: { "retry-after": "0.2" } }];
    const answer = await client().send(post(), refusing, new Patience(5000));
    expect(answer.text).toBe("fine");
    expect(gaps()[0]).toBeGreaterThanOrEqual(195);
    replies = [{ status: 413 }];
    arrived = [];
    const error = await faultOf(
      client().send(get(), refusing, new Patience(5000)),
    );
    expect([error.fault, arrived.length]).toEqual(["refused", 1]);
  });

  test.each([
    ["that is followed", judge],
    ["that is not followed", (answer: Answer) => refusing(answer)],
  ])(
    "a redirect with Retry-After %s makes the next request wait",
    async (_, judged) => {
      replies = [{ status: 302, headers: { "retry-after": "0.3" } }];
      const http = client();
      await http.send(get(), judged, new Patience(5000)).catch(() => undefined);
      expect(arrived).toHaveLength(1);
      await http.send(get(), judge, new Patience(5000));
      expect(gaps()[0]).toBeGreaterThanOrEqual(295);
    },
  );

  test("a refusal with Retry-After is not retried, and no request waits", async () => {
    replies = [{ status: 403, headers: { "retry-after": "60" } }];
    const http = client();
    const error = await faultOf(http.send(get(), refusing, new Patience(500)));
    expect(error.fault).toBe("refused");
    await http.send(get(), judge, new Patience(500));
    expect(arrived).toHaveLength(2);
  });

  test("without Retry-After is retried after growing pauses", async () => {
    replies = [{ status: 429 }, { status: 429 }, { status: 429 }];
    await client().send(get(), judge, new Patience(2000));
    // 20 ms, doubled each time from the first on, give or take a quarter.
    const [first, second, third, ...others] = gaps();
    expect(others).toEqual([]);
    expect(first).toBeGreaterThanOrEqual(29);
    expect(second).toBeGreaterThanOrEqual(59);
    expect(third).toBeGreaterThanOrEqual(119);
    expect(said).toEqual([]);
  });

  test("with an invalid Retry-After is handled as without one", async () => {
    replies = [{ status: 429, headers: { "retry-after": "soon" } }];
    await client().send(get(), judge, new Patience(2000));
    expect(arrived).toHaveLength(2);
  });

  test("of one request makes all requests to the vendor pause together", async () => {
    replies = [{ status: 429, headers: { "retry-after": "0.3" } }];
    const http = client();
    const first = http.send(get(), judge, new Patience(5000));
    while (arrived.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const throttledAt = arrived[0]?.at ?? 0;
    await Promise.all([
      first,
      ...Array.from({ length: 5 }, () =>
        http.send(get(), judge, new Patience(5000)),
      ),
    ]);
    for (const { at } of arrived.slice(1))
      expect(at - throttledAt).toBeGreaterThanOrEqual(295);
  });

  test("for too many requests in a period does not make requests wait for each other", async () => {
    replies = [
      { status: 429, headers: { "retry-after": "0.01" } },
      {},
      ...Array.from({ length: 3 }, () => ({ hangs: true }) as const),
    ];
    const http = client(500);
    await http.send(post(), judge, new Patience(5000));
    const sent = Array.from({ length: 3 }, () =>
      faultOf(http.send(post(), judge, new Patience(5000))),
    );
    await Promise.race(sent);
    expect(arrived).toHaveLength(5);
    await Promise.all(sent);
  });

  test("is an error with the answer's status and what to do", () => {
    const answer = { status: 429, headers: new Headers(), text: "" };
    const error = throttled(answer, "too many");
    expect([error.fault, error.message, error.details]).toEqual([
      "throttled",
      "too many",
      { status: 429, advice: "Try again later." },
    ]);
  });

  test("for too many at once makes requests wait for their turn", async () => {
    const six = Array.from({ length: 6 });
    replies = [
      ...six.map(() => ({ status: 400 })),
      ...six.map(() => ({ after: 40 })),
    ];
    const http = client();
    const oneAtATime = (answer: Answer) => {
      if (answer.status === 400)
        throw throttled(answer, "too many at once", true);
      return judge(answer);
    };
    await Promise.all(
      six.map(() => http.send(post(), oneAtATime, new Patience(5000))),
    );
    const second = arrived.slice(6).map(({ at }) => at);
    expect(second).toHaveLength(6);
    for (const [at, later] of second.slice(1).entries())
      expect(later - (second[at] ?? 0)).toBeGreaterThanOrEqual(38);
  });

  test("is reported if it takes a second or more, with the vendor's name and the time", async () => {
    replies = [{ status: 429, headers: { "retry-after": "1" } }];
    await client().send(get(), judge, new Patience(5000));
    expect(said).toEqual(["Vendor is throttling: waiting 1 s as it asked"]);
  });

  test("is reported without a Retry-After if there was none", async () => {
    replies = [{ status: 429 }, { status: 429 }];
    await client().send(get(), judge, new Patience(50_000));
    expect(said.at(-1)).toMatch(/^Vendor is throttling: waiting [23] s$/);
  });

  test("whose Retry-After exceeds the time limit ends at once", async () => {
    replies = [{ status: 429, headers: { "retry-after": "60" } }];
    const started = performance.now();
    const error = await faultOf(client().send(get(), judge, new Patience(500)));
    expect(error.fault).toBe("throttled");
    expect(error.message).toBe(
      "too many. Vendor is to be left alone for 60 s, longer than what is left of the patience of this operation (500 ms in all)",
    );
    expect(error.details.advice).toBe(
      "Try again later, or raise area1:patienceMs.",
    );
    expect(performance.now() - started).toBeLessThan(4000);
    expect(arrived).toHaveLength(1);
  });

  test("of another request that exceeds the time limit ends a request at once, too", async () => {
    replies = [{ status: 429, headers: { "retry-after": "1" } }];
    const http = client();
    const first = http.send(get(), judge, new Patience(5000));
    while (said.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const error = await faultOf(http.send(get(), judge, new Patience(200)));
    expect(error.fault).toBe("throttled");
    expect(error.message).toMatch(
      /^Vendor is to be left alone for (1 s|\d+ ms), longer than what is left of the patience of this operation \(200 ms in all\)$/,
    );
    expect(arrived).toHaveLength(1);
    await first;
  });

  test("also pauses callers that send their own requests, and other errors do not", async () => {
    const http = client();
    const answer = { status: 429, headers: new Headers(), text: "" };
    const patience = new Patience(2000);
    expect(
      http.pauseFor(throttled(answer, "too many"), patience),
    ).toBeGreaterThanOrEqual(30);
    expect(
      http.pauseFor(new VendorError("refused", "no"), patience),
    ).toBeUndefined();
    expect(http.pauseFor(new Error("no"), patience)).toBeUndefined();
    const started = performance.now();
    await http.send(get(), judge, patience);
    expect(performance.now() - started).toBeGreaterThanOrEqual(25);
  });

  test("of a write is waited for too, because it was not carried out", async () => {
    replies = [{ status: 429, headers: { "retry-after": "0.01" } }];
    await client().send(post(), judge, new Patience(2000));
    expect(arrived).toHaveLength(2);
  });
});

describe("A request with an unknown outcome", () => {
  const lost: [string, Reply][] = [
    ["a connection broken off", { breaks: "before" }],
    ["half an answer", { breaks: "within" }],
    ["no answer in time", { hangs: true }],
    ["503", { status: 503 }],
  ];
  test.each(lost)(
    "is sent again if it may be repeated: %s",
    async (_, reply) => {
      replies = [reply];
      const answer = await client(150).send(get(), judge, new Patience(2000));
      expect(answer.text).toBe("fine");
      expect(arrived).toHaveLength(2);
    },
  );

  test.each(lost)(
    "is not sent again if it must not be carried out twice: %s",
    async (_, reply) => {
      replies = [reply];
      const error = await faultOf(
        client(150).send(post(), judge, new Patience(2000)),
      );
      expect(error.details.uncertain).toBe(true);
      expect(arrived).toHaveLength(1);
    },
  );

  test("is given up after five tries", async () => {
    replies = Array.from({ length: 9 }, () => ({ status: 503 }));
    await faultOf(client().send(get(), judge, new Patience(3000)));
    // 30 ms, doubled each time, give or take a quarter.
    const [first, second, third, fourth, ...others] = gaps();
    expect(others).toEqual([]);
    expect(first).toBeGreaterThanOrEqual(22);
    expect(second).toBeGreaterThanOrEqual(44);
    expect(third).toBeGreaterThanOrEqual(89);
    expect(fourth).toBeGreaterThanOrEqual(179);
    expect(said).toEqual([]);
  });
});

describe("An answer that is larger than the limit", () => {
  const limited = () =>
    new Http("Vendor", 1000, () => undefined, undefined, 1024 * 1024);
  const large = "x".repeat(1024 * 1024 + 1);

  test.each([
    ["as it is", { body: large }],
    [
      "after decompression",
      {
        body: gzipSync(large),
        headers: { "content-encoding": "gzip" },
      },
    ],
    ["with an error's status", { status: 503, body: large }],
  ])("is neither read to its end nor retried: %s", async (_, reply) => {
    replies = [reply];
    const error = await faultOf(
      limited().send(get(), judge, new Patience(2000)),
    );
    expect([error.fault, error.message]).toEqual([
      "unreadable",
      `${new URL(url).host} sent an answer of more than 1 MiB, which is the limit`,
    ]);
    expect(error.details).toMatchObject({
      uncertain: false,
      advice:
        "Nothing is concluded from it. Check for a proxy in between, and the base URL in the configuration.",
    });
    expect(arrived).toHaveLength(1);
  });

  test("makes the outcome of a write unknown", async () => {
    replies = [{ body: large }];
    const error = await faultOf(
      limited().send(post(), judge, new Patience(2000)),
    );
    expect(error.details.uncertain).toBe(true);
  });

  test("has more characters than the limit, and not exactly as many", async () => {
    const body = large.slice(1);
    replies = [{ body }];
    const { text } = await limited().send(get(), judge, new Patience(2000));
    expect(text).toHaveLength(body.length);
  });
});

test("A refused request is not retried", async () => {
  replies = [{ status: 400 }];
  const refusing = (answer: Answer) => {
    if (answer.status === 400) throw new VendorError("refused", "no");
    return answer;
  };
  const error = await faultOf(
    client().send(get(), refusing, new Patience(500)),
  );
  expect(error.message).toBe("no");
  expect(arrived).toHaveLength(1);
});

test("A write is sent again after its connection failed", async () => {
  const late = createServer((request, response) => {
    request.resume().on("end", () => response.end("fine"));
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      late.listen(port, "127.0.0.1", () =>
        resolve((late.address() as AddressInfo).port),
      );
    });
  const port = await listen(0);
  await new Promise((resolve) => late.close(resolve));
  const sent = client().send(
    { ...post(), url: `http://127.0.0.1:${port}/x` },
    judge,
    new Patience(10_000),
  );
  await new Promise((resolve) => setTimeout(resolve, 30));
  await listen(port);
  expect((await sent).text).toBe("fine");
  late.closeAllConnections();
  late.close();
});

// Kind: errors of our own making are never transient.
test("A header that Node refuses to send is an error at once, which does not show the header", async () => {
  const sent = client().send(
    { ...get(), headers: { Authorization: "Bearer hush\nhush" } },
    judge,
    new Patience(5000),
  );
  const error: unknown = await sent.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toBe(
    `Cannot send a request to ${new URL(url).host}: Invalid character in header content ["Authorization"]. Check the configuration, the token first.`,
  );
  expect(arrived).toEqual([]);
});

// Kind: no fraction of a millisecond reaches a timer.
test.each([200, 600, 2000])(
  "A vendor that throttles without Retry-After is waited for until the time limit of %p ms, which is reported then",
  async (patienceMs) => {
    replies = Array.from({ length: 99 }, () => ({ status: 429 }));
    const error = await faultOf(
      client().send(get(), judge, new Patience(patienceMs)),
    );
    // The second one if the time ends during a request, as on a busy machine.
    expect(error.message).toMatch(
      /longer than what is left of the patience of this operation|did not answer within \d+ ms/,
    );
  },
);

test("The rest of a time limit is in whole milliseconds, also after a pause that extended it", () => {
  const patience = new Patience(1001);
  expect(patience.grants(1000.4)).toBe(true);
  for (let tries = 0; tries < 3; tries++) {
    expect(Number.isInteger(patience.left)).toBe(true);
    patience.grants(1000.6 + tries);
  }
});

test("Nothing is sent after the time limit", async () => {
  const patience = new Patience(0);
  const error = await faultOf(client().send(get(), judge, patience));
  expect([error.fault, error.message, error.details.advice]).toEqual([
    "unreachable",
    "the patience of this operation, 0 ms, was used up before Vendor could be asked",
    "Try again, or raise area1:patienceMs.",
  ]);
  expect(arrived).toEqual([]);
});

test("After a failed connection the outcome is known, and a write is retried", async () => {
  const started = performance.now();
  const error = await faultOf(
    client().send(
      { ...post(), url: "http://127.0.0.1:9/x" },
      judge,
      new Patience(400),
    ),
  );
  expect(error.fault).toBe("unreachable");
  expect(error.details.uncertain).toBe(false);
  expect(error.message).toBe(
    "127.0.0.1:9 could not be reached or broke off (request to 127.0.0.1:9 failed, reason: connect ECONNREFUSED 127.0.0.1:9)",
  );
  expect(error.details.advice).toBe(
    "Check the network, a proxy or a base URL in the configuration.",
  );
  expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
  expect(performance.now() - started).toBeLessThan(8000);
});

test("A request takes no longer than its own time limit, nor than the rest of the operation's", async () => {
  for (const [timeout, patience] of [
    [80, 5000],
    [5000, 80],
  ] as const) {
    replies = Array.from({ length: 9 }, () => ({ hangs: true }) as const);
    const started = performance.now();
    const error = await faultOf(
      client(timeout).send(post(), judge, new Patience(patience)),
    );
    expect(error.message).toMatch(/did not answer within (7\d|80) ms/);
    expect(performance.now() - started).toBeLessThan(4500);
  }
});

test("A 403 of NUL bytes that says it is gzip is an answer with that status and no text", async () => {
  replies = [
    {
      status: 403,
      headers: { "content-encoding": "gzip" },
      body: Buffer.alloc(4096),
    },
  ];
  const answer = await client().send(get(), (a) => a, new Patience(500));
  expect(answer).toMatchObject({ status: 403, text: "" });
});

test("A 200 that says it is gzip and is not is no answer", async () => {
  replies = Array.from({ length: 9 }, () => ({
    headers: { "content-encoding": "gzip" },
    body: Buffer.alloc(4096),
  }));
  const error = await faultOf(
    client().send(post(), (a) => a, new Patience(500)),
  );
  expect(error.details.uncertain).toBe(true);
});

test("A body in gzip is read", async () => {
  replies = [
    { headers: { "content-encoding": "gzip" }, body: gzipSync("hello") },
  ];
  const answer = await client().send(get(), judge, new Patience(500));
  expect(answer.text).toBe("hello");
});

test("A redirect is handed to the caller and not followed: no token goes to another host", async () => {
  replies = [{ status: 302, headers: { location: url.replace("/x", "/y") } }];
  const answer = await client().send(
    { ...get(), headers: { Authorization: "Bearer token" } },
    judge,
    new Patience(500),
  );
  expect(answer.status).toBe(302);
  expect(arrived).toHaveLength(1);
});

describe("Patience", () => {
  test("retries until the answer is final, and no longer than its limit", async () => {
    let asked = 0;
    const patience = new Patience(2000);
    expect(
      await patience.until(
        () => Promise.resolve(++asked),
        (n) => n === 3,
      ),
    ).toBe(3);
    const started = performance.now();
    const last = await new Patience(200).until(
      () => Promise.resolve(0),
      () => false,
    );
    expect(last).toBe(0);
    expect(performance.now() - started).toBeLessThan(8000);
  });

  test("applies to the whole operation: the sum of its waits never exceeds it", async () => {
    const patience = new Patience(300);
    const started = performance.now();
    for (let i = 0; i < 5; i++)
      await patience.until(
        () => Promise.resolve(0),
        () => false,
      );
    expect(performance.now() - started).toBeLessThan(1450);
    expect(patience.left).toBe(0);
  });

  test("allows once a pause that is longer than the rest, but no longer than the whole", async () => {
    const passed = (milliseconds: number) =>
      new Promise((resolve) => setTimeout(resolve, milliseconds));
    const patience = new Patience(400);
    await passed(50);
    expect(patience.grants(401)).toBe(false);
    expect(patience.grants(400)).toBe(true);
    // Half of the whole is left for what comes after the pause.
    expect(patience.left).toBeGreaterThan(500);
    expect(patience.left).toBeLessThanOrEqual(600);
    expect(patience.grants(500)).toBe(true);
    await passed(300);
    expect(patience.grants(400)).toBe(false);
    expect(patience.grants(1)).toBe(true);
  });

  test("retries after growing pauses, from a hundredth of its limit up to half a second", async () => {
    expect(new Patience(10_000).firstPause).toBe(100);
    expect(new Patience(300_000).firstPause).toBe(500);
    const asked: number[] = [];
    await new Patience(4000).until(
      () => {
        asked.push(performance.now());
        return Promise.resolve(asked.length);
      },
      (count) => count === 4,
    );
    // Cockatiel's pauses have a random part of their own.
    expect((asked[3] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(20);
  });

  test("retries no longer than a separate limit", async () => {
    const started = performance.now();
    await new Patience(60_000).until(
      () => Promise.resolve(0),
      () => false,
      50,
    );
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("pauses between two tries as long as required", async () => {
    const tried: number[] = [];
    await new Patience(1000).persist(
      () => {
        tried.push(performance.now());
        return tried.length < 3
          ? Promise.reject(new Error("no"))
          : Promise.resolve();
      },
      (_, tries) => tries * 40,
    );
    const [first = 0, second = 0, third = 0] = tried;
    expect(second - first).toBeGreaterThanOrEqual(39);
    expect(third - second).toBeGreaterThanOrEqual(79);
  });

  test("does not begin a pause that would outlast it", async () => {
    const started = performance.now();
    await expect(
      new Patience(200).persist(
        () => Promise.reject(new Error("no")),
        () => 1000,
      ),
    ).rejects.toThrow("no");
    expect(performance.now() - started).toBeLessThan(900);
  });
});

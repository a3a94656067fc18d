import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { VendorError } from "../../providers/errors";
import {
  Http,
  throttled,
  type Answer,
  type Request,
} from "../../providers/http";
import { Patience } from "../../providers/patience";

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
}[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    arrived.push({
      method: request.method ?? "",
      at: performance.now(),
      headers: request.headers,
    });
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
});

const said: string[] = [];
const client = (timeout = 1000) =>
  new Http("Vendor", timeout, (message) => said.push(message));

/** An answer counts unless its status says otherwise. */
const judge = (answer: Answer): Answer => {
  if (answer.status === 429) throw throttled("Vendor", answer, "too many");
  if (answer.status >= 500)
    throw new VendorError("Vendor", "transient", `answered ${answer.status}`, {
      status: answer.status,
      uncertain: true,
    });
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

describe("Throttling", () => {
  test.each([
    ["seconds", "1", 1000],
    ["a fraction of a second", "0.15", 150],
    ["a date", () => new Date(Date.now() + 1500).toUTCString(), 400],
    ["a date gone by", "Wed, 21 Oct 2015 07:28:00 GMT", 0],
  ])("is waited out as asked, in %s", async (_, header, least) => {
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

  test("without Retry-After is waited out with growing pauses", async () => {
    replies = [{ status: 429 }, { status: 429 }, { status: 429 }];
    await client().send(get(), judge, new Patience(2000));
    expect(arrived).toHaveLength(4);
  });

  test("with a Retry-After that is none is waited out as without", async () => {
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

  test("for too many at once makes requests wait for their turn", async () => {
    const six = Array.from({ length: 6 });
    replies = [
      ...six.map(() => ({ status: 400 })),
      ...six.map(() => ({ after: 40 })),
    ];
    const http = client();
    const oneAtATime = (answer: Answer) => {
      if (answer.status === 400)
        throw throttled("Vendor", answer, "too many at once", true);
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

  test("is told when it takes a second or more, with the vendor's name and the time", async () => {
    said.length = 0;
    replies = [{ status: 429, headers: { "retry-after": "1" } }];
    await client().send(get(), judge, new Patience(5000));
    expect(said.join()).toMatch(/Vendor.*1 s/);
  });

  test("that asks for more than the patience ends at once", async () => {
    replies = [{ status: 429, headers: { "retry-after": "60" } }];
    const started = performance.now();
    const error = await faultOf(client().send(get(), judge, new Patience(500)));
    expect(error.fault).toBe("throttled");
    expect(performance.now() - started).toBeLessThan(4000);
    expect(arrived).toHaveLength(1);
  });

  test("of a write is waited out too: it was not carried out", async () => {
    replies = [{ status: 429, headers: { "retry-after": "0.01" } }];
    await client().send(post(), judge, new Patience(2000));
    expect(arrived).toHaveLength(2);
  });
});

describe("A request whose outcome is not known", () => {
  const lost: [string, Reply][] = [
    ["a connection broken off", { breaks: "before" }],
    ["half an answer", { breaks: "within" }],
    ["no answer in time", { hangs: true }],
    ["503", { status: 503 }],
  ];
  test.each(lost)("is sent again when it may be: %s", async (_, reply) => {
    replies = [reply];
    const answer = await client(150).send(get(), judge, new Patience(2000));
    expect(answer.text).toBe("fine");
    expect(arrived).toHaveLength(2);
  });

  test.each(lost)(
    "is not sent again when it must not be carried out twice: %s",
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
    expect(arrived).toHaveLength(5);
  });
});

test("A connection that never came about leaves nothing uncertain, and a write is tried again", async () => {
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
  expect(performance.now() - started).toBeLessThan(8000);
});

test("A request takes no longer than its time limit, nor than what is left of the patience", async () => {
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
  test("asks until the answer is settled, and no longer than its limit", async () => {
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

  test("is one for the whole operation: waits add up to it and never to a multiple", async () => {
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

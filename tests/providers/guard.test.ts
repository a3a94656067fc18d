import { PartialFailure } from "../../providers/errors";
import { guardedHandlers } from "../../providers/process/guarded-handlers";
import type { Handlers } from "../../providers/process/handlers";
import { Session } from "../../providers/session/session";
import { resolveConfiguration } from "../../providers/session/configuration";

const secret = "the very secret of a client";
const session = new Session(
  resolveConfiguration(() => undefined, {
    AZURE_CLIENT_ID: "client",
    AZURE_CLIENT_SECRET: secret,
  }),
  () => undefined,
);

/** Guarded handlers that all do the same. */
const doing = (work: () => unknown) =>
  guardedHandlers(
    () =>
      new Proxy(
        {},
        { get: () => () => Promise.resolve().then(work) },
      ) as Handlers,
    () => session,
  );

const calls = {
  check: (work: () => unknown) => doing(work).check({}, {}),
  diff: (work: () => unknown) => doing(work).diff("x", {}, {}),
  create: (work: () => unknown) => doing(work).create({ __provider: "text" }),
  read: (work: () => unknown) => doing(work).read("x", {}),
  update: (work: () => unknown) =>
    doing(work).update("x", {}, { __provider: "text" }),
  delete: (work: () => unknown) => doing(work).delete("x", {}),
};
const caught = async (
  call: keyof typeof calls,
  thrown: unknown,
): Promise<Error & Record<string, unknown>> => {
  try {
    await calls[call](() => {
      throw thrown;
    });
  } catch (error) {
    if (error instanceof Error) return error as Error & Record<string, unknown>;
    throw new Error("something else than an Error came out", { cause: error });
  }
  throw new Error("nothing was thrown");
};

describe.each(Object.keys(calls) as (keyof typeof calls)[])(
  "A guarded %s",
  (call) => {
    test.each([
      ["undefined", undefined],
      ["null", null],
      ["a text", "went wrong"],
      ["a number", 7],
      ["an object", { message: "went wrong" }],
      ["an error without a message", new Error("")],
      ["an empty text", ""],
    ])(
      "turns %s that was thrown into an Error with a message",
      async (_, thrown) => {
        const error = await caught(call, thrown);
        expect(error.message).not.toBe("");
      },
    );

    test("removes id, code and reasons from an error that is not a partial failure", async () => {
      const error = await caught(
        call,
        Object.assign(new Error("went wrong"), {
          id: "x",
          code: 5,
          reasons: ["y"],
        }),
      );
      for (const name of ["id", "code", "reasons", "properties"])
        expect(error).not.toHaveProperty(name);
      expect(error.message).toBe("went wrong");
    });

    test("shows no stack, however the process prints it", async () => {
      const error = await caught(call, new Error("went wrong"));
      expect(error.stack).toBe("see the error on the resource");
      expect(String(error)).toBe("area1");
    });

    test("shows no secret, whatever form it has in the message", async () => {
      const forms = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString("base64"),
        JSON.stringify({ secret }),
        "eyJhbGciOiJub25lIn0.eyJ0aWQiOiJjb250b3NvIn0.c2lnbmF0dXJl",
      ];
      const { message } = await caught(call, new Error(forms.join(" | ")));
      for (const form of forms.slice(0, 3)) expect(message).not.toContain(form);
      expect(message).not.toContain("eyJ");
      expect(message).toContain("[secret]");
    });
  },
);

test.each(["create", "update"] as const)(
  "A partial failure of %s carries id, clean properties with the provider's text, and scrubbed reasons",
  async (call) => {
    const error = await caught(
      call,
      new PartialFailure(
        "the id",
        { setScl: 5, nothing: undefined, when: new Date(0) },
        [`refused for ${secret}`],
      ),
    );
    expect(error).toMatchObject({
      id: "the id",
      properties: {
        setScl: 5,
        when: "1970-01-01T00:00:00.000Z",
        __provider: "text",
      },
      reasons: ["refused for [secret]"],
    });
    expect(error["properties"]).not.toHaveProperty("nothing");
  },
);

test("A partial failure from which no resource can be stored is an ordinary error", async () => {
  const error = await doing(() => {
    throw new PartialFailure("the id", { setScl: 5 }, ["refused"]);
  })
    .create({})
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: "refused" });
  for (const name of ["id", "properties", "reasons"])
    expect(error).not.toHaveProperty(name);
});

test("A thrown value without a reason is reported as such", async () => {
  expect((await caught("read", "")).message).toBe("failed without a reason");
});

test("Values that a protobuf Struct cannot contain are removed from outputs, at any depth", async () => {
  const { outs } = await doing(() => ({
    id: "x",
    outs: {
      gone: undefined,
      call: () => 1,
      symbol: Symbol("x"),
      none: null,
      list: [undefined, 1, { gone: undefined, kept: true }],
      big: 12n,
      notANumber: NaN,
      when: new Date(0),
    },
  })).create({});
  expect(outs).toStrictEqual({
    none: null,
    list: [null, 1, { kept: true }],
    big: "12",
    notANumber: null,
    when: "1970-01-01T00:00:00.000Z",
  });
});

test.each([undefined, "", 7, null])(
  "An object whose id is %p is an error and no resource without an id",
  async (id) => {
    await expect(doing(() => ({ id, outs: {} })).create({})).rejects.toThrow(
      "has no id",
    );
  },
);

test("If a session cannot be created, the call fails with the scrubbed reason, and the next call tries again", async () => {
  let tries = 0;
  const guarded = guardedHandlers(
    (open) =>
      ({
        check: () => {
          open();
          return Promise.resolve({ inputs: {}, failures: [] });
        },
      }) as unknown as Handlers,
    () => {
      if (++tries < 3) throw new Error("no configuration");
      return session;
    },
  );
  await expect(guarded.check({}, {})).rejects.toThrow("no configuration");
  await expect(guarded.check({}, {})).resolves.toEqual({
    inputs: {},
    failures: [],
  });
});

test("A session has the engine's last configuration, and is created when it is first needed", async () => {
  const opened: (string | undefined)[] = [];
  const guarded = guardedHandlers(
    (open) =>
      ({
        check: () => {
          open();
          return Promise.resolve({ inputs: {}, failures: [] });
        },
      }) as unknown as Handlers,
    (stored) => {
      opened.push(stored("area1:tenantId"));
      return session;
    },
  );
  const configure = (tenant: string) =>
    guarded.configure({
      config: { get: (key) => (key === "area1:tenantId" ? tenant : undefined) },
    });
  await guarded.check({}, {});
  await configure("one");
  expect(opened).toEqual([undefined]);
  await guarded.check({}, {});
  await guarded.check({}, {});
  await configure("two");
  await guarded.check({}, {});
  expect(opened).toEqual([undefined, "one", "two"]);
});

test("Without a session, the secrets of the configuration are still removed from messages", async () => {
  const guarded = guardedHandlers(
    (open) =>
      ({ check: () => Promise.resolve().then(open) }) as unknown as Handlers,
    () => {
      throw new Error(`cannot use ${secret}`);
    },
  );
  await guarded.configure({
    config: {
      get: (key) => (key === "area1:clientSecret" ? secret : undefined),
    },
  });
  await expect(guarded.check({}, {})).rejects.toThrow("cannot use [secret]");
});

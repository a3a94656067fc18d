import type { Failure } from "../../../providers/kind";
import { account, Depot, inputs, ours, refusal } from "./depot";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const least = { name: "Box", accountId: account };

describe("A check", () => {
  test("keeps the restore point of the time when an object was created", async () => {
    const { check } = new Depot().process();
    const first = { restorePoint: { size: 7 } };
    const later = { ...inputs, restorePoint: { size: 9 } };
    expect((await check({}, later)).inputs).toMatchObject(later);
    expect((await check({ ...inputs, ...first }, later)).inputs).toMatchObject(
      first,
    );
    expect((await check(inputs, later)).inputs).not.toHaveProperty(
      "restorePoint",
    );
  });

  test("uses adopt only when an object is created, and keeps its value in the state", async () => {
    const { check } = new Depot().process();
    const adopting = { ...inputs, adopt: true };
    for (const [olds, news, adopt] of [
      [{}, adopting, true],
      [{ __provider: "text" }, adopting, true],
      [inputs, adopting, undefined],
      [adopting, inputs, true],
      [{ ...inputs, adopt: false }, adopting, false],
    ] as const)
      expect((await check(olds, news)).inputs["adopt"]).toBe(adopt);
  });

  test("fills in defaults, normalises values, and omits null and undefined", async () => {
    const { check } = new Depot().process();
    expect(
      await check(
        {},
        {
          ...least,
          colour: "blue",
          labels: ["b", "a", "b"],
          host: null,
          comments: undefined,
        },
      ),
    ).toEqual({
      inputs: { ...least, colour: "Blue", labels: ["a", "b"], size: 3 },
      failures: [],
    });
  });

  test("prefers the program's value to a default", async () => {
    const { check } = new Depot().process();
    const { inputs: checked } = await check({}, { ...least, size: 4 });
    expect(checked["size"]).toBe(4);
  });

  test("keeps a value that is refused as it was written, and names its property", async () => {
    const { check } = new Depot().process();
    const wrong = { ...least, size: 10, colour: "pink" };
    expect(await check({}, wrong)).toEqual({
      inputs: wrong,
      failures: [
        {
          property: "size",
          reason: "must be a whole number from 1 to 9, not 10",
        },
        {
          property: "colour",
          reason: 'must be one of Red, Green, Blue, not "pink"',
        },
      ],
    });
  });

  test("accepts an unknown value, also for a required property", async () => {
    const { check } = new Depot().process();
    const program = {
      name: unknown,
      accountId: account,
      size: unknown,
      adopt: unknown,
      labels: ["b", unknown, "a"],
    };
    expect(await check({}, program)).toEqual({ inputs: program, failures: [] });
  });

  test.each([{}, { name: null }])(
    "reports a required property as missing: %j",
    async (more) => {
      const { check } = new Depot().process();
      expect(
        (await check({}, { accountId: account, ...more })).failures,
      ).toEqual([{ property: "name", reason: "must be given" }]);
    },
  );

  test.each([
    [true, []],
    [false, []],
    [
      "yes",
      [{ property: "adopt", reason: "must be true or false" }] as Failure[],
    ],
  ])("accepts only flags as settings: %j", async (adopt, failures) => {
    const { check } = new Depot().process();
    expect(await check({}, { ...least, adopt })).toEqual({
      inputs: { ...least, adopt, size: 3 },
      failures,
    });
  });

  test("passes on the restore point's values, and the text that loads the package", async () => {
    const { check } = new Depot().process();
    const more = { restorePoint: { size: 4 }, __provider: "text" };
    expect(await check({}, { ...least, ...more })).toEqual({
      inputs: { ...least, ...more, size: 3 },
      failures: [],
    });
  });

  test("refuses an unknown property, and names similar ones or all", async () => {
    const { check } = new Depot().process();
    const has =
      "name, accountId, comments, size, colour, labels, shut, seal, host, exceptFrom, adopt";
    expect(
      await check({}, { ...least, Size: 4, ADOPT: true, weight: 1 }),
    ).toEqual({
      inputs: { ...least, size: 3 },
      failures: [
        { property: "Size", reason: "is not a property; write size" },
        { property: "ADOPT", reason: "is not a property; write adopt" },
        {
          property: "weight",
          reason: `is not a property of this resource, which has ${has}`,
        },
      ],
    });
  });

  test.each(["constructor", "__proto__", "toString"])(
    "refuses a property with the name %s",
    async (property) => {
      const { check } = new Depot().process();
      const news = JSON.parse(
        JSON.stringify(least).replace("{", `{"${property}":{"size":4},`),
      ) as object;
      const { inputs, failures } = await check({}, { ...news });
      expect(inputs).toEqual({ ...least, size: 3 });
      expect(failures).toEqual([
        {
          property,
          reason: expect.stringMatching(/^is not a property of this/) as string,
        },
      ]);
    },
  );

  test("lets the kind complete the inputs from the previous ones and the configuration", async () => {
    const depot = new Depot({
      complete: (olds, news, configuration) => ({
        ...news,
        comments: `${String(olds["comments"])} at ${configuration().cloudflareAccountId ?? ""}`,
      }),
    });
    const { check } = depot.process();
    expect(await check({ comments: "before" }, least)).toEqual({
      inputs: { ...least, size: 3, comments: `before at ${account}` },
      failures: [],
    });
  });

  test("fails with what the kind finds wrong when it completes the inputs, and keeps them", async () => {
    const failure = { property: "accountId", reason: "must be given" };
    const depot = new Depot({ complete: () => failure });
    expect(await depot.process().check({}, least)).toEqual({
      inputs: { ...least, size: 3 },
      failures: [failure],
    });
  });

  // A text in an input is none of our failures.
  test("does not confuse inputs with a failure although an input has the name of a failure's property", async () => {
    const depot = new Depot({
      complete: (_olds, news) => ({ ...news, reason: "x" }),
    });
    expect(await depot.process().check({}, least)).toEqual({
      inputs: { ...least, size: 3, reason: "x" },
      failures: [],
    });
  });

  test("lets the kind check inputs that are each valid: it gets the known ones", async () => {
    const seen: unknown[] = [];
    const depot = new Depot({
      refuse: (values) => {
        seen.push(values);
        return [{ property: "size", reason: "is too small for a box" }];
      },
    });
    const { check } = depot.process();
    const { failures } = await check({}, { ...least, colour: unknown });
    expect(seen).toEqual([{ ...least, size: 3 }]);
    expect(failures).toEqual([
      { property: "size", reason: "is too small for a box" },
    ]);
    await check({}, { ...least, size: 10 });
    expect(seen).toHaveLength(1);
  });
});

describe("A diff", () => {
  const olds = { ...inputs, colour: "Blue", adopted: false };
  const differ = (news: object, before: object = {}) =>
    new Depot()
      .process()
      .diff("1", { ...olds, ...before }, { ...inputs, ...news });

  test("reports no change for another spelling, and leaves other changes to the engine", async () => {
    expect(await differ({ colour: "blue" })).toEqual({ changes: false });
    expect(await differ({ colour: "Red" })).toEqual({ replaces: [] });
    expect(await differ({})).toEqual({ replaces: [] });
    expect(await differ({ colour: "Blue", size: 4, name: "Chest" })).toEqual({
      replaces: ["name"],
    });
  });

  test("counts an unknown value as changed", async () => {
    expect(await differ({ colour: unknown })).toEqual({ replaces: [] });
    expect(await differ({ colour: "Blue", name: unknown })).toEqual({
      replaces: ["name"],
    });
  });

  test("ignores changes of adopt, and of properties that are only used on creation", async () => {
    expect(await differ({ colour: "Blue", adopt: true, seal: "wax" })).toEqual({
      changes: false,
    });
  });

  test("reports a change of another setting, for which missing equals false", async () => {
    const { diff } = new Depot({
      settings: ["adopt", "offboardOnDestroy"],
    }).process();
    const asked = { ...inputs, offboardOnDestroy: true };
    expect(await diff("1", inputs, asked)).toEqual({ replaces: [] });
    expect(await diff("1", asked, inputs)).toEqual({ replaces: [] });
    expect(
      await diff("1", { ...inputs, offboardOnDestroy: false }, inputs),
    ).toEqual({ changes: false });
    expect(
      await diff("1", inputs, { ...inputs, offboardOnDestroy: false }),
    ).toEqual({ changes: false });
  });

  test("reports no change of a default mark on an adopted object, but a change of a description", async () => {
    const another = { colour: "Blue", comments: `${ours}-2` };
    expect(await differ(another, { adopted: true })).toEqual({
      changes: false,
    });
    expect(await differ(another, { adopted: false })).toEqual({ replaces: [] });
    expect(
      await differ({ colour: "Blue", comments: "mine" }, { adopted: true }),
    ).toEqual({ replaces: [] });
    expect(await differ(another, { adopted: true, comments: "mine" })).toEqual({
      replaces: [],
    });
  });

  test("reports a change while something is pending", async () => {
    const same = { colour: "Blue" };
    expect(await differ(same, { pending: ["size"] })).toEqual({
      changes: true,
      replaces: [],
    });
    expect(await differ(same, { pending: [] })).toEqual({ changes: false });
    expect(
      await differ({ ...same, name: "Chest" }, { pending: ["size"] }),
    ).toEqual({ changes: true, replaces: ["name"] });
  });

  test("causes an update that records a value that the program now sets as somebody had changed it; a refresh does not", async () => {
    const drifted = { ...inputs, size: 5, wrote: { size: 3 } };
    const program = { ...inputs, size: 5 };
    const { check, diff } = new Depot().process();
    expect(await diff("1", drifted, program)).toEqual({ changes: false });
    await check({}, program);
    expect(await diff("1", drifted, program)).toEqual({
      changes: true,
      replaces: [],
    });
    expect(await diff("1", drifted, inputs)).toEqual({ replaces: [] });
    expect(await diff("1", inputs, inputs)).toEqual({ changes: false });
  });

  test("records nothing about unset properties, even if somebody has changed them", async () => {
    const { check, diff } = new Depot().process();
    await check({}, inputs);
    const drifted = { ...inputs, wrote: { labels: ["a"] } };
    expect(await diff("1", drifted, inputs)).toEqual({ changes: false });
  });
});

test("Handlers reject with the reason of the failure, and never throw synchronously", async () => {
  const depot = new Depot();
  depot.instead.list = () => refusal();
  await expect(depot.process().create(inputs)).rejects.toThrow(
    'Cannot create crate "Box": No room.',
  );
});

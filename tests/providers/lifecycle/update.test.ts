import { PartialFailure } from "../../../providers/errors";
import { errorOf, messageOf } from "../../conformance/bench";
import {
  account,
  atDepot,
  inputs,
  ours,
  refusal,
  state as olds,
  stocked,
} from "./depot";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
describe("An update", () => {
  test("writes only what changed, once, and waits until a read shows it", async () => {
    const depot = stocked({ Colour: "Red" });
    const news = { ...inputs, size: 4, colour: "Red", __provider: "text" };
    const { __provider, ...kept } = news;
    expect(
      await depot.process().update("1", { ...olds, colour: "Red" }, news),
    ).toEqual({ outs: { ...olds, ...kept } });
    expect(__provider).toBe("text");
    expect(depot.calls).toEqual(["list", 'update 1 {"Size":4}', "list"]);
    expect([...depot.accounts]).toEqual([account]);
  });

  test("writes nothing if the object already equals the program", async () => {
    const depot = stocked({ Size: 4 });
    const news = { ...inputs, size: 4 };
    expect(await depot.process().update("1", olds, news)).toEqual({
      outs: { ...olds, ...news },
    });
    // The second list confirms that somebody made the change before.
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test.each([
    ["differs from the state only in the first list", 1, olds, 2],
    [
      "is older than the state in the first lists",
      3,
      { ...olds, changedAt: "2026-11-02" },
      4,
    ],
  ])(
    "writes the change although an object that %s already shows it",
    async (_, outdated, before, lists) => {
      const depot = stocked({ Changed: "2026-11-02" });
      depot.instead.list = (nth) =>
        nth <= outdated
          ? [{ Id: "1", ...atDepot, Size: 4, Changed: "2026-11-01" }]
          : undefined;
      await depot.process().update("1", before, { ...inputs, size: 4 });
      expect(depot.crates).toMatchObject([{ Size: 4 }]);
      expect(depot.calls).toEqual([
        ...Array.from({ length: lists }, () => "list"),
        'update 1 {"Size":4}',
        "list",
      ]);
    },
  );

  test("stores the change stamp and the outputs of the kind, with the expected values", async () => {
    const depot = stocked(
      { Changed: "2026-11-01T00:00:00Z" },
      {
        expected: () => ({ host: "mx.example", size: 9 }),
        outputs: (_operation: unknown, _item: unknown, expected: object) =>
          Promise.resolve({ expected }),
      },
    );
    const { outs } = await depot
      .process()
      .update("1", olds, { ...inputs, size: 4 });
    // What was last expected of what the program leaves out, and no copy of what it gives.
    expect(outs).toMatchObject({ changedAt: "2026-11-01T00:00:00Z" });
    expect(outs["expected"]).toEqual({ host: "mx.example" });
  });

  test("compares nothing if the kind expects no values", async () => {
    const depot = stocked(
      {},
      {
        outputs: (_operation: unknown, _item: unknown, expected: object) =>
          Promise.resolve({ expected }),
      },
    );
    const { outs } = await depot
      .process()
      .update("1", olds, { ...inputs, size: 4 });
    expect(outs["expected"]).toEqual({});
  });

  test("reads a second time before it reports that the object does not exist", async () => {
    const depot = stocked();
    depot.instead.list = (nth) => (nth === 1 ? [] : undefined);
    await depot.process().update("1", olds, { ...inputs, size: 4 });
    expect(depot.calls).toEqual([
      "list",
      "list",
      'update 1 {"Size":4}',
      "list",
    ]);
    depot.take("1");
    expect(await messageOf(depot.process().update("1", olds, inputs))).toBe(
      'Cannot update crate "Box": it no longer exists. Run pulumi refresh, then pulumi up makes it again.',
    );
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("does not accept another object with the same name", async () => {
    const depot = stocked({}, { idIs: "name" });
    const state = { ...olds, guid: "7" };
    expect(
      await messageOf(depot.process().update("Box", state, inputs)),
    ).toContain("it no longer exists");
    await depot.process().update("BOX", { ...olds, guid: "1" }, inputs);
    await depot.process().update("BOX", olds, inputs);
  });

  test("finds the object by its id whatever its name is, and waits until it is listed with its new name", async () => {
    const depot = stocked({ Id: "abC", Name: "By hand" });
    const news = { ...inputs, size: 4, name: "Chest" };
    await depot.process().update("ABc", olds, news);
    expect(depot.crates).toMatchObject([{ Name: "Chest", Size: 4 }]);
  });

  test("refuses to act in another account than the state's, whatever its case", async () => {
    const depot = stocked();
    const update = (state: object) =>
      depot.process().update("1", { ...olds, ...state }, inputs);
    expect(await messageOf(update({ accountId: "another" }))).toBe(
      'Cannot update crate "Box": the state belongs to Cloudflare account another, but the configuration is for 5e4f1a. Nothing was done; configure the right one.',
    );
    expect(depot.calls).toEqual([]);
    expect((await update({ accountId: "5E4F1A" })).outs).toMatchObject({
      accountId: "5E4F1A",
    });
    expect((await update({ accountId: undefined })).outs).toMatchObject({
      accountId: account,
    });
  });

  test("writes pending values again, until they are confirmed", async () => {
    const depot = stocked({ Size: 5 });
    const state = { ...olds, pending: ["size", "gone"] };
    expect(await depot.process().update("1", state, inputs)).toEqual({
      outs: olds,
    });
    expect(depot.writes).toEqual(['update 1 {"Size":3}']);
  });

  test("writes a value that the vendor does not return whenever it changes", async () => {
    const depot = stocked({ Size: undefined }, { missingMeansUnknown: true });
    await depot.process().update("1", olds, { ...inputs, size: 4 });
    expect(depot.writes).toEqual(['update 1 {"Size":4}']);
  });

  test("stores that an adopted object had no value for a property that it gets now and that was not returned before", async () => {
    const depot = stocked({ Size: undefined }, { missingMeansUnknown: true });
    const state = { ...olds, size: undefined, adopted: true, previous: {} };
    const { outs } = await depot.process().update("1", state, inputs);
    expect(outs["previous"]).toEqual({ size: null });
  });

  test("does not write values that are not known yet, or that are only used on creation", async () => {
    const depot = stocked();
    const news = { ...inputs, size: unknown, seal: "wax" };
    await depot.process().update("1", { ...olds, seal: "tin" }, news);
    expect(depot.writes).toEqual([]);
  });

  test("stores values that no read shows as pending, and reports that", async () => {
    const depot = stocked();
    depot.instead.update = () => "nothing";
    const { update, warnings } = depot.process();
    const news = { ...inputs, size: 4, labels: ["a"] };
    expect((await update("1", olds, news)).outs).toMatchObject({
      size: 4,
      pending: ["size", "labels"],
    });
    expect(warnings).toEqual([
      'crate "Box" was changed, but does not show it yet: size, labels. The next pulumi up checks again.',
    ]);
  });

  test("stores everything as pending if no read shows the object", async () => {
    const depot = stocked();
    depot.instead.list = (nth) => (nth > 1 ? [] : undefined);
    const { update } = depot.process();
    const news = { ...inputs, size: 4 };
    expect((await update("1", olds, news)).outs).toMatchObject({
      domainId: "1",
      pending: ["size"],
    });
  });
});

describe("A property that is removed from the program", () => {
  const { size, ...without } = { ...inputs, labels: ["a"] };

  test("does not change on an object of ours, and gets its previous value on an adopted one", async () => {
    const mine = stocked({ Labels: ["a"] });
    const state = { ...olds, labels: ["a"], previous: { labels: ["x"] } };
    await mine.process().update("1", state, inputs);
    expect(mine.writes).toEqual([]);
    const adopted = stocked({ Labels: ["a"] });
    expect(
      await adopted.process().update("1", { ...state, adopted: true }, inputs),
    ).toMatchObject({ outs: { previous: { labels: ["x"] } } });
    expect(adopted.writes).toEqual(['update 1 {"Labels":["x"]}']);
  });

  test("stays as it is if its previous value is unknown", async () => {
    const depot = stocked({ Labels: ["a"] });
    for (const previous of [{ size: 3 }, undefined])
      await depot
        .process()
        .update(
          "1",
          { ...olds, labels: ["a"], adopted: true, previous },
          inputs,
        );
    expect(depot.writes).toEqual([]);
  });

  test("gets another value, or none, with a warning, if the previous one is no longer possible", async () => {
    const state = {
      ...olds,
      labels: ["a"],
      colour: "Red",
      adopted: true,
      previous: { labels: ["x"], colour: "Blue" },
    };
    const asked: unknown[] = [];
    const depot = stocked(
      { Labels: ["a"], Colour: "Red" },
      {
        restoredValue: (
          _operation: unknown,
          property: string,
          value: unknown,
        ) => {
          asked.push(property, value);
          return Promise.resolve(
            property === "labels"
              ? { value: ["y"], warning: "labels x are gone" }
              : { warning: "colour stays" },
          );
        },
      },
    );
    const { update, warnings } = depot.process();
    await update("1", state, { ...inputs, size: 4 });
    expect(depot.writes).toEqual(['update 1 {"Size":4,"Labels":["y"]}']);
    expect(asked).toEqual(["colour", "Blue", "labels", ["x"]]);
    expect(warnings).toEqual([
      'crate "Box": colour stays.',
      'crate "Box": labels x are gone.',
    ]);
  });

  test("gets the expected value if the kind expects one", async () => {
    const asked: unknown[] = [];
    const depot = stocked(
      { Host: "given.example", Labels: ["a"] },
      {
        expect: (
          _operation: unknown,
          news: object,
          { items }: { items: object[] },
          before: object,
        ) => {
          asked.push(news, items.length, before);
          return Promise.resolve({ host: "mx.example" });
        },
      },
    );
    const state = { ...olds, labels: ["a"], host: "given.example" };
    await depot.process().update("1", state, { ...inputs, host: "mx.example" });
    await depot.process().update("1", state, {
      ...without,
      host: "given.example",
    });
    expect(asked).toEqual([]);
    depot.edit("1", { Host: "given.example" });
    await depot.process().update("1", state, inputs);
    expect(asked).toEqual([inputs, 1, state]);
    expect(depot.writes).toEqual(['update 1 {"Host":"mx.example"}']);
    expect(size).toBe(3);
  });

  test("does not change if it has the expected value, or if that is unknown", async () => {
    for (const expected of [{ host: "given.example" }, {}]) {
      const depot = stocked(
        { Host: "given.example" },
        { expect: () => Promise.resolve(expected) },
      );
      const state = { ...olds, host: "given.example" };
      await depot.process().update("1", state, inputs);
      expect(depot.writes).toEqual([]);
    }
  });

  test("is removed again if somebody else had set what no program can", async () => {
    const depot = stocked({ ExceptFrom: ["me"] });
    const state = { ...olds, exceptFrom: ["me"], reported: ["exceptFrom"] };
    expect(await depot.process().update("1", state, inputs)).toEqual({
      outs: olds,
    });
    expect(depot.writes).toEqual(['update 1 {"ExceptFrom":null}']);
  });
});

describe("The previous values of an adopted object", () => {
  const adopted = { ...olds, adopted: true, previous: { size: 7 } };

  test("are stored for each property when it is managed for the first time", async () => {
    const depot = stocked({
      Size: 3,
      Labels: ["x"],
      Host: "first.example",
      Colour: "Red",
      ExceptFrom: ["me"],
    });
    const state = {
      ...adopted,
      host: "first.example",
      exceptFrom: ["me"],
      reported: ["host", "exceptFrom"],
    };
    const news = {
      ...inputs,
      size: 4,
      labels: ["a"],
      host: "mx.example",
      exceptFrom: ["you"],
    };
    const { outs } = await depot.process().update("1", state, news);
    expect(outs).toMatchObject({ adopted: true });
    expect(outs["previous"]).toEqual({
      size: 7,
      labels: ["x"],
      host: "first.example",
      exceptFrom: ["me"],
    });
  });

  test("are not stored for an object of ours", async () => {
    const { outs } = await stocked()
      .process()
      .update("1", olds, { ...inputs, labels: ["a"] });
    expect(outs).not.toHaveProperty("previous");
  });

  test("include the description, which is restored when the program no longer sets one", async () => {
    const depot = stocked({ Comments: "for people" });
    const state = {
      ...adopted,
      comments: "for people",
      previous: { comments: "by hand" },
    };
    await depot.process().update("1", state, inputs);
    expect(depot.writes).toEqual(['update 1 {"Comments":"by hand"}']);
    const mine = stocked({ Comments: "for people" });
    await mine.process().update("1", { ...state, adopted: false }, inputs);
    expect(mine.writes).toEqual([`update 1 {"Comments":"${ours}"}`]);
  });

  test("are restored for an imported object of a kind that always exists, although its state does not say so", async () => {
    const { adopted: said, ...imported } = olds;
    const state = { ...imported, labels: ["a"], previous: { labels: ["x"] } };
    expect(said).toBe(false);
    for (const [given, writes] of [
      [true, ['update 1 {"Labels":["x"]}']],
      [false, []],
    ] as const) {
      const depot = stocked({ Labels: ["a"] }, { alwaysExists: () => given });
      const { outs } = await depot.process().update("1", state, inputs);
      expect(depot.writes).toEqual(writes);
      expect(outs["adopted"]).toBe(given);
    }
  });
});

describe("An update that fails", () => {
  test("stores what was done, and what is pending", async () => {
    const depot = stocked(
      { Changed: "2026-11-01T00:00:00Z", Colour: "Red" },
      {
        outputs: (
          _operation: unknown,
          _item: unknown,
          expected: object,
          _inputs: object,
          state?: Record<string, unknown>,
        ) => Promise.resolve({ expected, knew: state?.["size"] }),
        expect: () => Promise.resolve({ host: "mx.example" }),
      },
    );
    depot.instead.update = () => {
      depot.edit("1", { Colour: "Blue", Changed: "2026-11-02T00:00:00Z" });
      throw refusal("refused", { advice: "Buy a larger depot." });
    };
    const state = {
      ...olds,
      colour: "Red",
      host: "mx.example",
      adopted: true,
      previous: { size: 7, colour: "Red" },
    };
    const news = { ...inputs, size: 4, colour: "blue" };
    const error = await errorOf(depot.process().update("1", state, news));
    expect(error).toBeInstanceOf(PartialFailure);
    expect(error).toMatchObject({
      id: "1",
      reasons: ['Cannot update crate "Box": No room. Buy a larger depot.'],
      message: 'Cannot update crate "Box": No room. Buy a larger depot.',
    });
    expect((error as PartialFailure).outs).toEqual({
      ...olds,
      size: 3,
      colour: "blue",
      host: null,
      changedAt: "2026-11-02T00:00:00Z",
      expected: { host: "mx.example" },
      knew: 4,
      adopted: true,
      previous: { size: 7, colour: "Red" },
      reported: ["host"],
      pending: ["size", "host"],
    });
  });

  test("stores a value that is not returned as pending, and keeps the program's value", async () => {
    const depot = stocked({ Size: undefined }, { missingMeansUnknown: true });
    depot.instead.update = () => {
      throw refusal();
    };
    const error = await errorOf(
      depot.process().update("1", olds, { ...inputs, size: 4 }),
    );
    expect((error as PartialFailure).outs).toEqual({
      ...olds,
      size: 4,
      pending: ["size"],
    });
  });

  test("has nothing pending if it was carried out nevertheless", async () => {
    const depot = stocked();
    depot.instead.update = () => refusal();
    const error = await errorOf(
      depot.process().update("1", olds, { ...inputs, size: 4 }),
    );
    expect((error as PartialFailure).outs).toEqual({
      ...olds,
      size: 4,
      pending: [],
    });
  });

  test.each([
    ["the object is gone", []],
    ["it cannot be read", refusal("transient")],
  ])("is an ordinary failure if %s", async (_, shown) => {
    const depot = stocked();
    depot.instead.update = () => refusal();
    depot.instead.list = (nth) => (nth > 1 ? shown : undefined);
    const error = await errorOf(
      depot.process().update("1", olds, { ...inputs, size: 4 }),
    );
    expect(error).not.toBeInstanceOf(PartialFailure);
    expect(error.message).toBe('Cannot update crate "Box": No room.');
  });

  test("searches the object by its name if it has no id", async () => {
    const depot = stocked({ Id: 1 }, { idIs: "name" });
    depot.instead.update = () => {
      throw refusal();
    };
    const error = await errorOf(
      depot.process().update("box", olds, { ...inputs, size: 4 }),
    );
    expect(error).toMatchObject({ id: "box", outs: { pending: ["size"] } });
  });
});

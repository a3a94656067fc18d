import type { Kind } from "../../../providers/kind";
import { messageOf } from "../../conformance/bench";
import {
  account,
  atDepot,
  Depot,
  inputs,
  ours,
  refusal,
  state,
  stocked,
} from "./depot";

describe("A refresh", () => {
  test("finds an unchanged object with one list", async () => {
    const depot = stocked();
    expect(await depot.process().read("1", state)).toEqual({
      id: "1",
      props: state,
      inputs,
    });
    expect(depot.calls).toEqual(["list"]);
    expect([...depot.accounts]).toEqual([account]);
  });

  test("keeps the state's spelling of a value, and values that no vendor returns", async () => {
    const depot = stocked({
      Name: "BOX",
      Colour: "Red",
      Changed: "2026-11-01T00:00:00Z",
    });
    const more = {
      colour: "red",
      seal: "wax",
      adopt: true,
      restorePoint: { size: 7 },
    };
    const carried = { previous: { size: 7 }, pending: ["size"] };
    expect(
      await depot
        .process()
        .read("1", { ...state, ...more, ...carried, stale: 1 }),
    ).toEqual({
      id: "1",
      props: {
        ...state,
        ...more,
        ...carried,
        changedAt: "2026-11-01T00:00:00Z",
      },
      inputs: { ...inputs, ...more },
    });
  });

  test("passes the expected values and the previous state to the kind", async () => {
    const seen: unknown[] = [];
    const depot = stocked(
      { Host: "mx.example" },
      {
        expect: (
          _operation: unknown,
          news: object,
          { items }: { items: object[] },
          before: object,
        ) => {
          seen.push(news, items.length, before);
          return Promise.resolve({ host: "mx.example" });
        },
        outputs: (
          _operation: unknown,
          _item: unknown,
          expected: object,
          _inputs: object,
          before: object,
        ) => Promise.resolve({ expected, before }),
      },
    );
    expect(await depot.process().read("1", state)).toMatchObject({
      props: { expected: { host: "mx.example" }, before: state },
    });
    expect(seen).toEqual([state, 1, state]);
  });

  test("shows changes of others after a second read, and stores the values that we wrote", async () => {
    const depot = stocked({ Size: 5, Comments: "by hand", Colour: "Blue" });
    expect(await depot.process().read("1", state)).toEqual({
      id: "1",
      props: {
        ...state,
        size: 5,
        comments: "by hand",
        wrote: { size: 3, comments: ours },
      },
      inputs: { ...inputs, size: 5, comments: "by hand" },
    });
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("stores the values that we wrote through further changes, until the object has them again", async () => {
    const depot = stocked({ Size: 7 });
    const drifted = { ...state, size: 5, wrote: { size: 3 } };
    const size = async () => {
      const { props } = await depot.process().read("1", drifted);
      return [props?.["size"], props?.["wrote"]];
    };
    expect(await size()).toEqual([7, { size: 3 }]);
    depot.edit("1", { Size: 5 });
    expect(await size()).toEqual([5, { size: 3 }]);
    expect(depot.calls).toEqual(["list"]);
    depot.edit("1", { Size: 3 });
    expect(await size()).toEqual([3, undefined]);
  });

  test("reports no change if a second read shows no difference", async () => {
    const depot = stocked();
    depot.instead.list = (nth) =>
      nth === 1 ? [{ Id: "1", ...atDepot, Size: 5 }] : undefined;
    expect(await depot.process().read("1", state)).toMatchObject({
      props: state,
      inputs,
    });
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("shows differences that two lists have, with one second list for all objects", async () => {
    const depot = stocked({ Size: 5 });
    depot.add({ ...atDepot, Name: "Two", Size: 5 });
    depot.add({ ...atDepot, Name: "Three" });
    const { read } = depot.process();
    const of = (id: string, name: string) =>
      read(id, { ...state, name, domainId: id });
    expect((await of("1", "Box")).props).toMatchObject({ size: 5 });
    expect((await of("2", "Two")).props).toMatchObject({ size: 5 });
    expect((await of("3", "Three")).props).toMatchObject({ size: 3 });
    expect(await of("4", "Four")).toEqual({});
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("reads a third time if the second list differs from the first", async () => {
    const depot = stocked();
    depot.add({ ...atDepot, Name: "Two", Size: 5 });
    depot.instead.list = (nth) =>
      nth === 1 ? [{ Id: "1", ...atDepot, Size: 9 }] : undefined;
    const { read } = depot.process();
    await read("1", state);
    expect(
      (await read("2", { ...state, name: "Two", domainId: "2" })).props,
    ).toMatchObject({ size: 5 });
    expect(depot.calls).toEqual(["list", "list", "list"]);
  });

  test("reports an object as deleted if a second list does not have it either", async () => {
    const depot = stocked();
    depot.instead.list = (nth) => (nth === 1 ? [] : undefined);
    expect(await depot.process().read("1", state)).toMatchObject({ id: "1" });
    expect(depot.calls).toEqual(["list", "list"]);
    depot.take("1");
    expect(await depot.process().read("1", state)).toEqual({});
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("reports an object as deleted if another one has its name", async () => {
    const depot = stocked({}, { idIs: "name" });
    expect(await depot.process().read("Box", { ...state, guid: "7" })).toEqual(
      {},
    );
    expect(
      await depot.process().read("Box", { ...state, guid: "1" }),
    ).toMatchObject({ id: "Box" });
  });

  test("does not use a list that is older than the state", async () => {
    const old = { Id: "1", ...atDepot, Size: 9, Changed: "2026-11-01" };
    const depot = stocked({ Changed: "2026-11-02" });
    depot.instead.list = (nth) => (nth < 4 ? [old] : undefined);
    const seen = { ...state, changedAt: "2026-11-02" };
    expect((await depot.process().read("1", seen)).props).toEqual(seen);
    expect(depot.calls).toEqual(["list", "list", "list", "list"]);
  });

  test("accepts an older list after a while, and one of the same time at once", async () => {
    const depot = stocked({ Size: 5, Changed: "2026-11-01" });
    const before = performance.now();
    const late = await depot
      .process()
      .read("1", { ...state, changedAt: "2026-11-02" });
    expect(performance.now() - before).toBeLessThan(2000);
    expect(late.props).toMatchObject({ size: 5, changedAt: "2026-11-01" });
    expect(depot.calls.length).toBeGreaterThan(3);
    await depot.process().read("1", { ...state, changedAt: "2026-11-01" });
    expect(depot.calls).toHaveLength(2);
  });

  test("reports an older object as deleted", async () => {
    const old = { Id: "1", ...atDepot, Changed: "2026-11-01" };
    const depot = stocked({ Changed: "2026-11-02" });
    depot.instead.list = (nth) => (nth === 1 ? [old] : []);
    expect(
      await depot.process().read("1", { ...state, changedAt: "2026-11-02" }),
    ).toEqual({});
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("shows an unset property without its expected value, and says that no program sets it", async () => {
    const depot = stocked(
      { Host: "by.hand", ExceptFrom: ["me"], Labels: ["x"] },
      { expect: () => Promise.resolve({ host: "mx.example" }) },
    );
    const reported = ["host", "exceptFrom"];
    const live = { host: "by.hand", exceptFrom: ["me"] };
    const found = {
      id: "1",
      props: { ...state, ...live, reported },
      inputs: { ...inputs, ...live },
    };
    expect(await depot.process().read("1", state)).toEqual(found);
    expect(depot.calls).toEqual(["list", "list"]);
    // The next refresh shows the same.
    expect(await depot.process().read("1", found.props)).toEqual(found);
    depot.edit("1", { Host: "mx.example", ExceptFrom: [] });
    expect(await depot.process().read("1", found.props)).toEqual({
      id: "1",
      props: state,
      inputs,
    });
  });

  test("shows no unset property whose expected or current value is unknown", async () => {
    const depot = stocked({ Host: "by.hand" });
    expect((await depot.process().read("1", state)).inputs).toEqual(inputs);
    const silent = stocked(
      {},
      {
        missingMeansUnknown: true,
        expect: () => Promise.resolve({ host: "mx.example" }),
      },
    );
    expect((await silent.process().read("1", state)).inputs).toEqual(inputs);
    expect(silent.calls).toEqual(["list"]);
  });

  test("warns that it cannot see changes of a property that is not returned, except one that never is", async () => {
    const depot = stocked({ Size: undefined }, { missingMeansUnknown: true });
    const { read, warnings } = depot.process();
    const { accountId } = state;
    expect(await read("1", { ...state, seal: "wax" })).toEqual({
      id: "1",
      props: { ...state, seal: "wax", accountId },
      inputs: { ...inputs, seal: "wax" },
    });
    expect(warnings).toEqual([
      "crate: size is not returned, so a change of it by hand cannot be seen.",
    ]);
    expect(depot.calls).toEqual(["list"]);
  });

  test("stores the value that we wrote while the vendor does not return it", async () => {
    const depot = stocked({ Size: undefined }, { missingMeansUnknown: true });
    const drifted = { ...state, size: 5, wrote: { size: 3 } };
    expect((await depot.process().read("1", drifted)).props).toEqual(drifted);
  });

  test("does not compare a default mark on an adopted object, but compares a description", async () => {
    const depot = stocked({ Comments: "by hand" });
    const adopted = { ...state, adopted: true };
    const mark = async (more: object) =>
      (await depot.process().read("1", { ...adopted, ...more })).inputs?.[
        "comments"
      ];
    expect(await mark({})).toBe(ours);
    expect(await mark({ comments: "for people" })).toBe("by hand");
    expect(await mark({ adopted: false })).toBe("by hand");
  });

  test("does not compare properties that are only used on creation", async () => {
    const depot = stocked({ Seal: "tin" });
    const { inputs: found } = await depot
      .process()
      .read("1", { ...state, seal: "wax" });
    expect(found?.["seal"]).toBe("wax");
    expect(depot.calls).toEqual(["list"]);
  });

  test("fails with a message that says what was tried, and names the object", async () => {
    const depot = stocked();
    depot.instead.list = () => refusal();
    expect(await messageOf(depot.process().read("1", state))).toBe(
      'Cannot read crate "Box": No room.',
    );
    expect(
      await messageOf(
        depot.process().read("1", { ...state, accountId: "another" }),
      ),
    ).toBe(
      'Cannot read crate "Box": the state belongs to Cloudflare account another, but the configuration is for 5e4f1a. Nothing was done; configure the right one.',
    );
  });
});

describe("A read by an id alone", () => {
  test("finds the object, and counts it as adopted", async () => {
    const depot = stocked(
      { Size: 5, Colour: "Red", Changed: "2026-11-01" },
      {
        missingMeansUnknown: true,
        outputs: (
          _operation: unknown,
          _item: unknown,
          expected: object,
          _inputs: object,
          before: object,
        ) => Promise.resolve({ expected, before }),
        expect: () => Promise.reject(refusal()),
      },
    );
    const values = { name: "Box", comments: ours, size: 5, colour: "Red" };
    expect(await depot.process().read("1", {})).toEqual({
      id: "1",
      props: {
        ...values,
        domainId: "1",
        changedAt: "2026-11-01",
        expected: {},
        before: {},
        adopted: true,
        previous: values,
        accountId: account,
      },
      inputs: values,
    });
    expect(depot.calls).toEqual(["list"]);
    expect([...depot.accounts]).toEqual([account]);
  });

  test("lists by the id, so that a kind that reads single objects finds it", async () => {
    const asked: string[] = [];
    const depot = stocked({}, { idIs: "name" });
    const { kind } = depot;
    const asking: Partial<Kind> = {
      list: (operation, name, newerThan) => {
        asked.push(name);
        return kind.list(operation, name, newerThan);
      },
    };
    Object.assign(depot, { kind: { ...kind, ...asking } });
    await depot.process().read("box", {});
    await depot.process().read("box", { ...state, name: "Box" });
    expect(asked).toEqual(["box", "Box"]);
  });

  test("fails if the object does not exist, and names the id", async () => {
    const depot = new Depot();
    expect(await messageOf(depot.process().read("7", {}))).toBe(
      'Cannot read crate "7": there is none with the id or the name 7. Check the id.',
    );
  });

  test("finds an object by its name in any case, and returns its id", async () => {
    const found = await stocked().process().read("BOX", {});
    expect(found).toMatchObject({ id: "1", inputs: { name: "Box" } });
  });

  test("needs an account", async () => {
    const depot = new Depot();
    const { read } = depot.process({ CLOUDFLARE_ACCOUNT_ID: "" });
    expect(await messageOf(read("7", {}))).toContain(
      "no Cloudflare account is given",
    );
  });
});

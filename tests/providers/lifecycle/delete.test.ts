import { text } from "../../../providers/codecs";
import { field } from "../../../providers/field";
import { messageOf } from "../../conformance/bench";
import {
  account,
  atDepot,
  Depot,
  fields,
  inputs,
  ours,
  refusal,
  state,
  stocked,
} from "./depot";

describe("A delete of an object that we created", () => {
  test("deletes it, and waits until a list no longer contains it", async () => {
    const depot = stocked();
    depot.instead.list = (nth) =>
      nth === 2 ? [{ Id: "1", ...atDepot }] : undefined;
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", state);
    expect(depot.calls).toEqual(["list", "remove 1", "list", "list"]);
    expect(depot.crates).toEqual([]);
    expect([...depot.accounts]).toEqual([account]);
    expect(warnings).toEqual([]);
  });

  test("tries twice if the object still exists, and then fails", async () => {
    const depot = stocked();
    depot.instead.remove = () => "nothing";
    const handlers = depot.process();
    expect(await messageOf(handlers.delete("1", state))).toBe(
      'Cannot delete crate "Box": its removal was answered as done, but it still stands. Run it again.',
    );
    expect(depot.writes).toEqual(["remove 1", "remove 1"]);
  });

  test("succeeds with the second try if only the first had no effect", async () => {
    const depot = stocked();
    depot.instead.remove = (nth) => (nth === 1 ? "nothing" : undefined);
    await depot.process().delete("1", state);
    expect(depot.crates).toEqual([]);
  });

  test("reads again before an object counts as deleted, and then writes nothing", async () => {
    const depot = stocked();
    depot.instead.list = (nth) => (nth === 1 ? [] : undefined);
    await depot.process().delete("1", state);
    expect(depot.crates).toEqual([]);
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", state);
    expect(depot.calls).toEqual(["list", "list"]);
    expect(warnings).toEqual([]);
  });

  test("does not delete it if the kind refuses to, and warns with the reason", async () => {
    const states: unknown[] = [];
    const depot = stocked(
      {},
      {
        remove: (_operation: unknown, _item: unknown, known: unknown) => {
          states.push(known);
          return Promise.resolve("it is nailed to the floor");
        },
      },
    );
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", state);
    expect(warnings).toEqual([
      'crate "Box" is left where it is: it is nailed to the floor.',
    ]);
    expect(depot.calls).toEqual(["list"]);
    expect(states).toEqual([state]);
  });

  test("does not delete another object with the same name, and warns", async () => {
    const depot = stocked({}, { idIs: "name" });
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("Box", { ...state, guid: "7" });
    expect(warnings).toEqual([
      'crate "Box" is left alone: it is not the one that this stack knows, somebody made it anew.',
    ]);
    expect(depot.writes).toEqual([]);
  });

  test("does not delete an object with the same name and another id, and warns after two lists have shown it", async () => {
    const depot = stocked();
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("7", { ...state, domainId: "7" });
    expect(warnings).toEqual([
      'crate "Box" is left alone: it is not the one that this stack knows, somebody made it anew.',
    ]);
    expect(depot.calls).toEqual(["list", "list"]);
  });

  test("fails with a message that says what was tried, and names the object by its name, or else its id", async () => {
    const depot = stocked();
    depot.instead.list = () => refusal();
    const attempt = (more: object) =>
      messageOf(depot.process().delete("1", { ...state, ...more }));
    expect(await attempt({})).toBe('Cannot delete crate "Box": No room.');
    expect(await attempt({ name: undefined, adopted: true })).toBe(
      'Cannot restore crate "1": No room.',
    );
    expect(await attempt({ accountId: "another" })).toBe(
      'Cannot delete crate "Box": the state belongs to Cloudflare account another, but the configuration is for 5e4f1a. Nothing was done; configure the right one.',
    );
  });
});

describe("A delete of an object that the program still has", () => {
  test("does nothing, whichever entry of the state it is for", async () => {
    const depot = stocked();
    const handlers = depot.process();
    await handlers.check({}, inputs);
    await handlers.delete("1", { ...state, name: "BOX" });
    expect(depot.calls).toEqual([]);
    await handlers.delete("1", { ...state, name: "Chest" });
    expect(depot.writes).toEqual(["remove 1"]);
  });

  test("is not refused because of the account that it was moved from", async () => {
    const depot = stocked();
    const handlers = depot.process();
    await handlers.check({}, inputs);
    await handlers.delete("1", { ...state, accountId: "another" });
    expect(depot.writes).toEqual(["remove 1"]);
    expect([...depot.accounts]).toEqual(["another"]);
  });

  test("does nothing after a create of the same process adopted it", async () => {
    const depot = stocked();
    const { warnings, ...handlers } = depot.process();
    const { id } = await handlers.create(inputs);
    await handlers.delete(id, { ...state, name: "Old" });
    expect(depot.writes).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining("carries the mark of this resource already"),
    ]);
  });

  test("removes an object that a create of the same process created", async () => {
    const depot = new Depot();
    const handlers = depot.process();
    const { id, outs } = await handlers.create(inputs);
    await handlers.delete(id, outs);
    expect(depot.crates).toEqual([]);
  });

  test("compares ids in any case, and distinguishes equal names of different kinds", async () => {
    const depot = stocked({ Id: "aB" });
    const handlers = depot.process();
    await handlers.create(inputs);
    await handlers.delete("Ab", { ...state, name: "Old" });
    expect(depot.writes).toEqual([]);
  });
});

describe("An object that another entry of the state adopted", () => {
  const warningsOf = async (
    crate: object,
    program: object,
    old: object,
  ): Promise<string[]> => {
    const depot = stocked(crate);
    const { warnings, ...handlers } = depot.process();
    const { id } = await handlers.create({ ...inputs, ...program });
    await handlers.delete(id, { ...state, name: "Old", ...old });
    return warnings;
  };
  const byHand = { Comments: "by hand", Size: 5 };
  const adopt = { adopt: true };
  const keeps =
    "A restore point, or an alias for a renamed resource, keeps that.";

  test("loses the previous values if the new entry does not have them, which is reported", async () => {
    expect(
      await warningsOf(byHand, adopt, { adopted: true, previous: { size: 7 } }),
    ).toEqual([
      `crate "Old" was adopted by another entry of the state, which does not know what was there first: destroy will not restore {"size":7}. ${keeps}`,
    ]);
  });

  test("is left by destroy if it belongs to somebody else according to the new entry, which is reported", async () => {
    expect(await warningsOf(byHand, adopt, {})).toEqual([
      `crate "Old" was adopted by another entry of the state, which does not know what was there first: destroy will leave it. ${keeps}`,
    ]);
  });

  test("loses nothing if the new entry has the same values", async () => {
    const old = { adopted: true };
    expect(
      await warningsOf(byHand, adopt, { ...old, previous: { size: 5 } }),
    ).toEqual([]);
    // Not managed by the old entry, or not known to the new one: there is nothing to restore.
    expect(
      await warningsOf(byHand, adopt, {
        ...old,
        previous: { size: 5, colour: "Red", weight: 4 },
      }),
    ).toEqual([]);
    expect(await warningsOf(byHand, adopt, old)).toEqual([]);
    expect(
      await warningsOf(
        byHand,
        { ...adopt, restorePoint: { size: 7 } },
        { ...old, previous: { size: 7 } },
      ),
    ).toEqual([]);
  });
});

describe("A delete of an adopted object", () => {
  const adopted = { ...state, adopted: true };

  test("restores the managed values that we wrote in one write, and waits until a read shows them", async () => {
    const depot = stocked({
      Colour: "Blue",
      Labels: ["a"],
      Shut: true,
      Seal: "wax",
    });
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", {
      ...adopted,
      colour: "blue",
      labels: ["a"],
      seal: "wax",
      previous: {
        size: 7,
        colour: "Red",
        labels: ["a"],
        shut: false,
        comments: "by hand",
        seal: "tin",
      },
    });
    // Not what the program left out, nor the default mark, which nobody wrote.
    expect(depot.calls).toEqual([
      "list",
      'update 1 {"Size":7,"Colour":"Red"}',
      "list",
    ]);
    expect(warnings).toEqual([]);
  });

  test("restores a value although an outdated list still shows the previous one", async () => {
    const depot = stocked({ Size: 5 });
    depot.instead.list = (nth) =>
      nth === 1 ? [{ Id: "1", ...atDepot, Size: 7 }] : undefined;
    await depot.process().delete("1", {
      ...state,
      size: 5,
      adopted: true,
      previous: { size: 7 },
    });
    expect(depot.crates).toMatchObject([{ Size: 7 }]);
    expect(depot.calls).toEqual([
      "list",
      "list",
      'update 1 {"Size":7}',
      "list",
    ]);
  });

  test("restores a description", async () => {
    const depot = stocked({ Comments: "for people" });
    await depot.process().delete("1", {
      ...adopted,
      comments: "for people",
      previous: { comments: "by hand" },
    });
    expect(depot.writes).toEqual(['update 1 {"Comments":"by hand"}']);
  });

  test.each([undefined, {}, { size: 3 }])(
    "writes nothing if there is nothing to restore: %j",
    async (previous) => {
      const depot = stocked({ Comments: "by hand" });
      const { warnings, ...handlers } = depot.process();
      await handlers.delete("1", { ...adopted, previous });
      expect(depot.calls).toEqual(["list"]);
      expect(depot.crates).toHaveLength(1);
      expect(warnings).toEqual([]);
    },
  );

  test("does not restore what somebody else has changed since, and reports that", async () => {
    const depot = stocked({ Size: 9, Colour: "Green", Labels: ["a"] });
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", {
      ...adopted,
      colour: "Blue",
      labels: ["a"],
      previous: { size: 7, colour: "Red", labels: [] },
    });
    expect(warnings).toEqual([
      'crate "Box" keeps size, colour: somebody else has changed that since.',
    ]);
    expect(depot.writes).toEqual(['update 1 {"Labels":[]}']);
  });

  test.each([
    [
      "no half of it to restore",
      { lid: "first", hinge: null },
      "lid, hinge",
      { Size: 7 },
    ],
    [
      "another whole to restore",
      { lid: "first", hinge: "first" },
      "lid",
      { Size: 7, Hinge: "first" },
    ],
  ])(
    "does not restore what the vendor accepts only together with a property that somebody else has changed since, where there is %s",
    async (_, previous, kept, updated) => {
      const lids = {
        lid: field("Lid", text(), { requires: [{ anyOf: ["hinge"] }] }),
        hinge: field("Hinge", text(), { requires: [{ anyOf: ["lid"] }] }),
      };
      const live = { Lid: "by hand", Hinge: "ours" };
      const depot = stocked(live, { fields: { ...fields, ...lids } });
      const { warnings, ...handlers } = depot.process();
      await handlers.delete("1", {
        ...adopted,
        lid: "ours",
        hinge: "ours",
        previous: { size: 7, ...previous },
      });
      const [changed, required] = kept.split(", ");
      expect(warnings).toEqual([
        `crate "Box" keeps ${changed}: somebody else has changed that since.`,
        ...(required
          ? [
              `crate "Box" keeps ${required}: with what was first it would lack what its other settings require.`,
            ]
          : []),
      ]);
      expect(depot.crates).toEqual([expect.objectContaining(updated)]);
      expect(depot.writes).toEqual([`update 1 ${JSON.stringify(updated)}`]);
    },
  );

  test("distinguishes the written values from those that a refresh found since", async () => {
    const previous = { size: 7, labels: ["x"] };
    const drifted = {
      ...adopted,
      size: 5,
      labels: ["b"],
      wrote: { size: 3 },
      previous,
    };
    const theirs = stocked({ Size: 5, Labels: ["b"] });
    const { warnings, ...handlers } = theirs.process();
    await handlers.delete("1", drifted);
    expect(warnings).toEqual([
      'crate "Box" keeps size: somebody else has changed that since.',
    ]);
    expect(theirs.writes).toEqual(['update 1 {"Labels":["x"]}']);
    const again = stocked({ Size: 3, Labels: ["x"] });
    await again.process().delete("1", drifted);
    expect(again.writes).toEqual(['update 1 {"Size":7}']);
  });

  test("restores the expected value of an unset property, and the value that somebody had set", async () => {
    const differently = { expected: () => ({ host: "mx.example" }) };
    const previous = { host: "first.example", exceptFrom: ["me"] };
    const depot = stocked({ Host: "mx.example" }, differently);
    await depot.process().delete("1", { ...adopted, previous });
    expect(depot.writes).toEqual([
      'update 1 {"Host":"first.example","ExceptFrom":["me"]}',
    ]);
  });

  test("removes no condition that somebody has set since, and reports that", async () => {
    const depot = stocked({ ExceptFrom: ["you"], Host: "by.hand" });
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", {
      ...adopted,
      exceptFrom: ["you"],
      host: "by.hand",
      reported: ["exceptFrom", "host"],
      previous: { host: "first.example" },
    });
    expect(depot.writes).toEqual([]);
    expect(warnings).toEqual([
      'crate "Box" keeps host, exceptFrom: somebody else has changed that since.',
    ]);
  });

  test("does not restore properties that are not returned, or without a previous value", async () => {
    const depot = stocked(
      { Size: undefined, Colour: "Blue" },
      { missingMeansUnknown: true },
    );
    await depot
      .process()
      .delete("1", { ...adopted, colour: "Blue", previous: { size: 7 } });
    expect(depot.writes).toEqual([]);
  });

  test("writes another value, or none, with a warning, if the previous one is no longer possible", async () => {
    const asked: unknown[] = [];
    const depot = stocked(
      { Labels: ["a"] },
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
              : { warning: "size stays" },
          );
        },
      },
    );
    const { warnings, ...handlers } = depot.process();
    await handlers.delete("1", {
      ...adopted,
      labels: ["a"],
      previous: { size: 7, labels: ["x"] },
    });
    expect(asked).toEqual(["size", 7, "labels", ["x"]]);
    expect(depot.writes).toEqual(['update 1 {"Labels":["y"]}']);
    expect(warnings).toEqual([
      'crate "Box": size stays.',
      'crate "Box": labels x are gone.',
    ]);
  });

  test("fails if no read shows the restored values", async () => {
    const previous = { size: 7, labels: ["x"] };
    const attempt = (state: object) => {
      const depot = stocked({ Labels: ["a"] });
      depot.instead.update = () => "nothing";
      return messageOf(
        depot.process().delete("1", { ...adopted, previous, ...state }),
      );
    };
    expect(await attempt({})).toBe(
      'Cannot restore crate "Box": size was restored, but it does not show that. Run it again.',
    );
    expect(await attempt({ labels: ["a"] })).toBe(
      'Cannot restore crate "Box": size, labels were restored, but it does not show that. Run it again.',
    );
  });

  test("fails with the vendor's reason if the write is rejected", async () => {
    const depot = stocked();
    depot.instead.update = () => refusal();
    expect(
      await messageOf(
        depot.process().delete("1", { ...adopted, previous: { size: 7 } }),
      ),
    ).toBe('Cannot restore crate "Box": No room.');
    expect(ours).toBe(atDepot.Comments);
  });
});

import { PartialFailure } from "../../../providers/errors";
import type { State } from "../../../providers/kind";
import { account, atDepot, Depot, inputs, lost, ours, refusal } from "./depot";
import { errorOf, messageOf } from "../../conformance/bench";

/** Returns the state of a crate that was created from `inputs`. */
const made = {
  ...inputs,
  domainId: "1",
  adopted: false,
  accountId: account,
};

describe("A create", () => {
  test("checks whether the object exists, creates it, waits until a read shows it, and stores only that", async () => {
    const depot = new Depot();
    const { create } = depot.process();
    expect(await create(inputs)).toEqual({ id: "1", outs: made });
    expect(depot.calls).toEqual([
      "list",
      `create {"Name":"Box","account_id":"${account}","Comments":"${ours}","Size":3}`,
      "list",
    ]);
    expect([...depot.accounts]).toEqual([account]);
  });

  test("stores the change stamp, and further outputs of the kind", async () => {
    const depot = new Depot({
      idIs: "name",
      outputs: (_operation, { Size }, expected, _inputs, state) =>
        Promise.resolve({ told: Size, expected, state: state ?? "none" }),
    });
    depot.add({ ...atDepot, Changed: "2026-11-01T00:00:00Z" });
    expect(await depot.process().create(inputs)).toMatchObject({
      id: "Box",
      outs: {
        changedAt: "2026-11-01T00:00:00Z",
        told: 3,
        expected: {},
        state: "none",
      },
    });
  });

  test("writes the expected values of properties that the program does not set, and of no others", async () => {
    const expected = { host: "mx.example", size: 5, colour: "Red" };
    const depot = new Depot({ expect: () => Promise.resolve(expected) });
    await depot.process().create(inputs);
    expect(depot.crates).toEqual([
      { Id: "1", account_id: account, ...atDepot, Host: "mx.example" },
    ]);
    await depot.process().create({ ...inputs, name: "Two", host: "a.example" });
    expect(depot.crates[1]).toMatchObject({ Host: "a.example" });
    expect(depot.writes).toHaveLength(1);
  });

  test("sends a value that the vendor does not return once, and does not wait until a read shows it", async () => {
    const depot = new Depot({
      missingMeansUnknown: true,
      create: () => {
        depot.calls.push("create");
        depot.add({ Name: "Box", Comments: ours });
        return Promise.resolve();
      },
    });
    const { create, warnings } = depot.process();
    await create(inputs);
    expect(depot.calls).toEqual(["list", "create", "list"]);
    expect(warnings).toEqual([]);
  });

  test("corrects values that the vendor has created differently", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      depot.add({ ...atDepot, Size: 9 });
      return "nothing";
    };
    await depot.process().create(inputs);
    expect(depot.writes.slice(1)).toEqual(['update 1 {"Size":3}']);
    expect(depot.crates).toEqual([{ Id: "1", ...atDepot }]);
  });

  test("fails if the created object is never listed, and says that the next up finds it", async () => {
    const depot = new Depot();
    depot.instead.create = () => "nothing";
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot create crate "Box": it was made, but does not show in the list within 0.1 s. Run pulumi up again: it will be found.',
    );
  });

  test("needs an account, and says where to give it", async () => {
    const depot = new Depot();
    const { create } = depot.process({ CLOUDFLARE_ACCOUNT_ID: "" });
    const { accountId, ...without } = inputs;
    expect(await messageOf(create(without))).toBe(
      'Cannot create crate "Box": no Cloudflare account is given. Set area1:cloudflareAccountId or CLOUDFLARE_ACCOUNT_ID.',
    );
    expect(await create(inputs)).toMatchObject({ outs: { accountId } });
  });
});

describe("A create with an unknown outcome", () => {
  test("reads before it sends the request again, and recognises the created object as its own", async () => {
    const depot = new Depot();
    depot.instead.create = () => lost();
    expect(await depot.process().create(inputs)).toEqual({
      id: "1",
      outs: made,
    });
    expect(depot.writes).toHaveLength(1);
    expect(depot.calls).toEqual(["list", depot.writes[0], "list"]);
  });

  test("is sent again if it was not carried out, with most of the time limit left", async () => {
    const depot = new Depot();
    depot.instead.create = (nth) => {
      if (nth === 1) throw lost();
      return undefined;
    };
    const { create } = depot.process({ AREA1_PATIENCE_MS: "1000" });
    expect(await create(inputs)).toEqual({ id: "1", outs: made });
    expect(depot.writes).toHaveLength(2);
    expect(depot.patience[1]).toBeGreaterThan(500);
  });

  test("is sent four times at most", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      throw lost();
    };
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot create crate "Box": No room.',
    );
    expect(depot.writes).toHaveLength(4);
  });

  test("created the object itself if the second try is answered that it exists", async () => {
    const depot = new Depot();
    depot.instead.create = (nth) => {
      // The first request is carried out late, after the read did not find it.
      if (nth === 1) throw lost();
      return refusal("alreadyExists");
    };
    expect(await depot.process().create(inputs)).toMatchObject({
      outs: { adopted: false },
    });
    expect(depot.crates).toHaveLength(1);
  });

  test("belongs to somebody else if it exists before the first try", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      depot.add({ Name: "box", Size: 3, Comments: "by hand" });
      throw refusal("alreadyExists");
    };
    expect(await depot.process().create(inputs)).toMatchObject({
      id: "1",
      outs: { adopted: true, previous: { comments: "by hand", size: 3 } },
    });
    expect(depot.writes).toHaveLength(1);
  });

  test("fails if the vendor says that the object exists, and no list shows it", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      throw refusal("alreadyExists");
    };
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot create crate "Box": No room.',
    );
    expect(depot.writes).toHaveLength(1);
  });

  test("is not searched for after a refusal, and other errors are reported unchanged", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      throw refusal("refused", { advice: "Buy a larger depot." });
    };
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot create crate "Box": No room. Buy a larger depot.',
    );
    expect(depot.writes).toHaveLength(1);
    const odd = new Depot({
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      create: () => Promise.reject("a text"),
    });
    expect(await messageOf(odd.process().create(inputs))).toBe(
      'Cannot create crate "Box": a text.',
    );
  });
});

describe("A create that was carried out partly", () => {
  const half = (differently = {}) => {
    const depot = new Depot({ ...differently });
    depot.instead.create = () => {
      depot.add({ Name: "Box", Comments: ours });
      throw refusal();
    };
    return depot;
  };

  test("stores an object with its mark, with what is pending", async () => {
    const depot = half({
      outputs: (
        _operation: unknown,
        _item: unknown,
        expected: State,
        _inputs: State,
        state?: State,
      ) => Promise.resolve({ expected, knew: state?.["size"] }),
    });
    const error = await errorOf(
      depot.process().create({ ...inputs, labels: ["a"] }),
    );
    expect(error).toBeInstanceOf(PartialFailure);
    expect(error).toMatchObject({
      id: "1",
      reasons: ['Cannot create crate "Box": No room.'],
      outs: {
        ...made,
        size: null,
        labels: null,
        expected: {},
        knew: 3,
        pending: ["accountId", "size", "labels"],
      },
    });
  });

  test.each([
    ["another mark", { Comments: `${ours}-2` }],
    ["no mark", { Comments: "by hand" }],
    ["another name", { Name: "Chest", Comments: ours }],
  ])(
    "does not store an object with %s, which belongs to somebody else",
    async (_, crate) => {
      const depot = new Depot();
      depot.instead.create = () => {
        depot.add({ Name: "Box", ...crate });
        throw refusal();
      };
      const error = await errorOf(depot.process().create(inputs));
      expect(error).not.toBeInstanceOf(PartialFailure);
      expect(error.message).toBe('Cannot create crate "Box": No room.');
    },
  );

  test("stores nothing if the text is not a mark, or the kind has none", async () => {
    const depot = new Depot();
    depot.instead.create = () => {
      depot.add({ Name: "Box", Comments: "by hand" });
      throw refusal();
    };
    expect(
      await errorOf(depot.process().create({ ...inputs, comments: "by hand" })),
    ).not.toBeInstanceOf(PartialFailure);
    const plain = new Depot();
    const { markField, ...unmarked } = plain.kind;
    expect(markField).toBe("comments");
    Object.assign(plain, { kind: unmarked });
    plain.instead.create = () => {
      plain.add({ Name: "Box", Comments: ours });
      throw refusal();
    };
    expect(await errorOf(plain.process().create(inputs))).not.toBeInstanceOf(
      PartialFailure,
    );
  });

  test("reports why it failed, and not that the following read failed", async () => {
    const depot = half();
    depot.instead.list = (nth) =>
      nth === 1 ? undefined : refusal("transient");
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot create crate "Box": No room.',
    );
  });
});

/** What is said of a crate that carries the mark of a resource without a restore point. */
const foundByMark =
  'crate "Box": it carries the mark of this resource already, as after an up that was interrupted. If another state of the same project, stack and resource names made it, take it out of this one (pulumi state delete): a destroy would remove what is theirs.';

describe("A crate that exists", () => {
  const found = (crate: object, differently = {}) => {
    const depot = new Depot(differently);
    depot.add({ ...atDepot, ...crate });
    return depot;
  };

  test("is ours according to its mark, and gets the program's values", async () => {
    const depot = found({ Name: "BOX", Size: 5 });
    expect(await depot.process().create(inputs)).toEqual({
      id: "1",
      outs: made,
    });
    expect(depot.writes).toEqual(['update 1 {"Size":3}']);
  });

  test("is adopted without a write if it equals the program, with its previous values stored", async () => {
    const depot = found({ Comments: "by hand", Labels: ["x"] });
    expect(await depot.process().create(inputs)).toEqual({
      id: "1",
      outs: {
        ...made,
        adopted: true,
        previous: {
          name: "Box",
          comments: "by hand",
          size: 3,
          labels: ["x"],
          seal: null,
          host: null,
        },
      },
    });
    expect(depot.writes).toEqual([]);
  });

  test("is refused if it differs, with its values and the desired ones", async () => {
    const depot = found(
      { Comments: "by hand", Size: 5, Labels: ["a", "b", "c", "d", "e"] },
      { missingMeansUnknown: true },
    );
    const program = {
      ...inputs,
      comments: "for people",
      labels: ["a", "b", "c", "d", "e", "f"],
      shut: false,
      colour: "Red",
    };
    expect(await messageOf(depot.process().create(program))).toBe(
      'Cannot create crate "Box": one of that name exists and differs in comments (by hand, wanted for people), size (5, wanted 3), colour (not returned, wanted Red), labels (a, b, c, d, e, wanted a, b, c, d, e and 1 more), shut (not returned, wanted false). Set adopt: true to adopt it, or choose another name.',
    );
    expect(depot.writes).toEqual([]);
    expect(
      await messageOf(depot.process().create({ ...program, adopt: "yes" })),
    ).toContain("Set adopt: true");
  });

  test("is refused if it lacks an expected value, or has a value that no program can set", async () => {
    const depot = found(
      { Comments: "by hand", ExceptFrom: ["me"], Labels: [] },
      { expect: () => Promise.resolve({ host: "mx.example" }) },
    );
    expect(
      await messageOf(depot.process().create({ ...inputs, labels: ["a"] })),
    ).toBe(
      'Cannot create crate "Box": one of that name exists and differs in labels (none, wanted a), host (none, wanted mx.example), exceptFrom (me, wanted none). Set adopt: true to adopt it, or choose another name.',
    );
  });

  test("is adopted with adopt and changed in one write, with its previous values stored", async () => {
    const depot = found(
      { Comments: "by hand", Size: 5, ExceptFrom: ["me"] },
      { expect: () => Promise.resolve({ host: "mx.example" }) },
    );
    const program = { ...inputs, adopt: true };
    expect(await depot.process().create(program)).toMatchObject({
      outs: {
        ...program,
        adopted: true,
        previous: { size: 5, exceptFrom: ["me"], host: null },
      },
    });
    // No program sets a default mark.
    expect(depot.writes).toEqual([
      'update 1 {"Size":3,"Host":"mx.example","ExceptFrom":null}',
    ]);
  });

  test("gets a description that the program sets", async () => {
    const depot = found({ Comments: "by hand" });
    const program = { ...inputs, comments: "for people", adopt: true };
    await depot.process().create(program);
    expect(depot.writes).toEqual(['update 1 {"Comments":"for people"}']);
  });

  test("may already have the expected values, and any value if none is expected", async () => {
    for (const expected of [{ host: "mx.example" }, { host: null }, {}]) {
      const depot = found(
        { Comments: "by hand", Host: "mx.example" },
        { expect: () => Promise.resolve(expected) },
      );
      await depot.process().create(inputs);
      expect(depot.writes).toEqual([]);
    }
  });

  test("is read for values that its answer lacks only if the expected values are known", async () => {
    for (const [expected, writes] of [
      [{ host: "mx.example" }, ['update 1 {"Host":"mx.example"}']],
      [{ host: null }, []],
      [{}, []],
    ] as const) {
      const depot = found(
        { Comments: ours },
        {
          missingMeansUnknown: true,
          expect: () => Promise.resolve(expected),
        },
      );
      await depot.process().create(inputs);
      expect(depot.writes).toEqual(writes);
    }
  });

  test("had no value for a property that is returned only after a write", async () => {
    const depot = found(
      { Comments: "by hand", Size: undefined },
      { missingMeansUnknown: true },
    );
    const { create, warnings } = depot.process();
    const program = { ...inputs, adopt: true, labels: ["a"] };
    expect((await create(program)).outs["previous"]).toEqual({
      name: "Box",
      comments: "by hand",
      size: null,
      labels: [],
    });
    expect(warnings).toEqual([]);
  });

  test("cannot restore a value that is never returned, which is reported", async () => {
    const depot = found(
      { Comments: "by hand", Size: undefined },
      { missingMeansUnknown: true },
    );
    depot.instead.list = () =>
      depot.crates.map(({ Size: _, Labels: __, ...told }) => told);
    const { create, warnings } = depot.process();
    const program = { ...inputs, adopt: true, labels: ["a"] };
    await create(program);
    expect(warnings).toEqual([
      'crate "Box": what size, labels was is not returned, so destroy cannot restore it.',
    ]);
    const mine = found({ Size: undefined }, { missingMeansUnknown: true });
    const again = mine.process();
    await again.create(program);
    expect(again.warnings).toEqual([foundByMark]);
  });

  test("of another stack is refused, and adopted with adopt", async () => {
    const depot = found({ Comments: "Managed by Pulumi: ops/prod/crate" });
    expect(await messageOf(depot.process().create(inputs))).toBe(
      'Cannot adopt crate "Box": it belongs to another stack (ops/prod/crate). Choose another name, or set adopt: true if nobody manages it there any more.',
    );
    expect(
      await depot.process().create({ ...inputs, adopt: true }),
    ).toMatchObject({ outs: { adopted: true } });
  });

  test("of another resource of this stack is refused, also with adopt", async () => {
    const depot = found({ Comments: "Managed by Pulumi: ops/dev/other" });
    for (const adopt of [false, true])
      expect(
        await messageOf(depot.process().create({ ...inputs, adopt })),
      ).toBe(
        'Cannot adopt crate "Box": it belongs to another resource of this stack (ops/dev/other). Choose another name; if you renamed the resource in the program, give it an alias to its old name.',
      );
    expect(depot.writes).toEqual([]);
  });

  test("has the previous values of its restore point, also if it did not exist or differs now", async () => {
    const create = (more: object) =>
      found({ Comments: "by hand" })
        .process()
        .create({ ...inputs, adopt: true, ...more });
    expect((await create({ restorePoint: false })).outs).toMatchObject({
      adopted: false,
    });
    expect((await create({ restorePoint: { size: 7 } })).outs).toMatchObject({
      adopted: true,
      previous: { size: 7 },
    });
    // It differs, so that an interrupted run of ours did not make it.
    expect((await create({ restorePoint: false, size: 4 })).outs).toMatchObject(
      { adopted: true, previous: { size: 3 } },
    );
  });

  test("gets its mark back if an interrupted run of ours created it, and not if it is adopted", async () => {
    for (const [restorePoint, writes] of [
      [false, [`update 1 {"Comments":"${ours}"}`]],
      [undefined, []],
    ]) {
      const depot = found({ Comments: "by hand" });
      const { outs } = await depot
        .process()
        .create({ ...inputs, adopt: true, restorePoint });
      expect(outs).toMatchObject({ comments: ours });
      expect(depot.writes).toEqual(writes);
    }
  });

  test.each([
    ["there was none, and it equals the program", false, {}, false],
    ["there was none, and it differs", false, { Size: 5 }, true],
    ["there was one", { size: 5 }, {}, true],
    ["nothing", undefined, { Size: 5 }, true],
  ])(
    "of a kind that always exists is adopted or not; its restore point says: %s",
    async (_, restorePoint, crate, adopted) => {
      const depot = found(crate, { alwaysExists: () => true });
      expect(
        (await depot.process().create({ ...inputs, restorePoint })).outs,
      ).toMatchObject({ adopted });
    },
  );

  test("is the only object of a kind without names, and messages name only the kind", async () => {
    const depot = new Depot({ alwaysExists: () => true });
    const { nameField, ...unnamed } = depot.kind;
    Object.assign(depot, { kind: unnamed });
    depot.add({ Name: "Whatever", Comments: "by hand", Size: 4 });
    const { name, ...program } = inputs;
    expect([nameField, name]).toEqual(["name", "Box"]);
    await depot.process().create(program);
    expect(depot.crates).toMatchObject([{ Name: "Whatever", Size: 3 }]);
    depot.instead.list = () => refusal();
    expect(await messageOf(depot.process().create(program))).toBe(
      "Cannot create crate: No room.",
    );
  });

  test("is stored if the write fails, with its previous values and what is pending", async () => {
    const depot = found({ Comments: "by hand", Size: 5, Labels: ["x"] });
    depot.instead.update = () => {
      depot.edit("1", { Labels: ["a"] });
      throw refusal();
    };
    const program = { ...inputs, labels: ["a"], adopt: true };
    const error = await errorOf(depot.process().create(program));
    expect(error).toMatchObject({
      id: "1",
      reasons: ['Cannot create crate "Box": No room.'],
      outs: {
        ...program,
        size: 5,
        adopted: true,
        previous: { size: 5, labels: ["x"] },
        pending: ["size"],
      },
    });
  });

  test("stores values that no read shows after the write as pending, and reports that", async () => {
    const depot = found({ Comments: ours, Size: 5 });
    depot.instead.update = () => "nothing";
    const { create, warnings } = depot.process();
    expect((await create(inputs)).outs).toEqual({ ...made, pending: ["size"] });
    expect(warnings).toEqual([
      foundByMark,
      'crate "Box" was changed, but does not show it yet: size. The next pulumi up checks again.',
    ]);
  });
});

describe("Two resources of a program", () => {
  test("cannot have the same object, whoever created it", async () => {
    const depot = new Depot();
    const { create } = depot.process();
    await create(inputs);
    expect(await messageOf(create({ ...inputs, name: "BOX" }))).toBe(
      'Cannot create crate "BOX": another resource of this program has it already. Give each its own name.',
    );
    const other = new Depot({ idIs: "name" });
    other.add(atDepot);
    const process = other.process();
    await process.create(inputs);
    expect(await messageOf(process.create(inputs))).toContain("has it already");
  });

  test("create one object each, whatever the vendor answers after a lost request", async () => {
    const depot = new Depot();
    depot.instead.create = () => lost();
    const { create } = depot.process();
    await create(inputs);
    expect(await create({ ...inputs, name: "Chest" })).toMatchObject({
      id: "2",
    });
  });
});

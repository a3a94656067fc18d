import fc from "fast-check";

import { intervalOf, rangeOf } from "../../mail-flow/address-set";
import { containing, excluding } from "../../mail-flow/list-views";
import { seeded } from "../promises/seed";

// The addresses of ranges are written out one by one here, so that the arithmetic of intervals is not used to check itself.

const contains = containing("ipAllowList");
const excludes = excluding("ipAllowList");

const addressesOf = (ranges: readonly string[]): Set<number> =>
  new Set(
    ranges.flatMap((range) => {
      const [first, last] = intervalOf(range) ?? [0, -1];
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    }),
  );

const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort();

const base = intervalOf("192.0.2.0")?.[0] ?? 0;

/** A range of a few addresses in 192.0.2.0/26, so that ranges often overlap. */
const range = fc
  .tuple(fc.nat({ max: 63 }), fc.nat({ max: 12 }))
  .map(([first, more]) =>
    rangeOf([base + first, base + Math.min(63, first + more)]),
  );

const list = fc.uniqueArray(range, { maxLength: 5 });
const given = fc.uniqueArray(range, { minLength: 1, maxLength: 3 });

test.each([
  ["an address in an entry", ["203.0.113.5"], ["203.0.113.0/24"]],
  ["an address in a range", ["203.0.113.5"], ["203.0.113.0-203.0.113.9"]],
  [
    "a block in two halves",
    ["203.0.113.0/24"],
    ["203.0.113.0/25", "203.0.113.128/25"],
  ],
])("a list contains %s", (_, wanted, found) => {
  expect(contains.held(found, wanted)).toEqual(wanted);
  expect(contains.apply(found, wanted)).toEqual(found);
});

test.each([
  [["203.0.113.5"], []],
  [["203.0.113.0-203.0.113.9"], []],
  [["203.0.0.0/16"], ["203.0.0.0-203.0.112.255", "203.0.114.0-203.0.255.255"]],
  [
    ["203.0.112.250-203.0.113.3", "192.0.2.1"],
    ["203.0.112.250-203.0.112.255", "192.0.2.1"],
  ],
  [["203.0.113.200-203.0.114.1"], ["203.0.114.0/31"]],
  [
    ["2001:db8::1", "nonsense"],
    ["2001:db8::1", "nonsense"],
  ],
])("of %j without 203.0.113.0/24 remains %j", (found, rest) => {
  expect(excludes.apply(found, ["203.0.113.0/24"])).toEqual(rest);
});

test("a list contains the program's addresses afterwards, and those that it had", () => {
  fc.assert(
    fc.property(list, given, (before, wanted) => {
      const after = contains.apply(before, wanted);
      expect(contains.held(after, wanted)).toEqual(wanted);
      expect(addressesOf(after)).toEqual(addressesOf([...before, ...wanted]));
    }),
    seeded(300),
  );
});

test("a list contains none of the program's addresses afterwards, and all others that it had", () => {
  fc.assert(
    fc.property(list, given, (before, wanted) => {
      const after = excludes.apply(before, wanted);
      expect(excludes.held(after, wanted)).toEqual(wanted);
      const gone = addressesOf(wanted);
      expect(addressesOf(after)).toEqual(
        new Set([...addressesOf(before)].filter((one) => !gone.has(one))),
      );
    }),
    seeded(300),
  );
});

test("what a view reports as kept is exactly what the list has, or does not have", () => {
  fc.assert(
    fc.property(list, given, (found, wanted) => {
      const there = addressesOf(found);
      for (const one of wanted) {
        const each = [...addressesOf([one])].map((at) => there.has(at));
        expect(contains.held(found, wanted).includes(one)).toBe(
          each.every(Boolean),
        );
        expect(excludes.held(found, wanted).includes(one)).toBe(
          !each.some(Boolean),
        );
      }
    }),
    seeded(300),
  );
});

describe.each([
  ["contains", contains],
  ["excludes", excludes],
] as const)("a list that %s addresses", (_, { apply, undo }) => {
  test("is as it was before when that is undone", () => {
    fc.assert(
      fc.property(list, given, (before, wanted) => {
        expect(sorted(undo(apply(before, wanted), wanted, before))).toEqual(
          sorted(before),
        );
      }),
      seeded(300),
    );
  });

  test("keeps the entries that others added meanwhile", () => {
    fc.assert(
      fc.property(list, given, (before, wanted) => {
        const theirs = ["198.51.100.0/28", "203.0.113.9"];
        const after = [...apply(before, wanted), ...theirs];
        expect(sorted(undo(after, wanted, before))).toEqual(
          sorted([...before, ...theirs]),
        );
      }),
      seeded(100),
    );
  });
});

test("the rest of an entry that somebody else removed meanwhile is not put back", () => {
  const before = ["203.0.113.0/24", "192.0.2.1"];
  const after = excludes.apply(before, ["203.0.113.0/25"]);
  expect(after).toEqual(["203.0.113.128/25", "192.0.2.1"]);
  expect(excludes.undo(["192.0.2.1"], ["203.0.113.0/25"], before)).toEqual([
    "192.0.2.1",
  ]);
});

import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";

import { detailedDiff } from "../../plugin/detailed-diff";

/** Returns the differences as text: the kind's name by path, with `*` for one that is not of inputs. */
const between = (
  olds: Record<string, unknown>,
  news: Record<string, unknown>,
  names: string[] = [...new Set([...Object.keys(olds), ...Object.keys(news)])],
  replaces: string[] = [],
  inputs = olds,
) =>
  Object.fromEntries(
    [...detailedDiff(olds, news, names, replaces, inputs)].map(
      ([path, found]) => [
        path,
        (Object.entries(PropertyDiff.Kind).find(
          ([, kind]) => kind === found.getKind(),
        )?.[0] ?? "") + (found.getInputdiff() ? "" : "*"),
      ],
    ),
  );

test.each([
  [{ a: 1 }, { a: 2 }, { a: "UPDATE" }],
  [{}, { a: 2 }, { a: "ADD" }],
  [{ a: 1 }, {}, { a: "DELETE" }],
  [{ a: ["x"] }, { a: ["x", "y"] }, { "a[1]": "ADD" }],
  [{ a: ["x", "y"] }, { a: ["y"] }, { "a[0]": "DELETE" }],
  [{ a: ["b", "c"] }, { a: ["a", "b", "c"] }, { "a[0]": "ADD" }],
  [{ a: ["x"] }, { a: ["y"] }, { "a[0]": "UPDATE" }],
  [{ a: ["x", "z"] }, { a: ["a", "x"] }, { "a[0]": "ADD", "a[1]": "DELETE" }],
  [{ a: [] }, { a: "x" }, { a: "UPDATE" }],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { "a.c": "UPDATE" }],
  [{ a: { "b.c": 1 } }, { a: {} }, { 'a["b.c"]': "DELETE" }],
  [{ a: { b: ["x"] } }, { a: { b: ["y"] } }, { "a.b[0]": "UPDATE" }],
  [
    { a: { 'q"': 1, "": 1 } },
    { a: {} },
    { 'a["q\\""]': "DELETE", 'a[""]': "DELETE" },
  ],
])("From %j to %j the differences are %j", (olds, news, found) => {
  expect(between(olds, news)).toEqual(found);
});

test("A difference that replaces the object says so", () => {
  expect(between({ a: "x" }, { a: "y" }, ["a"], ["a"])).toEqual({
    a: "UPDATE_REPLACE",
  });
});

test("A pending property without a difference of inputs is shown, and is none of inputs", () => {
  expect(between({ a: 1 }, { a: 1 }, ["a"])).toEqual({ a: "UPDATE*" });
});

test("A property that is equivalent for the vendor is not shown", () => {
  expect(between({ a: "X" }, { a: "x" }, [])).toEqual({});
});

test("A difference from outputs that a partial failure has left newer than the inputs is none of inputs", () => {
  expect(
    between({ a: 9, b: 1 }, { a: 5, b: 2 }, ["a", "b"], [], { a: 5, b: 1 }),
  ).toEqual({ a: "UPDATE*", b: "UPDATE" });
});

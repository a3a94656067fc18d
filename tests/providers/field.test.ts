import { flag, integer, setOf, text } from "../../providers/codecs";
import { equal, field, isEmpty, noneIsImplied } from "../../providers/field";
import { isUnknown } from "../../providers/unknown";

test("A field is its wire name, its codec and its rules", () => {
  const codec = text();
  expect(field("Name", codec, { required: true, default: "x" })).toEqual({
    wire: "Name",
    codec,
    required: true,
    default: "x",
  });
  expect(field("Name", codec)).toEqual({ wire: "Name", codec });
});

test("Null, an empty text, an empty list and false are empty", () => {
  for (const value of [null, "", false, []]) {
    expect(isEmpty(value)).toBe(true);
    expect(noneIsImplied.holds(value, "whatever is expected")).toBe(true);
  }
  for (const value of [0, 1, " ", true, [""], ["a"]]) {
    expect(isEmpty(value)).toBe(false);
    expect(noneIsImplied.holds(value, null)).toBe(false);
  }
  expect(noneIsImplied.remedy("Sales", null)).toBeNull();
});

test("Values are compared by their codec's key, and a missing value as its equivalent", () => {
  const name = field("Name", text({ anyCase: true }));
  expect(equal(name, "A", "a")).toBe(true);
  expect(equal(name, null, "")).toBe(true);
  expect(equal(name, null, "a")).toBe(false);
  expect(equal(field("On", flag), false, null)).toBe(true);
  expect(equal(field("On", flag), true, null)).toBe(false);
  expect(equal(field("Scl", integer(-1, 9)), null, null)).toBe(true);
  expect(equal(field("Scl", integer(-1, 9)), null, 0)).toBe(false);
  expect(equal(field("Words", setOf(text())), ["b", "a"], ["a", "b"])).toBe(
    true,
  );
  expect(equal(field("Words", setOf(text())), ["a"], ["b"])).toBe(false);
});

test("A value of a preview is unknown if it contains the engine's marker for unknown values at any depth", () => {
  const sign = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  for (const value of [
    sign,
    ["a", sign],
    { a: "b", c: sign },
    [{ a: ["b", { c: sign }] }],
  ])
    expect(isUnknown(value)).toBe(true);
  for (const value of [
    ...["", `${sign} `, sign.toUpperCase(), null, undefined, 7, true],
    ...[[], {}, ["a"], { a: "b" }, { [sign]: "a" }],
  ])
    expect(isUnknown(value)).toBe(false);
});

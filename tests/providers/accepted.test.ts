import type { Finding } from "../../mail-flow/finding";
import {
  isFailing,
  messagesOf,
  namesOf,
  unaccepted,
  skippedChecksMessage,
} from "../../providers/mail-flow-check/finding-messages";

const finding = (check: string, more: Partial<Finding> = {}): Finding => ({
  check,
  status: "failed",
  object: "the object",
  property: "",
  reason: "It is so",
  fix: "Mend it",
  url: "",
  ...more,
});

test("Findings that are not accepted are reported in the order of the checks", () => {
  const all = [
    finding("b"),
    finding("a", { status: "warning" }),
    finding("c"),
    finding("d", { status: "ok" }),
    finding("e", { status: "skipped" }),
  ];
  expect(namesOf(unaccepted(all, ["c"]))).toEqual(["a", "b"]);
  expect(unaccepted(all, ["c"]).map(({ check }) => check)).toEqual(["b", "a"]);
  expect(namesOf([finding("b"), finding("a"), finding("b")])).toEqual([
    "a",
    "b",
  ]);
});

test.each([
  ["failed", "failed", true],
  ["failed", "warning", true],
  ["failed", undefined, false],
  ["warning", "failed", false],
  ["warning", "warning", true],
  ["warning", undefined, false],
  ["ok", "warning", false],
] as const)(
  "A finding that is %s fails an up with failOn %s: %s",
  (status, failOn, reached) => {
    expect(isFailing(finding("a", { status }), failOn)).toBe(reached);
  },
);

test("A message has the object, its property, why, what to do and how to accept it", () => {
  expect(
    messagesOf([
      finding("b", { property: "its property" }),
      finding("a", { fix: "" }),
    ]),
  ).toEqual([
    "Mail flow, a: the object: It is so. If it is meant to be so, name a in acceptedFindings.",
    "Mail flow, b: the object, its property: It is so. Mend it. If it is meant to be so, name b in acceptedFindings.",
  ]);
});

test("Up to five objects of a check are named; of more, four and the number of the others", () => {
  const of = (count: number) =>
    messagesOf(
      Array.from({ length: count }, (_, at) =>
        finding("a", { object: `object ${at}` }),
      ),
    );
  expect(of(5)).toHaveLength(5);
  expect(of(5)[4]).toContain("object 4");
  expect(of(6)).toHaveLength(5);
  expect(of(6)[3]).toContain("object 3");
  expect(of(6)[4]).toBe(
    "Mail flow, a: the same of 2 more objects; the output details of the check names all.",
  );
});

test("Skipped checks are named once, with each reason once", () => {
  const skipped = { status: "skipped", reason: "No right" } as const;
  expect(skippedChecksMessage([finding("a")])).toBeUndefined();
  expect(
    skippedChecksMessage([
      finding("b", skipped),
      finding("a", skipped),
      finding("c"),
    ]),
  ).toBe(
    "Mail flow: what these checks look at could not be read: a, b. No right.",
  );
  expect(
    skippedChecksMessage([
      finding("a", skipped),
      finding("b", { ...skipped, reason: "No product." }),
    ]),
  ).toBe(
    "Mail flow: what these checks look at could not be read: a, b. No right. No product.",
  );
});

import {
  destinationOf,
  destinations,
  isLost,
  nearer,
  nearest,
} from "../../mail-flow/destination";
import { result } from "../../mail-flow/result";
import type { Outcome } from "../../mail-flow/path";

const outcomes: readonly Outcome[] = [
  "droppedByCloudflare",
  "rejected",
  "deleted",
  "redirected",
  "hostedQuarantine",
  "junk",
  "inbox",
  "notDocumented",
];

test("each outcome has a destination, and what is not documented counts as the inbox", () => {
  expect(outcomes.map((outcome) => destinationOf(result(outcome)))).toEqual([
    ...["away", "away", "away", "away"],
    "administrator",
    "junk",
    "inbox",
    "inbox",
  ]);
});

test("a quarantine counts as the administrator's unless the recipient can release a message, or who can is unknown", () => {
  const quarantined = (["none", "request", "self", null] as const).map(
    (release) => destinationOf(result("quarantine", { release })),
  );
  expect(quarantined).toEqual([
    "administrator",
    "administrator",
    "recipientsQuarantine",
    "recipientsQuarantine",
  ]);
});

test("of several outcomes the one nearest to the recipient counts, in any order", () => {
  const ends = [result("junk"), result("deleted"), result("hostedQuarantine")];
  expect(nearest(ends)).toBe("junk");
  expect(nearest(ends.reverse())).toBe("junk");
  expect(nearest(ends.slice(0, 2))).toBe("administrator");
  expect(() => nearest([])).toThrow("A message has no end");
});

test("a destination is nearer only than those before it", () => {
  destinations.forEach((a, at) =>
    destinations.forEach((b, other) => expect(nearer(a, b)).toBe(at > other)),
  );
});

test("a message is lost if it is rejected or deleted", () => {
  expect(outcomes.filter((outcome) => isLost(result(outcome)))).toEqual([
    "rejected",
    "deleted",
  ]);
});

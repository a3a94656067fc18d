// Jest's global names over mocha's, so far as the tests of all.ts use them.
import { expect } from "expect";
import { bind } from "jest-each";

interface Suite {
  timeout(milliseconds: number): void;
}
type Body = () => unknown;

const { describe, it, before, after } = globalThis as unknown as Record<
  "describe" | "it" | "before" | "after",
  (name: string, body: (this: Suite) => unknown) => void
>;

/** What hangs has noticed the mutant: the slowest test takes a third of this on its own. In milliseconds. */
const longest = 8000;

const suite = (name: string, body: Body): void =>
  describe(name, function () {
    this.timeout(longest);
    body();
  });
/** In a suite of its own: mocha runs a suite's tests before its suites, jest all in the order in which they are written. */
const test = (name: string, body: Body): void =>
  suite(name, () => it("holds", body));

const withEach = (declare: typeof test) =>
  Object.assign(declare, { each: bind(declare as never, false) });

Object.assign(globalThis, {
  expect,
  test: Object.assign(withEach(test), { skip: () => undefined }),
  describe: withEach(suite),
  beforeAll: before,
  afterAll: after,
  jest: { setTimeout: () => undefined },
});

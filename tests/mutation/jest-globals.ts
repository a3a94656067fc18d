// Implements jest's global names with mocha's, as far as the tests of all.ts use them.
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

/** Time limit in milliseconds. A test that hangs has detected the mutant. The slowest test takes a third of it. */
const longest = 8000;

const suite = (name: string, body: Body): void =>
  describe(name, function () {
    this.timeout(longest);
    body();
  });
/** Puts each test into its own suite: mocha runs a suite's tests before its nested suites, jest all in their order in the file. */
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

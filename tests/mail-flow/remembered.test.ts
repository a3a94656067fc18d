import { remembered } from "../../mail-flow/remembered";

test("a result is computed once for each key, also if it is undefined, and again after too many others", () => {
  const made: number[] = [];
  const half = remembered(
    (n: number) => String(n),
    (n: number) => {
      made.push(n);
      return n % 2 === 0 ? n / 2 : undefined;
    },
    2,
  );
  expect([4, 3, 4, 3].map(half)).toEqual([2, undefined, 2, undefined]);
  expect(made).toEqual([4, 3]);
  expect([6, 4].map(half)).toEqual([3, 2]);
  expect(made).toEqual([4, 3, 6, 4]);
});

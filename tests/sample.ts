/**
 * True in `npm test` without arguments, which tries a sample of the cases so that it ends within about ten minutes.
 * `npm run test:all`, and `npm test` with the names of files, try all of them.
 */
export const quick = process.env["AREA1_QUICK"] === "1";

/** How many times as many random cases a complete run tries as usual: `AREA1_TIMES`; 1 by default, fractions are allowed. */
export const times = Number(process.env["AREA1_TIMES"] ?? 1);

/** The number of random cases: of a complete run, and of a quick one. */
export const howMany = (all: number, few: number): number =>
  quick ? few : Math.ceil(all * times);

/**
 * The cases to try of an exhaustive list: all of them in a complete run; in a quick one about `few`, spread evenly and out of
 * step with any pattern of the list. The same ones in every run.
 */
export function someOf<T>(cases: readonly T[], few: number): T[] {
  if (!quick || cases.length <= few) return [...cases];
  const goldenRatio = (Math.sqrt(5) - 1) / 2;
  return cases.filter((_, at) => (at * goldenRatio) % 1 < few / cases.length);
}

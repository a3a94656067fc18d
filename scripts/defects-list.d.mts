/** A mistake that a programmer could make, in one place of the sources. */
export interface Defect {
  /** The effect on users. */
  readonly defect: string;
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test file that must fail in `npm test` because of it. */
  readonly test: string;
}

/** At least one defect for the test of each promise, and for each folder of sources. */
export const defects: readonly Defect[];

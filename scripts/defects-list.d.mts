/** A mistake that a programmer could make, in one place of the sources. */
export interface Defect {
  /** What users would suffer. */
  readonly defect: string;
  readonly file: string;
  /** Text that the file has once. */
  readonly find: string;
  readonly replace: string;
  /** The file of tests that must notice it in `npm test`. */
  readonly test: string;
}

/** One at least for each promise, by its own test, and for each folder of sources. */
export const defects: readonly Defect[];

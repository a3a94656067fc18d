/** Yes, no, or what nobody can tell. */
export type ThreeValued = boolean | undefined;

/** Whether any holds: one that does decides, whatever cannot be told of the others. */
export function any(truths: Iterable<ThreeValued>): ThreeValued {
  let result: ThreeValued = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

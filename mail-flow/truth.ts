/** Yes, no, or what nobody can tell. */
export type Truth = boolean | undefined;

/** Whether any holds: one that does decides, whatever cannot be told of the others. */
export function any(truths: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

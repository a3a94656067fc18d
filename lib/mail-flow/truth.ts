/** Yes, no, or what nobody can tell. */
export type Truth = boolean | undefined;

/** Whether all hold: one that does not decides, whatever cannot be told of the others. */
export function all(truths: Iterable<Truth>): Truth {
  let result: Truth = true;
  for (const truth of truths) {
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** Whether any holds: one that does decides, whatever cannot be told of the others. */
export function any(truths: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** The opposite. */
export function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}

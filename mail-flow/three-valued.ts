/** True, false, or unknown (undefined). */
export type ThreeValued = boolean | undefined;

/** Returns whether any value is true. One true value decides, even if others are unknown. */
export function any(truths: Iterable<ThreeValued>): ThreeValued {
  let result: ThreeValued = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** Moves a rule to another priority. The others move by one, as in Exchange. */
export function move<T extends { priority: number }>(
  rules: T[],
  rule: T,
  priority: number,
): void {
  const others = rules
    .filter((one) => one !== rule)
    .sort((one, other) => one.priority - other.priority);
  others.splice(priority, 0, rule);
  others.forEach((one, at) => (one.priority = at));
}

/** Renumbers the rules, so that a removed rule leaves no gap. */
export function renumber(rules: readonly { priority: number }[]): void {
  rules
    .toSorted((one, other) => one.priority - other.priority)
    .forEach((rule, at) => (rule.priority = at));
}

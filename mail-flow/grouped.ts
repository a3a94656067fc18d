/** Returns the values of each key, in their original order. */
export function collected<Key, T>(
  pairs: Iterable<readonly [Key, T]>,
): Map<Key, [T, ...T[]]> {
  const all = new Map<Key, [T, ...T[]]>();
  for (const [key, value] of pairs) {
    const values = all.get(key);
    if (values) values.push(value);
    else all.set(key, [value]);
  }
  return all;
}

/** Returns the elements in groups with equal keys, in the order of each key's first element. */
export function grouped<T, Key>(
  list: readonly T[],
  keyOf: (one: T) => Key,
): { readonly key: Key; readonly members: [T, ...T[]] }[] {
  const found = new Map<string, { key: Key; members: [T, ...T[]] }>();
  for (const one of list) {
    const key = keyOf(one);
    const text = JSON.stringify(key);
    const group = found.get(text);
    if (group) group.members.push(one);
    else found.set(text, { key, members: [one] });
  }
  return [...found.values()];
}

/** Returns {@link grouped} with the most frequent key first. */
export const byFrequency: typeof grouped = (list, keyOf) =>
  grouped(list, keyOf).sort(
    (one, other) => other.members.length - one.members.length,
  );

/** Returns {@link grouped} without the keys. */
export const groupsOf = <T>(
  list: readonly T[],
  keyOf: (one: T) => unknown,
): [T, ...T[]][] => grouped(list, keyOf).map(({ members }) => members);

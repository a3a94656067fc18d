/** The values of each key, in the order in which they come. */
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

/** Groups what has equal keys, in the order in which the keys come first. */
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

/** The same, the most frequent key first. */
export const byFrequency: typeof grouped = (list, keyOf) =>
  grouped(list, keyOf).sort(
    (one, other) => other.members.length - one.members.length,
  );

/** The same without the keys. */
export const groupsOf = <T>(
  list: readonly T[],
  keyOf: (one: T) => unknown,
): [T, ...T[]][] => grouped(list, keyOf).map(({ members }) => members);

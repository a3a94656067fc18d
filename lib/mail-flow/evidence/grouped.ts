/** Equal keys of a list with how many there are and which, the most frequent first. */
export function grouped<T, Key extends object>(
  list: readonly T[],
  keyOf: (one: T) => Key,
): { key: Key; members: T[] }[] {
  const groups = new Map<string, { key: Key; members: T[] }>();
  for (const one of list) {
    const key = keyOf(one);
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group) group.members.push(one);
    else groups.set(text, { key, members: [one] });
  }
  return [...groups.values()].sort(
    (one, other) => other.members.length - one.members.length,
  );
}

import { intervalOf, mergedIntervals, rangeOf } from "./address-set";
import { meeting, uncovered } from "./coverage";

/** A list of addresses: IPv4 addresses, CIDR blocks or `a-b`. */
type Addresses = readonly string[];

/** A property that manages a part of a list of addresses, and leaves the rest to others. */
export interface ListView {
  /** The property that manages the whole list. */
  readonly of: string;
  /** Returns those of the program's addresses for which the list is as the program wants it. */
  readonly held: (list: Addresses, given: Addresses) => string[];
  /** Returns the list as the program wants it. */
  readonly apply: (list: Addresses, given: Addresses) => string[];
  /** Returns the list without what {@link apply} has changed. Keeps the changes of others. @param previous the list before. */
  readonly undo: (
    list: Addresses,
    given: Addresses,
    previous: Addresses,
  ) => string[];
}

/** Returns the view of a list that must contain the program's addresses. They may be there in any other division into ranges. */
export const containing = (of: string): ListView => ({
  of,
  held(list, given) {
    const lacking = uncovered(given, list);
    return given.filter((range) => !lacking.includes(range));
  },
  apply: (list, given) => [...list, ...uncovered(given, list)],
  undo: (list, given, previous) =>
    without(list, without(uncovered(given, previous), previous)),
});

/**
 * Returns the view of a list that must contain none of the program's addresses. An entry that has only some of them is replaced by
 * entries for its other addresses.
 */
export const excluding = (of: string): ListView => ({
  of,
  held: (list, given) =>
    given.filter((range) => meeting([range], list).length === 0),
  apply: (list, given) => list.flatMap((entry) => rest(entry, given)),
  undo(list, given, previous) {
    const removed = meeting(previous, given).filter(
      // Not those of which somebody has removed a piece since, or that somebody has added again.
      (entry) => isIn(list, rest(entry, given)) && !isIn(list, [entry]),
    );
    const pieces = removed.flatMap((entry) => rest(entry, given));
    return [...without(list, without(pieces, previous)), ...removed];
  },
});

/** The properties that manage parts of the connection filter's lists. */
export const connectionFilterViews = {
  ipAllowListContains: containing("ipAllowList"),
  ipAllowListExcludes: excluding("ipAllowList"),
  ipBlockListContains: containing("ipBlockList"),
  ipBlockListExcludes: excluding("ipBlockList"),
} as const;

/** Returns the entries for the addresses of an entry that are not among the given ones. */
function rest(entry: string, given: Addresses): string[] {
  const interval = intervalOf(entry);
  if (!interval || meeting([entry], given).length === 0) return [entry];
  const [first, last] = interval;
  const pieces: string[] = [];
  let next = first;
  for (const [start, end] of mergedIntervals(given)) {
    if (end < next || start > last) continue;
    if (start > next) pieces.push(rangeOf([next, start - 1]));
    next = end + 1;
  }
  return next > last ? pieces : [...pieces, rangeOf([next, last])];
}

/** Returns a range in its only spelling. */
const spelled = (range: string): string => {
  const interval = intervalOf(range);
  return interval ? rangeOf(interval) : range.trim().toLowerCase();
};

/** Returns the entries of a list that are not in another one. Entries are equal if they have the same addresses. */
function without(list: Addresses, others: Addresses): string[] {
  const found = new Set(others.map(spelled));
  return list.filter((entry) => !found.has(spelled(entry)));
}

const isIn = (list: Addresses, entries: Addresses): boolean =>
  without(entries, list).length === 0;

/** The difference between two lists. */
export interface ListChange {
  readonly added: string[];
  readonly removed: string[];
}

/** Returns how a list differs from an earlier one. */
export const changeOf = (before: Addresses, after: Addresses): ListChange => ({
  added: without(after, before),
  removed: without(before, after),
});

/** Returns whether a list has a change. Others may have changed other entries. */
export const isMade = (
  { added, removed }: ListChange,
  list: Addresses,
): boolean =>
  isIn(list, added) && without(removed, list).length === removed.length;

/** The values that a program had for views, and the lists before the program first changed them. */
export interface Replaced {
  given(view: string): Addresses | undefined;
  previous(of: string): Addresses;
}

/**
 * Returns the changes of an object with whole lists in the place of views.
 *
 * @param live the object's lists.
 * @param changes the new values; null for a view that the program no longer has.
 */
export function withWholeLists<T>(
  views: Readonly<Record<string, ListView>>,
  live: (of: string) => Addresses,
  changes: Readonly<Record<string, T>>,
  replaced: Replaced,
): Record<string, T | string[]> {
  const changed = Object.entries(views).filter(([view]) => view in changes);
  const whole: Record<string, T | string[]> = Object.fromEntries(
    Object.entries(changes).filter(([property]) => !(property in views)),
  );
  const lists = new Map<string, Addresses>();
  for (const [view, { of, undo }] of changed) {
    const before = replaced.given(view);
    const list = lists.get(of) ?? addressesIn(whole[of]) ?? live(of);
    lists.set(
      of,
      // If the whole list changes, it has the changes of the view no longer.
      before && !(of in whole)
        ? undo(list, before, replaced.previous(of))
        : list,
    );
  }
  for (const [view, { of, apply }] of changed)
    lists.set(of, apply(lists.get(of) ?? [], addressesIn(changes[view]) ?? []));
  return Object.assign(
    whole,
    Object.fromEntries([...lists].map(([of, list]) => [of, [...list]])),
  );
}

/** Returns a value as addresses, undefined if it is missing. A list with one entry may be given as that entry alone. */
export function addressesIn(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  const entries: unknown[] = Array.isArray(value) ? value : [value ?? ""];
  return entries.map(String).filter((entry) => entry !== "");
}

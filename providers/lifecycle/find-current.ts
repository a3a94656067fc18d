import deepEqual from "fast-deep-equal";

import type { Value } from "../codecs";
import { equal, type Values } from "../field";
import { textOf } from "../json";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import { nameOf } from "../object-key";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import { findOwned } from "./find-object";
import { liveValue } from "./list-views";
import { isDefaultMark, isReported, wroteOf } from "./state";
import { longestSettling } from "./write";

/** An object as it is now, and the list that shows it; undefined if it no longer exists. */
export interface Current {
  readonly item: Item | undefined;
  readonly listing: Listing<Item>;
}

/**
 * Returns the object in the state as it is now. If it differs from the state or is missing, the server may have returned outdated data,
 * so the list is read a second time. A result that is older than the state does not count: the list is read until it is newer.
 *
 * @param first the list that was read first.
 * @param expected the expected values of properties that the program omits.
 */
export async function findCurrent(
  kind: Kind,
  operation: Operation,
  first: Listing<Item>,
  id: string,
  state: State,
  expected: Values,
): Promise<Current> {
  let listing = first;
  let item = findOwned(kind, listing, id, state);
  const again = async (): Promise<void> => {
    listing = await kind.list(operation, nameOf(kind, state), listing.begun);
    item = findOwned(kind, listing, id, state);
  };
  if (!item || compared(kind, item, state, expected).changed)
    if (!seenTwice(kind, listing, id, state, item)) await again();
  if (item && isOlder(kind, item, state))
    await operation.patience.until(
      again,
      () => !item || !isOlder(kind, item, state),
      Math.min(operation.patience.left, longestSettling),
    );
  return { item, listing };
}

/** Compares an object with the state. Returns the live values of managed properties: a value that is equivalent to the one in the state keeps the state's spelling. */
export function compared(
  kind: Kind,
  item: Item,
  state: State,
  expected: Values,
) {
  const live = valuesOf(kind, item);
  const values: Record<string, Value> = {};
  const names: string[] = [];
  const wrote: Record<string, Value> = {};
  const notReturned: string[] = [];
  let changed = false;
  for (const [property, field] of Object.entries(kind.fields)) {
    const stored = state[property] as Value | undefined;
    const value = liveValue(
      kind,
      property,
      live,
      wroteOf(state, property) ?? stored,
    );
    const managed = stored !== undefined && !isReported(state, property);
    if (managed) {
      const ignored =
        value === undefined ||
        field.onlyOnCreate === true ||
        isDefaultMark(kind, property, state);
      const same = ignored || equal(field, value, stored);
      values[property] = same ? stored : value;
      changed ||= !same;
      if (value === undefined && !field.neverReturned && !field.onlyOnCreate)
        notReturned.push(property);
      const noted = wroteOf(state, property);
      const ours = noted ?? stored;
      if (ignored ? noted !== undefined : !equal(field, value, ours))
        wrote[property] = ours;
    } else if (
      value !== undefined &&
      field.implied &&
      !field.implied.holds(value, expected[property] ?? null)
    ) {
      values[property] = value;
      names.push(property);
      changed = true;
    }
  }
  return { values, names, wrote, notReturned, changed };
}

/** Returns whether the previous list, with no write in between, showed the same. */
const seenTwice = (
  kind: Kind,
  { earlier, begun }: Listing<Item>,
  id: string,
  state: State,
  item: Item | undefined,
): boolean =>
  earlier !== undefined &&
  deepEqual(findOwned(kind, { items: earlier, begun }, id, state), item);

function isOlder(kind: Kind, item: Item, state: State): boolean {
  const live = Date.parse(kind.identify(item).changedAt ?? "");
  const seen = Date.parse(textOf(state["changedAt"]));
  return live < seen;
}

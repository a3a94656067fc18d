import { same } from "../../mail-flow/names";
import { textOf } from "../json";
import type { Identity, Item, Kind, State } from "../kind";
import type { Listing } from "../session/shared-list";

/** Returns the object with a name. A kind without names has only one object. */
export function findByName(
  kind: Kind,
  listing: Listing<Item>,
  name: string,
): Item | undefined {
  return kind.nameField
    ? indexOf(kind, listing).byName.get(name.toLowerCase())
    : listing.items[0];
}

/** Returns an object that was read before. It is found by its Guid if it has one, because its name may have changed since. */
export const findAgain = (
  kind: Kind,
  listing: Listing<Item>,
  { name, guid }: Identity,
): Item | undefined =>
  guid
    ? indexOf(kind, listing).byGuid.get(guid.toLowerCase())
    : findByName(kind, listing, name);

/** Returns the object with an id, also if it is not the one in the state. */
export function findById(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
): Item | undefined {
  return kind.idIs === "guid"
    ? indexOf(kind, listing).byGuid.get(id.toLowerCase())
    : findByName(kind, listing, id);
}

/** Returns the object with an id if it is still the one in the state, and not another one with the same name. */
export function findOwned(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
  state: State,
): Item | undefined {
  const item = findById(kind, listing, id);
  return item && isSameObject(kind, item, state) ? item : undefined;
}

function isSameObject(kind: Kind, item: Item, state: State): boolean {
  const { guid } = kind.identify(item);
  const known = textOf(state["guid"]);
  return !guid || !known || same(guid, known);
}

interface Index {
  readonly byName: ReadonlyMap<string, Item>;
  readonly byGuid: ReadonlyMap<string, Item>;
}

/** Returns the objects of a list by name and Guid in lower case; the first one wins. The index of a list is built only once. */
function indexOf(kind: Kind, { items }: Listing<Item>): Index {
  const known = indexes.get(items);
  if (known?.kind === kind) return known;
  const byName = new Map<string, Item>();
  const byGuid = new Map<string, Item>();
  // In reverse order, so that the first object with a name wins.
  for (const item of items.toReversed()) {
    const { name, guid } = kind.identify(item);
    byName.set(name.toLowerCase(), item);
    if (guid) byGuid.set(guid.toLowerCase(), item);
  }
  const index = { kind, byName, byGuid };
  indexes.set(items, index);
  return index;
}

const indexes = new WeakMap<readonly Item[], Index & { readonly kind: Kind }>();

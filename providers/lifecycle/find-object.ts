import { same } from "../../mail-flow/names";
import { textOf } from "../json";
import type { Identity, Item, Kind, State } from "../kind";
import type { Listing } from "../session/shared-list";

/** The object of a name; a kind without names has one object. */
export function findByName(
  kind: Kind,
  listing: Listing<Item>,
  name: string,
): Item | undefined {
  return kind.nameField
    ? listing.items.find((item) => same(kind.identify(item).name, name))
    : listing.items[0];
}

/** An object that was seen before, found again by its Guid where it has one: its name may have changed since. */
export const findAgain = (
  kind: Kind,
  listing: Listing<Item>,
  { name, guid }: Identity,
): Item | undefined =>
  guid
    ? listing.items.find((item) => kind.identify(item).guid === guid)
    : findByName(kind, listing, name);

/** Whatever stands under an id. */
export function findById(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
): Item | undefined {
  return kind.idIs === "guid"
    ? listing.items.find((item) => same(kind.identify(item).guid, id))
    : findByName(kind, listing, id);
}

/** The object of an id, if it is still the one in state: another one under the same name is not. */
export function findOwned(
  kind: Kind,
  listing: Listing<Item>,
  id: string,
  state: State,
): Item | undefined {
  const item = findById(kind, listing, id);
  return item && isSameObject(kind, item, state) ? item : undefined;
}

export function isSameObject(kind: Kind, item: Item, state: State): boolean {
  const { guid } = kind.identify(item);
  const known = textOf(state["guid"]);
  return !guid || !known || same(guid, known);
}

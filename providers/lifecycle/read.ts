import deepEqual from "fast-deep-equal";

import type { Value } from "../codecs";
import { same } from "../../mail-flow/names";
import { textOf } from "../json";
import { UserError } from "../errors";
import { equal, stored, type Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { Session } from "../session/session";
import type { Listing } from "../session/shared-list";
import { accountOf, tenantOrAccountOf } from "./tenant-or-account";
import { findById, findByName, findOwned } from "./find-object";
import { liveValue } from "./list-views";
import {
  idOf,
  labelOf,
  isDefaultMark,
  isReported,
  outsOf,
  wroteOf,
} from "./state";
import { nameOf, pickKnown } from "../object-key";
import { withFailureContext } from "./failure-context";
import { longestSettling } from "./write";

export async function read(
  kind: Kind,
  session: Session,
  id: string,
  state: State,
) {
  // With `.get()`, the state contains only the provider's text.
  const known = state[kind.scopeId] !== undefined;
  const operation = session.begin(accountOf(session, state));
  const label = labelOf(kind, known ? nameOf(kind, state) : id);
  return withFailureContext(`Cannot read ${label}`, async () => {
    const home = await tenantOrAccountOf(
      kind,
      operation,
      known ? state : undefined,
    );
    let listing = await kind.list(operation, nameOf(kind, state) || id);
    const expected =
      (known && (await kind.expect?.(operation, state, listing, state))) || {};
    let item = findOwned(kind, listing, id, state);
    if (!known) {
      const found = findByIdOrName(kind, listing, id);
      const values = stored(kind, valuesOf(kind, found));
      const outs = await outsOf(kind, operation, found, values, expected, {});
      return {
        id: idOf(kind, kind.identify(found)),
        props: {
          ...outs,
          adopted: true,
          previous: values,
          [kind.scopeId]: home,
        },
        inputs: values,
      };
    }
    const again = async (): Promise<void> => {
      listing = await kind.list(operation, nameOf(kind, state), listing.begun);
      item = findOwned(kind, listing, id, state);
    };
    // If the object differs or is missing, the server may have returned outdated data, so the list is read a second time. A result
    // that is older than the state does not count.
    if (!item || reported(kind, item, state, expected).changed)
      if (!seenTwice(kind, listing, id, state, item)) await again();
    if (item && isOlder(kind, item, state))
      await operation.patience.until(
        again,
        () => !item || !isOlder(kind, item, state),
        Math.min(operation.patience.left, longestSettling),
      );
    if (!item) return {};
    const { values, names, wrote, notReturned } = reported(
      kind,
      item,
      state,
      expected,
    );
    for (const property of notReturned)
      operation.warn(
        `${kind.noun}: ${property} is not returned, so a change of it by hand cannot be seen`,
      );
    const kept = pickKnown(
      [...kind.settings, "restorePoint", "guardedMail"],
      state,
    );
    const inputs = { ...kept, ...values };
    const outs = await outsOf(kind, operation, item, inputs, expected, state);
    const carried = pickKnown(["adopted", "previous", "pending"], state);
    return {
      id,
      props: {
        ...outs,
        ...carried,
        [kind.scopeId]: home,
        ...(names.length > 0 && { reported: names }),
        ...(Object.keys(wrote).length > 0 && { wrote }),
      },
      inputs,
    };
  });
}

/**
 * Returns the object that a user names, by its id or its name.
 *
 * @throws UserError if there is none.
 */
function findByIdOrName(
  kind: Kind,
  listing: Listing<Item>,
  text: string,
): Item {
  const item = findById(kind, listing, text) ?? findByName(kind, listing, text);
  if (!item)
    throw new UserError(
      `there is none with the id${kind.nameField && kind.idIs === "guid" ? ` or the ${kind.nameField}` : ""} ${text}. Check the id`,
    );
  const { name } = kind.identify(item);
  // An object that exists once is found under every name.
  if (!kind.nameField && !same(name, text))
    throw new UserError(`there is none with the id ${text}. Its id is ${name}`);
  return item;
}

/** Returns the live values of managed properties. A value that is equivalent to the one in the state keeps the state's spelling. */
function reported(kind: Kind, item: Item, state: State, expected: Values) {
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

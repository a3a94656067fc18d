import { same } from "../../mail-flow/names";
import { UserError } from "../errors";
import { stored } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import { nameOf, pickKnown } from "../object-key";
import type { Session } from "../session/session";
import type { Listing } from "../session/shared-list";
import { withFailureContext } from "./failure-context";
import { compared, findCurrent } from "./find-current";
import { findById, findByName } from "./find-object";
import { idOf, labelOf, outsOf } from "./state";
import { accountOf, tenantOrAccountOf } from "./tenant-or-account";

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
    const first = await kind.list(operation, nameOf(kind, state) || id);
    const expected =
      (known && (await kind.expect?.(operation, state, first, state))) || {};
    if (!known) {
      const found = findByIdOrName(kind, first, id);
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
    const { item } = await findCurrent(
      kind,
      operation,
      first,
      id,
      state,
      expected,
    );
    if (!item) return {};
    const { values, names, wrote, notReturned } = compared(
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

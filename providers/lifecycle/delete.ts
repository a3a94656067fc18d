import deepEqual from "fast-deep-equal";

import type { Value } from "../codecs";
import { UserError } from "../errors";
import { equal, storedValue, type Values } from "../field";
import { isRecord, textOf } from "../json";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { TakenOver } from "../session/ledger";
import type { Operation, Session } from "../session/session";
import { checkExposure } from "./check-exposure";
import { tenantOrAccountOf } from "./tenant-or-account";
import { findCurrent } from "./find-current";
import { findByName } from "./find-object";
import { replacedIn, withoutIdleViews, writtenValue } from "./list-views";
import { restorable } from "./requirements";
import { labelOf, isAdopted, isDefaultMark, keyOf } from "./state";
import { nameOf } from "../object-key";
import { withFailureContext } from "./failure-context";
import { apply, valueToRestore, isGone } from "./write";

export async function remove(
  kind: Kind,
  session: Session,
  id: string,
  state: State,
) {
  const key = keyOf(kind, id);
  const { ledger } = session;
  ledger.delete(kind, state);
  const name = nameOf(kind, state) || id;
  const label = labelOf(kind, name);
  const adopted = isAdopted(kind, state);
  // The object now belongs to another entry of the state: a replacement, perhaps an interrupted one, has adopted it.
  const taken = ledger.adoption(key);
  if (taken && knowsLess(kind, taken, adopted, state))
    session.warn(
      `${label} was adopted by another entry of the state, which does not know what was there first: ${adopted ? `destroy will not restore ${JSON.stringify(state["previous"])}` : "destroy will leave it"}. A restore point, or an alias for a renamed resource, keeps that`,
    );
  if (taken || ledger.isRegistered(kind, state)) return;
  // The program now has it in another account. Therefore the state's account may differ from the configured one, and is not checked.
  const moved =
    kind.scopeId === "accountId" && ledger.isRegisteredAnywhere(kind, state);
  const operation = session.begin(textOf(state["accountId"]));
  await withFailureContext(
    `Cannot ${adopted ? "restore" : "delete"} ${label}`,
    async () => {
      if (!moved) await tenantOrAccountOf(kind, operation, state);
      const { item, listing } = await findCurrent(
        kind,
        operation,
        await kind.list(operation, name),
        id,
        state,
        kind.expected?.(state) ?? {},
      );
      // Another object with the same name may have a different id.
      const isAnother = !item && findByName(kind, listing, name) !== undefined;
      if (isAnother)
        operation.warn(
          `${label} is left alone: it is not the one that this stack knows, somebody made it anew`,
        );
      else if (!item) return;
      else if (adopted) await restore(kind, operation, label, item, state);
      else await removeForGood(kind, operation, label, id, item, state);
    },
  );
}

/** Returns whether the new entry of an object has other previous values than the old one, or differs about its adoption. */
function knowsLess(
  { fields }: Kind,
  taken: TakenOver,
  adopted: boolean,
  state: State,
): boolean {
  if (taken.adopted !== adopted) return true;
  const { previous } = state;
  const known = taken.previous;
  const managed = new Set(
    Object.keys(state).map(
      (property) => fields[property]?.view?.of ?? property,
    ),
  );
  return (
    isRecord(previous) &&
    isRecord(known) &&
    Object.keys(previous).some(
      (property) =>
        managed.has(property) &&
        property in known &&
        !deepEqual(previous[property], known[property]),
    )
  );
}

/** Removes a created object, and verifies with a complete list that it no longer exists. */
async function removeForGood(
  kind: Kind,
  operation: Operation,
  label: string,
  id: string,
  item: Item,
  state: State,
): Promise<void> {
  const { name } = kind.identify(item);
  await checkExposure(kind, operation, {
    name,
    inputs: state,
    leavesWithResource: true,
  });
  // Two attempts: an outdated server may not have had the object at the first one.
  for (let tries = 0; tries < 2; tries++) {
    const left = await kind.remove(operation, item, state);
    if (left) {
      operation.warn(`${label} is left where it is: ${left}`);
      return;
    }
    if (await isGone(kind, operation, id, name)) return;
  }
  throw new UserError(
    "its removal was answered as done, but it still stands. Run it again",
  );
}

/** Restores the previous values of managed properties that still have the values written by this package. */
async function restore(
  kind: Kind,
  operation: Operation,
  label: string,
  item: Item,
  state: State,
): Promise<void> {
  const live = valuesOf(kind, item);
  const previous = state["previous"] as Values | undefined;
  if (!previous) return;
  const expected = kind.expected?.(state) ?? {};
  const replaced = replacedIn(state, previous);
  let changes: Record<string, Value> = {};
  const changedSince: string[] = [];
  for (const [property, field] of Object.entries(kind.fields)) {
    const managed = writtenValue(state, property);
    if (field.view && managed !== undefined) changes[property] = null;
    const first = storedValue(previous, property, field);
    const now = live[property];
    if (first === undefined || now === undefined) continue;
    if (field.onlyOnCreate || field.replaces || field.derived) continue;
    if (isDefaultMark(kind, property, state)) continue;
    if (managed === undefined && !field.implied) continue;
    if (equal(field, now, first)) continue;
    const wrote =
      managed ??
      field.implied?.remedy(first, expected[property] ?? null) ??
      null;
    if (!equal(field, now, wrote)) {
      changedSince.push(property);
      continue;
    }
    const value = await valueToRestore(kind, operation, label, property, first);
    if (value !== undefined) changes[property] = value;
  }
  changes = withoutIdleViews(kind, live, changes, replaced);
  for (const [property, { derived }] of Object.entries(kind.fields)) {
    const after = derived?.({ ...live, ...changes }, {});
    if (after !== undefined && after === previous[property])
      changes[property] = after;
  }
  const given = restorable(kind, live, changes);
  const required = Object.keys(changes).filter(
    (property) => !(property in given),
  );
  if (changedSince.length > 0)
    operation.warn(
      `${label} keeps ${changedSince.join(", ")}: somebody else has changed that since`,
    );
  if (required.length > 0)
    operation.warn(
      `${label} keeps ${required.join(", ")}: with what was first it would lack what its other settings require`,
    );
  if (Object.keys(given).length === 0) return;
  const { pending } = await apply(kind, operation, item, given, replaced, {
    inputs: state,
    leavesWithResource: true,
  });
  // A value counts as restored only if a read shows it: a 200 can also come from a proxy.
  if (pending.length > 0)
    throw new UserError(
      `${pending.join(", ")} ${pending.length === 1 ? "was" : "were"} restored, but it does not show that. Run it again`,
    );
}

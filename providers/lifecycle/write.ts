import type { Value } from "../codecs";
import { textOf } from "../json";
import { PartialFailure } from "../errors";
import { equal, type Values } from "../field";
import {
  valuesOf,
  type Identity,
  type Item,
  type Kind,
  type State,
} from "../kind";
import { isMark } from "../mark";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import { checkExposure, type IntendedWrite } from "./check-exposure";
import { findById, findByName, findAgain } from "./find-object";
import { refuseUnmet } from "./requirements";
import { labelOf, inputsOf, identityOuts, idOf } from "./state";
import { pickKnown } from "../object-key";
import { reasonFor } from "./failure-context";

/** The longest that a write is waited for to show in a read: after that its own success is trusted, with a warning. */
export const longestSettling = 60_000;

/** An object after an update, and the properties that do not show it yet. */
export interface Applied {
  readonly item: Item;
  readonly pending: readonly string[];
}

/**
 * One update, held against the field table and judged by the exposure guard first, and the object as a read shows it afterwards.
 *
 * @param judged the inputs of the resource, and whether it leaves.
 */
export async function apply(
  kind: Kind,
  operation: Operation,
  item: Item,
  changes: Values,
  judged: Pick<IntendedWrite, "inputs" | "leavesWithResource">,
): Promise<Applied> {
  const identity = kind.identify(item);
  const name = textOf(changes[kind.nameField ?? ""]) || identity.name;
  refuseUnmet(kind, identity.name, valuesOf(kind, item), changes);
  await checkExposure(kind, operation, {
    name: identity.name,
    values: changes,
    ...judged,
  });
  await kind.update(operation, item, changes);
  const shown = (listing: Listing<Item>): Item | undefined =>
    findAgain(kind, listing, { ...identity, name });
  const notShownIn = (latest: Item | undefined): string[] =>
    latest ? unshown(kind, latest, changes, "done") : Object.keys(changes);
  const listing = await operation.patience.untilListed(
    (newerThan) => kind.list(operation, name, newerThan),
    (listing) => notShownIn(shown(listing)).length === 0,
    Math.min(operation.patience.left, longestSettling),
  );
  const latest = shown(listing);
  const pending = notShownIn(latest);
  if (pending.length > 0)
    operation.warn(
      `${labelOf(kind, name)} was changed, but does not show it yet: ${pending.join(", ")}. The next pulumi up checks again`,
    );
  return { item: latest ?? item, pending };
}

/**
 * The changed properties that an object does not show.
 *
 * @param whenUnknown what a change counts as that the vendor does not return.
 */
function unshown(
  kind: Kind,
  item: Item,
  changes: Values,
  whenUnknown: "done" | "pending",
): string[] {
  const live = valuesOf(kind, item);
  return Object.entries(changes).flatMap(([property, value]) => {
    const field = kind.fields[property];
    const now = live[property];
    const isShown =
      !field ||
      (now === undefined ? whenUnknown === "done" : equal(field, now, value));
    return isShown ? [] : [property];
  });
}

/**
 * The previous values of properties that an answer left out before a write: none, where it has them after it. Cloudflare leaves out
 * what has no value and is not nullable (its OpenAPI description).
 */
export function emptyBefore(
  kind: Kind,
  unseen: readonly string[],
  item: Item,
): Values {
  const told = valuesOf(kind, item);
  return Object.fromEntries(
    unseen
      .filter((property) => told[property] !== undefined)
      .map((property) => {
        const none = kind.fields[property]?.codec.none ?? null;
        return [property, Array.isArray(none) ? none : null];
      }),
  );
}

/** What a failed operation leaves to the next one. */
interface Reached {
  /** The inputs that were being carried out. */
  readonly written: State;
  /** Outputs that stand already. */
  readonly fixed: State;
  readonly changes: Values;
  /** What properties that the program left out were held against. */
  readonly expected: Values;
}

/** {@link apply} for a resource whose failure keeps what was reached. */
export async function applyOrKeep(
  kind: Kind,
  operation: Operation,
  id: string,
  item: Item,
  reached: Reached,
): Promise<Applied> {
  const { changes, written } = reached;
  try {
    return await apply(kind, operation, item, changes, { inputs: written });
  } catch (error) {
    throw await partial(
      kind,
      operation,
      id,
      kind.identify(item),
      error,
      reached,
    );
  }
}

/** Waits until a complete list no longer holds the object. */
export async function isGone(
  kind: Kind,
  operation: Operation,
  id: string,
  name: string,
): Promise<boolean> {
  const listing = await operation.patience.untilListed(
    (newerThan) => kind.list(operation, name, newerThan),
    (listing) => findById(kind, listing, id) === undefined,
    Math.min(operation.patience.left / 2, longestSettling),
  );
  return findById(kind, listing, id) === undefined;
}

/** A previous value as it can be restored; undefined where the property stays as it is. A warning says what is lost. */
export async function valueToRestore(
  kind: Kind,
  operation: Operation,
  label: string,
  property: string,
  first: Value,
): Promise<Value | undefined> {
  const instead = await kind.restoredValue?.(operation, property, first);
  if (!instead) return first;
  operation.warn(`${label}: ${instead.warning}`);
  return instead.value;
}

/** An object of several parts of which only some were made: it is ours by its mark, so the next update makes the rest. */
export async function partlyCreated(
  kind: Kind,
  operation: Operation,
  name: string,
  error: unknown,
  inputs: State,
  home: string,
): Promise<unknown> {
  const listing = await listAfterFailure(kind, operation, name);
  const item = listing && findByName(kind, listing, name);
  const mark = kind.markField;
  const found = item && mark && valuesOf(kind, item)[mark];
  if (!item || !mark || !isMark(found) || found !== inputs[mark]) return error;
  const identity = kind.identify(item);
  return partial(kind, operation, idOf(kind, identity), identity, error, {
    written: inputs,
    fixed: { adopted: false, [kind.scopeId]: home },
    changes: inputsOf(kind, inputs),
    expected: {},
  });
}

/** A list, where it can be read: the reason of the failure is worth more than that it cannot. */
const listAfterFailure = (
  kind: Kind,
  operation: Operation,
  name: string,
): Promise<Listing<Item> | undefined> =>
  kind.list(operation, name).catch(() => undefined);

/** What was reached when an update failed, so that the next one goes on from there. */
async function partial(
  kind: Kind,
  operation: Operation,
  id: string,
  identity: Identity,
  error: unknown,
  reached: Reached,
): Promise<unknown> {
  const listing = await listAfterFailure(kind, operation, identity.name);
  const item = listing && findAgain(kind, listing, identity);
  if (!item) return error;
  const live = valuesOf(kind, item);
  // What the vendor does not return may not have been done.
  const pending = unshown(kind, item, reached.changes, "pending");
  // What the program leaves out is pending as well, but does not become something that it gave.
  const reported = pending.filter(
    (property) =>
      kind.fields[property]?.implied && reached.written[property] === undefined,
  );
  const { expected, written } = reached;
  const outs = {
    ...written,
    ...pickKnown(pending, live),
    ...identityOuts(kind, item),
    ...(await kind.outputs?.(operation, item, expected, written, written)),
    ...reached.fixed,
    ...(reported.length > 0 && { reported }),
    pending,
  };
  return new PartialFailure(id, outs, [reasonFor(error)], error);
}

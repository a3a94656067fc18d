import type { Replaced } from "../../mail-flow/list-views";
import type { Value } from "../codecs";
import { textOf } from "../json";
import { PartialFailure } from "../errors";
import { equal, type Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import { isMark } from "../mark";
import type { Operation } from "../session/session";
import type { Listing } from "../session/shared-list";
import { checkExposure, type IntendedWrite } from "./check-exposure";
import { findById, findByName, findAgain } from "./find-object";
import {
  isListChanged,
  listsOf,
  nothingReplaced,
  type Lists,
} from "./list-views";
import { refuseUnmet } from "./requirements";
import { labelOf, inputsOf, identityOuts, idOf } from "./state";
import { pickKnown } from "../object-key";
import { reasonFor } from "./failure-context";

/** Longest wait, in milliseconds, until a read shows a write. After it, the write counts as successful, with a warning. */
export const longestSettling = 60_000;

/** An object after an update, and the properties whose new values are not shown yet. */
export interface Applied {
  readonly item: Item;
  readonly pending: readonly string[];
}

/**
 * Makes one update, after checks against the field table and by the exposure guard. Returns the object as a read shows it afterwards.
 *
 * @param replaced what the program had before, for changes of views.
 * @param judged the resource's inputs, and whether the resource is being deleted.
 */
export async function apply(
  kind: Kind,
  operation: Operation,
  item: Item,
  changes: Values,
  replaced: Replaced,
  judged: Pick<IntendedWrite, "inputs" | "leavesWithResource">,
): Promise<Applied> {
  const identity = kind.identify(item);
  const name = textOf(changes[kind.nameField ?? ""]) || identity.name;
  const lists = listsOf(kind, valuesOf(kind, item), changes, replaced);
  refuseUnmet(kind, identity.name, lists.before, lists.sent);
  await checkExposure(kind, operation, {
    name: identity.name,
    values: lists.sent,
    ...judged,
  });
  const inPart = new Set(
    Object.keys(changes).flatMap(
      (property) => kind.fields[property]?.view?.of ?? [],
    ),
  );
  await kind.update(operation, item, lists.sent, inPart);
  const shown = (listing: Listing<Item>): Item | undefined =>
    findAgain(kind, listing, { ...identity, name });
  const notShownIn = (latest: Item | undefined): string[] =>
    latest
      ? unshown(kind, latest, changes, lists, "done")
      : Object.keys(changes);
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
 * Returns the changed properties that an object does not show.
 *
 * @param whenUnknown how a change counts whose property the vendor does not return.
 */
function unshown(
  kind: Kind,
  item: Item,
  changes: Values,
  lists: Lists,
  whenUnknown: "done" | "pending",
): string[] {
  const live = valuesOf(kind, item);
  return Object.entries(changes).flatMap(([property, value]) => {
    const field = kind.fields[property];
    if (field?.view)
      return isListChanged(field.view.of, lists, live) ? [] : [property];
    const now = live[property];
    const isShown =
      !field ||
      (now === undefined ? whenUnknown === "done" : equal(field, now, value));
    return isShown ? [] : [property];
  });
}

/**
 * Returns the previous values of properties that were missing before a write and are returned after it: they were empty. Cloudflare
 * omits properties that have no value and are not nullable (its OpenAPI description).
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

/** The state of a failed operation, from which the next one continues. */
interface Reached {
  /** The inputs of the failed operation. */
  readonly written: State;
  /** Outputs that are already final. */
  readonly fixed: State;
  readonly changes: Values;
  /** The expected values of properties that the program omits. */
  readonly expected: Values;
  /** What the program had before, for changes of views. */
  readonly replaced: Replaced;
}

/** Like {@link apply}, but a failure keeps in the state what was done. */
export async function applyOrKeep(
  kind: Kind,
  operation: Operation,
  id: string,
  item: Item,
  reached: Reached,
): Promise<Applied> {
  const { changes, written, replaced } = reached;
  try {
    return await apply(kind, operation, item, changes, replaced, {
      inputs: written,
    });
  } catch (error) {
    throw await partial(kind, operation, id, item, error, reached);
  }
}

/** Waits until a complete list no longer contains the object, and returns whether it does not. */
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

/** Returns the value that can be restored; undefined if the property stays as it is. Warns if that is not the previous value. */
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

/** Returns the error for an object that was created in part. Its mark shows that it is ours, so the next update creates the rest. */
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
  return partial(kind, operation, idOf(kind, identity), item, error, {
    written: inputs,
    fixed: { adopted: false, [kind.scopeId]: home },
    changes: inputsOf(kind, inputs),
    expected: {},
    replaced: nothingReplaced,
  });
}

/** Reads a list. Ignores errors, because the earlier failure is more important. */
const listAfterFailure = (
  kind: Kind,
  operation: Operation,
  name: string,
): Promise<Listing<Item> | undefined> =>
  kind.list(operation, name).catch(() => undefined);

/** Returns an error that stores in the state what a failed update has done, so that the next one continues from there. */
async function partial(
  kind: Kind,
  operation: Operation,
  id: string,
  earlier: Item,
  error: unknown,
  reached: Reached,
): Promise<unknown> {
  const identity = kind.identify(earlier);
  const listing = await listAfterFailure(kind, operation, identity.name);
  const item = listing && findAgain(kind, listing, identity);
  if (!item) return error;
  const { changes, replaced } = reached;
  const live = valuesOf(kind, item);
  const lists = listsOf(kind, valuesOf(kind, earlier), changes, replaced);
  // A property that the vendor does not return counts as not changed yet.
  const pending = unshown(kind, item, changes, lists, "pending");
  // Properties that the program omits can be pending too, but must not become inputs of the program.
  const reported = pending.filter(
    (property) =>
      kind.fields[property]?.implied && reached.written[property] === undefined,
  );
  const { expected, written } = reached;
  const outs = {
    ...written,
    ...pickKnown(pending, live),
    // What the program had before is undone by the next update.
    ...Object.fromEntries(
      pending
        .filter((property) => kind.fields[property]?.view)
        .map((property) => [property, replaced.given(property)]),
    ),
    ...identityOuts(kind, item),
    ...(await kind.outputs?.(operation, item, expected, written, written)),
    ...reached.fixed,
    ...(reported.length > 0 && { reported }),
    pending,
  };
  return new PartialFailure(id, outs, [reasonFor(error)], error);
}

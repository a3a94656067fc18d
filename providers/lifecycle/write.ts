import type { Value } from "../codecs";
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
import type { Operation } from "../session";
import { atPlace, named, sameAs } from "./locate";
import { labelOf, given, identityOuts, idOf, pickKnown, text } from "./state";
import { reasonFor } from "./trying";

/** The longest that a write is waited for to show in a read: after that its own success is trusted, with a warning. */
export const longestSettling = 60_000;

/** An object after an update, and the properties that do not show it yet. */
export interface Applied {
  readonly item: Item;
  readonly owed: readonly string[];
}

/** One update, and the object as a read shows it afterwards. */
export async function apply(
  kind: Kind,
  operation: Operation,
  item: Item,
  changes: Values,
  inputs?: State,
): Promise<Applied> {
  const identity = kind.identify(item);
  const name = text(changes[kind.nameField ?? ""]) || identity.name;
  await kind.update(operation, item, changes, inputs);
  let last: number | undefined;
  let latest: Item | undefined;
  const owed = (): string[] => {
    const live = latest ? valuesOf(kind, latest) : {};
    return Object.entries(changes).flatMap(([property, value]) => {
      const field = kind.fields[property];
      const now = live[property];
      return latest && (!field || now === undefined || equal(field, now, value))
        ? []
        : [property];
    });
  };
  await operation.patience.until(
    async () => {
      const listing = await kind.list(operation, name, last);
      last = listing.begun;
      latest = sameAs(kind, listing, { ...identity, name });
    },
    () => owed().length === 0,
    Math.min(operation.patience.left, longestSettling),
  );
  if (owed().length > 0)
    operation.warn(
      `${labelOf(kind, name)} was changed, but does not show it yet: ${owed().join(", ")}. The next pulumi up looks again`,
    );
  return { item: latest ?? item, owed: owed() };
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
    return await apply(kind, operation, item, changes, written);
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
  let last: number | undefined;
  const item = await operation.patience.until(
    async () => {
      const listing = await kind.list(operation, name, last);
      last = listing.begun;
      return atPlace(kind, listing, id);
    },
    (found) => found === undefined,
    Math.min(operation.patience.left / 2, longestSettling),
  );
  return item === undefined;
}

/** A first-seen value as it can be given back; undefined where the property stays as it is. A warning says what is lost. */
export async function givenBack(
  kind: Kind,
  operation: Operation,
  label: string,
  property: string,
  first: Value,
): Promise<Value | undefined> {
  const instead = await kind.giveBack?.(operation, property, first);
  if (!instead) return first;
  operation.warn(`${label}: ${instead.warning}`);
  return instead.value;
}

/** An object of several parts of which only some were made: it is ours by its mark, so the next update makes the rest. */
export async function halfMade(
  kind: Kind,
  operation: Operation,
  name: string,
  error: unknown,
  inputs: State,
  home: string,
): Promise<unknown> {
  const mark = kind.markField;
  let item: Item | undefined;
  try {
    item = named(kind, await kind.list(operation, name), name);
  } catch {
    // The reason of the failure is worth more than that it cannot be looked at.
  }
  const live = item && valuesOf(kind, item);
  if (
    !item ||
    !live ||
    !mark ||
    !isMark(live[mark]) ||
    live[mark] !== inputs[mark]
  )
    return error;
  const identity = kind.identify(item);
  return partial(kind, operation, idOf(kind, identity), identity, error, {
    written: inputs,
    fixed: { adopted: false, [kind.home]: home },
    changes: given(kind, inputs),
    expected: {},
  });
}

/** What was reached when an update failed, so that the next one goes on from there. */
export async function partial(
  kind: Kind,
  operation: Operation,
  id: string,
  identity: Identity,
  error: unknown,
  reached: Reached,
): Promise<unknown> {
  let item: Item | undefined;
  try {
    item = sameAs(kind, await kind.list(operation, identity.name), identity);
  } catch {
    // The reason of the failure is worth more than that it cannot be looked at.
  }
  if (!item) return error;
  const live = valuesOf(kind, item);
  const pending = Object.entries(reached.changes).flatMap(
    ([property, value]) => {
      const field = kind.fields[property];
      const now = live[property];
      // What is not told may not have come to pass.
      return field && (now === undefined || !equal(field, now, value))
        ? [property]
        : [];
    },
  );
  // What the program leaves out is owed as well, but does not become something that it gave.
  const reported = pending.filter(
    (property) =>
      kind.fields[property]?.implied && reached.written[property] === undefined,
  );
  const { expected, written } = reached;
  const outs = {
    ...written,
    ...pickKnown(pending, (property) => live[property]),
    ...identityOuts(kind, item),
    ...(await kind.outputs?.(operation, item, expected, written)),
    ...reached.fixed,
    ...(reported.length > 0 && { reported }),
    pending,
  };
  return new PartialFailure(id, outs, [reasonFor(error)], error);
}

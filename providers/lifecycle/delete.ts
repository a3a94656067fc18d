import type { Value } from "../codecs";
import { equal, type Values } from "../field";
import { valuesOf, type Item, type Kind, type State } from "../kind";
import type { Operation, Session } from "../session";
import { homeOf } from "./home";
import { atPlace, isSame } from "./locate";
import { isDefaultMark, keyOf, nameOf, objectOf, text } from "./state";
import { trying } from "./trying";
import { apply, gone } from "./write";

export async function remove(
  kind: Kind,
  session: Session,
  id: string,
  state: State,
) {
  const key = keyOf(kind, id);
  // The object lives on under another entry of the state: a replacement, perhaps one that was interrupted, took it over.
  if (session.takenOver.has(key) || session.living.has(objectOf(kind, state)))
    return;
  const operation = session.begin(text(state["accountId"]));
  const name = nameOf(kind, state) || id;
  const label = `${kind.noun} "${name}"`;
  await trying(`Cannot delete ${label}`, async () => {
    if (!session.replaced.has(key)) await homeOf(kind, operation, state);
    const first = await kind.list(operation, name);
    let item = atPlace(kind, first, id);
    item ??= atPlace(kind, await kind.list(operation, name, first.begun), id);
    if (!item) return;
    if (!isSame(kind, item, state)) {
      operation.warn(
        `${label} is left alone: it is not the one that this stack knows, somebody made it anew`,
      );
      return;
    }
    if (
      state["adopted"] === true ||
      (kind.isGiven(name) && state["adopted"] !== false)
    ) {
      await restore(kind, operation, label, item, state);
      return;
    }
    const left = await kind.remove(operation, item, state);
    if (left) operation.warn(`${label} is left where it is: ${left}`);
    else await gone(kind, operation, id, name);
  });
}

/** Gives back the first-seen values of what we managed, where they are still what we wrote. */
async function restore(
  kind: Kind,
  operation: Operation,
  label: string,
  item: Item,
  state: State,
): Promise<void> {
  const live = valuesOf(kind, item);
  const previous = (state["previous"] ?? {}) as Values;
  const expected = kind.expected?.(state) ?? {};
  const changes: Record<string, Value> = {};
  const changedSince: string[] = [];
  for (const [property, field] of Object.entries(kind.fields)) {
    const first = previous[property];
    const now = live[property] ?? (field.foreign ? null : undefined);
    const managed = state[property] as Value | undefined;
    if (first === undefined || now === undefined || field.onlyWhenMade)
      continue;
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
    const instead = await kind.giveBack?.(operation, property, first);
    if (instead) operation.warn(`${label}: ${instead.warning}`);
    const value = instead ? instead.value : first;
    if (value !== undefined) changes[property] = value;
  }
  if (changedSince.length > 0)
    operation.warn(
      `${label} keeps ${changedSince.join(", ")}: somebody else has changed that since`,
    );
  if (Object.keys(changes).length > 0)
    await apply(kind, operation, item, changes);
}

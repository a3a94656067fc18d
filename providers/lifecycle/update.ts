import type { Value } from "../codecs";
import { textOf } from "../json";
import { UserError } from "../errors";
import { equal, storedValue, type Field, type Values } from "../field";
import { valuesOf, type Kind, type State } from "../kind";
import { isMark } from "../mark";
import type { Session } from "../session/session";
import { isUnknown } from "../unknown";
import { tenantOrAccountOf } from "./tenant-or-account";
import { findCurrent } from "./find-current";
import { replacedIn, withoutIdleViews } from "./list-views";
import {
  pendingOuts,
  labelOf,
  changedProperties,
  isAdopted,
  isReported,
  outsOf,
  pendingOf,
} from "./state";
import { nameOf, pickKnown } from "../object-key";
import { withFailureContext } from "./failure-context";
import { applyOrKeep, valueToRestore, emptyBefore } from "./write";

export async function update(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const operation = session.begin(textOf(olds["accountId"]));
  const name = nameOf(kind, olds);
  const label = labelOf(kind, name);
  return withFailureContext(`Cannot update ${label}`, async () => {
    const home = await tenantOrAccountOf(kind, operation, olds);
    const found = await findCurrent(
      kind,
      operation,
      await kind.list(operation, name),
      id,
      olds,
      kind.expected?.(olds) ?? {},
    );
    const { listing } = found;
    let { item } = found;
    if (!item)
      throw new UserError(
        "it no longer exists. Run pulumi refresh, then pulumi up makes it again",
      );
    const changed = new Set([
      ...changedProperties(kind, olds, news),
      ...pendingOf(olds),
    ]);
    const followed = [...changed].some(
      (property) =>
        news[property] === undefined && kind.fields[property]?.implied,
    );
    const expected =
      (followed && (await kind.expect?.(operation, news, listing, olds))) ||
      lastExpected(kind, olds, news);
    const live = valuesOf(kind, item);
    const adopted = isAdopted(kind, olds);
    const previous = olds["previous"] as Values | undefined;
    const replaced = replacedIn(olds, previous);
    let changes: Record<string, Value> = {};
    for (const property of changed) {
      const field = kind.fields[property];
      const wish = news[property] as Value | undefined;
      if (!field || isUnknown(wish)) continue;
      if (field.view) {
        changes[property] = wish ?? null;
        continue;
      }
      // If an adopted object gets the default mark again, its own previous text is restored instead.
      const alwaysExists =
        wish !== undefined &&
        !(property === kind.markField && isMark(wish) && adopted);
      const value = live[property];
      const target = alwaysExists
        ? wish
        : leftOut(
            field,
            value ?? null,
            expected[property] ?? null,
            adopted && previous
              ? storedValue(previous, property, field)
              : undefined,
          );
      if (target === undefined) continue;
      if (value !== undefined && equal(field, value, target)) continue;
      const sent =
        alwaysExists || field.implied
          ? target
          : await valueToRestore(kind, operation, label, property, target);
      if (sent !== undefined) changes[property] = sent;
    }
    changes = withoutIdleViews(kind, live, changes, replaced);
    let fixed = {
      adopted,
      ...(adopted && {
        previous: { ...newlyManaged(kind, olds, news, live), ...previous },
      }),
      [kind.scopeId]: home,
    };
    const inputs = pickKnown(
      Object.keys(news).filter((key) => key !== "__provider"),
      news,
    );
    let pending: readonly string[] = [];
    if (Object.keys(changes).length > 0)
      ({ item, pending } = await applyOrKeep(kind, operation, id, item, {
        written: inputs,
        fixed,
        changes,
        expected,
        replaced,
      }));
    if (fixed.previous) {
      const unseen = Object.keys(changes).filter(
        (property) =>
          live[property] === undefined && olds[property] === undefined,
      );
      const none = emptyBefore(kind, unseen, item);
      fixed = { ...fixed, previous: { ...none, ...fixed.previous } };
    }
    const outs = await outsOf(kind, operation, item, inputs, expected);
    return { outs: { ...outs, ...fixed, ...pendingOuts(pending) } };
  });
}

/** Returns the last expected values of properties that the program omits. */
const lastExpected = (kind: Kind, olds: State, news: State): Values =>
  Object.fromEntries(
    Object.entries(kind.expected?.(olds) ?? {}).filter(
      ([property]) => news[property] === undefined,
    ),
  );

/** Returns the previous values of properties that are managed from now on: their current ones. */
const newlyManaged = (
  kind: Kind,
  olds: State,
  news: State,
  live: Values,
): Values =>
  Object.fromEntries(
    Object.entries(live).filter(
      ([property]) =>
        news[property] !== undefined &&
        (olds[property] === undefined || isReported(olds, property)),
    ),
  );

/** Returns the new value of a property that the program omits; undefined if it stays as it is. */
function leftOut(
  { implied }: Field,
  now: Value,
  expected: Value,
  firstSeen: Value | undefined,
): Value | undefined {
  if (!implied) return firstSeen;
  return implied.holds(now, expected)
    ? undefined
    : implied.remedy(now, expected);
}

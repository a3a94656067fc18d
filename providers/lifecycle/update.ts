import type { Value } from "../codecs";
import { UserError } from "../errors";
import { equal, type Values } from "../field";
import { valuesOf, type Kind, type State } from "../kind";
import { isMark } from "../mark";
import type { Session } from "../session";
import { isUnknown } from "../unknown";
import { homeOf } from "./home";
import { found } from "./locate";
import {
  pendingOuts,
  labelOf,
  changedProperties,
  given,
  isAdopted,
  isReported,
  nameOf,
  outsOf,
  pendingOf,
  pickKnown,
  text,
} from "./state";
import { trying } from "./trying";
import { applyOrKeep, givenBack } from "./write";

export async function update(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const operation = session.begin(text(olds["accountId"]));
  const name = nameOf(kind, olds);
  const label = labelOf(kind, name);
  return trying(`Cannot update ${label}`, async () => {
    const home = await homeOf(kind, operation, olds);
    let listing = await kind.list(operation, name);
    let item = found(kind, listing, id, olds);
    if (!item) {
      listing = await kind.list(operation, name, listing.begun);
      item = found(kind, listing, id, olds);
    }
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
    const expected = (followed &&
      (await kind.expect?.(operation, news, listing, olds))) || {
      ...kind.expected?.(olds),
      ...known(kind, news),
    };
    const live = valuesOf(kind, item);
    const previous = olds["previous"] as Values | undefined;
    const changes: Record<string, Value> = {};
    for (const property of changed) {
      const field = kind.fields[property];
      if (!field || isUnknown(news[property])) continue;
      const { target, firstSeen } = targetOf(kind, property, {
        live,
        news,
        olds,
        expected,
      });
      const value = live[property];
      if (target === undefined) continue;
      if (value !== undefined && equal(field, value, target)) continue;
      const sent = firstSeen
        ? await givenBack(kind, operation, label, property, target)
        : target;
      if (sent !== undefined) changes[property] = sent;
    }
    const adopted = isAdopted(kind, olds);
    const fixed = {
      adopted,
      ...(adopted && {
        previous: { ...newlyManaged(kind, olds, news, live), ...previous },
      }),
      [kind.home]: home,
    };
    const inputs = pickKnown(
      Object.keys(news).filter((key) => key !== "__provider"),
      (key) => news[key],
    );
    let owed: readonly string[] = [];
    if (Object.keys(changes).length > 0)
      ({ item, owed } = await applyOrKeep(kind, operation, id, item, {
        written: inputs,
        fixed,
        changes,
        expected,
      }));
    const outs = await outsOf(kind, operation, item, inputs, expected);
    return { outs: { ...outs, ...fixed, ...pendingOuts(owed) } };
  });
}

/** Given values stand for what is expected of themselves. */
const known = (kind: Kind, inputs: State): Values =>
  kind.expected ? given(kind, inputs) : {};

/** A property that is managed from now on was first seen now, unless it was before. */
const newlyManaged = (
  kind: Kind,
  olds: State,
  news: State,
  live: Values,
): Values =>
  Object.fromEntries(
    Object.entries(live).filter(
      ([property]) =>
        !kind.fields[property]?.foreign &&
        news[property] !== undefined &&
        (olds[property] === undefined || isReported(olds, property)),
    ),
  );

/** What a changed property becomes: undefined where it is left as it is; a first-seen value may no longer be possible. */
function targetOf(
  kind: Kind,
  property: string,
  {
    live,
    news,
    olds,
    expected,
  }: { live: Values; news: State; olds: State; expected: Values },
): { target: Value | undefined; firstSeen?: true } {
  const adopted = isAdopted(kind, olds);
  const previous = (olds["previous"] as Values | undefined)?.[property];
  const wish = news[property] as Value | undefined;
  // Back to the default mark on an adopted object: its own text returns.
  if (
    wish !== undefined &&
    !(property === kind.markField && isMark(wish) && adopted)
  )
    return { target: wish };
  const now = live[property] ?? null;
  const wanted = expected[property] ?? null;
  const implied = kind.fields[property]?.implied;
  if (!implied)
    return adopted && previous !== undefined
      ? { target: previous, firstSeen: true }
      : { target: undefined };
  return {
    target: implied.holds(now, wanted)
      ? undefined
      : implied.remedy(now, wanted),
  };
}

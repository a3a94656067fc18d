import type { Value } from "../codecs";
import { UserError } from "../errors";
import { equal, type Values } from "../field";
import { valuesOf, type Kind, type State } from "../kind";
import { isMark } from "../mark";
import type { Session } from "../session";
import { homeOf } from "./home";
import { found } from "./locate";
import {
  changedProperties,
  given,
  isUnknown,
  nameOf,
  outsOf,
  pendingOf,
  pickKnown,
  text,
} from "./state";
import { trying } from "./trying";
import { apply, partial } from "./write";

export async function update(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const operation = session.begin(text(olds["accountId"]));
  const name = nameOf(kind, olds);
  return trying(`Cannot update ${kind.noun} "${name}"`, async () => {
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
      const target = targetOf(kind, property, { live, news, olds, expected });
      const value = live[property];
      if (target === undefined) continue;
      if (value === undefined || !equal(field, value, target))
        changes[property] = target;
    }
    const adopted = olds["adopted"] === true;
    const fixed = {
      adopted,
      // A property that is managed from now on was first seen now, unless it was before.
      ...(adopted && { previous: { ...live, ...previous } }),
      [kind.home]: home,
    };
    const inputs = pickKnown(
      Object.keys(news).filter((key) => key !== "__provider"),
      (key) => news[key],
    );
    if (Object.keys(changes).length > 0)
      item = await apply(kind, operation, item, changes).catch(
        async (error: unknown) => {
          throw await partial(kind, operation, id, { name }, error, {
            written: inputs,
            fixed,
            changes,
          });
        },
      );
    const outs = await outsOf(kind, operation, item, inputs, expected);
    return { outs: { ...outs, ...fixed } };
  });
}

/** Given values stand for what is expected of themselves. */
const known = (kind: Kind, inputs: State): Values =>
  kind.expected ? given(kind, inputs) : {};

/** What a changed property becomes; undefined where it is left as it is. */
function targetOf(
  kind: Kind,
  property: string,
  {
    live,
    news,
    olds,
    expected,
  }: { live: Values; news: State; olds: State; expected: Values },
): Value | undefined {
  const adopted = olds["adopted"] === true;
  const previous = (olds["previous"] as Values | undefined)?.[property];
  const wish = news[property] as Value | undefined;
  // Back to the default mark on an adopted object: its own text returns.
  if (
    wish !== undefined &&
    property === kind.markField &&
    isMark(wish) &&
    adopted
  )
    return previous;
  if (wish !== undefined) return wish;
  const implied = kind.fields[property]?.implied;
  if (implied)
    return implied.holds(live[property] ?? null, expected[property] ?? null)
      ? undefined
      : implied.remedy(live[property] ?? null, expected[property] ?? null);
  return adopted ? previous : undefined;
}

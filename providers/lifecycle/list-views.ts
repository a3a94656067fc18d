import {
  addressesIn,
  changeOf,
  isMade,
  withWholeLists,
  type ListView,
  type Replaced,
} from "../../mail-flow/list-views";
import type { Value } from "../codecs";
import type { Values } from "../field";
import type { Form, State } from "../kind";
import { isReported, wroteOf } from "./state";

/** Returns the views of a kind by their properties. */
const viewsOf = ({ fields }: Pick<Form, "fields">): Record<string, ListView> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([property, { view }]) =>
      view ? [[property, view]] : [],
    ),
  );

/** Returns the value of a property in an object. That of a view depends on the program's value. */
export function liveValue(
  { fields }: Pick<Form, "fields">,
  property: string,
  live: Values,
  wanted: Value | undefined,
): Value | undefined {
  const view = fields[property]?.view;
  if (!view) return live[property];
  const list = addressesIn(live[view.of]);
  const given = addressesIn(wanted);
  return list && given && view.held(list, given);
}

/** Returns the value that the program last wrote to a property; undefined if it does not manage it. */
export const writtenValue = (
  state: State,
  property: string,
): Value | undefined =>
  isReported(state, property)
    ? undefined
    : (wroteOf(state, property) ?? (state[property] as Value | undefined));

/** Returns what a program had before, from a state and the previous values of the object. */
export const replacedIn = (
  state: State,
  previous: Values | undefined,
): Replaced => ({
  given: (view) => addressesIn(writtenValue(state, view)),
  previous: (of) => addressesIn(previous?.[of]) ?? [],
});

/** What was there before the first write of a new resource. */
export const nothingReplaced: Replaced = replacedIn({}, undefined);

/** Returns the changes with whole lists in the place of views. */
export const resolved = (
  kind: Pick<Form, "fields">,
  live: Values,
  changes: Values,
  replaced: Replaced,
): Values =>
  withWholeLists<Value>(
    viewsOf(kind),
    (of) => addressesIn(live[of]) ?? [],
    changes,
    replaced,
  );

/** The lists of an object before a write, and those that the write asks for. */
export interface Lists {
  readonly before: Values;
  readonly sent: Values;
}

/** Returns the values of an object before a write, and its changes with whole lists in the place of views. */
export const listsOf = (
  kind: Pick<Form, "fields">,
  before: Values,
  changes: Values,
  replaced: Replaced,
): Lists => ({ before, sent: resolved(kind, before, changes, replaced) });

/** Returns the changes without those of views whose lists need no change. */
export function withoutIdleViews(
  kind: Pick<Form, "fields">,
  live: Values,
  changes: Values,
  replaced: Replaced,
): Values {
  const views = viewsOf(kind);
  const lists = listsOf(kind, live, changes, replaced);
  return Object.fromEntries(
    Object.entries(changes).filter(([property]) => {
      const of = views[property]?.of;
      return of === undefined || !isListChanged(of, lists, live);
    }),
  );
}

/** Returns whether an object has the change of a list that a write asks for. Others may have changed other entries meanwhile. */
export const isListChanged = (
  of: string,
  { before, sent }: Lists,
  latest: Values,
): boolean =>
  isMade(
    changeOf(addressesIn(before[of]) ?? [], addressesIn(sent[of]) ?? []),
    addressesIn(latest[of]) ?? [],
  );

import deepEqual from "fast-deep-equal";

import type { Value } from "../codecs";
import { equal, type Values } from "../field";
import { isRecord } from "../json";
import type { Form, Identity, Item, Kind, State } from "../kind";
import { isMark } from "../mark";
import { nameOf } from "../object-key";
import type { Operation } from "../session/session";
import { isUnknown } from "../unknown";

export const inputsOf = (kind: Form, inputs: State): Values =>
  Object.fromEntries(
    Object.keys(kind.fields).flatMap((name) => {
      const value = inputs[name];
      return value === undefined || isUnknown(value)
        ? []
        : [[name, value as Value]];
    }),
  );

/** Returns an object's name for messages: `transport rule "X"`. An object that exists once in a tenant has no name. */
export const labelOf = ({ noun }: Kind, name: string): string =>
  name ? `${noun} "${name}"` : noun;

export const idOf = (kind: Kind, { name, guid }: Identity): string =>
  kind.idIs === "guid" ? (guid ?? name) : name;

export const keyOf = (kind: Kind, id: string): string =>
  `${kind.name}/${id.toLowerCase()}`;

/** Returns the inputs that are not equivalent to the values in the state. */
export function changedProperties(
  kind: Form,
  olds: State,
  news: State,
): string[] {
  const names = new Set([
    ...Object.keys(kind.fields),
    ...kind.settings.filter((setting) => setting !== "adopt"),
    ...(isGuarded(kind) ? ["guardedMail"] : []),
  ]);
  return [...names].filter((name) => {
    const field = kind.fields[name];
    const before = olds[name];
    const after = news[name];
    if (before === undefined && after === undefined) return false;
    if (isUnknown(after)) return true;
    if (!field) return !deepEqual(before ?? false, after ?? false);
    if (field.onlyOnCreate) return false;
    if (isDefaultMark(kind, name, olds) && isMark(after)) return false;
    if (before === undefined || after === undefined) return true;
    return !equal(field, before as Value, after as Value);
  });
}

/** Returns whether the exposure guard checks the kind's writes, so that its resources have the input `guardedMail`. */
export const isGuarded = ({ settings }: Form): boolean =>
  settings.includes("allowExposure");

/** Returns whether the object existed before the stack. If the state of an imported object does not say so, its kind decides. */
export const isAdopted = (kind: Form, state: State): boolean =>
  state["adopted"] === true ||
  (state["adopted"] === undefined && kind.alwaysExists(nameOf(kind, state)));

/** Returns whether a property is the default mark of an adopted object, which is neither compared nor written. */
export const isDefaultMark = (
  kind: Form,
  property: string,
  state: State,
): boolean =>
  property === kind.markField &&
  isAdopted(kind, state) &&
  isMark(state[property]);

export async function outsOf(
  kind: Kind,
  operation: Operation,
  item: Item,
  inputs: State,
  expected: Values,
  state?: State,
) {
  return {
    ...inputs,
    ...identityOuts(kind, item),
    ...(await kind.outputs?.(operation, item, expected, inputs, state)),
  };
}

export function identityOuts(kind: Kind, item: Item) {
  const { guid, changedAt } = kind.identify(item);
  return {
    ...(guid && { [kind.scopeId === "tenantId" ? "guid" : "domainId"]: guid }),
    ...(changedAt && { changedAt }),
  };
}

/** Returns the value that this package wrote to a property that somebody else has changed since. A refresh stores it. */
export const wroteOf = (state: State, property: string): Value | undefined => {
  const wrote = state["wrote"];
  return isRecord(wrote) ? (wrote[property] as Value | undefined) : undefined;
};

/** Returns whether `read` reported a property that the program omits. */
export const isReported = (state: State, property: string): boolean =>
  Array.isArray(state["reported"]) && state["reported"].includes(property);

export const pendingOf = (state: State): string[] =>
  Array.isArray(state["pending"]) ? state["pending"].map(String) : [];

/** Returns the pending properties as an output; no output if there are none. */
export const pendingOuts = (pending: readonly string[]): State =>
  pending.length > 0 ? { pending } : {};

export const pick = (
  names: readonly string[],
  value: (name: string) => Value,
): Values => Object.fromEntries(names.map((name) => [name, value(name)]));

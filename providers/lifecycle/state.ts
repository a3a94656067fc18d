import type { Value } from "../codecs";
import { equal, type Values } from "../field";
import { isRecord } from "../json";
import type { Identity, Item, Kind, State } from "../kind";
import { isMark } from "../mark";
import type { Operation } from "../session";

/** What stands for a value that a preview does not know yet. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when a value, at any depth, is not known yet. */
export const isUnknown = (value: unknown): boolean =>
  value === unknownValue ||
  (Array.isArray(value) && value.some(isUnknown)) ||
  (isRecord(value) && Object.values(value).some(isUnknown));

export const given = (kind: Kind, inputs: State): Values =>
  Object.fromEntries(
    Object.keys(kind.fields).flatMap((name) => {
      const value = inputs[name];
      return value === undefined || isUnknown(value)
        ? []
        : [[name, value as Value]];
    }),
  );

export const nameOf = (kind: Kind, state: State): string =>
  kind.nameField ? text(state[kind.nameField]) : "";

export const idOf = (kind: Kind, { name, guid }: Identity): string =>
  kind.idIs === "guid" ? (guid ?? name) : name;

export const keyOf = (kind: Kind, id: string): string =>
  `${kind.name}/${id.toLowerCase()}`;

/** The object that a resource stands for, whichever entry of the state it is: its kind, account and name. */
export const objectOf = (kind: Kind, state: State): string =>
  [
    kind.name,
    kind.home === "accountId" ? text(state["accountId"]) : "",
    nameOf(kind, state),
  ]
    .join("/")
    .toLowerCase();

export const text = (value: unknown): string =>
  typeof value === "string" ? value : "";

/** The inputs that mean something else than what is in state. */
export function changedProperties(
  kind: Kind,
  olds: State,
  news: State,
): string[] {
  const names = new Set([
    ...Object.keys(kind.fields),
    ...kind.settings.filter((setting) => setting !== "adopt"),
  ]);
  return [...names].filter((name) => {
    const field = kind.fields[name];
    const before = olds[name];
    const after = news[name];
    if (before === undefined && after === undefined) return false;
    if (isUnknown(after)) return true;
    if (!field) return (before ?? false) !== (after ?? false);
    if (field.onlyWhenMade) return false;
    if (isDefaultMark(kind, name, olds) && isMark(after)) return false;
    if (before === undefined || after === undefined) return true;
    return !equal(field, before as Value, after as Value);
  });
}

/** On an adopted object a default mark is neither compared nor written. */
export const isDefaultMark = (
  kind: Kind,
  property: string,
  state: State,
): boolean =>
  property === kind.markField &&
  state["adopted"] === true &&
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
    ...(await kind.outputs?.(operation, item, expected, state)),
  };
}

export function identityOuts(kind: Kind, item: Item) {
  const { guid, changedAt } = kind.identify(item);
  return {
    ...(guid && { [kind.home === "tenantId" ? "guid" : "domainId"]: guid }),
    ...(changedAt && { changedAt }),
  };
}

export const pendingOf = (state: State): string[] =>
  Array.isArray(state["pending"]) ? state["pending"].map(String) : [];

export const pick = (
  names: readonly string[],
  value: (name: string) => Value,
): Values => Object.fromEntries(names.map((name) => [name, value(name)]));

export const pickKnown = (
  names: readonly string[],
  value: (name: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const v = value(name);
      return v === undefined ? [] : [[name, v]];
    }),
  );

import type { Form, State } from "./form";
import { textOf } from "./json";

export const nameOf = (kind: Form, state: State): string =>
  kind.nameField ? textOf(state[kind.nameField]) : "";

/**
 * Returns the key of a resource's object: its kind, account and name. It is the same for all entries of the state with this object.
 *
 * @param name the object's name. @default the name in the state
 */
export const objectOf = (
  kind: Form,
  state: State,
  name = nameOf(kind, state),
): string =>
  [
    kind.name,
    kind.scopeId === "accountId" ? textOf(state["accountId"]) : "",
    name,
  ]
    .join("/")
    .toLowerCase();

/** Returns a key of the object that is the same in every account. */
export const anywhere = (kind: Form, state: State): string =>
  objectOf(kind, { ...state, accountId: "*" });

/** Returns the members with these names that are defined. */
export const pickKnown = (
  names: readonly string[],
  from: State,
): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) =>
      from[name] === undefined ? [] : [[name, from[name]]],
    ),
  );

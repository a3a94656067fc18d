import type { Form, State } from "./form";
import { textOf } from "./json";

export const nameOf = (kind: Form, state: State): string =>
  kind.nameField ? textOf(state[kind.nameField]) : "";

/**
 * The object that a resource stands for, whichever entry of the state it is: its kind, account and name.
 *
 * @param name another one than that of the state.
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

/** The same object in whichever account. */
export const anywhere = (kind: Form, state: State): string =>
  objectOf(kind, { ...state, accountId: "*" });

/** The members of these names that there are. */
export const pickKnown = (
  names: readonly string[],
  from: State,
): Record<string, unknown> =>
  Object.fromEntries(
    names.flatMap((name) =>
      from[name] === undefined ? [] : [[name, from[name]]],
    ),
  );

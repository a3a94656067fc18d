import { equal, storedValue, type Values } from "../providers/field";
import { isList, isRecord } from "../providers/json";
import type { Form, State } from "../providers/kind";
import { check } from "../providers/lifecycle/check";
import { isAdopted } from "../providers/lifecycle/state";
import { isMark } from "../providers/mark";
import { pickKnown } from "../providers/object-key";
import type { Configuration } from "../providers/session/configuration";
import type { Value } from "../providers/codecs";
import type { Properties } from "./values";

/** The output that marks an imported resource, until the program has changed it. */
const imported = "imported";

/**
 * Returns a state as the handlers expect it: the managed values of the object, in the spelling of the inputs.
 *
 * - After a partial failure, the outputs are newer than the inputs.
 * - The outputs of an imported object also have values that the program does not manage: those that its inputs lack.
 *
 * @param inputs undefined if an engine does not send them.
 */
export function stateOf(
  { fields, markField }: Form,
  outputs: Properties,
  inputs: Properties | undefined,
): State {
  if (!inputs) return outputs;
  const isImported = outputs[imported] === true;
  const state: Record<string, unknown> = { ...outputs, ...inputs };
  for (const [name, field] of Object.entries(fields)) {
    const given = inputs[name] as Value | undefined;
    const stored = outputs[name] as Value | undefined;
    if (given === undefined || stored === undefined) {
      if (isImported ? given === undefined : stored === undefined)
        delete state[name];
    } else if (
      !equal(field, stored, given) &&
      // An imported object keeps its own text until an update, so that a change of it by hand is no drift.
      !(isImported && name === markField && isMark(given))
    )
      state[name] = stored;
  }
  return state;
}

/**
 * Returns the state that is compared with a program's inputs. For an imported object, these are no differences:
 *
 * - an input that the import could not offer: it has the value that the import found, or is not a value of the object;
 * - a property that the program omits, and the default mark, as long as the object has its previous value.
 */
export function comparedState(
  form: Form,
  outputs: Properties,
  inputs: Properties | undefined,
  news: Properties,
): State {
  const state: Record<string, unknown> = {
    ...stateOf(form, outputs, inputs),
  };
  if (outputs[imported] !== true) return state;
  const previous = outputs["previous"];
  const firstOf = (name: string): Value =>
    isRecord(previous) ? ((previous as Values)[name] ?? null) : null;
  const isAskedOf = (name: string): boolean =>
    isRecord(previous) &&
    storedValue(previous as Values, name, form.fields[name]) !== undefined;
  for (const name of Object.keys(news))
    if (isUnset(state[name]))
      state[name] = isAskedOf(name) ? outputs[name] : news[name];
  if (!isAdopted(form, outputs)) return state;
  for (const [name, field] of Object.entries(form.fields)) {
    const before = state[name] as Value | undefined;
    const isLeftOut =
      news[name] === undefined ||
      (name === form.markField && isMark(news[name]));
    if (
      isLeftOut &&
      before !== undefined &&
      equal(field, before, firstOf(name))
    )
      state[name] = news[name];
  }
  return state;
}

/** Whether an import cannot offer a value, because a program gives none in its place. */
const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (isList(value) && value.length === 0);

/**
 * Returns outputs with those of the old state that the handlers do not know: the mark of an imported resource after a read, and the text
 * that a dynamic resource needs, so that the state can move back.
 */
export const withKept = (
  outputs: Properties,
  before: Properties,
  isRead: boolean,
): Properties => ({
  ...outputs,
  ...pickKnown(["__provider", ...(isRead ? [imported] : [])], before),
});

/** The result of a read. */
export interface Found {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties;
}

/**
 * Returns the result of an import. The inputs are the values that a program may give, so that it can be written from them. The outputs have
 * all values.
 */
export function importedState(
  form: Form,
  { id, outputs, inputs }: Found,
  configuration: () => Configuration,
): Found {
  const outs = { ...outputs, [imported]: true };
  // The inputs of the restore point and of the check are not values of an object.
  if (Object.keys(outputs["previous"] ?? {}).length === 0)
    return { id, outputs: outs, inputs: {} };
  let offered = Object.fromEntries(
    Object.entries(inputs).filter(([name, value]) => {
      const field = form.fields[name];
      // The priority depends on the other rules, so that a program seldom gives it.
      return (
        field &&
        name !== "priority" &&
        // A quarantine policy may permit nothing.
        (!isUnset(value) || (field.required && isList(value)))
      );
    }),
  );
  // A vendor's object may have values that a program may not give.
  for (;;) {
    const { inputs: checked, failures } = check(
      form,
      {},
      offered,
      configuration,
    );
    const refused = failures
      .map(({ property }) => property)
      .filter((property) => property in offered);
    if (refused.length === 0) {
      // Some values mean more in a program than in an object: MALICIOUS stands for MALICIOUS-BEC, too.
      const exact = Object.keys(offered).filter((name) => {
        const field = form.fields[name];
        const [said, meant] = [offered[name], checked[name]] as Value[];
        return (
          field && meant !== undefined && equal(field, said ?? null, meant)
        );
      });
      // Later operations use the account in the inputs.
      const place = form.scopeId in form.fields ? [form.scopeId] : [];
      return {
        id,
        inputs: pickKnown([...exact, ...place], checked),
        outputs: outs,
      };
    }
    offered = Object.fromEntries(
      Object.entries(offered).filter(([name]) => !refused.includes(name)),
    );
  }
}

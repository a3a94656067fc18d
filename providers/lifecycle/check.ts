import type { Value } from "../codecs";
import type { Failure, Form, State } from "../kind";
import { reasonAgainstMail } from "../exposure-guard/guarded-mail";
import type { Configuration } from "../session/configuration";
import type { RestoredObject } from "../restore-point/restored-object";
import { isUnknown } from "../unknown";
import { relationFailures } from "./requirements";
import { inputsOf, isGuarded } from "./state";

export function check(
  kind: Form,
  olds: State,
  news: State,
  configuration: () => Configuration,
) {
  const failures: Failure[] = [];
  const inputs: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(news)) {
    const field = Object.hasOwn(kind.fields, property)
      ? kind.fields[property]
      : undefined;
    if (value === null || value === undefined) continue;
    if (field) {
      const reason = isUnknown(value) ? undefined : field.codec.refuse(value);
      if (reason) failures.push({ property, reason });
      inputs[property] =
        reason || isUnknown(value)
          ? value
          : field.codec.normalize(value as Value);
    } else if (kind.settings.some((setting) => setting === property)) {
      if (typeof value !== "boolean" && !isUnknown(value))
        failures.push({ property, reason: "must be true or false" });
      inputs[property] = value;
    } else if (property === "guardedMail" && isGuarded(kind)) {
      const reason = isUnknown(value) ? undefined : reasonAgainstMail(value);
      if (reason) failures.push({ property, reason });
      inputs[property] = value;
    } else if (property === "restorePoint" || property === "__provider") {
      inputs[property] = value;
    } else {
      failures.push({ property, reason: unknownProperty(kind, property) });
    }
  }
  for (const [property, field] of Object.entries(kind.fields)) {
    if (inputs[property] !== undefined) continue;
    if (field.default !== undefined) inputs[property] = field.default;
    else if (field.required)
      failures.push({ property, reason: "must be given" });
  }
  if (isMade(olds)) keepFirst(olds, inputs);
  const completed = kind.complete?.(olds, inputs, configuration) ?? inputs;
  if (isFailure(completed)) failures.push(completed);
  else if (failures.length === 0) {
    const values = inputsOf(kind, completed);
    const isKnown = (property: string) => !isUnknown(completed[property]);
    failures.push(
      ...relationFailures(kind, values, isKnown),
      ...(kind.refuse?.(values) ?? []),
    );
  }
  return { inputs: isFailure(completed) ? inputs : completed, failures };
}

/** Returns the inputs of an object's resource, with its name and defaults, and with normalised values. */
export const checked = (
  kind: Form,
  { name, wanted }: Pick<RestoredObject, "name" | "wanted">,
  configuration: Configuration,
): State =>
  check(
    kind,
    {},
    { ...(kind.nameField && { [kind.nameField]: name }), ...wanted },
    () => configuration,
  ).inputs;

const isMade = (olds: State): boolean =>
  Object.keys(olds).some((property) => property !== "__provider");

/**
 * Keeps the inputs `adopt` and `restorePoint` as they were when the resource was created. They have an effect only then, and the state
 * keeps those values. Otherwise a refresh, which has only the outputs, would show a later change in the program as drift.
 */
function keepFirst(olds: State, inputs: Record<string, unknown>): void {
  for (const property of ["adopt", "restorePoint"]) {
    delete inputs[property];
    if (olds[property] !== undefined) inputs[property] = olds[property];
  }
}

const isFailure = (value: State | Failure): value is Failure =>
  typeof value["reason"] === "string" && typeof value["property"] === "string";

/** The number of properties up to which an error names all of them. */
const mostListed = 50;

function unknownProperty(kind: Form, property: string): string {
  const names = [
    ...Object.keys(kind.fields),
    ...kind.settings,
    ...(isGuarded(kind) ? ["guardedMail"] : []),
  ];
  const close = names.find(
    (name) => name.toLowerCase() === property.toLowerCase(),
  );
  if (close) return `is not a property; write ${close}`;
  return names.length > mostListed
    ? `is not a property of this resource; docs/resources.md has all ${names.length}`
    : `is not a property of this resource, which has ${names.join(", ")}`;
}

import type { Value } from "../codecs";
import type { Failure, Form, State } from "../kind";
import type { Session } from "../session";
import { isUnknown } from "../unknown";
import { anywhere, given, objectOf, text } from "./state";

export function check(
  kind: Form,
  olds: State,
  news: State,
  session: () => Session,
) {
  const failures: Failure[] = [];
  const inputs: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(news)) {
    const field = kind.fields[property];
    if (value === null || value === undefined) continue;
    if (field && !field.foreign) {
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
  if (isMade(olds)) keepAdopt(olds, inputs);
  const completed =
    kind.complete?.(olds, inputs, () => session().configuration) ?? inputs;
  if (isFailure(completed)) failures.push(completed);
  else if (failures.length === 0)
    failures.push(
      ...(kind.refuse?.(
        given(kind, completed),
        (property) => !isUnknown(completed[property]),
      ) ?? []),
    );
  // A configuration that contradicts itself is found now, not in the middle of an update.
  const { living, moving } = session();
  if (!isFailure(completed)) {
    living
      .set(objectOf(kind, completed), completed)
      .set(anywhere(kind, completed), completed);
    if (
      text(olds["accountId"]) &&
      text(olds["accountId"]) !== text(completed["accountId"])
    )
      moving.add(objectOf(kind, completed));
  }
  return { inputs: isFailure(completed) ? inputs : completed, failures };
}

const isMade = (olds: State): boolean =>
  Object.keys(olds).some((property) => property !== "__provider");

/**
 * It counts when a resource is made and never again: the state keeps it as it was then, else a refresh, which knows the outputs alone,
 * would show what the program says since then as drift.
 */
function keepAdopt(olds: State, inputs: Record<string, unknown>): void {
  delete inputs["adopt"];
  if (olds["adopt"] !== undefined) inputs["adopt"] = olds["adopt"];
}

const isFailure = (value: State | Failure): value is Failure =>
  typeof value["reason"] === "string" && typeof value["property"] === "string";

function unknownProperty(kind: Form, property: string): string {
  const names = [
    ...Object.keys(kind.fields).filter((name) => !kind.fields[name]?.foreign),
    ...kind.settings,
  ];
  const close = names.find(
    (name) => name.toLowerCase() === property.toLowerCase(),
  );
  return close
    ? `is not a property; write ${close}`
    : `is not a property of this resource, which has ${names.join(", ")}`;
}

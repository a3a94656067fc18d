import { isDeepStrictEqual } from "node:util";

/** A change of one object that a program requests. */
export interface Change {
  /** The class, such as `TransportRule`. */
  kind: string;
  /** The resource's name in the program. */
  resource: string;
  op: "create" | "update" | "delete";
  /** The outputs in the state, which include every input. */
  before: Values;
  /** The inputs in the program. */
  after: Values;
  /** The properties that differ. */
  changed: string[];
}

/** Properties by name, as a state or a preview has them. */
export type Values = Record<string, unknown>;

/**
 * Returns the changes of Microsoft 365 and Cloudflare objects in the document of `pulumi preview --json` or of `pulumi destroy
 * --preview-only --json`, in its order. Deletions by replacements come last, as in an `up`. Resources of other libraries are ignored.
 *
 * @param classes the classes of this library that decide where mail goes
 * @throws Error if it is not such a document, or if the preview failed
 */
export function changesOf(
  preview: unknown,
  classes: readonly string[],
): Change[] {
  const steps = valueIn(preview, "steps");
  const failed = errorsIn(preview);
  if (failed.length > 0)
    throw new Error(`The preview failed: ${failed.join(" ")}`);
  if (!Array.isArray(steps))
    throw new Error(
      "This is no preview: steps are missing. Give what pulumi preview --json prints.",
    );
  // With --show-replacement-steps, the two halves of a replacement are listed in addition to the replacement. The repetition changes
  // nothing.
  const changes = (steps as Values[]).flatMap((step) =>
    changesOfStep(step, classes),
  );
  return [
    ...changes.filter(({ op }) => op !== "delete"),
    ...changes.filter(({ op }) => op === "delete"),
  ];
}

function changesOfStep(step: Values, classes: readonly string[]): Change[] {
  const urn = String(step["urn"]);
  const [type = "", resource = ""] = urn.split("::").slice(2);
  const kind = /\bpulumi-nodejs:dynamic\/area1:(\w+)$/.exec(type)?.[1];
  if (kind === undefined || !classes.includes(kind)) return [];
  const before = part(step["oldState"], "outputs");
  const after = part(step["newState"], "inputs");
  const changed = differing(step, before, after);
  return (opsOf.get(step["op"]) ?? []).map((op): Change => ({
    kind,
    resource,
    op,
    before,
    after,
    changed,
  }));
}

const opsOf = new Map<unknown, Change["op"][]>([
  ["create", ["create"]],
  ["create-replacement", ["create"]],
  ["update", ["update"]],
  ["replace", ["create", "delete"]],
  ["delete", ["delete"]],
  ["delete-replaced", ["delete"]],
]);

function differing(step: Values, before: Values, after: Values): string[] {
  // Values that an earlier update did not write yet are written, too, whether or not the program has them.
  const pending = textsIn(before, "pending");
  const told = textsIn(step, "diffReasons");
  if (told.length > 0) return [...told, ...pending];
  // The engine gives no reasons for an update that completes an earlier one.
  return [
    ...Object.keys(after).filter(
      (name) => !isDeepStrictEqual(after[name], before[name]),
    ),
    ...pending,
  ];
}

function errorsIn(preview: unknown): string[] {
  return (listIn(preview, "diagnostics") as Values[])
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => String(message).trim());
}

const valueIn = (value: unknown, name: string): unknown =>
  isRecord(value) ? value[name] : undefined;

function listIn(value: unknown, name: string): unknown[] {
  const found = valueIn(value, name);
  return Array.isArray(found) ? found : [];
}

/** Returns a member that is a list, as strings; empty if there is none. */
export const textsIn = (value: unknown, name: string): string[] =>
  listIn(value, name).map(String);

/** Returns a member that is an object; empty if there is none. */
export function part(value: unknown, name: string): Values {
  const found = valueIn(value, name);
  return isRecord(found) ? found : {};
}

/** Returns whether a value is an object and not an array. */
const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The engine's placeholders for a string, a boolean, a number, a list and an object whose value is unknown before an `up`. */
const unknowns = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Returns why a preview does not contain a value: it is `computed` during the `up`, or a `secret`; undefined if the value is known. */
export function hidden(value: unknown): "computed" | "secret" | undefined {
  if (typeof value === "string") {
    if (unknowns.has(value)) return "computed";
    return value === "[secret]" ? "secret" : undefined;
  }
  // The engine's mark of a secret, an asset or an output value. The engine does not print these in clear.
  if (isRecord(value) && "4dabf18193072939515e22adb298388d" in value)
    return "secret";
  if (Array.isArray(value))
    return value.map(hidden).find((reason) => reason !== undefined);
  return undefined;
}

import { isDeepStrictEqual } from "node:util";

/** What a program asks of one object. */
export interface Change {
  /** The class, such as `TransportRule`. */
  kind: string;
  /** The resource's name in the program. */
  resource: string;
  op: "create" | "update" | "delete";
  /** Outputs as they are in the state: they hold every input, too. */
  before: Values;
  /** The inputs that the program gives. */
  after: Values;
  /** The properties that differ. */
  changed: string[];
}

/** Properties by name, as a state or a preview has them. */
export type Values = Record<string, unknown>;

/**
 * What the document of `pulumi preview --json`, or of `pulumi destroy --preview-only --json`, asks of Microsoft 365 and Cloudflare,
 * in its order; what a replacement removes comes last, as it does in an `up`. Resources of other libraries do not count.
 *
 * @param classes the classes of this library that decide where mail goes
 * @throws Error when it is not such a document, or tells that the preview failed
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
  // With --show-replacement-steps both halves stand beside a replacement: the same once more, which changes nothing.
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
  // What an earlier update still owes is written, too, whether the program gives it or not.
  const pending = textsIn(before, "pending");
  const told = textsIn(step, "diffReasons");
  if (told.length > 0) return [...told, ...pending];
  // The engine gives no reason for an update that goes on with what is left of an earlier one.
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

/** A member that is a list, as texts; an empty one where there is none. */
export const textsIn = (value: unknown, name: string): string[] =>
  listIn(value, name).map(String);

/** A member with names of its own; an empty one where there is none. */
export function part(value: unknown, name: string): Values {
  const found = valueIn(value, name);
  return isRecord(found) ? found : {};
}

/** Whether a value is an object with names. */
const isRecord = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What the engine writes for a text, a flag, a number, a list and an object that it does not know before an `up`. */
const unknowns = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Why a preview does not say a value: it is `computed` while the program is applied, or a `secret`; undefined where it says it. */
export function hidden(value: unknown): "computed" | "secret" | undefined {
  if (typeof value === "string") {
    if (unknowns.has(value)) return "computed";
    return value === "[secret]" ? "secret" : undefined;
  }
  // The engine's mark of a secret, an asset or an output value, which the engine does not print in clear.
  if (isRecord(value) && "4dabf18193072939515e22adb298388d" in value)
    return "secret";
  if (Array.isArray(value))
    return value.map(hidden).find((reason) => reason !== undefined);
  return undefined;
}

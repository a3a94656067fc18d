/** What a program asks of one object. */
export interface Change {
  /** The class, such as `TransportRule`. */
  kind: string;
  /** The resource's name in the program. */
  resource: string;
  op: "create" | "update" | "delete";
  /** Inputs and outputs as they are in the state; empty for `create`. */
  before: Values;
  /** The inputs that the program gives; empty for `delete`. */
  after: Values;
  /** For `update`: the properties that differ. */
  changed: string[];
}

/** Properties by name, as a state or a preview has them. */
export type Values = Record<string, unknown>;

/** The classes of this library that decide where mail goes. */
const ours =
  /\bpulumi-nodejs:dynamic\/area1:(Area1Domain|QuarantinePolicy|QuarantineNotification|AntiSpamPolicy|TransportRule)$/;

/**
 * What the document of `pulumi preview --json`, or of `pulumi destroy --preview-only --json`, asks of Microsoft 365 and Cloudflare,
 * in its order; what a replacement removes comes last, as it does in an `up`. Resources of other libraries do not count.
 *
 * @throws Error when it is not such a document, or tells that the preview failed
 */
export function changesOf(preview: unknown): Change[] {
  const steps = isRecord(preview) ? preview["steps"] : undefined;
  const failed = errorsIn(preview);
  if (failed.length > 0)
    throw new Error(`The preview failed: ${failed.join(" ")}`);
  if (!Array.isArray(steps))
    throw new Error(
      "This is no preview: steps are missing. Give what pulumi preview --json prints.",
    );
  // With --show-replacement-steps both halves stand beside a replacement: the same once more, which changes nothing.
  const changes = steps.filter(isRecord).flatMap(changesOfStep);
  return [
    ...changes.filter(({ op }) => op !== "delete"),
    ...changes.filter(({ op }) => op === "delete"),
  ];
}

function changesOfStep(step: Values): Change[] {
  const urn = String(step["urn"]);
  const [type = "", resource = ""] = urn.split("::").slice(2);
  const kind = ours.exec(type)?.[1];
  if (!kind) return [];
  const { oldState, newState } = step;
  const before = { ...part(oldState, "inputs"), ...part(oldState, "outputs") };
  const after = part(newState, "inputs");
  const change = (op: Change["op"]): Change => ({
    kind,
    resource,
    op,
    before: op === "create" ? {} : before,
    after: op === "delete" ? {} : after,
    changed: op === "update" ? differing(step, before, after) : [],
  });
  switch (step["op"]) {
    case "create":
    case "create-replacement":
      return [change("create")];
    case "update":
      return [change("update")];
    case "replace":
      return [change("create"), change("delete")];
    case "delete":
    case "delete-replaced":
      return [change("delete")];
    default:
      return [];
  }
}

function differing(step: Values, before: Values, after: Values): string[] {
  const told = [
    ...(Array.isArray(step["diffReasons"])
      ? (step["diffReasons"] as unknown[])
      : []),
    ...Object.keys(part(step, "detailedDiff")),
  ].map((path) => String(path).split(/[.[]/)[0] ?? "");
  const found = Object.keys(after).filter(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  );
  return [...new Set(told.length > 0 ? told : found)];
}

function errorsIn(preview: unknown): string[] {
  const diagnostics = isRecord(preview) ? preview["diagnostics"] : undefined;
  return (Array.isArray(diagnostics) ? diagnostics : [])
    .filter(isRecord)
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => String(message).trim());
}

function part(value: unknown, name: string): Values {
  const found = isRecord(value) ? value[name] : undefined;
  return isRecord(found) ? found : {};
}

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

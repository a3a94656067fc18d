import {
  Struct,
  type JavaScriptValue,
} from "google-protobuf/google/protobuf/struct_pb";

import { isList, isRecord } from "../providers/json";
import { plain } from "../providers/process/results";
import { unknownValue } from "../providers/unknown";

/** The properties of a resource. */
export type Properties = Readonly<Record<string, unknown>>;

/**
 * The keys and signatures that mark special values on the way to and from the engine.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/proto/go/provider.pb.go
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** The properties of a request: plain values, and which of them are secret. */
export interface Received {
  readonly values: Properties;
  /** The names of the properties that are, or contain, a secret. */
  readonly secrets: ReadonlySet<string>;
  /** The texts of all secrets. */
  readonly hidden: readonly string[];
}

/** Returns the properties of a request. A missing Struct has none. A resource becomes its id. */
export function received(struct: Struct | undefined): Received {
  const given = (struct?.toJavaScript() ?? {}) as Properties;
  const secrets = new Set<string>();
  const hidden: string[] = [];
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      unwrapped(value, (secret) => {
        secrets.add(name);
        hidden.push(...textsIn(secret));
      }),
    ]),
  );
  return { values, secrets, hidden };
}

/** Returns all texts in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(textsIn)
    : [];
}

/** Returns a value without the wrappers of secrets, outputs and resources. @param found is called with each secret. */
function unwrapped(value: unknown, found: (secret: unknown) => void): unknown {
  if (isList(value)) return value.map((entry) => unwrapped(entry, found));
  if (!isRecord(value)) return value;
  switch (value[signatureKey]) {
    case secretSignature:
    case outputSignature: {
      const inner =
        "value" in value ? unwrapped(value["value"], found) : unknownValue;
      if (value[signatureKey] === secretSignature || value["secret"] === true)
        found(inner);
      return inner;
    }
    case resourceSignature:
      return value["id"] ?? value["urn"];
    default:
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => [
          name,
          unwrapped(member, found),
        ]),
      );
  }
}

/** Returns properties for a response. Those with the names of secrets become secret. */
export function sent(
  properties: Properties,
  secrets: ReadonlySet<string> = new Set(),
): Struct {
  const values = plain(properties) as Record<string, JavaScriptValue>;
  return Struct.fromJavaScript(
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        secrets.has(name) ? asSecret(value) : value,
      ]),
    ),
  );
}

/** Returns a value that the engine encrypts in the state, and never prints. */
const asSecret = (value: JavaScriptValue): Record<string, JavaScriptValue> => ({
  [signatureKey]: secretSignature,
  value,
});

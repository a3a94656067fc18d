import {
  type JavaScriptValue,
  Struct,
} from "google-protobuf/google/protobuf/struct_pb";

import { received, sent } from "../../plugin/values";
import { isUnknown } from "../../providers/unknown";

const key = "4dabf18193072939515e22adb298388d";
const secret = (value: JavaScriptValue) => ({
  [key]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const output = (members: Record<string, JavaScriptValue>) => ({
  [key]: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  ...members,
});
const resource = (members: Record<string, JavaScriptValue>) => ({
  [key]: "5cf8f73096256a8f31e491e813e4eb8e",
  ...members,
});
const get = (properties: Record<string, JavaScriptValue>) =>
  received(Struct.fromJavaScript(properties));

test("The wrappers of secrets are removed at every depth, and the names of their properties and their texts are known", () => {
  expect(
    get({
      plain: 1,
      one: secret("x"),
      list: ["a", secret("b")],
      nested: { inner: { innermost: secret({ c: secret(1) }) } },
    }),
  ).toEqual({
    values: {
      plain: 1,
      one: "x",
      list: ["a", "b"],
      nested: { inner: { innermost: { c: 1 } } },
    },
    secrets: new Set(["one", "list", "nested"]),
    // In the order of the names, as a Struct has them.
    hidden: ["b", "x"],
  });
});

test("An output is its value, or unknown without one, and may be secret", () => {
  const { values, secrets } = get({
    known: output({ value: ["x"], dependencies: [] }),
    hidden: output({ value: 1, secret: true }),
    unknown: output({ secret: false }),
  });
  expect(values).toMatchObject({ known: ["x"], hidden: 1 });
  expect(isUnknown(values["unknown"])).toBe(true);
  expect(secrets).toEqual(new Set(["hidden"]));
});

test("A resource is its id, or its URN if it is a component", () => {
  const urn = "urn:pulumi:dev::ops::area1:index:UseCase4::mail";
  expect(
    get({ a: resource({ urn, id: "Default" }), b: resource({ urn }) }).values,
  ).toEqual({ a: "Default", b: urn });
});

test("A response wraps the secret properties, and has only what a Struct can hold", () => {
  expect(
    sent(
      { a: "x", b: ["y"], c: undefined, d: new Date(0), e: NaN },
      new Set(["b"]),
    ).toJavaScript(),
  ).toEqual({
    a: "x",
    b: secret(["y"]),
    d: "1970-01-01T00:00:00.000Z",
    e: null,
  });
});

test("No Struct has no properties", () => {
  expect(received(undefined)).toEqual({
    values: {},
    secrets: new Set(),
    hidden: [],
  });
});

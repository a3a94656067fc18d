import * as fc from "fast-check";

import type { Json } from "../../../simulator/json";

/** Texts that often break parsers, at any position. */
const hostileTexts = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "\u0000",
  "\ufeff",
  "\ud800",
  "\u202e",
  "\r\n",
  "1e309",
  "-1",
  "99999999999999999999",
  "null",
  "undefined",
  "[object Object]",
  "%00",
  "../..",
  "|",
  "||",
  "<html>",
  "{",
  "[",
  '"',
  "\\",
];

/** Generates a text similar to one of the examples, with pieces repeated, removed, changed or inserted. */
function nearly(
  examples: readonly string[],
  pieces: readonly string[] = [],
): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...pieces, ...hostileTexts),
    fc.string({ maxLength: 3, unit: "binary" }),
    fc.constantFrom(...examples),
  );
  const change = fc.record({
    at: fc.nat({ max: 1000 }),
    length: fc.nat({ max: 6 }),
    piece: fc.oneof(fc.constant(""), piece),
    times: fc.oneof(
      { weight: 60, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.nat({ max: 3000 }) },
    ),
  });
  return fc
    .tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 4 }))
    .map(([example, changes]) =>
      changes.reduce((text, { at, length, piece: put, times }) => {
        const from = text.length === 0 ? 0 : at % text.length;
        return (
          text.slice(0, from) + put.repeat(times) + text.slice(from + length)
        );
      }, example),
    );
}

/** Generates any text: similar to the examples, unlike them, or very long. */
export const textLike = (
  examples: readonly string[],
  pieces: readonly string[] = [],
): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 60, arbitrary: nearly(examples, pieces) },
    { weight: 20, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...examples, ...pieces, ...hostileTexts),
          fc.nat({ max: 5000 }),
        )
        .map(([piece, times]) => piece.repeat(times).slice(0, 50_000)),
    },
  );

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    "",
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.constantFrom<Json[]>(
    { length: -1 },
    { toString: null, valueOf: null },
    { then: 1 },
  ),
);

/** Replaces or removes a member at any depth, or adds one with a hostile name. */
function changed(
  json: Json,
  path: readonly number[],
  put: Json,
  name: string,
): Json {
  const [at = 0, ...rest] = path;
  if (Array.isArray(json)) {
    if (json.length === 0 || rest.length === 0) return put;
    const index = at % json.length;
    return json.map((one, i) =>
      i === index ? changed(one, rest, put, name) : one,
    );
  }
  if (typeof json !== "object" || json === null) return put;
  const entries = Object.entries(json);
  if (entries.length === 0 || at % 7 === 6)
    // Like JSON.parse, this creates an own member for any name, even `__proto__`.
    return Object.fromEntries([...entries, [name, put]]);
  const index = at % entries.length;
  if (rest.length === 0 && at % 3 === 0)
    return Object.fromEntries(entries.filter((_, i) => i !== index));
  return Object.fromEntries(
    entries.map(([key, value], i) => [
      key,
      i === index
        ? rest.length === 0
          ? put
          : changed(value, rest, put, name)
        : value,
    ]),
  );
}

/** Generates a value similar to one of the examples, with some hostile members. */
export const jsonLike = (examples: readonly Json[]): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.constantFrom(...examples),
      fc.array(
        fc.tuple(
          fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 5 }),
          leaf,
          fc.constantFrom("__proto__", "constructor", "value", "polluted"),
        ),
        { maxLength: 3 },
      ),
    )
    .map(([example, changes]) =>
      changes.reduce(
        (json, [path, put, name]) => changed(json, path, put, name),
        example,
      ),
    );

/** Generates a body: usually almost valid data as JSON, sometimes a text that is almost JSON. */
export function bodyLike(examples: readonly Json[]): fc.Arbitrary<string> {
  const texts = examples.map((one) => JSON.stringify(one));
  return fc.oneof(
    {
      weight: 8,
      arbitrary: jsonLike(examples).map((json) => JSON.stringify(json)),
    },
    {
      weight: 3,
      arbitrary: textLike(texts, [
        '"__proto__":{"polluted":true},',
        "null",
        "[]",
        "{}",
        "<!DOCTYPE html>",
      ]),
    },
  );
}

import { setOf, text, type Codec, type Value } from "../codecs";
import { field, type Field, type Fields } from "../field";
import { propertyOf } from "../../mail-flow/names";
import { isList } from "../json";

/** Names of parameters, separated by spaces, with the codec that reads their values. */
export type Parameters = readonly (readonly [codec: Codec, names: string])[];

/** Returns a field for every parameter, in the order of their names, under the names that programs use. */
export const fieldsOf = (parameters: Parameters, prefix = ""): Fields =>
  Object.fromEntries(
    parameters
      .flatMap(([codec, names]) =>
        names.split(/\s+/).map((name) => field(`${prefix}${name}`, codec)),
      )
      .sort((a, b) => (a.wire < b.wire ? -1 : 1))
      .map((one): [string, Field] => [propertyOf(one.wire), one]),
  );

/** The codec of a parameter with several values, in any order. */
export const several = setOf(text());

/** Returns the codec of a parameter with one value. If Exchange returns a list, reads its only entry, or all entries of a longer one. */
export const one = <T extends Value>(codec: Codec<T>): Codec => ({
  ...(codec as Codec),
  decode(wire) {
    if (!isList(wire)) return codec.decode(wire);
    return wire.length > 1 ? several.decode(wire) : codec.decode(wire[0]);
  },
  key: (value) => (isList(value) ? value : codec.key(value as T)),
});

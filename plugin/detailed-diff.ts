import deepEqual from "fast-deep-equal";
import { PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";

import { isList, isRecord } from "../providers/json";
import type { Properties } from "./values";

/** The kind of a difference: the value was added, deleted or changed. */
type Difference = "ADD" | "DELETE" | "UPDATE";

/**
 * Returns the differences between the old and the new value of properties, by path: `setScl`, `headerContainsWords[0]`. The entries of a
 * list are compared as a set, because the handlers keep lists sorted.
 *
 * @param names the properties that differ for the vendor; another spelling of the same value is no difference.
 * @param replaces those of them whose change replaces the object.
 * @param inputs the old inputs. The engine shows a difference from them, or from the old outputs, where they have another value.
 */
export function detailedDiff(
  olds: Properties,
  news: Properties,
  names: readonly string[],
  replaces: readonly string[] = [],
  inputs: Properties = olds,
): Map<string, PropertyDiff> {
  return new Map(
    names.flatMap((name) => {
      const found = [...differences(name, olds[name], news[name])];
      // A step that is still pending after a partial failure has no difference of inputs.
      const all: [string, Difference][] =
        found.length > 0 ? found : [[name, "UPDATE"]];
      return all.map(([path, difference]): [string, PropertyDiff] => [
        path,
        new PropertyDiff()
          .setKind(
            PropertyDiff.Kind[
              replaces.includes(name)
                ? (`${difference}_REPLACE` as const)
                : difference
            ],
          )
          .setInputdiff(
            found.length > 0 && deepEqual(olds[name], inputs[name]),
          ),
      ]);
    }),
  );
}

function* differences(
  path: string,
  before: unknown,
  after: unknown,
): Generator<[string, Difference]> {
  if (deepEqual(before, after)) return;
  if (before === undefined) yield [path, "ADD"];
  else if (after === undefined) yield [path, "DELETE"];
  else if (isList(before) && isList(after)) {
    const has = (list: readonly unknown[], entry: unknown): boolean =>
      list.some((one) => deepEqual(one, entry));
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length; index++) {
      const isDeleted = index < before.length && !has(after, before[index]);
      const isAdded = index < after.length && !has(before, after[index]);
      if (isDeleted || isAdded)
        yield [
          `${path}[${index}]`,
          isDeleted && isAdded ? "UPDATE" : isAdded ? "ADD" : "DELETE",
        ];
    }
  } else if (isRecord(before) && isRecord(after))
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(`${path}${member(name)}`, before[name], after[name]);
  else yield [path, "UPDATE"];
}

/** Returns the part of a path for a member of an object, in the engine's notation. */
const member = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

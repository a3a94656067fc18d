import type { Value } from "../codecs";
import { identityOf } from "../exchange-online/identity";
import type { Field } from "../field";
import { valuesOf, type Item, type Kind } from "../kind";

/**
 * Returns the fields of a kind for properties that the snapshot has under the same names.
 *
 * @param defaults the snapshot's default for each property; undefined keeps the kind's default.
 */
export const fieldsFrom = <Name extends string>(
  kind: Pick<Kind, "fields">,
  defaults: Readonly<Record<Name, Value | undefined>>,
): Record<Name, Field> =>
  Object.fromEntries(
    Object.entries<Value | undefined>(defaults).map(([name, byDefault]) => [
      name,
      {
        ...kind.fields[name],
        ...(byDefault !== undefined && { default: byDefault }),
      },
    ]),
  ) as Record<Name, Field>;

/** Returns a function that reads an object from a response. A missing property gets its field's default, or stays missing. */
export const readerOf =
  <T>(fields: Record<keyof T & string, Field>) =>
  (item: Item): T => {
    const values = valuesOf({ fields }, item);
    return Object.fromEntries(
      Object.entries<Field>(fields).flatMap(
        ([name, { default: byDefault }]) => {
          const value =
            name === "name"
              ? identityOf(item).name
              : (values[name] ?? byDefault);
          return value === undefined ? [] : [[name, value]];
        },
      ),
    ) as T;
  };

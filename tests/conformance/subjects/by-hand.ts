import type { ExchangeKind, Simulator } from "../../../simulator/index";
import type { JsonObject } from "../../../simulator/json";
import type { ByHand, Subject } from "../subject";

/** Returns the manual changes of the Exchange objects that a cmdlet's noun names. */
export const exchangeObjects = (kind: ExchangeKind): Required<ByHand> => ({
  add: ({ tenant }, name, values) =>
    void tenant.add(kind, { Name: name, ...values }),
  find({ tenant }, name) {
    const found = tenant.find(kind, name);
    return found && structuredClone(found);
  },
  edit: ({ tenant }, name, values) => void tenant.edit(kind, name, values),
  remove: ({ tenant }, name) => void tenant.remove(kind, name),
  replace: ({ tenant }, name) => void tenant.replace(kind, name),
});

/**
 * Returns the members of a subject that handle the object of the given name.
 *
 * @param first the object's values when somebody else adds it.
 */
export const objectOf = (
  byHand: ByHand,
  name: string,
  first: JsonObject,
): Pick<Subject, "add" | "live" | "edit" | "remove" | "remake"> => {
  const { replace } = byHand;
  return {
    add: (simulator, different = {}) =>
      byHand.add(simulator, name, { ...first, ...different }),
    live: (simulator) => byHand.find(simulator, name),
    edit: (simulator, wire, value) =>
      byHand.edit(simulator, name, { [wire]: value } as JsonObject),
    remove: (simulator) => byHand.remove(simulator, name),
    ...(replace && {
      remake: (simulator: Simulator) => replace(simulator, name),
    }),
  };
};

/** Returns the manual changes of the object that every tenant has exactly once, regardless of the given name. */
export function singleObject(kind: ExchangeKind, own = ""): ByHand {
  const { edit, remove } = exchangeObjects(kind);
  return {
    add: (simulator, _, values) => edit(simulator, own, values),
    find: (simulator) => structuredClone(simulator.tenant.objects(kind)[0]),
    edit: (simulator, _, values) => edit(simulator, own, values),
    remove: (simulator) => remove(simulator, own),
  };
}

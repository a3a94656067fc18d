import type { Value } from "../../providers/codecs";
import { equal, isEmpty, type Values } from "../../providers/field";
import type { Kind } from "../../providers/kind";
import { kinds } from "../../providers/kinds";
import { check } from "../../providers/lifecycle/check";
import { differences } from "../../providers/lifecycle/claim";
import { inputsOf } from "../../providers/lifecycle/state";
import { isMark } from "../../providers/mark";
import type { Configuration } from "../../providers/session/configuration";
import type { Tenant, TenantObject } from "./tenant";

/** The inputs with which a resource has exactly the values of an object, or the reasons why there are none. */
export type ResourceInputs =
  | {
      readonly inputs: Values;
      /** Properties that the program cannot state, so that they are not managed, each with the reason. */
      readonly unmanaged: readonly string[];
    }
  | { readonly reasons: readonly string[] };

/**
 * Returns the inputs of a resource for an object: after an import, its preview is empty. Properties that are empty, or as the resource
 * sets them by default, are left out. The handlers' own `check` and comparison decide.
 *
 * @param given inputs that the program sets unless the object needs others, such as those of a component
 */
export function resourceInputs(
  object: TenantObject,
  tenant: Tenant,
  given: Values = {},
): ResourceInputs {
  if (object.obstacles.length > 0) return { reasons: object.obstacles };
  const kind: Kind = kinds[object.kind];
  const { live } = object;
  const inputs: Record<string, Value> = Object.fromEntries(
    Object.entries(kind.fields).flatMap(([property]) => {
      const value = live[property];
      return value !== undefined && isStated(kind, property, object, given)
        ? [[property, value]]
        : [];
    }),
  );
  const unmanaged: string[] = [];
  // Each round removes or adds a property, and none is added twice.
  const added = new Set<string>();
  for (;;) {
    const { wrong, differing } = judged(object, tenant, {
      ...given,
      ...inputs,
    });
    const refused = wrong.filter(({ property }) => property in inputs);
    if (wrong.some(({ property }) => property === kind.nameField))
      return { reasons: wrong.map(reasonIn(tenant)) };
    if (refused.length > 0) {
      for (const { property, reason } of refused) {
        delete inputs[property];
        // A value that has no effect, such as the quarantine policy of another action, is nothing to report.
        const field = kind.fields[property];
        if (!field?.onlyWith && !field?.conflictsWith)
          unmanaged.push(`${property} ${reason}`);
      }
      continue;
    }
    if (wrong.length > 0) return { reasons: wrong.map(reasonIn(tenant)) };
    if (differing.length === 0)
      return { inputs: inOrder(kind, inputs), unmanaged };
    const [property = ""] = differing;
    const field = kind.fields[property];
    // No value may be the same as a value that can be given, such as false.
    const value = live[property] ?? field?.codec.none;
    if (property in inputs) {
      delete inputs[property];
      unmanaged.push(
        `${property} is ${shown(value)}, which a program cannot say exactly`,
      );
    } else if (value !== undefined && value !== null && !added.has(property)) {
      added.add(property);
      inputs[property] = value;
    } else return { reasons: [differenceIn(object, tenant, property)] };
  }
}

/** An object's differences from a resource's inputs, by property. */
export interface Judgement {
  /** Inputs that `check` refuses. */
  readonly wrong: readonly { property: string; reason: string }[];
  /** Properties in which the object differs from the inputs. */
  readonly differing: readonly string[];
  /** The inputs with the defaults. */
  readonly complete: Values;
}

/** Compares an object with inputs by the handlers' own `check` and comparison. */
export function judged(
  { kind: kindName, live, expected }: TenantObject,
  { snapshot, fromFile }: Tenant,
  inputs: Values,
): Judgement {
  const kind: Kind = kinds[kindName];
  const configuration = {
    // Any: an object's account is no property of it.
    cloudflareAccountId: snapshot.accountId ?? "unknown",
  } as Configuration;
  const { inputs: complete, failures } = check(
    kind,
    {},
    inputs,
    () => configuration,
  );
  const values = inputsOf(kind, complete);
  return {
    wrong: failures,
    differing:
      failures.length > 0
        ? []
        : differences(kind, live, values, expected, "adopted").filter(
            // A value that the vendor does not return is no difference to an import. A snapshot's may be one.
            (property) => fromFile || live[property] !== undefined,
          ),
    complete: values,
  };
}

/** Returns whether a program states a property. */
function isStated(
  kind: Kind,
  property: string,
  { live, expected }: TenantObject,
  given: Values,
): boolean {
  const field = kind.fields[property];
  const value = live[property];
  if (!field || value === undefined || value === null) return false;
  if (property === kind.nameField || field.required) return true;
  // The order among others is nobody's alone: a rule that somebody removes would change it.
  if (property === "priority" || field.onlyOnCreate) return false;
  if (property === kind.markField && isMark(value)) return false;
  const usual = given[property] ?? field.default ?? kind.initial?.[property];
  if (usual !== undefined) return !equal(field, value, usual);
  const known = expected[property];
  if (known !== undefined && field.implied?.holds(value, known)) return false;
  return !isEmpty(value);
}

const inOrder = (kind: Kind, inputs: Values): Values =>
  Object.fromEntries(
    Object.keys(kind.fields).flatMap((property) => {
      const value = inputs[property];
      return value === undefined ? [] : [[property, value]];
    }),
  );

const reasonIn =
  ({ fromFile }: Tenant) =>
  ({ property, reason }: { property: string; reason: string }): string =>
    `${property} ${reason}${fromFile && reason.startsWith("must be given") ? " (a snapshot does not have it: leave out --snapshot)" : ""}`;

/** Returns why an object differs from every resource, in words that follow the object's name. */
function differenceIn(
  { live }: TenantObject,
  { fromFile }: Tenant,
  property: string,
): string {
  const value = live[property];
  if (value === undefined)
    return fromFile
      ? `has an unknown ${property} (a snapshot does not have it: leave out --snapshot)`
      : `has an unknown ${property}: the vendor does not return it`;
  return `has ${property} ${shown(value)}, which a program cannot say exactly`;
}

/** Returns a value for people. */
export function shown(value: Value | undefined): string {
  if (value === undefined) return "unknown";
  if (value === null || value === "") return "empty";
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return "empty";
  const first = value.slice(0, 5).join(", ");
  return value.length > 5 ? `${first} and ${value.length - 5} more` : first;
}

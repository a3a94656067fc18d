import { named } from "../result";
import type { Finding, Status } from "../finding";
import type { PartName, Parts } from "../part";
import type { RuleValue } from "../snapshot";
import type { Context } from "./context";

/** One thing that a check found: an object that is not as it should be. */
export interface Detail extends Pick<
  Finding,
  "object" | "value" | "reason" | "fix"
> {
  /** The property in camelCase. @default "", the object as a whole */
  readonly property?: string;
  /** Where it is not as bad, or worse, than the check's own severity. */
  readonly status?: "warning" | "failed";
}

/** One thing that is looked at, as data. */
export interface Check {
  /** Lower case with hyphens; never renamed once it is released, as programs accept findings by it. */
  readonly name: string;
  /** What it asks, in one line for a table. */
  readonly title: string;
  /** How bad it is as a rule: `failed` defeats the routes, `warning` may, or will later. */
  readonly severity: Exclude<Status, "ok" | "skipped">;
  /** `stack`: defeats or weakens the routes; `doctor`: advice, which a stack is not bothered with. */
  readonly appliesTo: Context["purpose"];
  /** The parts of the snapshot that it cannot do without. */
  readonly needs: readonly PartName[];
  /** The vendor's page about it. */
  readonly url: string;
  /** What it says when nothing is wrong. */
  readonly fine: string;
  /** What is wrong; nothing where all is well. Asked only where every part that it needs was read. */
  look(parts: Parts, context: Context): Iterable<Detail>;
}

/** Makes a check whose `look` sees the parts that it needs, and no other. What fails is for a stack, unless `appliesTo` says otherwise. */
export const check = <K extends PartName>(
  definition: Omit<Check, "appliesTo" | "needs" | "look"> &
    Partial<Pick<Check, "appliesTo">> & {
      readonly needs: readonly K[];
      look(parts: Pick<Parts, K>, context: Context): Iterable<Detail>;
    },
): Check => ({
  appliesTo: definition.severity === "failed" ? "stack" : "doctor",
  ...definition,
});

/**
 * Returns `make`, which is called once for each report: each has a context of its own, in which many checks ask for the same of the
 * same lists.
 */
export function oncePerReport<Given extends readonly object[], Result>(
  make: (context: Context, ...given: Given) => Result,
): (context: Context, ...given: Given) => Result {
  const results = new WeakMap<Context, { given: Given; result: Result }>();
  return (context, ...given) => {
    const known = results.get(context);
    if (known?.given.every((one, at) => one === given[at])) return known.result;
    const result = make(context, ...given);
    results.set(context, { given, result });
    return result;
  };
}

/** A property of an object, with its live value. */
export const propertyOf = <K extends string>(
  noun: string,
  object: { readonly name: string } & Readonly<Partial<Record<K, RuleValue>>>,
  property: K,
): Required<Pick<Detail, "object" | "property" | "value">> => ({
  object: named(noun, object.name),
  property,
  value: object[property] ?? null,
});

/** A property as cmdlets name it: `highConfidenceSpamAction` is `HighConfidenceSpamAction`. */
export const parameter = (property: string): string =>
  `${property.charAt(0).toUpperCase()}${property.slice(1)}`;

/** Values in a sentence: `a`, `a and b`, `a, b and 7 more`. */
export function listed(values: readonly string[], most = 3): string {
  if (values.length > most)
    return `${values.slice(0, most - 1).join(", ")} and ${values.length - most + 1} more`;
  const last = values.at(-1) ?? "";
  return values.length < 2
    ? last
    : `${values.slice(0, -1).join(", ")} and ${last}`;
}

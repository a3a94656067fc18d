import { named } from "../result";
import type { Finding, Status } from "../finding";
import type { PartName, Parts } from "../part";
import type { RuleValue } from "../snapshot";
import type { Context } from "./context";

/** One result of a check: an object with a wrong value. */
export interface Detail extends Pick<
  Finding,
  "object" | "value" | "reason" | "fix"
> {
  /** The property in camelCase. @default "", the object as a whole */
  readonly property?: string;
  /** The severity, if it differs from the check's own. */
  readonly status?: "warning" | "failed";
  /** The vendor's page about it, if it differs from the check's own. */
  readonly url?: string;
}

/** One check of a snapshot. */
export interface Check {
  /** The name: lower case with hyphens. It must not be renamed after a release, because programs accept findings by their check. */
  readonly name: string;
  /** The correct state, in one line for a table. */
  readonly title: string;
  /** The usual severity: `failed` defeats the routes, `warning` may do so, or will do so later. */
  readonly severity: Exclude<Status, "ok" | "skipped">;
  /** `stack`: finds what defeats or weakens the routes; `doctor`: gives advice, which a stack does not report. */
  readonly appliesTo: Context["purpose"];
  /** The parts of the snapshot that the check needs. */
  readonly needs: readonly PartName[];
  /** Parts that the check uses if they were read. */
  readonly uses?: readonly PartName[];
  /** The vendor's page about it. */
  readonly url: string;
  /** The message if nothing is wrong; it may depend on the use case. */
  readonly fine: string | ((context: Context) => string);
  /** Yields what is wrong. Called only if all needed parts were read. */
  look(parts: Parts, context: Context): Iterable<Detail>;
}

/**
 * Returns a check whose `look` has access only to the parts that it needs. Checks with severity `failed` apply to stacks by default, the
 * others only to the doctor.
 */
export const check = <K extends PartName, U extends PartName = never>(
  definition: Omit<Check, "appliesTo" | "needs" | "uses" | "look"> &
    Partial<Pick<Check, "appliesTo">> & {
      readonly needs: readonly K[];
      readonly uses?: readonly U[];
      look(
        parts: Pick<Parts, K> & {
          readonly [Part in U]: Parts[Part] | undefined;
        },
        context: Context,
      ): Iterable<Detail>;
    },
): Check => ({
  appliesTo: definition.severity === "failed" ? "stack" : "doctor",
  ...definition,
});

/** Returns `make`, which is called only once per report for the same lists. Each report has its own context. */
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

/** Returns a property of an object, with its live value. */
export const propertyOf = <K extends string>(
  noun: string,
  object: { readonly name: string } & Readonly<Partial<Record<K, RuleValue>>>,
  property: K,
): Required<Pick<Detail, "object" | "property" | "value">> => ({
  object: named(noun, object.name),
  property,
  value: object[property] ?? null,
});

/** Returns a property's name in cmdlets: `highConfidenceSpamAction` becomes `HighConfidenceSpamAction`. */
export const parameter = (property: string): string =>
  `${property.charAt(0).toUpperCase()}${property.slice(1)}`;

/** Returns values as part of a sentence: `a`, `a and b`, `a, b and 7 more`. */
export function listed(values: readonly string[], most = 3): string {
  if (values.length > most)
    return `${values.slice(0, most - 1).join(", ")} and ${values.length - most + 1} more`;
  const last = values.at(-1) ?? "";
  return values.length < 2
    ? last
    : `${values.slice(0, -1).join(", ")} and ${last}`;
}

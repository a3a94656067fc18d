import type { Status } from "../finding";
import type { Part, RuleValue, Snapshot } from "../snapshot";
import type { Context } from "./context";

/** The parts of a snapshot that can be unavailable, by name, with what they hold. */
export type Parts = {
  [
    K in keyof Snapshot as Snapshot[K] extends Part<unknown> ? K : never
  ]: Snapshot[K] extends Part<infer T> ? T : never;
};

/** The name of a part of a snapshot. */
export type PartName = keyof Parts;

/** One thing that a check found: an object that is not as it should be. */
export interface Detail {
  /** The vendor's noun and the name, such as `TransportRule "Bypass"`. */
  readonly object: string;
  /** The property in camelCase. @default "", the object as a whole */
  readonly property?: string;
  readonly value?: RuleValue | null;
  /** What is so, and the consequence, in one sentence. */
  readonly reason: string;
  /** What mends it, as a sentence. */
  readonly fix: string;
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

/** Makes a check whose `look` sees the parts that it needs, and no other. */
export function check<K extends PartName>(
  definition: Omit<Check, "needs" | "look"> & {
    readonly needs: readonly K[];
    look(parts: Pick<Parts, K>, context: Context): Iterable<Detail>;
  },
): Check {
  return definition;
}

/** A name as PowerShell takes it. */
export const quoted = (name: string): string =>
  `'${name.replaceAll("'", "''")}'`;

/** Values in a sentence: `a`, `a and b`, `a, b and 7 more`. */
export function listed(values: readonly string[], most = 3): string {
  if (values.length > most)
    return `${values.slice(0, most - 1).join(", ")} and ${values.length - most + 1} more`;
  const last = values.at(-1) ?? "";
  return values.length < 2
    ? last
    : `${values.slice(0, -1).join(", ")} and ${last}`;
}

/** Whether two names are one: vendors do not mind the case. */
export const same = (one: string | undefined, other: string): boolean =>
  one?.toLowerCase() === other.toLowerCase();

import type { RuleValue } from "./snapshot";

/** The severity: `failed` defeats the routes, `warning` may do so or will do so later, `skipped` could not be checked. */
export type Status = "ok" | "warning" | "failed" | "skipped";

/** The result of one check for one object: a row of `area1-m365 doctor --json`. */
export interface Finding {
  /** The check's name: lower case with hyphens. It is never renamed, because programs accept findings by it. */
  check: string;
  /** `failed` defeats the routes, `warning` may do so or will do so later, `skipped` could not be checked; else `ok`. */
  status: Status;
  /** The object: the vendor's noun and the name, such as `TransportRule "Bypass"`. */
  object: string;
  /** The property in camelCase; empty if the finding concerns the object as a whole. */
  property: string;
  /** The live value, if there is one. */
  value?: RuleValue | null;
  /** The fact and its consequence, in one sentence. */
  reason: string;
  /** The command, property or place that fixes it, as a sentence; empty if nothing is wrong. */
  fix: string;
  /** The vendor's page about it. */
  url: string;
}

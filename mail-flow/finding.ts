import type { RuleValue } from "./snapshot";

/** How bad it is: `failed` defeats the routes, `warning` may or will later, `skipped` could not be looked at. */
export type Status = "ok" | "warning" | "failed" | "skipped";

/** What one check says of one object: a row of `area1-m365 doctor --json`. */
export interface Finding {
  /** The check's name: lower case with hyphens, never renamed, as programs accept findings by it. */
  check: string;
  status: Status;
  /** What it concerns: the vendor's noun and the name, such as `TransportRule "Bypass"`. */
  object: string;
  /** The property in camelCase; empty where it concerns the object as a whole. */
  property: string;
  /** The live value, where there is one. */
  value?: RuleValue | null;
  /** What is so, and the consequence, in one sentence. */
  reason: string;
  /** The command, property or place that mends it, as a sentence; empty when nothing is wrong. */
  fix: string;
  /** The vendor's page about it. */
  url: string;
}

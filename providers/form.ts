import type { Fields, Values } from "./field";
import type { Configuration } from "./session/configuration";

/** An object as its vendor's list shows it, by the vendor's names. */
export type Item = Readonly<Record<string, unknown>>;

/** Something wrong with an input. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Which object it is. */
export interface Identity {
  /** Without the tenant before it. */
  readonly name: string;
  /** Absent where the vendor shares it between objects (built-ins have zeros). */
  readonly guid?: string;
  /** The vendor's change stamp, as a date; absent where there is none. */
  readonly changedAt?: string;
}

/** The old outputs of a resource. */
export type State = Readonly<Record<string, unknown>>;

/** What a kind's inputs are: what `check` and `diff` need, which ask no vendor anything. */
export interface Form {
  /** The last part of the type token; part of users' states. */
  readonly name: string;
  /** Where it lives, and the output that says so. */
  readonly scopeId: "tenantId" | "accountId";
  readonly fields: Fields;
  /** Inputs that are no property of the object: `adopt`, what destroy heeds, and which outputs are asked for. */
  readonly settings: readonly (
    "adopt" | "offboardOnDestroy" | "allowExposure" | "readVerification"
  )[];
  /** The field that names the object; absent where a tenant has exactly one. */
  readonly nameField?: "name" | "domain";
  /** The field that carries the mark of who made it. */
  readonly markField?: "comments" | "adminDisplayName";

  /**
   * Returns what is wrong among inputs that are each right, beside what the fields require of each other. Inputs that a preview
   * does not know yet are not in it.
   */
  refuse?(inputs: Values): Failure[];
  /** Fills in what the configuration or other inputs decide. */
  complete?(
    olds: State,
    news: State,
    configuration: () => Configuration,
  ): State | Failure;
  /** True for an object that exists already without us: it is adopted without `adopt`, and never removed. */
  alwaysExists(name: string): boolean;
}

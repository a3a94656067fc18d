import type { Fields, Values } from "./field";
import type { Configuration } from "./session/configuration";

/** An object as the vendor lists it, with the vendor's names. */
export type Item = Readonly<Record<string, unknown>>;

/** An invalid input, with the reason. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** The identity of an object. */
export interface Identity {
  /** The name, without the tenant that may precede it. */
  readonly name: string;
  /** The Guid; missing if several of the vendor's objects have the same one (built-in objects have zeros). */
  readonly guid?: string;
  /** The date of the last change, from the vendor; missing if there is none. */
  readonly changedAt?: string;
}

/** The old outputs of a resource. */
export type State = Readonly<Record<string, unknown>>;

/** The description of a kind's inputs, for `check` and `diff`, which send no requests. */
export interface Form {
  /** The last part of the type token. It is stored in users' states. */
  readonly name: string;
  /** The output with the tenant or account that contains the object. */
  readonly scopeId: "tenantId" | "accountId";
  readonly fields: Fields;
  /** The outputs besides the inputs; for a kind of vendor object, those that not every kind has. Programs read them: frozen. */
  readonly computed: readonly string[];
  /** Inputs that are not properties of the object: `adopt`, options for destroy and the guard, and whether an optional output is read. */
  readonly settings: readonly (
    "adopt" | "offboardOnDestroy" | "allowExposure" | "readVerification"
  )[];
  /** Properties of which a program must give at least one, because none of them is required or has a default. */
  readonly atLeastOneOf?: readonly string[];
  /** The field that names the object; missing if a tenant has exactly one. */
  readonly nameField?: "name" | "domain";
  /** The field that contains the owner's mark. */
  readonly markField?: "comments" | "comment" | "adminDisplayName";

  /**
   * Checks inputs that are valid individually, in addition to the requirements in the field table. Inputs that are unknown in a
   * preview are missing in `inputs`.
   */
  refuse?(inputs: Values): Failure[];
  /** Adds inputs that the configuration or other inputs determine. */
  complete?(
    olds: State,
    news: State,
    configuration: () => Configuration,
  ): State | Failure;
  /** Returns whether the object always exists already: it is adopted without the input `adopt`, and never removed. */
  alwaysExists(name: string): boolean;
}

/** Makes the account an input, so that a preview shows a change of account. For forms that only read. */
export const accountAsInput: NonNullable<Form["complete"]> = (
  olds,
  inputs,
  configuration,
) => {
  const accountId =
    inputs["accountId"] ??
    configuration().cloudflareAccountId ??
    olds["accountId"];
  return accountId === undefined ? inputs : { ...inputs, accountId };
};

import type { GuardedMailProps } from "../exposure-guard/guarded-mail";
import type { Form } from "../form";

/** A list of an object of which adoption may take out no entry. */
export interface KeptList {
  /** The property. */
  readonly property: string;
  /** The input of the program that decides about it, for messages. */
  readonly input: string;
}

/** One object of a restore point. */
export interface RestoredObject {
  /** The name of its kind: `TransportRule`, `QuarantinePolicy`, … */
  readonly kind: string;
  /** Its name; `Default` for the built-in anti-spam policy, empty for an object that exists once in a tenant. */
  readonly name: string;
  /** The mark that it will get. If it has another mark, it belongs to somebody else. */
  readonly mark?: string;
  /** Whether the object may be adopted from another stack: the input `adopt` of its resource. */
  readonly adopt?: boolean;
  /** A list of which adoption may take out no entry. The program is refused if the existing list has other entries. */
  readonly keeps?: KeptList;
  /**
   * The inputs of its resource, without its name. The exposure guard uses them to check the whole program.
   */
  readonly wanted?: Readonly<Record<string, unknown>>;
}

/**
 * The previous values of objects, read before anything is written. It only reads, and refuses in advance what would fail. The engine
 * saves nothing before a create returns. Without a restore point, the previous values would therefore be lost if the process is killed
 * between the first write to an adopted object and the return of its create.
 */
export interface RestorePointProps {
  /**
   * The objects, each once, in the order in which the program writes them. Values are kept for those that stay, added for new ones,
   * forgotten for those left out.
   */
  objects: readonly RestoredObject[];
  /**
   * Cloudflare account of the domains.
   * @default the configuration's
   */
  accountId?: string;
  /** Mail that the program may not expose; see `GuardedMailProps`. */
  guardedMail?: GuardedMailProps;
  /**
   * Whether the program may bring guarded mail nearer to its recipients all the same; it is warned of then.
   * @default false
   */
  allowExposure?: boolean;
}

/** The inputs of a restore point. */
export const restorePointInputs = [
  "objects",
  "accountId",
  "guardedMail",
  "allowExposure",
] as const satisfies readonly (keyof RestorePointProps)[];

/** The form of a restore point. A tenant has one restore point. Its inputs are not properties of any vendor's object. */
export const restorePointForm: Form = {
  name: "RestorePoint",
  scopeId: "tenantId",
  computed: ["values", "takenAt", "tenantId", "accountId"],
  fields: {},
  settings: [],
  alwaysExists: () => false,
};

/**
 * Previous values of an object by property; false if it did not exist; `notHeld` if the restore point does not contain the object, for
 * example after an `up` with `--target` without the restore point. In that case an existing object is refused.
 */
export type FirstSeen = Record<string, unknown> | false | "notHeld";

/** Returns the previous values of an object from the `values` of a restore point. */
export function firstSeenOf(
  values: Readonly<Record<string, Record<string, unknown> | null>>,
  object: Pick<RestoredObject, "kind" | "name">,
): FirstSeen {
  const held = values[keyOf(object)];
  return held === undefined ? "notHeld" : (held ?? false);
}

/** Returns the key of an object in `values`. */
export const keyOf = ({
  kind,
  name,
}: Pick<RestoredObject, "kind" | "name">): string => `${kind}/${name}`;

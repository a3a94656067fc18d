import type { GuardedMailProps } from "../exposure-guard/guarded-mail";

/** One object that a restore point holds. */
export interface RestoredObject {
  /** `TransportRule`, `QuarantinePolicy`, … */
  readonly kind: string;
  /** Its name; `Default` for the built-in anti-spam policy, empty for what a tenant has once. */
  readonly name: string;
  /** The mark that it will carry: another one on it means that it is somebody else's. */
  readonly mark?: string;
  /** The object may be taken from another stack, as `adopt` of its resource says. */
  readonly adopt?: boolean;
  /**
   * The inputs of its resource, without its name, in the order in which the program writes them: the exposure guard judges the whole
   * program by them.
   */
  readonly wanted?: Readonly<Record<string, unknown>>;
}

/**
 * What objects were before anything was written. It only reads, and it refuses what would go wrong before anything is written.
 * The engine saves nothing before a create returns: a process that is killed between the first write to an adopted object and
 * that moment would lose what was there before; with a restore point it does not.
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

/**
 * Previous values of an object by property; false where it did not exist; `notHeld` where the restore point knows nothing of it, as
 * after an `up` with `--target` that left the restore point out: an existing object is refused then.
 */
export type FirstSeen = Record<string, unknown> | false | "notHeld";

/** What a restore point with these `values` says of an object. */
export function firstSeenOf(
  values: Readonly<Record<string, Record<string, unknown> | null>>,
  object: Pick<RestoredObject, "kind" | "name">,
): FirstSeen {
  const held = values[keyOf(object)];
  return held === undefined ? "notHeld" : (held ?? false);
}

/** How `values` names an object. */
export const keyOf = ({
  kind,
  name,
}: Pick<RestoredObject, "kind" | "name">): string => `${kind}/${name}`;

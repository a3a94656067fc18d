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
  /** A quarantine policy that recipients will be able to release from. */
  readonly recipientsRelease?: boolean;
}

/**
 * What objects were before anything was written. It only reads, and it refuses what would go wrong before anything is written.
 * The engine saves nothing before a create returns: a process that is killed between the first write to an adopted object and
 * that moment would lose what was there before; with a restore point it does not.
 */
export interface RestorePointProps {
  /** The objects, each once. Values are kept for those that stay, added for new ones, forgotten for those left out. */
  objects: readonly RestoredObject[];
  /**
   * Cloudflare account of the domains.
   * @default the configuration's
   */
  accountId?: string;
}

/** How `values` names an object. */
export const keyOf = ({
  kind,
  name,
}: Pick<RestoredObject, "kind" | "name">): string => `${kind}/${name}`;

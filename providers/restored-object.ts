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
  /** A domain that Cloudflare goes on dropping Malicious for. */
  readonly dropsMalicious?: boolean;
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

/** Whether these dispositions of a domain, in the API's words, hold Malicious. */
export const dropsMalicious = (dispositions: unknown): boolean =>
  Array.isArray(dispositions) &&
  dispositions.some(
    (one) => typeof one === "string" && one.toUpperCase() === "MALICIOUS",
  );

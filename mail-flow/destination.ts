import type { Result } from "./result";

/** The possible destinations of a message, from the farthest from its recipient to the nearest. */
export const destinations = [
  "away",
  "administrator",
  "recipientsQuarantine",
  "junk",
  "inbox",
] as const;

/**
 * One of {@link destinations}:
 *
 * - `away`: neither the recipient nor an administrator of quarantines has it; it was dropped, rejected, deleted or redirected.
 * - `administrator`: it is in quarantine, and only an administrator can release it.
 * - `recipientsQuarantine`: it is in quarantine, and the recipient can release it, or it is unknown who can.
 * - `junk`: it is in the Junk Email folder.
 * - `inbox`: it is in the inbox, or the destination is not documented.
 */
export type Destination = (typeof destinations)[number];

/** Returns the destination of a result. An undocumented outcome counts as the nearest possible destination. */
export function destinationOf({
  outcome,
  release,
}: Pick<Result, "outcome" | "release">): Destination {
  switch (outcome) {
    case "droppedByCloudflare":
    case "rejected":
    case "deleted":
    case "redirected":
      return "away";
    case "hostedQuarantine":
      return "administrator";
    case "quarantine":
      return release === "request" || release === "none"
        ? "administrator"
        : "recipientsQuarantine";
    case "junk":
      return "junk";
    case "inbox":
    case "notDocumented":
      return "inbox";
  }
}

/**
 * Returns the nearest destination of some results.
 *
 * @throws Error if there is no result
 */
export function nearest(ends: readonly Result[]): Destination {
  const [first, ...others] = ends.map(destinationOf);
  if (!first) throw new Error("A message has no end");
  return others.reduce((a, b) => (nearer(b, a) ? b : a), first);
}

/** Returns whether `a` is strictly nearer to the recipient than `b`. */
export function nearer(a: Destination, b: Destination): boolean {
  return destinations.indexOf(a) > destinations.indexOf(b);
}

/** Returns whether the message cannot be recovered: Microsoft 365 rejected or deleted it. */
export function isLost({ outcome }: Pick<Result, "outcome">): boolean {
  return outcome === "rejected" || outcome === "deleted";
}

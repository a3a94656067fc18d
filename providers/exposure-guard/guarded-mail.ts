import { maliciousVerdicts } from "../../mail-flow/message";
import { ipRanges } from "../exchange-online/ip-ranges";
import { isList, isRecord } from "../json";

/** A generation of headers: `area1` is `X-Area1Security-…`, `cloudflare` is `X-CFEmailSecurity-…`. */
export type HeaderGeneration = "area1" | "cloudflare";

/** A verdict of Microsoft's that is worse than spam. */
export type GuardedVerdict =
  "highConfidenceSpam" | "phish" | "highConfidencePhish";

/**
 * Mail that the exposure guard protects: no write of the resource may bring it nearer to its recipients than a quarantine that an
 * administrator releases from, unless it was as near before. `UseCase4` sets it for each of its resources.
 */
export interface GuardedMailProps {
  /**
   * Words of the disposition's header, in any case.
   * @default ["MALICIOUS"]
   */
  words?: readonly string[];
  /**
   * Generations of headers that it may carry, each alone; mail with both is guarded in any case.
   * @default ["area1", "cloudflare"]
   */
  headers?: readonly HeaderGeneration[];
  /**
   * Addresses that Cloudflare delivers from, as in `TransportRule`.
   * @default the published list
   */
  senderIpRanges?: readonly string[];
  /**
   * Verdicts of Microsoft's own whose mail is guarded, too. In use case 2, recipients release high confidence spam.
   * @default ["highConfidenceSpam", "phish", "highConfidencePhish"]
   */
  verdicts?: readonly GuardedVerdict[];
}

const members: Readonly<
  Record<keyof GuardedMailProps, (value: unknown) => string | undefined>
> = {
  words: (value) =>
    isList(value) &&
    value.length > 0 &&
    value.every((word) => typeof word === "string" && word.trim() !== "")
      ? undefined
      : "must be a list of words, and not empty",
  headers: (value) =>
    isList(value) &&
    value.length > 0 &&
    value.every((header) => header === "area1" || header === "cloudflare")
      ? undefined
      : "must be a list of area1 and cloudflare, and not empty",
  senderIpRanges: (value) =>
    isList(value) && value.length === 0
      ? "must not be empty; leave it out for the published list"
      : ipRanges.refuse(value),
  verdicts: (value) =>
    isList(value) &&
    value.every(
      (verdict) =>
        typeof verdict === "string" &&
        Object.hasOwn(maliciousVerdicts, verdict),
    )
      ? undefined
      : `must be a list of ${Object.keys(maliciousVerdicts).join(", ")}`,
};

/** Returns why a program's `guardedMail` is invalid; undefined if it is valid. */
export function reasonAgainstMail(value: unknown): string | undefined {
  if (!isRecord(value))
    return `must be an object with ${Object.keys(members).join(", ")}`;
  for (const [member, given] of Object.entries(value)) {
    if (!Object.hasOwn(members, member))
      return `has no ${member}, but ${Object.keys(members).join(", ")}`;
    const reason = members[member as keyof GuardedMailProps](given);
    if (reason) return `${member} ${reason}`;
  }
  return undefined;
}

import type { Disposition, Header, Verdict } from "./message";
import type { RuleValue } from "./snapshot";

/** The possible outcomes of a message. */
export type Outcome =
  | "inbox"
  | "junk"
  | "quarantine"
  | "deleted"
  | "rejected"
  | "redirected"
  | "hostedQuarantine"
  | "droppedByCloudflare"
  | "notDocumented";

/** One decision on the path of a message. */
export interface Step {
  /** The deciding object: the vendor's noun and the name, such as `TransportRule "Area 1 User Quarantine Message"`. */
  object: string;
  /** The deciding property of the object, in camelCase. */
  property: string;
  value: RuleValue | null;
  /** The consequence, as a sentence without a full stop. */
  why: string;
}

/** The path of one message, and its outcome. */
export interface Path {
  /** Where the message ends: `inbox`, `junk`, `quarantine`, `deleted`, … */
  outcome: Outcome;
  /** The spam confidence level after lists and rules; null if none set it. */
  scl: number | null;
  /** The verdict on which a policy acts; null if the message does not get that far, or if it is not documented. */
  verdict: Verdict | null;
  /** The name of the policy that acts on the verdict: anti-spam, anti-phishing or anti-malware. */
  policy: string | null;
  /** The policy's action, such as `Quarantine`, `MoveToJmf`. */
  action: string | null;
  /** The name of the quarantine policy that applies; null outside a quarantine or if it is not documented. */
  quarantinePolicy: string | null;
  /** How the recipient can release it from quarantine: `self`, on `request`, not at all (`none`); null outside a quarantine or if unknown. */
  release: "self" | "request" | "none" | null;
  /** The recipient's other rights in quarantine: `preview` and `delete`; false outside a quarantine. */
  preview: boolean;
  delete: boolean;
  /** Whether the recipient is notified. */
  notified: boolean;
  /** The interval of notifications, as a time span in Exchange's format; null if there are none or if it was not read. */
  notificationFrequency: string | null;
  /** The number of days until it is deleted from quarantine; null outside a quarantine. */
  retentionDays: number | null;
  steps: readonly Step[];
}

/** A row of `area1-m365 explain --json`. */
export interface Row extends Omit<
  Path,
  "preview" | "delete" | "notificationFrequency"
> {
  /** Cloudflare's disposition of the message. */
  disposition: Disposition;
  /** The generation of headers that the message has: `area1` or `cloudflare`. */
  header: Header;
  /** The address that Cloudflare delivers the message from. */
  sourceIp: string;
  /** The recipient's address, or a description of the class of recipients. */
  recipient: string;
}

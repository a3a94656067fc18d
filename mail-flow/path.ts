import type { Disposition, Header, Verdict } from "./message";
import type { RuleValue } from "./snapshot";

/** Where a message ends. */
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

/** One decision on the way of a message. */
export interface Step {
  /** What decided: the vendor's noun and the name, such as `TransportRule "Area 1 User Quarantine Message"`. */
  object: string;
  /** The object's property that decided, in camelCase. */
  property: string;
  value: RuleValue | null;
  /** What follows, as a sentence without a full stop. */
  why: string;
}

/** The way of one message, and where it ends. */
export interface Path {
  outcome: Outcome;
  /** The spam confidence level that lists and rules left it with; null where none did. */
  scl: number | null;
  /** The verdict that is acted on; null where the message never gets that far, or nobody has said. */
  verdict: Verdict | null;
  /** The name of the policy that acts on the verdict: anti-spam, anti-phishing or anti-malware. */
  policy: string | null;
  /** The policy's action, such as `Quarantine`, `MoveToJmf`. */
  action: string | null;
  quarantinePolicy: string | null;
  /** How the recipient gets it out of the quarantine: `self`, on `request`, not at all (`none`); null outside a quarantine or where it is not known. */
  release: "self" | "request" | "none" | null;
  /** What else the recipient may do there; empty outside a quarantine. */
  preview: boolean;
  delete: boolean;
  /** Whether the recipient is told. */
  notified: boolean;
  /** How often, as Exchange writes a time span; null where nobody is told or it was not read. */
  notificationFrequency: string | null;
  /** Days until it is deleted from the quarantine; null outside of it. */
  retentionDays: number | null;
  steps: readonly Step[];
}

/** A row of `area1-m365 explain --json`. */
export interface Row extends Omit<
  Path,
  "preview" | "delete" | "notificationFrequency"
> {
  disposition: Disposition;
  header: Header;
  sourceIp: string;
  /** The address, or the class of recipients in words. */
  recipient: string;
}

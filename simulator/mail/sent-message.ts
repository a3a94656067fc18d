import type { Message } from "./message";
import type { Delivery, RuleHit } from "./trace";

/** The status of a quarantined message's release, in the words of Get-QuarantineMessage. */
export type ReleaseStatus =
  "NotReleased" | "Requested" | "Approved" | "Denied" | "Released";

/** A message's time in quarantine. */
export interface QuarantineEntry {
  /** `GUID\GUID`. */
  identity: string;
  /** The kind of policy that quarantined it, in the words of Get-QuarantineMessage. */
  policyType: string;
  /** The recipient's permission bits when it arrived. */
  permissions: number;
  /** The status of its release. */
  status: ReleaseStatus;
  /** When it expires, ISO 8601. */
  expires: string;
  /** When it was released to the recipient, ISO 8601. */
  releasedAt?: string;
  /** Who released it: `administrator`, or the recipient's address. */
  releasedBy?: string;
  /** When it was deleted, ISO 8601. */
  deletedAt?: string;
}

/** A message that was sent, and its delivery. */
export interface SentMessage {
  /** Its id in the simulator. */
  id: string;
  /** Its Message-ID header. */
  messageId: string;
  /** The tenant that it reached, by id; null: none. */
  tenant: string | null;
  /** When it arrived, ISO 8601. */
  receivedAt: string;
  /** The message as it was sent. */
  message: Message;
  /** Where it ended, and why. */
  delivery: Delivery;
  /** Rules that matched. */
  hits: RuleHit[];
  /** The addresses that it was redirected to. */
  redirectedTo: string[];
  /** Only if it was quarantined. */
  quarantine?: QuarantineEntry;
}

/** All messages, as JSON. */
export interface MailState {
  /** Oldest first. */
  messages: SentMessage[];
}

import type { Message } from "./message";
import type { Delivery, RuleHit } from "./trace";

/** How far the release of a quarantined message has come, in the words of Get-QuarantineMessage. */
export type ReleaseStatus =
  "NotReleased" | "Requested" | "Approved" | "Denied" | "Released";

/** A message's time in quarantine. */
export interface QuarantineEntry {
  /** `GUID\GUID`. */
  identity: string;
  /** The kind of policy that put it there, in the words of Get-QuarantineMessage. */
  policyType: string;
  /** The recipient's permission bits, as they were when it came in. */
  permissions: number;
  /** How far its release has come. */
  status: ReleaseStatus;
  /** When it leaves by itself, ISO 8601. */
  expires: string;
  /** When it was released to the recipient, ISO 8601. */
  releasedAt?: string;
  /** Who released it: `administrator`, or the recipient's address. */
  releasedBy?: string;
  /** When it was deleted, ISO 8601. */
  deletedAt?: string;
}

/** A message that was sent, and what became of it. */
export interface SentMessage {
  /** Its id here. */
  id: string;
  /** Its Message-ID header. */
  messageId: string;
  /** The tenant that it reached, by id; null: none. */
  tenant: string | null;
  /** When, ISO 8601. */
  receivedAt: string;
  /** The message as it was given. */
  message: Message;
  /** Where it ended, and why. */
  delivery: Delivery;
  /** Rules that matched. */
  hits: RuleHit[];
  /** Who got it instead of the recipient. */
  redirectedTo: string[];
  /** Only if it was quarantined. */
  quarantine?: QuarantineEntry;
}

/** All messages, as JSON. */
export interface MailState {
  /** Oldest first. */
  messages: SentMessage[];
}

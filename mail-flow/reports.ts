import type { Part } from "./snapshot";

/** The content of a tenant's reports and quarantine, without any conclusions. Dates are ISO 8601. */
export interface Reports {
  /** The time of reading. */
  takenAt: string;
  /** The start of the period for hits; Exchange keeps them for 90 days. */
  hitsSince: string;
  /** The start of the period for single messages; Exchange keeps them for 10 days. */
  matchesSince: string;
  /** `Get-MailTrafficPolicyReport`. */
  hits: Part<RuleHits[]>;
  /** `Get-MailDetailTransportRuleReport`: each message and recipient once per rule. */
  matches: Part<RuleMatch[]>;
  /** `Get-QuarantineMessage`. */
  quarantine: Part<QuarantinedMessage[]>;
  /** The last changes of the objects that decide, as far as Exchange returns them. */
  changes: Change[];
}

/** The number of messages that a rule matched on a day. */
export interface RuleHits {
  /** The rule's name. */
  rule: string;
  /** The day in UTC, such as `2026-07-23`. */
  date: string;
  messages: number;
}

/** A message to one recipient that a rule matched. */
export interface RuleMatch {
  /** The rule's name. */
  rule: string;
  at: string;
  /** The Message-ID header; empty if the message had none. */
  messageId: string;
  /** Microsoft's own id of the message, with which the identity of a quarantined message begins; empty if it is not returned. */
  traceId: string;
  recipient: string;
  sender: string;
  subject: string;
}

/** A message in quarantine, including released ones. */
export interface QuarantinedMessage {
  /** `GUID\GUID`: the message, the recipient. */
  identity: string;
  messageId: string;
  receivedAt: string;
  recipients: string[];
  /** The reason, such as `Spam`, `Phish`, `HighConfPhish`, `Bulk`, `Malware`, `TransportRule`; empty if it is not returned. */
  type: string;
  /** For example `HostedContentFilterPolicy`; empty if it is not returned. */
  policyType: string;
  /** The threat policy; empty if it is not returned. */
  policy: string;
  /** The quarantine policy; empty if it is not returned. */
  quarantinePolicy: string;
  /** In upper case, for example `NOTRELEASED`, `REQUESTED`, `RELEASED`, `APPROVED`. */
  releaseStatus: string;
  /** Whether Microsoft released it by itself. */
  systemReleased: boolean;
  /** Who released it; undefined if it is not returned. */
  releasedBy?: string[];
}

/** The last change of an object. */
export interface Change {
  /** The vendor's noun and the name, such as `TransportRule "Bypass"`. */
  object: string;
  /** Its `WhenChanged`. */
  at: string;
}

import type { Part } from "./snapshot";

/** What a tenant's own reports and quarantine tell of its mail, before anybody concludes anything. Dates are ISO 8601. */
export interface Reports {
  /** When they were read. */
  takenAt: string;
  /** Since when hits were asked for; Exchange keeps 90 days. */
  hitsSince: string;
  /** Since when single messages were asked for; Exchange keeps 10 days. */
  matchesSince: string;
  /** `Get-MailTrafficPolicyReport`. */
  hits: Part<RuleHits[]>;
  /** `Get-MailDetailTransportRuleReport`: each message and recipient once per rule. */
  matches: Part<RuleMatch[]>;
  /** `Get-QuarantineMessage`. */
  quarantine: Part<QuarantinedMessage[]>;
  /** When what decides was last changed, as far as Exchange tells. */
  changes: Change[];
}

/** How many messages a rule matched on a day. */
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
  /** The Message-ID header; empty where the message had none. */
  messageId: string;
  /** Microsoft's own id of the message, which a quarantined one's identity begins with; empty where it is not returned. */
  traceId: string;
  recipient: string;
  sender: string;
  subject: string;
}

/** A message in quarantine, also one that was released. */
export interface QuarantinedMessage {
  /** `GUID\GUID`: the message, the recipient. */
  identity: string;
  messageId: string;
  receivedAt: string;
  recipients: string[];
  /** Why, such as `Spam`, `Phish`, `HighConfPhish`, `Bulk`, `Malware`, `TransportRule`; empty where it is not returned. */
  type: string;
  /** Such as `HostedContentFilterPolicy`; empty where it is not returned. */
  policyType: string;
  /** The threat policy; empty where it is not returned. */
  policy: string;
  /** The quarantine policy; empty where it is not returned. */
  quarantinePolicy: string;
  /** In upper case, such as `NOTRELEASED`, `REQUESTED`, `RELEASED`, `APPROVED`. */
  releaseStatus: string;
  /** Whether Microsoft released it by itself. */
  systemReleased: boolean;
  /** Who released it; undefined where it is not returned. */
  releasedBy?: string[];
}

/** When an object was last changed. */
export interface Change {
  /** The vendor's noun and the name, such as `TransportRule "Bypass"`. */
  object: string;
  /** Its `WhenChanged`. */
  at: string;
}

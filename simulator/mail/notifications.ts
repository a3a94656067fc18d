import { isTexts } from "../json";
import { textOf, type Tenant } from "../tenant";
import { complete } from "./message";
import type { QuarantineEntry, SentMessage } from "./sent-message";

/** A quarantine notification: a recipient's quarantined messages since the previous notification. */
export interface Notification {
  /** The recipient's address. */
  recipient: string;
  /** The sender's address. */
  from: string;
  /** Its subject. */
  subject: string;
  /** When it is sent, ISO 8601. */
  at: string;
  /** The messages. */
  messages: {
    /** The message's id. */
    id: string;
    /** The sender's address. */
    sender: string;
    /** Its subject. */
    subject: string;
    /** The buttons next to it. */
    actions: (
      "Review Message" | "Release" | "Request Release" | "Block Sender"
    )[];
  }[];
}

const periods: Record<string, number> = {
  "04:00:00": 4 * 3_600_000,
  "1.00:00:00": 24 * 3_600_000,
  "7.00:00:00": 7 * 24 * 3_600_000,
};

/**
 * Returns the notifications until a time: one per recipient and period of the tenant's global setting, with the messages that
 * arrived in it and were still in quarantine at its end. Assumed: periods end at multiples of their length since 1970.
 */
export function notificationsUntil(
  messages: readonly SentMessage[],
  tenants: ReadonlyMap<string, Tenant>,
  now: number,
): Notification[] {
  const found = new Map<string, Notification>();
  for (const sent of messages) {
    const tenant = tenants.get(sent.tenant ?? "");
    if (!tenant || !sent.quarantine || !sent.delivery.notified) continue;
    const global = tenant.quarantinePolicies.find(
      ({ QuarantinePolicyType }) =>
        QuarantinePolicyType === "GlobalQuarantinePolicy",
    );
    const period =
      periods[textOf(global?.["EndUserSpamNotificationFrequency"])] ??
      24 * 3_600_000;
    const at = (Math.floor(Date.parse(sent.receivedAt) / period) + 1) * period;
    if (at > now || !isQuarantined(sent.quarantine, at)) continue;
    const { recipient, sender, subject } = complete(sent.message);
    const key = `${at} ${recipient.toLowerCase()}`;
    const [customSubject] = isTexts(global?.["EsnCustomSubject"])
      ? global["EsnCustomSubject"]
      : [];
    const notification = found.get(key) ?? {
      recipient,
      from:
        textOf(global?.["EndUserSpamNotificationCustomFromAddress"]) ||
        "quarantine@messaging.microsoft.com",
      subject:
        customSubject ||
        "Microsoft 365 security: You have messages in quarantine",
      at: new Date(at).toISOString(),
      messages: [],
    };
    notification.messages.push({
      id: sent.id,
      sender,
      subject,
      actions: buttons(sent.quarantine.permissions),
    });
    found.set(key, notification);
  }
  return [...found.values()].sort((a, b) => a.at.localeCompare(b.at));
}

function isQuarantined(entry: QuarantineEntry, at: number): boolean {
  const end = entry.releasedAt ?? entry.deletedAt ?? entry.expires;
  return Date.parse(end) > at;
}

function buttons(
  permissions: number,
): Notification["messages"][number]["actions"] {
  return [
    "Review Message",
    ...(permissions & 4 ? (["Release"] as const) : []),
    ...(permissions & 8 ? (["Request Release"] as const) : []),
    ...(permissions & 16 ? (["Block Sender"] as const) : []),
  ];
}

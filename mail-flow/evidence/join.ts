import { collected } from "../grouped";
import type { QuarantinedMessage, RuleMatch } from "../reports";

/** The place of a matched message in the quarantine. */
export interface Joined {
  /** The quarantined message for this recipient. */
  entry?: QuarantinedMessage;
  /**
   * Whether the message is in quarantine only for other recipients: one of them may be an alias of this recipient, or a group that contains
   * it.
   */
  elsewhere: boolean;
}

/**
 * Returns a function that finds a matched message in the quarantine, by its Message-ID or by Microsoft's own id, with which the identity of
 * a quarantined message begins (observed).
 */
export function indexOf(
  quarantined: readonly QuarantinedMessage[],
): (match: RuleMatch) => Joined {
  const entries = collected(
    quarantined.flatMap((entry) => {
      const [network = ""] = entry.identity.split("\\");
      const ids = new Set([plain(entry.messageId), plain(network)]);
      return [...ids].filter(Boolean).map((id) => [id, entry]);
    }),
  );
  return ({ messageId, traceId, recipient, at }) => {
    const found = [plain(messageId), plain(traceId)].flatMap(
      (id) => entries.get(id) ?? [],
    );
    const address = recipient.toLowerCase();
    const distance = ({ receivedAt }: QuarantinedMessage): number =>
      Math.abs(Date.parse(receivedAt) - Date.parse(at)) || 0;
    const [entry] = found
      .filter(
        ({ recipients }) =>
          recipients.length === 0 ||
          recipients.some((one) => one.toLowerCase() === address),
      )
      // Some senders reuse a Message-ID, so the message closest in time is chosen.
      .sort((one, other) => distance(one) - distance(other));
    return { ...(entry && { entry }), elsewhere: !entry && found.length > 0 };
  };
}

/** Returns an id in lower case without its brackets, which only one of the two lists has. */
const plain = (id: string): string =>
  id.trim().replace(/^<|>$/g, "").toLowerCase();

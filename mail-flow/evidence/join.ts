import { collected } from "../grouped";
import type { QuarantinedMessage, RuleMatch } from "../reports";

/** Where a matched message is in the quarantine. */
export interface Joined {
  /** The message for that recipient. */
  entry?: QuarantinedMessage;
  /** Whether the message is there, for other recipients only: an alias or a group may stand for this one. */
  elsewhere: boolean;
}

/**
 * Finds matched messages in the quarantine, by their Message-ID or by Microsoft's own id, which the identity of a quarantined
 * message begins with (observed).
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
      // Senders use a Message-ID again: the one of that time is meant.
      .sort((one, other) => distance(one) - distance(other));
    return { ...(entry && { entry }), elsewhere: !entry && found.length > 0 };
  };
}

/** An id without the brackets that one list writes and another leaves out. */
const plain = (id: string): string =>
  id.trim().replace(/^<|>$/g, "").toLowerCase();

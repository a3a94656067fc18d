import { complete, type Message } from "./message";
import type {
  QuarantineEntry,
  ReleaseStatus,
  SentMessage,
} from "./sent-message";
import type { Release } from "./trace";

/** The person who acts: an administrator, or the recipient with that address. */
export type Actor = "administrator" | (string & {});

/** The actions on a quarantined message. */
export const quarantineActions = [
  "release",
  "request",
  "approve",
  "deny",
  "preview",
  "delete",
] as const;

/** An action on a quarantined message. */
export type QuarantineAction = (typeof quarantineActions)[number];

/** A message in quarantine. */
export interface Quarantined {
  /** The message's id. */
  id: string;
  /** `GUID\GUID`. */
  identity: string;
  /** Its Message-ID header. */
  messageId: string;
  /** The recipient's address. */
  recipient: string;
  /** The sender's address. */
  sender: string;
  /** Its subject. */
  subject: string;
  /** When it arrived, ISO 8601. */
  receivedAt: string;
  /** When it expires, ISO 8601. */
  expires: string;
  /** Why it was quarantined: the verdict, or `transportRule`. */
  reason: string;
  /** The policy or rule that quarantined it. */
  policy: string | null;
  /** The kind of that policy. */
  policyType: string;
  /** Its quarantine policy; null if a rule quarantined it. */
  quarantinePolicy: string | null;
  /** Who can release it; null: not documented. */
  release: Release | null;
  /** The status of its release. */
  status: ReleaseStatus;
  /** Who released it: `administrator`, or the recipient's address; null: not released. */
  releasedBy: string | null;
  /** The actions that the actor may take on it now. */
  actions: QuarantineAction[];
}

/** The reason why an action is refused, with the matching HTTP status. */
export class Refusal extends Error {
  /** @param status 403, 404 or 409. */
  constructor(
    message: string,
    readonly status: 403 | 404 | 409,
  ) {
    super(message);
  }
}

const bit = { delete: 1, preview: 2, release: 4, request: 8 } as const;

/** The quarantined messages, and the actions of administrators and recipients on them. */
export class Quarantine {
  /**
   * @param messages All messages that were sent. Those with an entry are or were in quarantine.
   * @param world The time, and the callback for changes.
   */
  constructor(
    private readonly messages: SentMessage[],
    private readonly world: { now: () => number; written: () => void },
  ) {}

  /** Returns the messages that an administrator sees, or the recipient with an address; oldest first. */
  list(as: Actor = "administrator"): Quarantined[] {
    return this.messages
      .filter((sent) => sent.quarantine && this.#visible(sent, as))
      .map((sent) => shown(sent as Kept, as));
  }

  /** Releases a message to the recipient's inbox. @throws Refusal */
  release(id: string, as: Actor): Quarantined {
    return this.#do("release", id, as, (entry, now) => {
      entry.status = "Released";
      entry.releasedAt = now;
      entry.releasedBy = as;
    });
  }

  /** Requests the release from an administrator. @throws Refusal */
  request(id: string, as: Actor): Quarantined {
    return this.#do("request", id, as, (entry) => {
      entry.status = "Requested";
    });
  }

  /** Approves a recipient's request. @throws Refusal */
  approve(id: string, as: Actor = "administrator"): Quarantined {
    return this.#do("approve", id, as, (entry, now) => {
      entry.status = "Approved";
      entry.releasedAt = now;
      entry.releasedBy = as;
    });
  }

  /** Denies a recipient's request. @throws Refusal */
  deny(id: string, as: Actor = "administrator"): Quarantined {
    return this.#do("deny", id, as, (entry) => {
      entry.status = "Denied";
    });
  }

  /** Returns the content. @throws Refusal */
  preview(
    id: string,
    as: Actor,
  ): Required<Pick<Message, "sender" | "recipient" | "subject" | "body">> {
    this.#do("preview", id, as, () => undefined);
    const { sender, recipient, subject, body } = complete(
      this.#find(id, as).message,
    );
    return { sender, recipient, subject, body };
  }

  /** Deletes it permanently. @throws Refusal */
  delete(id: string, as: Actor): Quarantined {
    return this.#do("delete", id, as, (entry, now) => {
      entry.deletedAt = now;
    });
  }

  #do(
    action: QuarantineAction,
    id: string,
    as: Actor,
    change: (entry: QuarantineEntry, now: string) => void,
  ): Quarantined {
    const sent = this.#find(id, as);
    const reason = reasonAgainst(action, sent, as);
    if (reason) throw reason;
    change(sent.quarantine, new Date(this.world.now()).toISOString());
    if (action !== "preview") this.world.written();
    return shown(sent, as);
  }

  #find(id: string, as: Actor): Kept {
    const sent = this.messages.find(
      (one) => one.id === id || one.quarantine?.identity === id,
    );
    if (!sent?.quarantine || !this.#visible(sent, as))
      throw new Refusal(
        `There is no message ${id} in the quarantine that ${named(as)} sees`,
        404,
      );
    return sent as Kept;
  }

  /** Whether a message is visible: to recipients only their own, under a policy with any permission or notifications. */
  #visible({ quarantine, message, delivery }: SentMessage, as: Actor): boolean {
    return (
      quarantine !== undefined &&
      quarantine.deletedAt === undefined &&
      Date.parse(quarantine.expires) > this.world.now() &&
      (as === "administrator" ||
        (message.recipient.toLowerCase() === as.toLowerCase() &&
          (quarantine.permissions !== 0 || delivery.notified)))
    );
  }
}

type Kept = SentMessage & { quarantine: QuarantineEntry };

function named(as: Actor): string {
  return as === "administrator" ? "an administrator" : as;
}

/** Returns the reason why an action is refused, or undefined if it is allowed. */
function reasonAgainst(
  action: QuarantineAction,
  { quarantine, delivery }: Kept,
  as: Actor,
): Refusal | undefined {
  const { status, permissions } = quarantine;
  const isOut = status === "Released" || status === "Approved";
  if (isOut && action !== "preview" && action !== "delete")
    return new Refusal("It was released already", 409);
  if ((action === "approve" || action === "deny") && as !== "administrator")
    return new Refusal("Only an administrator decides on requests", 403);
  if ((action === "approve" || action === "deny") && status !== "Requested")
    return new Refusal("Nobody has asked for its release", 409);
  if (as === "administrator")
    return action === "request"
      ? new Refusal("An administrator releases it without asking", 409)
      : undefined;
  if (action === "approve" || action === "deny") return undefined;
  if (action === "request" && status !== "NotReleased")
    return new Refusal(
      status === "Denied"
        ? "An administrator has denied its release"
        : "Its release was requested already",
      409,
    );
  if (permissions & bit[action]) return undefined;
  const neverReleasedByRecipient = /^(malware|highConfidencePhish)$/.test(
    delivery.verdict ?? "",
  );
  return new Refusal(
    action === "release" && neverReleasedByRecipient
      ? `A recipient cannot release ${delivery.verdict ?? ""}: only an administrator can`
      : `The quarantine policy ${delivery.quarantinePolicy ?? ""} does not let recipients ${action} messages`,
    403,
  );
}

function shown(sent: Kept, as: Actor): Quarantined {
  const { quarantine, delivery } = sent;
  const { recipient, sender, subject } = complete(sent.message);
  return {
    id: sent.id,
    identity: quarantine.identity,
    messageId: sent.messageId,
    recipient,
    sender,
    subject,
    receivedAt: sent.receivedAt,
    expires: quarantine.expires,
    reason: delivery.verdict ?? "transportRule",
    policy: delivery.policy,
    policyType: quarantine.policyType,
    quarantinePolicy: delivery.quarantinePolicy,
    release: delivery.release,
    status: quarantine.status,
    releasedBy: quarantine.releasedBy ?? null,
    actions: quarantineActions.filter(
      (action) => reasonAgainst(action, sent, as) === undefined,
    ),
  };
}

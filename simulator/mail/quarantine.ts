import { complete, type Message } from "./message";
import type {
  QuarantineEntry,
  ReleaseStatus,
  SentMessage,
} from "./sent-message";
import type { Release } from "./trace";

/** Who acts: an administrator, or the recipient of that address. */
export type Actor = "administrator" | (string & {});

/** What one can do with a quarantined message. */
export const quarantineActions = [
  "release",
  "request",
  "approve",
  "deny",
  "preview",
  "delete",
] as const;

/** One of them. */
export type QuarantineAction = (typeof quarantineActions)[number];

/** A message in quarantine. */
export interface Quarantined {
  /** The message's id. */
  id: string;
  /** `GUID\GUID`. */
  identity: string;
  /** Its Message-ID header. */
  messageId: string;
  /** For whom. */
  recipient: string;
  /** From whom. */
  sender: string;
  /** Its subject. */
  subject: string;
  /** When it came, ISO 8601. */
  receivedAt: string;
  /** When it leaves by itself, ISO 8601. */
  expires: string;
  /** Why: the verdict, or `transportRule`. */
  reason: string;
  /** The policy or rule that put it there. */
  policy: string | null;
  /** The kind of that policy. */
  policyType: string;
  /** Its quarantine policy; null for what a rule put there. */
  quarantinePolicy: string | null;
  /** Who releases it; null: nobody has documented it. */
  release: Release | null;
  /** How far its release has come. */
  status: ReleaseStatus;
  /** Who released it: `administrator`, or the recipient's address; null: nobody yet. */
  releasedBy: string | null;
  /** What the actor of the list may do with it now. */
  actions: QuarantineAction[];
}

/** Why something may not be done; `status` is the HTTP status that says the same. */
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

/** What lies in quarantine, and what administrators and recipients may do with it. */
export class Quarantine {
  /**
   * @param messages All messages that were sent; those with an entry are or were in quarantine.
   * @param world The time, and who is told of changes.
   */
  constructor(
    private readonly messages: SentMessage[],
    private readonly world: { now: () => number; written: () => void },
  ) {}

  /** What an administrator sees, or the recipient of an address; oldest first. */
  list(as: Actor = "administrator"): Quarantined[] {
    return this.messages
      .filter((sent) => sent.quarantine && this.#visible(sent, as))
      .map((sent) => shown(sent as Kept, as));
  }

  /** Gets a message out, into the recipient's inbox. @throws Refusal */
  release(id: string, as: Actor): Quarantined {
    return this.#do("release", id, as, (entry, now) => {
      entry.status = "Released";
      entry.releasedAt = now;
      entry.releasedBy = as;
    });
  }

  /** Asks an administrator to release it. @throws Refusal */
  request(id: string, as: Actor): Quarantined {
    return this.#do("request", id, as, (entry) => {
      entry.status = "Requested";
    });
  }

  /** Grants what a recipient asked for. @throws Refusal */
  approve(id: string, as: Actor = "administrator"): Quarantined {
    return this.#do("approve", id, as, (entry, now) => {
      entry.status = "Approved";
      entry.releasedAt = now;
      entry.releasedBy = as;
    });
  }

  /** Refuses what a recipient asked for. @throws Refusal */
  deny(id: string, as: Actor = "administrator"): Quarantined {
    return this.#do("deny", id, as, (entry) => {
      entry.status = "Denied";
    });
  }

  /** Its content. @throws Refusal */
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

  /** Takes it away for good. @throws Refusal */
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

  /** Recipients see their own messages under a policy that gives them a right or notifies them. */
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

/** Why an action is refused; undefined when it is not. */
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
  const grave = /^(malware|highConfidencePhish)$/.test(delivery.verdict ?? "");
  return new Refusal(
    action === "release" && grave
      ? `A recipient never releases ${delivery.verdict ?? ""}: only an administrator does`
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

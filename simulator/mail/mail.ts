import { randomUUID } from "node:crypto";
import type { Account } from "../account";
import type { Quirks } from "../quirks";
import type { Tenant } from "../tenant";
import { atMicrosoft } from "./at-microsoft";
import { complete, type Message } from "./message";
import { notificationsUntil, type Notification } from "./notifications";
import { Quarantine } from "./quarantine";
import type { MailState, SentMessage } from "./sent-message";
import { throughCloudflare } from "./through-cloudflare";
import { Trace, type Delivery } from "./trace";

/** The objects that mail delivery depends on. */
export interface MailWorld {
  /** The tenants, by id. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  /** The accounts, by id. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** The switches. */
  readonly quirks: Quirks;
  /** Returns the time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Called when messages changed. */
  readonly written: () => void;
}

/** A message in a mailbox. */
export interface Delivered {
  /** The message's id. */
  id: string;
  /** The sender's address. */
  sender: string;
  /** Its subject. */
  subject: string;
  /** When it was delivered, ISO 8601. */
  at: string;
}

/** A mailbox's folders. */
export interface Mailbox {
  /** The inbox. */
  inbox: Delivered[];
  /** The Junk Email folder. */
  junk: Delivered[];
}

/** How long reports include a message. */
const rememberedMs = 90 * 86_400_000;

/** Delivers mail through Cloudflare and Microsoft 365, as they are configured now, into mailboxes and quarantine. */
export class Mail {
  /** All messages of the last 90 days, oldest first. */
  readonly messages: SentMessage[] = [];
  /** The quarantine. */
  readonly quarantine: Quarantine;

  /** @param world The objects that delivery depends on. */
  constructor(readonly world: MailWorld) {
    this.quarantine = new Quarantine(this.messages, world);
  }

  /** Sends a message. @throws Error that names what is wrong with it. */
  send(message: Message): Delivery & { id: string } {
    const trace = this.#follow(message);
    const id = randomUUID();
    const now = this.world.now();
    const delivery = { ...trace.delivery, id };
    const inQuarantine = /^(quarantine|hostedQuarantine)$/.test(
      delivery.outcome,
    );
    const oldest = now - rememberedMs;
    while (Date.parse(this.messages[0]?.receivedAt ?? "") < oldest)
      this.messages.shift();
    this.messages.push({
      id,
      messageId: `<${id}@sender.example>`,
      tenant: trace.tenant ?? null,
      receivedAt: new Date(now).toISOString(),
      message: structuredClone(message),
      delivery,
      hits: trace.hits,
      redirectedTo: trace.redirectedTo,
      ...(inQuarantine
        ? {
            quarantine: {
              // The message, the recipient (observed).
              identity: `${id}\\${randomUUID()}`,
              policyType: trace.policyType,
              permissions: trace.permissions,
              status: "NotReleased" as const,
              expires: new Date(
                now + (delivery.retentionDays ?? 15) * 86_400_000,
              ).toISOString(),
            },
          }
        : {}),
    });
    this.world.written();
    return structuredClone(delivery);
  }

  /** Returns where a message would end, without sending it. @throws Error that names what is wrong with it. */
  where(message: Message): Delivery {
    return this.#follow(message).delivery;
  }

  /** Returns the mailboxes, by address in lower case. */
  get mailboxes(): Record<string, Mailbox> {
    const boxes: Record<string, Mailbox> = {};
    const put = (address: string, folder: keyof Mailbox, one: Delivered) =>
      (boxes[address.toLowerCase()] ??= { inbox: [], junk: [] })[folder].push(
        one,
      );
    for (const sent of this.messages) {
      const { sender, subject } = complete(sent.message);
      const one = { id: sent.id, sender, subject, at: sent.receivedAt };
      const { outcome } = sent.delivery;
      if (outcome === "inbox" || outcome === "junk")
        put(sent.message.recipient, outcome, one);
      for (const address of sent.redirectedTo) put(address, "inbox", one);
      const released = sent.quarantine?.releasedAt;
      if (released !== undefined)
        put(sent.message.recipient, "inbox", { ...one, at: released });
    }
    return boxes;
  }

  /** Returns the quarantine notifications that were sent until a time. @param now Milliseconds since 1970. @default the current time */
  notifications(now: number = this.world.now()): Notification[] {
    return notificationsUntil(this.messages, this.world.tenants, now);
  }

  /** Returns a deep copy of all messages. */
  snapshot(): MailState {
    return structuredClone({ messages: this.messages });
  }

  /** Restores messages. Without a state, removes all. */
  restore(state: MailState | undefined): void {
    this.messages.splice(
      0,
      Number.POSITIVE_INFINITY,
      ...structuredClone(state?.messages ?? []),
    );
  }

  #follow(message: Message): Trace {
    const { tenants, accounts, quirks, now } = this.world;
    const whole = complete(message);
    const trace = new Trace();
    const arrival = throughCloudflare(accounts.values(), quirks, whole, trace);
    if (arrival !== "ended")
      atMicrosoft(tenants.values(), quirks, whole, arrival, now(), trace);
    return trace;
  }
}

import type { Simulator } from "../../simulator";
import type { Delivery } from "../../simulator";
import type { Message } from "../../simulator/mail/message";

/** How near to its recipient a message gets, from the farthest to the nearest. */
export const nearness = [
  "out of reach",
  "its recipient's to release",
  "in Junk",
  "in the inbox",
] as const;

/** Where every message of {@link Watchman} is, as an index of {@link nearness}. */
export type Places = Readonly<Record<string, number>>;

/** Mail that must not get nearer to its recipient by our doing: what Cloudflare or Microsoft finds to be worse than spam. */
function messages(recipients: readonly string[]): [string, Message][] {
  const grave: [string, Omit<Message, "recipient">][] = [
    ...(["area1", "cloudflare", "both"] as const).map(
      (headers): [string, Omit<Message, "recipient">] => [
        `Malicious with headers of ${headers}`,
        { disposition: "MALICIOUS", headers },
      ],
    ),
    ...(["highConfidenceSpam", "phish", "highConfidencePhish"] as const).map(
      (microsoftVerdict): [string, Omit<Message, "recipient">] => [
        `${microsoftVerdict} by Microsoft`,
        { microsoftVerdict },
      ],
    ),
  ];
  return recipients.flatMap((recipient) =>
    grave.map(([name, message]): [string, Message] => [
      `${name} to ${recipient}`,
      { recipient, sourceIp: "192.0.2.1", ...message },
    ]),
  );
}

function placeOf({ outcome, release }: Delivery): number {
  if (outcome === "inbox" || outcome === "notDocumented") return 3;
  if (outcome === "junk") return 2;
  return outcome === "quarantine" && release === "recipient" ? 1 : 0;
}

/** Asks, after every write, where grave mail would go. */
export class Watchman {
  /** How many writes it has looked at. */
  looks = 0;
  readonly #found: { name: string; place: number; line: string }[] = [];
  /** Where everything was before anything of ours was written. */
  readonly #first: Places;
  #before: Places;
  #may: (name: string, before: number, place: number) => boolean = () => true;
  /** The messages for which another policy than `Default` decides, which is none of ours. */
  readonly #others = new Set<string>();
  readonly #messages: [string, Message][];

  constructor(
    readonly simulator: Simulator,
    recipients: readonly string[],
  ) {
    this.#messages = messages(recipients);
    this.#first = this.places();
    this.#before = this.#first;
  }

  /** Where everything is now. */
  places(): Places {
    const { mail } = this.simulator;
    this.#others.clear();
    return Object.fromEntries(
      this.#messages.map(([name, message]) => {
        const delivery = mail.where(message);
        if (delivery.policy !== "Default") this.#others.add(name);
        return [name, placeOf(delivery)];
      }),
    );
  }

  /**
   * Looks from now on, after every write of an `up`.
   * @param header the generation that the program covers: of mail that carries none of it, it promises nothing.
   * @param drifted that somebody has changed something, which no refresh has told the stack: what he has opened is open.
   */
  watchUp(header: "both" | "area1" | "cloudflare", drifted: boolean): void {
    const uncovered = (name: string): boolean =>
      header !== "both" &&
      name.startsWith("Malicious") &&
      !name.includes(`of ${header} `) &&
      !name.includes("of both ");
    this.#watch(
      (name, before, place) =>
        uncovered(name) ||
        // Nor by `Default` into a quarantine for its recipient, from wherever it comes.
        (place <= before &&
          (place !== 1 ||
            before === 1 ||
            this.#others.has(name) ||
            (drifted && this.#isOpen(name)))),
    );
  }

  /**
   * What got nearer to its recipient since the last time than it may, a line each.
   * @param changed that somebody else has changed the tenant, too: where mail is after a destroy, it would be without us.
   */
  exposed({ changed = false } = {}): string[] {
    const end: Places = changed ? this.places() : {};
    return this.#found
      .splice(0)
      .filter(({ name, place }) => place > (end[name] ?? 0))
      .map(({ line }) => line);
  }

  /** Whether a message's recipient could release high confidence spam before the last write. */
  #isOpen(name: string): boolean {
    const recipient = name.replace(/^.* to /, "");
    return (
      this.#before[`highConfidenceSpam by Microsoft to ${recipient}`] === 1
    );
  }

  /** Looks from now on, after every write of `destroy`: nothing gets nearer than it was at first. */
  watchDestroy(): void {
    this.#watch(
      (name, before, place) =>
        place <= Math.max(before, this.#first[name] ?? 0),
    );
  }

  #watch(may: (name: string, before: number, place: number) => boolean): void {
    this.#may = may;
    this.#before = this.places();
    this.simulator.faults.add({
      kind: "hook",
      when: "after",
      match: { times: "always" },
      run: ({ vendor, method, cmdlet }) => {
        const writes =
          vendor === "exchange"
            ? !cmdlet?.startsWith("Get-")
            : vendor === "cloudflare" && method !== "GET";
        if (writes) this.#look(cmdlet ?? method);
      },
    });
  }

  #look(write: string): void {
    this.looks += 1;
    const now = this.places();
    for (const [name, place] of Object.entries(now)) {
      const before = this.#before[name] ?? 0;
      if (!this.#may(name, before, place))
        this.#found.push({
          name,
          place,
          line: `after ${write}, ${name} is ${nearness[place]}, and was ${nearness[before]}`,
        });
    }
    this.#before = now;
  }
}

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
  /** What got nearer to its recipient than it may, a line each. */
  readonly exposed: string[] = [];
  /** Where everything would be if nothing of ours had ever been written. */
  #first: Places;
  /** The quarantine policies that everything was under at first. */
  readonly #quarantines: ReadonlyMap<string, string | null>;
  #before: Places;
  #may: (name: string, before: number, place: number) => boolean = () => true;
  readonly #messages: [string, Message][];

  constructor(
    readonly simulator: Simulator,
    recipients: readonly string[],
  ) {
    this.#messages = messages(recipients);
    this.#first = this.places();
    this.#before = this.#first;
    this.#quarantines = new Map(
      this.#messages.map(([name, message]) => {
        const { quarantinePolicy, verdict } = simulator.mail.where(message);
        // Which nobody but an administrator releases, whatever its policy says.
        const never = verdict === "highConfidencePhish";
        return [name, never ? null : quarantinePolicy];
      }),
    );
  }

  /** Somebody lets recipients release from a quarantine policy by hand: what was in it at first would be theirs, too, without us. */
  openedByHand(quarantinePolicy: string): void {
    this.#first = Object.fromEntries(
      Object.entries(this.#first).map(([name, place]) => [
        name,
        this.#quarantines.get(name) === quarantinePolicy
          ? Math.max(place, 1)
          : place,
      ]),
    );
  }

  /** Where everything is now. */
  places(): Places {
    const { mail } = this.simulator;
    return Object.fromEntries(
      this.#messages.map(([name, message]) => [
        name,
        placeOf(mail.where(message)),
      ]),
    );
  }

  /**
   * Looks from now on, after every write of an `up`.
   * @param header the generation that the program covers: of mail that carries none of it, it promises nothing.
   */
  watchUp(header: "both" | "area1" | "cloudflare"): void {
    const uncovered = (name: string): boolean =>
      header !== "both" &&
      name.startsWith("Malicious") &&
      !name.includes(`of ${header} `) &&
      !name.includes("of both ");
    this.#watch(
      (name, before, place) =>
        uncovered(name) ||
        // Nor into a quarantine for its recipient, from wherever it comes.
        (place <= before && (place !== 1 || before === 1)),
    );
  }

  /** Looks from now on, after every write of `destroy`: nothing gets nearer than it would be without us. */
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
        this.exposed.push(
          `after ${write}, ${name} is ${nearness[place]}, and was ${nearness[before]}`,
        );
    }
    this.#before = now;
  }
}

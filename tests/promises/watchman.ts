import type { Simulator } from "../../simulator/index";
import {
  administrator,
  Moments,
  nearness,
  type Ends,
  type Moment,
} from "./mail-moment";
import { watchedMail, type Guarded, type Watched } from "./watched-mail";

/** What a write did that it must not do. */
export interface Found {
  readonly what: "exposure" | "loss";
  /** The cmdlet or the method, with the path. */
  readonly write: string;
  /** The domain that was written at Cloudflare. */
  readonly domain: string | undefined;
  readonly message: Watched;
  readonly before: Ends;
  readonly after: Ends;
}

/** What is tried of a write: {@link Found} where it is so, undefined where all is well. */
type Judge = (
  message: Watched,
  before: Ends,
  after: Ends,
) => Found["what"] | undefined;

/** Follows all mail that a program guards, after every write, and finds what got nearer to its recipient or lost by it. */
export class Watchman {
  /** How many writes it has looked at. */
  looks = 0;
  readonly #moments = new Moments();
  /** Where everything was before anything of ours was written. */
  readonly #first: Moment;
  #before: Moment;
  #found: Found[] = [];

  constructor(readonly simulator: Simulator) {
    this.#first = this.#moments.now(simulator);
    this.#before = this.#first;
  }

  /**
   * Looks from now on, after every write of an `up`, until it {@link stop}s: nothing gets nearer than to an administrator, unless it may,
   * and nothing is lost.
   */
  watchUp(guarded: Guarded, mayExpose: boolean): void {
    this.#watch(guarded, (message, before, after) => {
      if (!mayExpose && isExposed(message, before, after)) return "exposure";
      return after.mayBeLost && !before.mayBeLost && !before.dropped
        ? "loss"
        : undefined;
    });
  }

  /**
   * Looks from now on, after every write of a `destroy`: nothing gets nearer than it was before it, or than it would be without the stack,
   * whose domains stay at Cloudflare.
   */
  watchDestroy(guarded: Guarded): void {
    const without = this.#first.withDomainsOf(this.now);
    this.#watch(guarded, (message, before, after) =>
      isExposed(message, before, after) &&
      after.nearest > without.ends(message).nearest
        ? "exposure"
        : undefined,
    );
  }

  /** What decides where mail goes now. */
  get now(): Moment {
    return this.#moments.now(this.simulator);
  }

  /** Ends the watch, and returns what it found. */
  stop(): Found[] {
    this.simulator.faults.remove(watch);
    return this.#found.splice(0);
  }

  /** Those findings whose message is not so near now. */
  beyondNow(found: readonly Found[]): Found[] {
    const { now } = this;
    return found.filter(
      ({ message, after }) => after.nearest > now.ends(message).nearest,
    );
  }

  #watch(guarded: Guarded, judge: Judge): void {
    this.stop();
    this.#before = this.now;
    this.simulator.faults.add({
      id: watch,
      kind: "hook",
      when: "after",
      match: { times: "always" },
      run: ({ vendor, method, path, cmdlet, body }) => {
        const writes =
          vendor === "exchange"
            ? cmdlet !== undefined && !cmdlet.startsWith("Get-")
            : vendor === "cloudflare" && method !== "GET";
        if (!writes) return;
        const asked = cmdlet === undefined ? `${method} ${path} ${body}` : body;
        const written = this.simulator.account.domains.find(({ id }) =>
          path.includes(String(id)),
        );
        const write = { write: asked, domain: written?.domain };
        this.#look(write, guarded, (message, before, after) =>
          // Mail of a domain that Cloudflare comes to process takes another way: what Microsoft's lists make of that is not judged.
          vendor === "cloudflare" && message.microsoftVerdict !== "none"
            ? undefined
            : judge(message, before, after),
        );
      },
    });
  }

  #look(
    write: Pick<Found, "write" | "domain">,
    guarded: Guarded,
    judge: Judge,
  ): void {
    this.looks += 1;
    const before = this.#before;
    const { now } = this;
    if (now.key === before.key) return;
    this.#before = now;
    for (const message of watchedMail([before, now, this.#first], guarded)) {
      const [was, is] = [before.ends(message), now.ends(message)];
      const what = judge(message, was, is);
      if (what !== undefined)
        this.#found.push({ what, ...write, message, before: was, after: is });
    }
  }
}

const watch = "the watchman";

/** Whether grave mail got nearer to its recipient than to an administrator. */
const isExposed = ({ grave }: Watched, before: Ends, after: Ends): boolean =>
  grave && after.nearest > administrator && after.nearest > before.nearest;

/** A finding in a line. */
export function inWords({
  what,
  write,
  message,
  before,
  after,
}: Found): string {
  const { recipient, groups, address, label, headers, microsoftVerdict } =
    message;
  const mail = [
    label === undefined ? "mail" : `${label} (${headers})`,
    ...(microsoftVerdict === "none"
      ? []
      : [`${microsoftVerdict} by Microsoft`]),
    `to ${recipient}${groups.length > 0 ? `, a member of ${groups.join(" and ")},` : ""}`,
    `from ${address}`,
  ].join(" ");
  const was = nearness[before.nearest];
  return what === "loss"
    ? `${mail} was ${was} and may be lost after ${write}`
    : `${mail} was ${was} and is ${nearness[after.nearest]} after ${write}`;
}

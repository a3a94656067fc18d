import type { Simulator } from "../../simulator/index";
import {
  administrator,
  Moments,
  nearness,
  type Ends,
  type Moment,
} from "./mail-moment";
import { watchedMail, type Guarded, type Watched } from "./watched-mail";

/** A harm that a write has caused. */
export interface Found {
  readonly what: "exposure" | "loss";
  /** The request: Exchange's body, or method, path and body. */
  readonly write: string;
  /** The domain that was changed at Cloudflare. */
  readonly domain: string | undefined;
  readonly message: Watched;
  readonly before: Ends;
  readonly after: Ends;
}

/** Returns the harm that a write causes to a message; undefined if it causes none. */
type Judge = (
  message: Watched,
  before: Ends,
  after: Ends,
) => Found["what"] | undefined;

/** Follows all guarded mail after every write, and finds messages that the write exposes or loses. */
export class Watchman {
  /** Number of checked writes. */
  looks = 0;
  readonly #moments = new Moments();
  /** The configuration before our first write. */
  readonly #first: Moment;
  #before: Moment;
  #found: Found[] = [];

  constructor(readonly simulator: Simulator) {
    this.#first = this.#moments.now(simulator);
    this.#before = this.#first;
  }

  /**
   * Checks every write of an `up` until {@link stop}: unless `mayExpose` is set, no malicious mail gets nearer to its recipient than the
   * administrator's quarantine, and no mail is lost.
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
   * Checks every write of a `destroy` until {@link stop}: no malicious mail gets nearer to its recipient, unless it would be as near
   * without the stack, whose domains stay at Cloudflare.
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

  /** Returns the configuration that decides where mail goes now. */
  get now(): Moment {
    return this.#moments.now(this.simulator);
  }

  /** Ends the watch; returns the findings. */
  stop(): Found[] {
    this.simulator.faults.remove(watch);
    return this.#found.splice(0);
  }

  /** Returns the findings whose message was nearer to its recipient than it is now. */
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
          // A write at Cloudflare can change the route of a domain's mail. The effect on Microsoft's own verdict is not evaluated.
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
      if (isOnPurpose(write.write, was, is)) continue;
      const what = judge(message, was, is);
      if (what !== undefined)
        this.#found.push({ what, ...write, message, before: was, after: is });
    }
  }
}

const watch = "the watchman";

/**
 * Returns whether a write may do this to mail that bypasses Cloudflare: a connector that rejected it no longer does, or the write itself
 * restricts a connector.
 */
const isOnPurpose = (write: string, before: Ends, after: Ends): boolean =>
  before.pastCloudflare &&
  after.pastCloudflare &&
  (before.mayBeRejectedByConnector ||
    (after.mayBeRejectedByConnector &&
      /"(RestrictDomainsTo\w+|Enabled)":true/.test(write)));

/** Returns whether mail worse than spam got nearer to its recipient, and beyond the administrator's quarantine. */
const isExposed = ({ grave }: Watched, before: Ends, after: Ends): boolean =>
  grave && after.nearest > administrator && after.nearest > before.nearest;

/** Returns a finding as one line. */
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

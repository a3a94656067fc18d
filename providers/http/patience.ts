import { setTimeout as sleep } from "node:timers/promises";

import { reasonOf, sentence, UserError } from "../errors";

const stopping = new AbortController();

/**
 * Ends all waiting of this process, because the user has cancelled the command. A request in progress is not interrupted, so that its
 * result is known.
 */
export const endWaiting = (): void => {
  stopping.abort();
};

/** Returns whether the user has cancelled the command. */
export const isCancelled = (): boolean => stopping.signal.aborted;

/**
 * Waits for some milliseconds, or until the waiting is ended.
 *
 * @returns whether the whole time has passed.
 */
export const pause = (milliseconds: number): Promise<boolean> =>
  sleep(milliseconds, true, { signal: stopping.signal }).catch(() => false);

/** Returns a pause that doubles with every try, up to a limit in milliseconds, and differs at random from that of other operations. */
export const growing = (first: number, tries: number, limit: number): number =>
  Math.min(first * 2 ** (tries - 1) * (0.75 + Math.random() / 2), limit);

/**
 * The time limit for all waiting and retrying of one operation on one resource. It starts when the operation begins. All waits of
 * the operation use it, so that together they do not exceed the limit that the user configured.
 */
export class Patience {
  private deadline: number;
  private stretched = false;

  /** @param limit limit for all waits of the operation together, in milliseconds. */
  constructor(private readonly limit: number) {
    this.deadline = Date.now() + limit;
  }

  /** The limit for all waits of the operation together, in milliseconds. */
  get total(): number {
    return this.limit;
  }

  /** The time left in whole milliseconds, never negative: some timers of Node accept no fractions. */
  get left(): number {
    return isCancelled()
      ? 0
      : Math.max(0, Math.ceil(this.deadline - Date.now()));
  }

  /**
   * Returns whether the operation can wait for a pause that a vendor requires. It can if the pause is within the time left. Once per
   * operation, it also can if the pause is not longer than the total limit; then the deadline is extended. Cloudflare requires five
   * minutes, which is the default limit.
   */
  grants(pause: number): boolean {
    if (pause <= this.left) return true;
    if (this.stretched || pause > this.total || isCancelled()) return false;
    this.stretched = true;
    this.deadline = Date.now() + pause + this.total / 2;
    return true;
  }

  /** The first pause between two tries, in milliseconds: half a second, or less for a short limit. */
  get firstPause(): number {
    return Math.min(500, this.total / 100);
  }

  /**
   * Calls `ask` until its result is `settled`, with growing pauses of at most 5 s, for at most `limit` milliseconds.
   * @returns the last result, settled or not.
   */
  async until<T>(
    ask: () => Promise<T>,
    settled: (answer: T) => boolean,
    limit = this.left,
  ): Promise<T> {
    const end = Date.now() + Math.min(limit, this.left);
    for (let tries = 1; ; tries++) {
      const answer = await ask();
      if (
        settled(answer) ||
        Date.now() >= end ||
        !(await pause(growing(this.firstPause, tries, 5000)))
      )
        return answer;
    }
  }

  /**
   * Like {@link until}, for a list: each call gets a list that was started after the last one.
   * @param newerThan start time of an older list; the first list must be started after it.
   */
  untilListed<T extends { readonly begun: number }>(
    list: (newerThan: number | undefined) => Promise<T>,
    settled: (listing: T) => boolean,
    limit = this.left,
    newerThan?: number,
  ): Promise<T> {
    let last = newerThan;
    const next = async (): Promise<T> => {
      const listing = await list(last);
      last = listing.begun;
      return listing;
    };
    return this.until(next, settled, limit);
  }

  /**
   * Calls `attempt` until it succeeds, or fails with an error for which `pauseAfter` returns undefined.
   * @param pauseAfter returns the milliseconds to wait after an error, or undefined to give up.
   */
  async persist<T>(
    attempt: () => Promise<T>,
    pauseAfter: (error: unknown, tries: number) => number | undefined,
  ): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        return await attempt();
      } catch (error) {
        const wait = pauseAfter(error, tries);
        if (wait === undefined || wait > this.left) throw error;
        if (!(await pause(wait)))
          throw new UserError(
            `${sentence(reasonOf(error))} The command was cancelled before another try`,
            { cause: error },
          );
      }
  }
}

/**
 * The time limit of work that several operations wait for. It is the longest of their limits, so that an operation with a short limit
 * does not make the others fail.
 */
export class SharedPatience extends Patience {
  private readonly members: Patience[];

  constructor(first: Patience) {
    super(first.total);
    this.members = [first];
  }

  /** Adds an operation that also waits. */
  join(patience: Patience): void {
    if (!this.members.includes(patience)) this.members.push(patience);
  }

  override get total(): number {
    return Math.max(...this.members.map(({ total }) => total));
  }

  override get left(): number {
    return Math.max(...this.members.map(({ left }) => left));
  }

  override grants(pause: number): boolean {
    // `grants` is called for every operation, because it may extend the operation's deadline.
    return this.members.map((one) => one.grants(pause)).includes(true);
  }

  /**
   * Waits for the shared work on behalf of one operation.
   *
   * @param late returns the error if this operation's time ends before the work does, while another operation still waits.
   */
  waitFor<T>(
    work: Promise<T>,
    patience: Patience,
    late: () => Error,
  ): Promise<T> {
    return limited(
      work,
      () => patience.left,
      // If no other operation waits, the work itself ends with its own error.
      () => (this.left > 0 ? late() : undefined),
    );
  }
}

/**
 * Returns the result of the work, or fails if its time ends first.
 *
 * @param left returns the milliseconds left, which may grow meanwhile.
 * @param late returns the error when no time is left, or undefined to continue waiting for the work.
 */
export async function limited<T>(
  work: Promise<T>,
  left: () => number,
  late: () => Error | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    const check = (): void => {
      const wait = left();
      const error = wait > 0 ? undefined : late();
      if (wait > 0) timer = setTimeout(check, wait);
      else if (error) reject(error);
    };
    check();
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
  }
}

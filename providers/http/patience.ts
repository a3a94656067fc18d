import {
  DelegateBackoff,
  ExponentialBackoff,
  handleWhen,
  handleWhenResult,
  retry,
} from "cockatiel";

/**
 * How long one operation on one resource may wait and retry, all in all. Made when the operation begins; everything that
 * waits asks it, so that waits add up to the limit that the user configured and never to a multiple of it.
 */
export class Patience {
  private deadline: number;
  private stretched = false;

  /** @param limit All waiting of the operation together, in milliseconds. */
  constructor(private readonly limit: number) {
    this.deadline = Date.now() + limit;
  }

  /** All waiting of the operation together, in milliseconds. */
  get total(): number {
    return this.limit;
  }

  /** Whole milliseconds that are left, never negative: a timer of Node's may take no fraction. */
  get left(): number {
    return Math.max(0, Math.ceil(this.deadline - Date.now()));
  }

  /**
   * Whether a pause that a vendor asks for is granted: one that fits, and once one that is no longer than the whole, whatever
   * has passed already. Cloudflare asks for five minutes, which is all the patience there is by default.
   */
  grants(pause: number): boolean {
    if (pause <= this.left) return true;
    if (this.stretched || pause > this.total) return false;
    this.stretched = true;
    this.deadline = Date.now() + pause + this.total / 2;
    return true;
  }

  /** The first pause between two tries: half a second, or less where the whole patience is small. */
  get firstPause(): number {
    return Math.min(500, this.total / 100);
  }

  /**
   * Asks until `settled`, with growing pauses of at most 5 s, at most for `limit` milliseconds.
   * @returns the last answer, settled or not.
   */
  async until<T>(
    ask: () => Promise<T>,
    settled: (answer: T) => boolean,
    limit = this.left,
  ): Promise<T> {
    const end = Date.now() + Math.min(limit, this.left);
    return retry(
      handleWhenResult((answer) => !settled(answer as T) && Date.now() < end),
      {
        maxAttempts: Infinity,
        backoff: new ExponentialBackoff({
          initialDelay: this.firstPause,
          maxDelay: 5000,
        }),
      },
    ).execute(ask);
  }

  /**
   * {@link until} for what is read from a list: each time from one that began after the last.
   * @param newerThan the beginning of a list that does not count any more, at first.
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
   * Tries until `attempt` succeeds or fails with something that `pauseAfter` answers with nothing.
   * @param pauseAfter milliseconds to pause after this error, or undefined to give up.
   */
  async persist<T>(
    attempt: () => Promise<T>,
    pauseAfter: (error: unknown, tries: number) => number | undefined,
  ): Promise<T> {
    let tries = 0;
    let pause: number | undefined;
    const goOn = (error: Error): boolean => {
      pause = pauseAfter(error, ++tries);
      return pause !== undefined && pause <= this.left;
    };
    return retry(handleWhen(goOn), {
      maxAttempts: Infinity,
      backoff: new DelegateBackoff(() => pause ?? 0),
    }).execute(attempt);
  }
}

/**
 * The patience of several operations that wait for the same thing: it lasts as long as the longest of them, so that an operation with a
 * short patience does not fail the others.
 */
export class SharedPatience extends Patience {
  private readonly members: Patience[];

  constructor(first: Patience) {
    super(first.total);
    this.members = [first];
  }

  /** Adds an operation that waits as well. */
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
    // Each is asked: whoever can wait for the pause waits for it.
    return this.members.map((one) => one.grants(pause)).includes(true);
  }

  /**
   * Waits for the shared work, for one of the operations.
   *
   * @param late the error where the patience of this operation ends before the work does, and that of another does not.
   */
  waitFor<T>(
    work: Promise<T>,
    patience: Patience,
    late: () => Error,
  ): Promise<T> {
    return limited(
      work,
      () => patience.left,
      // Without others who wait, the work ends by itself and says why.
      () => (this.left > 0 ? late() : undefined),
    );
  }
}

/**
 * Returns what the work does, or fails when its time is over before.
 *
 * @param left the milliseconds that are left; the time may grow meanwhile.
 * @param late returns the error when no time is left; undefined: the work goes on.
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

import { limited } from "../http/patience";

/** A complete list, with its start time. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** The start time: a counter that increases with every list of this process that is started. */
  readonly begun: number;
  /** The previous list, if nothing was written in between: an object that is the same in both has been read twice. */
  readonly earlier?: readonly T[];
}

let ticks = 0;

/** Longest time that a list waits for writes in progress, in milliseconds, so that a write that hangs does not block others. */
const longestWait = 1000;

/** A list that all callers in the process share until an object of its kind is written. */
export class SharedList<T> {
  private current: Reading<T> | undefined;
  private writing = 0;

  constructor(private readonly read: () => Promise<readonly T[]>) {}

  /** Returns the shared list, or starts a new one. @param newerThan start time of an older list: the returned one was started after it. */
  get(newerThan = -1): Promise<Listing<T>> {
    // A list that has not started yet will be newer than all earlier ones.
    if (this.current && (this.current.begun ?? Infinity) > newerThan)
      return this.current.listing;
    const reading = new Reading(this.read, this.current?.listing);
    this.current = reading;
    // A failure is not stored, so the next call tries again.
    reading.listing.catch(() => {
      if (this.current === reading) this.current = undefined;
    });
    if (this.writing === 0) reading.begin();
    else reading.beginWithin(longestWait);
    return reading.listing;
  }

  /**
   * Carries out a write. Lists that started before its end are discarded. A list that is requested meanwhile starts when all writes in
   * progress have ended, so that it shows all of them.
   */
  async write<R>(work: () => Promise<R>): Promise<R> {
    this.writing += 1;
    try {
      return await work();
    } finally {
      this.writing -= 1;
      this.forget();
      if (this.writing === 0) this.current?.begin();
    }
  }

  forget(): void {
    if (this.current?.begun !== undefined) this.current = undefined;
    else this.current?.forgetEarlier();
  }
}

/** A list that is being read, or whose read has not started yet. */
class Reading<T> {
  /** The start time; undefined until the first request is sent. */
  begun: number | undefined;
  readonly listing: Promise<Listing<T>>;
  private settle!: (listing: Promise<Listing<T>>) => void;

  constructor(
    private readonly read: () => Promise<readonly T[]>,
    private earlier: Promise<Listing<T>> | undefined,
  ) {
    this.listing = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  begin(): void {
    if (this.begun !== undefined) return;
    this.begun = ++ticks;
    this.settle(this.complete(this.begun));
  }

  /** Starts the list after `limit` milliseconds if it has not started before. */
  beginWithin(limit: number): void {
    const end = Date.now() + limit;
    const late = (): undefined => {
      this.begin();
    };
    limited(this.listing, () => end - Date.now(), late).catch(() => undefined);
  }

  /** Discards the previous list, because something was written before this one started, so that they cannot be compared. */
  forgetEarlier(): void {
    this.earlier = undefined;
  }

  private async complete(begun: number): Promise<Listing<T>> {
    const before = this.earlier;
    this.forgetEarlier();
    const items = await this.read();
    const earlier = await before?.catch(() => undefined);
    return { items, begun, ...(earlier && { earlier: earlier.items }) };
  }
}

/** Returns a listing with each item converted. */
export const mapped = <T, U>(
  { items, begun, earlier }: Listing<T>,
  view: (item: T) => U,
): Listing<U> => ({
  items: items.map(view),
  begun,
  ...(earlier && { earlier: earlier.map(view) }),
});

import { limited } from "../http/patience";

/** A complete list, with its place in the order of all lists of this process. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** A number that grows with every list that is begun. */
  readonly begun: number;
  /** The list before this one, if nothing was written in between: what is the same in both has been looked at twice. */
  readonly earlier?: readonly T[];
}

let ticks = 0;

/** The longest that a list waits for writes under way, in milliseconds: one that hangs does not hold up the others. */
const longestWait = 1000;

/** A list that everybody in the process shares until something of its kind is written. */
export class SharedList<T> {
  private current: Reading<T> | undefined;
  private writing = 0;

  constructor(private readonly read: () => Promise<readonly T[]>) {}

  /** @param newerThan a list that began after this moment is wanted; others that want the same share it. */
  get(newerThan = -1): Promise<Listing<T>> {
    // One that has not begun will be newer than all there have been.
    if (this.current && (this.current.begun ?? Infinity) > newerThan)
      return this.current.listing;
    const reading = new Reading(this.read, this.current?.listing);
    this.current = reading;
    // A failure is not kept: the next who asks tries again.
    reading.listing.catch(() => {
      if (this.current === reading) this.current = undefined;
    });
    if (this.writing === 0) reading.begin();
    else reading.beginWithin(longestWait);
    return reading.listing;
  }

  /**
   * Carries out a write. Lists that began before its end are forgotten; one that is wanted meanwhile begins when all writes under way
   * have ended, so that it shows each of them.
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

/** A list that is being read, or waits to be. */
class Reading<T> {
  /** Absent until the first request is sent. */
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

  /** @param limit in milliseconds. */
  beginWithin(limit: number): void {
    const end = Date.now() + limit;
    const late = (): undefined => {
      this.begin();
    };
    limited(this.listing, () => end - Date.now(), late).catch(() => undefined);
  }

  /** Something was written before this list began: it is not compared with the list before. */
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

/** A list with each item seen another way. */
export const mapped = <T, U>(
  { items, begun, earlier }: Listing<T>,
  view: (item: T) => U,
): Listing<U> => ({
  items: items.map(view),
  begun,
  ...(earlier && { earlier: earlier.map(view) }),
});

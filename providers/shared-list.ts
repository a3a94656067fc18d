/** A complete list, with the moment its reading began. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** A number that grows with every list that is begun in this process. */
  readonly begun: number;
}

let ticks = 0;

/** A list that everybody in the process shares until something of its kind is written. */
export class SharedList<T> {
  private current:
    | { readonly begun: number; readonly listing: Promise<Listing<T>> }
    | undefined;

  constructor(private readonly read: () => Promise<readonly T[]>) {}

  /** @param newerThan a list that began after this moment is wanted; others that want the same share it. */
  get(newerThan = -1): Promise<Listing<T>> {
    if (!this.current || this.current.begun <= newerThan) {
      const begun = ++ticks;
      const listing = this.read().then((items) => ({ items, begun }));
      const entry = { begun, listing };
      this.current = entry;
      // A failure is not kept: the next who asks tries again.
      listing.catch(() => {
        if (this.current === entry) this.current = undefined;
      });
    }
    return this.current.listing;
  }

  forget(): void {
    this.current = undefined;
  }
}

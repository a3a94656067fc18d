/** A complete list, with its place in the order of all lists of this process. */
export interface Listing<T> {
  readonly items: readonly T[];
  /** A number that grows with every list that is begun. */
  readonly begun: number;
  /** The list before this one, if nothing was written in between: what is the same in both has been looked at twice. */
  readonly earlier?: readonly T[];
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
      const before = this.current?.listing;
      const listing = this.read().then(async (items) => {
        const earlier = await before?.catch(() => undefined);
        return { items, begun, ...(earlier && { earlier: earlier.items }) };
      });
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

/** A list with each item seen another way. */
export const mapped = <T, U>(
  { items, begun, earlier }: Listing<T>,
  view: (item: T) => U,
): Listing<U> => ({
  items: items.map(view),
  begun,
  ...(earlier && { earlier: earlier.map(view) }),
});

import {
  addressOf,
  intervalOf,
  mergedIntervals,
  type Interval,
} from "./address-set";
import { texts } from "./conditions";
import { valueOf } from "./part";
import type { Snapshot } from "./snapshot";

/** The largest number of addresses that {@link sendingAddresses} returns. */
export const mostSendingAddresses = 64;

/**
 * Returns one address for each class of addresses that the snapshot distinguishes within `ranges`: enabled rules, enabled
 * connectors and connection filters list either all addresses of a class or none. The first is always the first address of
 * `ranges`. Parts that were not read distinguish nothing. Of more than {@link mostSendingAddresses} classes, the later ones are
 * left out.
 *
 * @param ranges IPv4 addresses, CIDR and `a-b`; everything else is ignored
 */
export function sendingAddresses(
  snapshot: Snapshot,
  ranges: readonly string[],
): string[] {
  const stretches = stretchesOf(listsIn(snapshot).map(mergedIntervals));
  const samples = new Map<bigint, number>();
  const classes = new Set(stretches.map(({ listedBy }) => listedBy));
  for (const range of ranges) {
    if (samples.size === classes.size) break;
    const interval = intervalOf(range);
    if (!interval) continue;
    const [first, last] = interval;
    for (const { start, end, listedBy } of stretches) {
      if (end < first || start > last || samples.has(listedBy)) continue;
      if (samples.size === mostSendingAddresses) break;
      samples.set(listedBy, Math.max(start, first));
    }
  }
  return [...samples.values()].map(addressOf);
}

/** Consecutive addresses that are in the same lists. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  /** A bit for each list. */
  readonly listedBy: bigint;
}

function stretchesOf(lists: readonly (readonly Interval[])[]): Stretch[] {
  /** By address: the lists in which a range begins or ends there. */
  const changes = new Map<number, bigint>([[0, 0n]]);
  lists.forEach((intervals, at) => {
    const bit = 1n << BigInt(at);
    for (const [first, last] of intervals)
      for (const address of [first, last + 1])
        changes.set(address, (changes.get(address) ?? 0n) ^ bit);
  });
  const starts = [...changes.keys()].sort((a, b) => a - b);
  let listedBy = 0n;
  return starts.map((start, at) => {
    listedBy ^= changes.get(start) ?? 0n;
    return { start, end: (starts[at + 1] ?? 2 ** 32) - 1, listedBy };
  });
}

/** Returns the different lists of addresses that decide about a message. */
function listsIn({
  transportRules,
  inboundConnectors,
  connectionFilters,
}: Snapshot): string[][] {
  const lists = [
    ...valueOf(transportRules)
      .filter(({ enabled }) => enabled)
      .flatMap(({ conditions }) =>
        ["senderIpRanges", "exceptIfSenderIpRanges"].map((name) =>
          texts(conditions[name]),
        ),
      ),
    ...valueOf(inboundConnectors)
      .filter(({ enabled }) => enabled)
      .flatMap(({ senderIpAddresses, efSkipIps }) => [
        senderIpAddresses,
        efSkipIps,
      ]),
    ...valueOf(connectionFilters).flatMap(({ ipAllowList, ipBlockList }) => [
      ipAllowList,
      ipBlockList,
    ]),
  ];
  // Equal lists are removed, because most rules of a tenant have the same ranges.
  return [...new Map(lists.map((list) => [list.join(" "), list])).values()];
}

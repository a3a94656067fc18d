import { addressSet } from "../address-set";
import type { Part, Snapshot } from "../snapshot";
import { texts, type OurRule } from "./our-rules";

/**
 * Addresses that a rule takes and that the configuration may treat differently: one of each kind, the first of the rule's own first.
 * The reports do not say which server a message came from.
 */
export function addressesFor(
  snapshot: Snapshot,
): (rule: OurRule) => readonly string[] {
  const lists = listsIn(snapshot);
  const sets = lists.map(addressSet);
  const starts = lists.flatMap(startsOf);
  const known = new Map<OurRule, readonly string[]>();
  return (rule) => {
    let found = known.get(rule);
    if (!found) {
      const own = texts(rule.rule.conditions["senderIpRanges"]);
      const takes = own.length > 0 ? addressSet(own) : () => true;
      const kinds = new Map<string, string>();
      for (const address of [...startsOf(own), ...starts]) {
        const kind = sets.map((set) => set(address)).join();
        if (takes(address) && !kinds.has(kind)) kinds.set(kind, address);
      }
      found = [...kinds.values()];
      known.set(rule, found);
    }
    return found;
  };
}

/** Every list of addresses that decides something. */
function listsIn(snapshot: Snapshot): string[][] {
  return [
    ...valueOf(snapshot.connectionFilters).flatMap((filter) => [
      filter.ipAllowList,
      filter.ipBlockList,
    ]),
    ...valueOf(snapshot.inboundConnectors).flatMap((connector) => [
      connector.senderIpAddresses,
      connector.efSkipIps,
    ]),
    ...valueOf(snapshot.transportRules).flatMap(({ conditions }) => [
      texts(conditions["senderIpRanges"]),
      texts(conditions["exceptIfSenderIpRanges"]),
    ]),
  ].filter((list) => list.length > 0);
}

const valueOf = <T>(part: Part<T[]>): readonly T[] =>
  "value" in part ? part.value : [];

/** The first address of each range. */
const startsOf = (ranges: readonly string[]): string[] =>
  ranges.flatMap((range) => {
    const [first = ""] = range.split(/[-/]/);
    return first.trim() === "" ? [] : [first.trim()];
  });

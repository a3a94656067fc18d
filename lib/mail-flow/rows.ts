import { folded } from "./mail";
import type { Row } from "./path";
import {
  classes,
  fate,
  key,
  list,
  type Circumstances,
  type Fate,
  type Someone,
} from "./recipients";
import { groupsIn } from "./representatives";
import { mailFlow } from "./route";
import type { Part, Snapshot } from "./snapshot";

/** Which rows. */
export interface RowOptions extends Circumstances {
  /** Addresses; which groups they are members of is not known. @default a sample of each class of recipients */
  recipients?: readonly string[];
}

/** All dispositions in both generations of headers, for each class of recipients or for the recipients given. */
export function rows(snapshot: Snapshot, options: RowOptions = {}): Row[] {
  const follow = mailFlow(snapshot);
  return told(snapshot, (one) => fate(follow, one, options), options).flatMap(
    ({ label, rows }) => rows.map((row) => ({ ...row, recipient: label })),
  );
}

/** A case in two snapshots. */
export interface RowPair {
  before: Row;
  after: Row;
}

/** The same for two snapshots, case by case: the classes of recipients are those that either of them treats differently. */
export function rowPairs(
  before: Snapshot,
  after: Snapshot,
  options: RowOptions = {},
): RowPair[] {
  const flows = [mailFlow(before), mailFlow(after)];
  return told(
    both(before, after),
    (one) => flows.flatMap((follow) => fate(follow, one, options)),
    options,
  ).flatMap(({ label, rows }) => {
    const named = rows.map((row) => ({ ...row, recipient: label }));
    const after = named.splice(named.length / 2);
    return named.flatMap((row, at) => {
      const now = after[at];
      return now ? [{ before: row, after: now }] : [];
    });
  });
}

/** What tells recipients apart in either of two snapshots; nothing else of it is of use. */
function both(before: Snapshot, after: Snapshot): Snapshot {
  const joined = <T>(one: Part<T[]>, other: Part<T[]>): Part<T[]> => ({
    value: [...valueOf(one), ...valueOf(other)],
  });
  const { mailExchanges } = after;
  // Every domain has a host of its own: what may differ is whether that is one of Microsoft's.
  const hosts = new Set(
    "value" in mailExchanges ? Object.values(mailExchanges.value).flat() : [],
  );
  return {
    ...after,
    transportRules: joined(before.transportRules, after.transportRules),
    presetRules: joined(before.presetRules, after.presetRules),
    antiSpamRules: joined(before.antiSpamRules, after.antiSpamRules),
    inboundConnectors: joined(
      before.inboundConnectors,
      after.inboundConnectors,
    ),
    acceptedDomains: joined(before.acceptedDomains, after.acceptedDomains),
    domains: {
      value: valueOf(joined(after.domains, before.domains)).map((domain) => ({
        ...domain,
        // What either has of the domain tells it apart.
        earlierAndLater: [before, after].map(({ domains }) =>
          valueOf(domains)
            .filter((one) => folded(one.domain) === folded(domain.domain))
            .map(({ domainId: _, domain: __, transport, ...rest }) => [
              rest,
              hosts.has(transport ?? ""),
            ]),
        ),
      })),
    },
  };
}

const valueOf = <T>(part: Part<T[]>): T[] =>
  "value" in part ? part.value : [];

type FateOf = (one: Someone) => Fate;

function told(
  snapshot: Snapshot,
  fateOf: FateOf,
  { recipients }: RowOptions,
): { label: string; rows: Fate }[] {
  return recipients
    ? recipients.flatMap((recipient) => cases(snapshot, fateOf, recipient))
    : classes(snapshot, fateOf);
}

/** How a recipient of unknown groups fares: once if that is the same for members of each, else case by case. */
function cases(
  snapshot: Snapshot,
  fateOf: FateOf,
  recipient: string,
): { label: string; rows: Fate }[] {
  const address = folded(recipient);
  const alone = fateOf({ recipient: address, groups: [] });
  const different = new Map<string, { groups: string[]; rows: Fate }>();
  for (const group of groupsIn(snapshot)) {
    const rows = fateOf({ recipient: address, groups: [group] });
    if (key(rows) === key(alone)) continue;
    const same = different.get(key(rows));
    if (same) same.groups.push(group);
    else different.set(key(rows), { groups: [group], rows });
  }
  if (different.size === 0) return [{ label: recipient, rows: alone }];
  const groups = [...different.values()].flatMap(({ groups }) => groups);
  return [
    { label: `${recipient}, if no member of ${list(groups)}`, rows: alone },
    ...[...different.values()].map(({ groups, rows }) => ({
      label: `${recipient}, if a member of ${groups.length > 1 ? "one of " : ""}${list(groups)}`,
      rows,
    })),
  ];
}

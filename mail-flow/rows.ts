import { grouped } from "./grouped";
import { folded } from "./mail";
import { list } from "./names";
import { valueOf } from "./part";
import type { Row } from "./path";
import {
  classes,
  fates,
  key,
  originsOf,
  type Circumstances,
  type Fate,
} from "./recipients";
import { groupsIn, toldApart } from "./representatives";
import { rememberedOf } from "./remembered";
import { mailFlowTo, type Addressee } from "./route";
import { sendingAddresses } from "./sending-addresses";
import type { Part, Snapshot } from "./snapshot";

/** Which rows. */
export interface RowOptions extends Circumstances {
  /** Addresses; which groups they are members of is not known. @default a sample of each class of recipients */
  recipients?: readonly string[];
}

/** All dispositions in both generations of headers, for each class of recipients or for the recipients given. */
export function rows(snapshot: Snapshot, options: RowOptions = {}): Row[] {
  return tables(snapshot)(options).flatMap(named);
}

/** Prepares a snapshot for several tables. */
function tables(snapshot: Snapshot): (options: RowOptions) => Told[] {
  // The recipients of one table are most often those of the next.
  const follow = rememberedOf(mailFlowTo(snapshot));
  const everybody = toldApart(snapshot);
  return (options) =>
    told(snapshot, everybody, fates(follow, options), options);
}

const named = ({ label, rows }: Told): Row[] =>
  rows.map(({ row, steps }) => ({ ...row, steps, recipient: label }));

/**
 * Returns the rows for the first sending address of these ranges, and for each other class of sending addresses those that differ: one
 * address may be on an allow list, or missing from a rule.
 */
export function rowsOfRanges(
  snapshot: Snapshot,
  ranges: readonly string[],
): Omit<Row, "steps">[] {
  const tableOf = tables(snapshot);
  const found = new Map<string, Omit<Row, "steps">>();
  for (const egressIp of sendingAddresses(snapshot, ranges))
    for (const { label, rows } of tableOf({ egressIp }))
      for (const { row } of rows) {
        const of = { ...row, recipient: label };
        const key = JSON.stringify({ ...of, sourceIp: undefined });
        if (!found.has(key)) found.set(key, of);
      }
  return [...found.values()];
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
  const fatesIn = [before, after].map((one) => fates(mailFlowTo(one), options));
  const fateOf: FateOf = (one) => fatesIn.flatMap((fateIn) => fateIn(one));
  const apart = both(before, after);
  return told(apart, toldApart(apart), fateOf, options).flatMap((one) => {
    const rows = named(one);
    const after = rows.splice(rows.length / 2);
    return rows.flatMap((row, at) => {
      const now = after[at];
      return now ? [{ before: row, after: now }] : [];
    });
  });
}

/** What tells recipients apart in either of two snapshots; nothing else of it is of use. */
export function both(before: Snapshot, after: Snapshot): Snapshot {
  const joined = <T>(one: Part<T[]>, other: Part<T[]>): Part<T[]> =>
    "unavailable" in one && "unavailable" in other
      ? other
      : { value: [...valueOf(one), ...valueOf(other)] };
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

type FateOf = (one: Addressee) => Fate;

/** Recipients in words, and how they fare. */
interface Told {
  readonly label: string;
  readonly rows: Fate;
}

function told(
  snapshot: Snapshot,
  everybody: ReturnType<typeof toldApart>,
  fateOf: FateOf,
  options: RowOptions,
): Told[] {
  return options.recipients
    ? options.recipients.flatMap((one) => cases(snapshot, fateOf, one))
    : classes(everybody(originsOf(options)), fateOf);
}

/** How a recipient of unknown groups fares: once if that is the same for members of each, else case by case. */
function cases(snapshot: Snapshot, fateOf: FateOf, recipient: string): Told[] {
  const address = folded(recipient);
  const alone = fateOf({ recipient: address, groups: [] });
  const different = grouped(
    groupsIn(snapshot)
      .map((group) => ({
        group,
        rows: fateOf({ recipient: address, groups: [group] }),
      }))
      .filter(({ rows }) => key(rows) !== key(alone)),
    ({ rows }) => key(rows),
  ).map(({ members }) => ({
    groups: members.map(({ group }) => group),
    rows: members[0].rows,
  }));
  if (different.length === 0) return [{ label: recipient, rows: alone }];
  const groups = different.flatMap((one) => one.groups);
  return [
    { label: `${recipient}, if no member of ${list(groups)}`, rows: alone },
    ...different.map(({ groups, rows }) => ({
      label: `${recipient}, if a member of ${groups.length > 1 ? "one of " : ""}${list(groups)}`,
      rows,
    })),
  ];
}

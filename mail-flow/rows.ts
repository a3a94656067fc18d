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

/** Options of {@link rows}. */
export interface RowOptions extends Circumstances {
  /** Recipients' addresses. The groups that they are members of are unknown. @default a sample of each class of recipients */
  recipients?: readonly string[];
}

/** Returns rows for all dispositions in both generations of headers, for each class of recipients or for the given recipients. */
export function rows(snapshot: Snapshot, options: RowOptions = {}): Row[] {
  return tables(snapshot)(options).flatMap(named);
}

/** Prepares a snapshot for several tables. */
function tables(snapshot: Snapshot): (options: RowOptions) => Told[] {
  // Results are reused, because tables usually have the same recipients.
  const follow = rememberedOf(mailFlowTo(snapshot));
  const everybody = toldApart(snapshot);
  return (options) =>
    told(snapshot, everybody, fates(follow, options), options);
}

const named = ({ label, rows }: Told): Row[] =>
  rows.map(({ row, steps }) => ({ ...row, steps, recipient: label }));

/**
 * Returns the rows for the first sending address of these ranges, and the different rows for each other class of sending addresses: an
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

/** The rows of one case in two snapshots. */
export interface RowPair {
  before: Row;
  after: Row;
}

/** Returns the rows of two snapshots in pairs. The classes of recipients are those that either snapshot treats differently. */
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

/** Returns a snapshot that distinguishes all recipients that one of two snapshots distinguishes. It is of no use for anything else. */
export function both(before: Snapshot, after: Snapshot): Snapshot {
  const joined = <T>(one: Part<T[]>, other: Part<T[]>): Part<T[]> =>
    "unavailable" in one && "unavailable" in other
      ? other
      : { value: [...valueOf(one), ...valueOf(other)] };
  const { mailExchanges } = after;
  // Every domain has a different host, so only whether it is one of Microsoft's is compared.
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
    connectionFilters: joined(
      before.connectionFilters,
      after.connectionFilters,
    ),
    acceptedDomains: joined(before.acceptedDomains, after.acceptedDomains),
    domains: {
      value: valueOf(joined(after.domains, before.domains)).map((domain) => ({
        ...domain,
        // The domain's settings in both snapshots distinguish it.
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

/** A description of recipients, and their results. */
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

/** Returns the results of a recipient whose groups are unknown: one result if it does not depend on groups, else one for each case. */
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

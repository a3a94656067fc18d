import { dispositions, headers, type Message } from "./message";
import type { Row } from "./path";
import { representatives, type Representative } from "./representatives";
import { mailFlow, type MailFlow } from "./route";
import type { Snapshot } from "./snapshot";

/** Recipients whom a snapshot treats alike, and differently from others. */
export interface RecipientClass {
  /** In words: `everybody else at example.com`, `members of sales@example.com`, an address. */
  label: string;
  /** A sample address. */
  recipient: string;
  /** Groups that the sample is a member of, by address. */
  groups: string[];
}

/** From where, and when. */
export interface Circumstances {
  /** The last hop before Microsoft. @default the first published egress address */
  sourceIp?: string;
  /** When. @default now */
  at?: Date;
}

/** The classes of recipients that a snapshot treats differently: few, as those that fare alike are one. */
export function recipientClasses(snapshot: Snapshot): RecipientClass[] {
  const follow = mailFlow(snapshot);
  return classes(snapshot, (one) => fate(follow, one, {})).map(
    ({ label, recipient, groups }) => ({ label, recipient, groups }),
  );
}

/** How recipients fare: all rows but for whom. */
export type Fate = Omit<Row, "recipient">[];

/** Recipients that fare alike, and how. */
export interface Class extends RecipientClass {
  /** The rows of any of them. */
  rows: Fate;
}

/** An address, and the groups that it is a member of. */
export type Someone = Pick<Representative, "recipient" | "groups">;

/** How a recipient fares with mail of every disposition in both generations of headers. */
export function fate(
  follow: MailFlow,
  { recipient, groups }: Someone,
  { sourceIp, at = new Date() }: Circumstances,
): Fate {
  const base = {
    recipient,
    recipientGroups: [...groups],
    at,
    ...(sourceIp === undefined ? {} : { sourceIp }),
  };
  const row = (message: Message): Fate[number] => {
    const { path, sourceIp: used } = follow(message);
    const {
      preview: _,
      delete: __,
      notificationFrequency: ___,
      ...rest
    } = path;
    const { disposition, header } = message;
    return { disposition, header, sourceIp: used, ...rest };
  };
  return dispositions.flatMap((disposition) => {
    if (disposition !== "None")
      return headers.map((header) => row({ ...base, disposition, header }));
    // Clean mail has neither header.
    const one = row({ ...base, disposition, header: headers[0] });
    return headers.map((header) => ({ ...one, header }));
  });
}

/** What is told of a row, without the steps, which name the recipient's domain. */
export function key(rows: Fate): string {
  return JSON.stringify(rows.map(({ steps: _, ...row }) => Object.values(row)));
}

/** The classes of recipients, and how each fares, as `fateOf` tells. */
export function classes(
  snapshot: Snapshot,
  fateOf: (one: Someone) => Fate,
): Class[] {
  const alike = new Map<string, { members: Representative[]; rows: Fate }>();
  const everybody = representatives(snapshot);
  for (const one of everybody) {
    const rows = fateOf(one);
    const name = key(rows);
    const same = alike.get(name);
    if (same) same.members.push(one);
    else alike.set(name, { members: [one], rows });
  }
  const only = alike.size === 1;
  const sets = [...alike.values()];
  const all = sets.map(({ members }) => members);
  return sets.map(({ members, rows }) => {
    const [first] = members as [Representative];
    return {
      label: only ? "everybody" : labelOf(members, all),
      recipient: first.recipient,
      groups: [...first.groups],
      rows,
    };
  });
}

/** How many names a label lists. */
const listed = 4;

function labelOf(members: Representative[], all: Representative[][]): string {
  const ordinary = (ones: Representative[]) =>
    ones.filter(({ named, groups }) => !named && groups.length === 0);
  const parts: string[] = [];
  const here = ordinary(members);
  if (here.length > 0) {
    const others = all.some(
      (ones) => ones !== members && ordinary(ones).length > 0,
    );
    parts.push(
      others
        ? `everybody else at ${list(here.flatMap(({ domains }) => domains))}`
        : "everybody else",
    );
  }
  const domains = new Set(here.map(({ recipientDomain }) => recipientDomain));
  const addresses: string[] = [];
  const byGroups = new Map<string, string[]>();
  for (const { named, groups, recipient, recipientDomain, ...one } of members) {
    // Who fares like the others of the same domain need not be named.
    if (domains.has(recipientDomain)) continue;
    if (named) {
      const fellows = members.some(
        (other) =>
          !other.named &&
          other.groups.length === 0 &&
          other.domains.includes(recipientDomain),
      );
      if (!fellows) addresses.push(recipient);
    } else if (groups.length > 0) {
      const name = groups.join(" and ");
      byGroups.set(name, [...(byGroups.get(name) ?? []), ...one.domains]);
    }
  }
  const everywhere = all.flatMap(ordinary).flatMap(({ domains }) => domains);
  const singles = new Map(
    [...byGroups].filter(([name]) => !name.includes(" and ")),
  );
  for (const [name, at] of byGroups) {
    // Members of two groups that fare like those of one of them are members of that one.
    const covered = name
      .split(" and ")
      .some(
        (group) =>
          group !== name &&
          at.every((domain) => singles.get(group)?.includes(domain)),
      );
    if (covered) continue;
    parts.push(
      at.length === everywhere.length
        ? `members of ${name}`
        : `members of ${name} at ${list(at)}`,
    );
  }
  if (addresses.length > 0) parts.push(list(addresses));
  return parts.join("; ");
}

/** Names as a label lists them. */
export function list(names: readonly string[]): string {
  const more = names.length - listed;
  return more > 1
    ? `${names.slice(0, listed).join(", ")} and ${more} more`
    : names.join(", ");
}

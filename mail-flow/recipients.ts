import { otherHost } from "./cloudflare";
import { egressIpRanges } from "./egress";
import { collected, grouped } from "./grouped";
import { list } from "./names";
import {
  dispositions,
  headers,
  type Disposition,
  type Header,
  type Message,
} from "./message";
import type { Path, Row } from "./path";
import {
  representatives,
  type Origin,
  type Representative,
} from "./representatives";
import {
  mailFlowTo,
  unknownSender,
  type Addressee,
  type MailFlowTo,
} from "./route";
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

/** From where, and when; the defaults are those of a message. */
export type Circumstances = Pick<Message, "sourceIp" | "egressIp" | "at">;

/** The classes of recipients that a snapshot treats differently: few, as those that fare alike are one. */
export function recipientClasses(snapshot: Snapshot): RecipientClass[] {
  return classes(
    representatives(snapshot, originsOf({})),
    fates(mailFlowTo(snapshot), {}),
  ).map(({ rows: _, ...one }) => one);
}

/** Where all mail of a table comes from: by way of Cloudflare, and past it to domains that Cloudflare does not protect. */
export const originsOf = ({ sourceIp, egressIp }: Circumstances): Origin[] =>
  (sourceIp === undefined
    ? [egressIp ?? egressIpRanges[0] ?? "", otherHost]
    : [sourceIp]
  ).map((source) => ({ sender: unknownSender, sourceIp: source }));

/** How recipients fare: all rows but for whom, and apart from them the steps, which name the recipient's domain. */
export type Fate = {
  readonly row: Omit<Row, "recipient" | "steps">;
  readonly steps: Path["steps"];
}[];

/** Recipients that fare alike, and how. */
export interface Class extends RecipientClass {
  /** The rows of any of them. */
  rows: Fate;
}

/** Tells how a recipient fares with mail of every disposition in both generations of headers. */
export function fates(
  follow: MailFlowTo,
  circumstances: Circumstances,
): (one: Addressee) => Fate {
  const messages = dispositions.flatMap((disposition) =>
    // Clean mail has neither header.
    (disposition === "None" ? headers.slice(0, 1) : headers).map((header) => ({
      ...circumstances,
      disposition,
      header,
    })),
  );
  return (one) => {
    const followed = follow(one);
    return messages.flatMap((message) => {
      const { disposition, header } = message;
      const { path, sourceIp } = followed(message);
      const row = rowOf(disposition, header, sourceIp, path);
      const { steps } = path;
      return disposition === "None"
        ? headers.map((header) => ({ row: { ...row, header }, steps }))
        : { row, steps };
    });
  };
}

function rowOf(
  disposition: Disposition,
  header: Header,
  sourceIp: string,
  path: Path,
): Fate[number]["row"] {
  return {
    disposition,
    header,
    sourceIp,
    outcome: path.outcome,
    scl: path.scl,
    verdict: path.verdict,
    policy: path.policy,
    action: path.action,
    quarantinePolicy: path.quarantinePolicy,
    release: path.release,
    notified: path.notified,
    retentionDays: path.retentionDays,
  };
}

/** Text that is the same for those who fare alike, whatever the steps. */
export const key = (fate: Fate): string =>
  JSON.stringify(fate.map(({ row }) => row));

/** The classes of recipients, and how each fares, as `fateOf` tells. */
export function classes(
  everybody: readonly Representative[],
  fateOf: (one: Addressee) => Fate,
): Class[] {
  const all = everybody.filter(isOrdinary);
  const alike = collected(
    everybody.map((one) => {
      const rows = fateOf(one);
      return [key(rows), { one, rows }];
    }),
  );
  return [...alike.values()].map((members) => {
    const [{ one, rows }] = members;
    const people = members.map((member) => member.one);
    return {
      label: alike.size === 1 ? "everybody" : labelOf(people, all),
      recipient: one.recipient,
      groups: [...one.groups],
      rows,
    };
  });
}

/** Whether nothing but the domain tells a recipient apart. */
export function isOrdinary({ named, groups }: Representative): boolean {
  return !named && groups.length === 0;
}

/** The addresses that something names, and those that fare so only as members of a group. */
export const namesOf = (people: readonly Representative[]): string[] => {
  const named = people.filter(({ named }) => named);
  const whatever = new Set(
    named.flatMap(({ groups, recipient }) =>
      groups.length === 0 ? [recipient] : [],
    ),
  );
  return [
    ...whatever,
    ...named
      .filter(({ recipient }) => !whatever.has(recipient))
      .map(
        ({ recipient, groups }) =>
          `${recipient} as a member of ${groups.join(" and ")}`,
      ),
  ];
};

/** Names the recipients of a class. `all` are the ordinary ones of all classes. */
function labelOf(
  members: readonly Representative[],
  all: readonly Representative[],
): string {
  const parts: string[] = [];
  const here = members.filter(isOrdinary);
  const domains = new Set(here.flatMap(({ domains }) => domains));
  if (here.length > 0)
    parts.push(
      here.length < all.length
        ? `everybody else at ${list([...domains])}`
        : "everybody else",
    );
  // Who fares like the others of the same domain need not be named.
  const apart = members.filter(
    ({ recipientDomain }) => !domains.has(recipientDomain),
  );
  const memberships = grouped(
    apart.filter(({ named }) => !named),
    ({ groups }) => groups,
  ).map(({ key, members }) => ({
    groups: key,
    at: members.flatMap(({ domains }) => domains),
  }));
  for (const { groups, at } of memberships) {
    // Members of two groups that fare like those of one of them are members of that one.
    const covered = memberships.some(
      (single) =>
        groups.length > 1 &&
        single.groups.length === 1 &&
        single.groups.every((group) => groups.includes(group)) &&
        at.every((domain) => single.at.includes(domain)),
    );
    if (covered) continue;
    const name = groups.join(" and ");
    parts.push(
      at.length === all.flatMap(({ domains }) => domains).length
        ? `members of ${name}`
        : `members of ${name} at ${list(at)}`,
    );
  }
  const addresses = namesOf(
    apart.filter(
      ({ groups, recipientDomain }) =>
        !memberships.some(
          (one) =>
            one.groups.join() === groups.join() &&
            one.at.includes(recipientDomain),
        ),
    ),
  );
  if (addresses.length > 0) parts.push(list(addresses));
  return parts.join("; ");
}

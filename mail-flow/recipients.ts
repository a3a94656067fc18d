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

/** A class of recipients: a snapshot treats them alike, and differently from others. */
export interface RecipientClass {
  /** A description: `everybody else at example.com`, `members of sales@example.com`, an address. */
  label: string;
  /** A sample address. */
  recipient: string;
  /** The addresses of the groups that the sample is a member of. */
  groups: string[];
}

/** The source and the time of mail; the defaults are those of a message. */
export type Circumstances = Pick<Message, "sourceIp" | "egressIp" | "at">;

/**
 * Returns the classes of recipients that a snapshot treats differently. They are few, because recipients with the same results are one
 * class.
 */
export function recipientClasses(snapshot: Snapshot): RecipientClass[] {
  return classes(
    representatives(snapshot, originsOf({})),
    fates(mailFlowTo(snapshot), {}),
  ).map(({ rows: _, ...one }) => one);
}

/** Returns the origins of all mail in a table: from Cloudflare, and, for domains that Cloudflare does not protect, from another host. */
export const originsOf = ({ sourceIp, egressIp }: Circumstances): Origin[] =>
  (sourceIp === undefined
    ? [egressIp ?? egressIpRanges[0] ?? "", otherHost]
    : [sourceIp]
  ).map((source) => ({ sender: unknownSender, sourceIp: source }));

/** The results of recipients: all rows without the recipient. The steps are separate, because they contain the recipient's domain. */
export type Fate = {
  readonly row: Omit<Row, "recipient" | "steps">;
  readonly steps: Path["steps"];
}[];

/** A class of recipients with the same results, and these results. */
export interface Class extends RecipientClass {
  /** The rows, which are the same for all of them. */
  rows: Fate;
}

/** Returns a function that returns a recipient's results for mail of every disposition in both generations of headers. */
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

/** Returns a key that is equal for equal results, whatever the steps. */
export const key = (fate: Fate): string =>
  JSON.stringify(fate.map(({ row }) => row));

/** Returns the classes of recipients with their results. `fateOf` returns the results of a recipient. */
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

/** Returns whether only the domain distinguishes a recipient from others. */
export function isOrdinary({ named, groups }: Representative): boolean {
  return !named && groups.length === 0;
}

/** Returns the named addresses. An address that has these results only as a member of a group is listed with the group. */
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

/** Returns a description of the recipients of a class. `all` are the ordinary recipients of all classes. */
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
  // A recipient with the same results as the others of the domain is not listed.
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
    // Members of two groups with the same results as members of one of these groups are not listed separately.
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

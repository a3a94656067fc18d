import { dispositionHeaders } from "../../lib/mail-flow/message";
import type { Row } from "../../lib/mail-flow/path";
import type { Changed } from "./explanation";
import { endKey } from "./lines";
import { dispositionNames, outcomes } from "./words";

/** What is said where there are no rows. */
export const nobody =
  "Nobody to tell of: the snapshot holds no domain that Microsoft 365 takes mail for. Ask for one with --recipient.";

/** Where a row ends, with the quarantine policy's name. */
export const endOf = ({ outcome, quarantinePolicy }: Row): string =>
  quarantinePolicy === null
    ? outcomes[outcome]
    : `${outcomes[outcome]} ${quarantinePolicy}`;

/** A list as far as a person reads it. */
export function shortened(values: readonly string[]): string {
  if (values.length === 0) return "none";
  return values.length <= 4
    ? values.join(", ")
    : `${values.slice(0, 3).join(", ")} and ${values.length - 3} more`;
}

/** An ISO 8601 date for people, to the minute. */
export const readableTime = (date: string): string =>
  date.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2 UTC");

/** Dispositions that change alike, for the same recipients. */
export interface MergedChange {
  /** The dispositions, and the header where it is true of one only. */
  label: string;
  recipient: string;
  before: Row;
  after: Row;
}

/** Changes as a person reads them: those that are alike together, by recipient. */
export function mergedChanges(changes: readonly Changed[]): MergedChange[] {
  const alike = (one: Changed): string =>
    JSON.stringify([
      one.after.recipient,
      endKey(one.before),
      endKey(one.after),
    ]);
  const bothHeaders = (one: Changed): boolean =>
    changes.some(
      (other) =>
        other.after.header !== one.after.header &&
        other.after.disposition === one.after.disposition &&
        alike(other) === alike(one),
    );
  const groups = new Map<string, [Changed, ...Changed[]]>();
  for (const change of changes) {
    const key = `${alike(change)} ${bothHeaders(change) ? "" : change.after.header}`;
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()]
    .map((group) => {
      const [{ before, after }] = group;
      const names = group.map(
        (change) => dispositionNames[change.after.disposition],
      );
      return {
        label:
          [...new Set(names)].join(", ") +
          (bothHeaders(group[0])
            ? ""
            : `, in ${dispositionHeaders[after.header]}`),
        recipient: after.recipient,
        before,
        after,
      };
    })
    .sort(
      (one, other) =>
        order(changes, one.recipient) - order(changes, other.recipient),
    );
}

const order = (changes: readonly Changed[], recipient: string): number =>
  changes.findIndex(({ after }) => after.recipient === recipient);

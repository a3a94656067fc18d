import {
  dispositionHeaders,
  dispositions,
  headers,
  type Disposition,
  type Header,
} from "../../mail-flow/message";
import type { Row, Step } from "../../mail-flow/path";
import type { RowPair } from "../../mail-flow/rows";
import { groupsOf } from "../../mail-flow/grouped";
import { dispositionName, toneOf, type Tone } from "./words";

/** The path of a disposition to a class of recipients: a line of the picture. */
export interface Line {
  disposition: Disposition;
  /** The generation of headers that it applies to; undefined if both end alike. */
  header: Header | undefined;
  /** A row per generation that it represents. All end alike. */
  rows: readonly [Row, ...Row[]];
}

/** All lines to one class of recipients. */
export interface Recipients {
  /** The name of the class, or the address. */
  recipient: string;
  sourceIp: string;
  /** The lines. Those that end alike are neighbours; those of the worst disposition are first. */
  lines: Line[];
}

/** Groups rows by recipients, and merges those of both generations of headers if they end alike. */
export const recipientsOf = (rows: readonly Row[]): Recipients[] =>
  groupsOf(rows, ({ recipient }) => recipient).map((group) => ({
    recipient: group[0].recipient,
    // Mail that Cloudflare drops has no sending address.
    sourceIp: group.find(({ sourceIp }) => sourceIp)?.sourceIp ?? "",
    lines: together(linesOf(group)),
  }));

/** Returns a key of where a row ends, without its steps. */
export const endKey = ({
  disposition,
  header,
  sourceIp,
  recipient,
  steps,
  ...end
}: Row): string => JSON.stringify(end);

/** Returns the rows whose steps differ from those of all previous rows. */
export const withOtherSteps = (rows: readonly Row[]): Row[] =>
  groupsOf(rows, ({ steps }) => JSON.stringify(steps)).map(([first]) => first);

function linesOf(rows: readonly Row[]): Line[] {
  return dispositions.flatMap((disposition) => {
    const mine = rows.filter((row) => row.disposition === disposition);
    const ends = groupsOf(mine, endKey);
    const ways =
      ends.length > 1 ? mine.map((row): [Row, ...Row[]] => [row]) : ends;
    return ways.map((rows) => ({
      disposition,
      header: rows.length < headers.length ? rows[0].header : undefined,
      rows,
    }));
  });
}

/**
 * Sorts lines into the order for all columns of a picture: by where they end, from the strictest to the inbox, then by the objects
 * before, each in the order of first appearance. So lines with the same object are neighbours.
 */
function together(lines: readonly Line[]): Line[] {
  const appearance = (keyOf: (row: Row) => string) => {
    const keys = lines.map(({ rows: [row] }) => keyOf(row));
    return (row: Row): number => keys.indexOf(keyOf(row));
  };
  const places = [
    (row: Row) => strictness.indexOf(toneOf(row)),
    appearance(({ outcome, quarantinePolicy, release }) =>
      JSON.stringify([outcome, quarantinePolicy, release]),
    ),
    appearance(endKey),
    appearance((row) =>
      rulesOf(row)
        .map(({ object }) => object)
        .join(),
    ),
  ];
  return [...lines].sort(
    ({ rows: [one] }, { rows: [other] }) =>
      places.map((of) => of(one) - of(other)).find((by) => by !== 0) ?? 0,
  );
}

const strictness: readonly Tone[] = [
  "gone",
  "administrator",
  "unknown",
  "recipient",
  "elsewhere",
  "junk",
  "inbox",
];

/** Returns the steps in which a mail flow rule decided. */
export const rulesOf = ({ steps }: Row): Step[] =>
  steps.filter(({ object }) => object.startsWith("TransportRule "));

/** Returns the name in an object such as `TransportRule "Bypass"`, or the whole text if it has none. */
export function nameIn(object: string): string {
  return /^[^"]*"(.*)"$/s.exec(object)?.[1] ?? object;
}

/** Dispositions with the same change for the same recipients. */
export interface MergedChange extends RowPair {
  /** The dispositions, and the header if only one of them changes. */
  label: string;
}

/** Groups changes by recipients, and merges equal ones. */
export function mergedChanges(changes: readonly RowPair[]): MergedChange[] {
  return groupsOf(changes, ({ after }) => after.recipient).flatMap(merged);
}

/** Merges equal changes for the same recipients. */
function merged(changes: readonly RowPair[]): MergedChange[] {
  const alike = ({ before, after }: RowPair): string =>
    `${endKey(before)} ${endKey(after)}`;
  const inBothHeaders = (one: RowPair): boolean =>
    changes.some(
      (other) =>
        other.after.header !== one.after.header &&
        other.after.disposition === one.after.disposition &&
        alike(other) === alike(one),
    );
  const headerOf = (one: RowPair): string =>
    inBothHeaders(one) ? "" : `, in ${dispositionHeaders[one.after.header]}`;
  return groupsOf(changes, (one) => alike(one) + headerOf(one)).map((group) => {
    const [first] = group;
    const names = new Set(
      group.map(({ after }) => dispositionName(after.disposition)),
    );
    return { ...first, label: [...names].join(", ") + headerOf(first) };
  });
}

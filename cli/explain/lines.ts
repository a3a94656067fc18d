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

/** One disposition's way to one class of recipients: a line of the picture. */
export interface Line {
  disposition: Disposition;
  /** The generation of headers that it is true of; undefined where both end alike. */
  header: Header | undefined;
  /** A row per generation that it stands for; all end alike. */
  rows: readonly [Row, ...Row[]];
}

/** All lines to one class of recipients. */
export interface Recipients {
  /** The class in words, or the address. */
  recipient: string;
  sourceIp: string;
  /** Lines that end alike stand together, those of the worst disposition first. */
  lines: Line[];
}

/** Rows as a person reads them: by recipients, without one for each generation of headers where that makes no difference. */
export const recipientsOf = (rows: readonly Row[]): Recipients[] =>
  groupsOf(rows, ({ recipient }) => recipient).map((group) => ({
    recipient: group[0].recipient,
    // Mail that Cloudflare drops comes from nowhere.
    sourceIp: group.find(({ sourceIp }) => sourceIp)?.sourceIp ?? "",
    lines: together(linesOf(group)),
  }));

/** What tells ends apart: everything but how a row gets there. */
export const endKey = ({
  disposition,
  header,
  sourceIp,
  recipient,
  steps,
  ...end
}: Row): string => JSON.stringify(end);

/** The rows whose steps differ from those of the rows before. */
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
 * One order for all columns of a picture: by the end, from the strictest to the inbox, then by what leads there, each in the order of
 * first appearance. So what is shared stands together.
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

/** The steps in which a mail flow rule decided. */
export const rulesOf = ({ steps }: Row): Step[] =>
  steps.filter(({ object }) => object.startsWith("TransportRule "));

/** The name in an object such as `TransportRule "Bypass"`; the whole where it has none. */
export function nameIn(object: string): string {
  return /^[^"]*"(.*)"$/s.exec(object)?.[1] ?? object;
}

/** Dispositions that change alike, for the same recipients. */
export interface MergedChange extends RowPair {
  /** The dispositions, and the header where it is true of one only. */
  label: string;
}

/** Changes as a person reads them: those that are alike together, by recipient. */
export function mergedChanges(changes: readonly RowPair[]): MergedChange[] {
  return groupsOf(changes, ({ after }) => after.recipient).flatMap(merged);
}

/** Changes for the same recipients. */
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

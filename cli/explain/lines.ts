import {
  dispositions,
  headers,
  type Disposition,
  type Header,
} from "../../lib/mail-flow/message";
import type { Row, Step } from "../../lib/mail-flow/path";
import { toneOf, type Tone } from "./words";

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
export function recipientsOf(rows: readonly Row[]): Recipients[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    groups.set(row.recipient, [...(groups.get(row.recipient) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { recipient } = first;
    // Mail that Cloudflare drops comes from nowhere.
    const sourceIp = group.find(({ sourceIp }) => sourceIp)?.sourceIp ?? "";
    return [{ recipient, sourceIp, lines: together(linesOf(group)) }];
  });
}

/** What tells ends apart: everything but how a row gets there. */
export const endKey = ({
  outcome,
  scl,
  verdict,
  policy,
  action,
  quarantinePolicy,
  release,
  notified,
  retentionDays,
}: Row): string =>
  JSON.stringify([
    outcome,
    quarantinePolicy,
    release,
    notified,
    retentionDays,
    policy,
    action,
    verdict,
    scl,
  ]);

function linesOf(rows: readonly Row[]): Line[] {
  return dispositions.flatMap((disposition) => {
    const mine = rows.filter((row) => row.disposition === disposition);
    const [first, ...others] = mine;
    if (!first) return [];
    if (others.every((row) => endKey(row) === endKey(first)))
      return [
        {
          disposition,
          header: mine.length < headers.length ? first.header : undefined,
          rows: [first, ...others] as const,
        },
      ];
    return mine.map((row) => ({
      disposition,
      header: row.header,
      rows: [row] as const,
    }));
  });
}

/**
 * One order for all columns of a picture: by the end, from the strictest to the inbox, then by what leads there, each in the order of
 * first appearance. So what is shared stands together.
 */
function together(lines: readonly Line[]): Line[] {
  const keys = lines.map(({ rows: [row] }) => [
    JSON.stringify([row.outcome, row.quarantinePolicy, row.release]),
    endKey(row),
    rulesOf(row)
      .map(({ object }) => object)
      .join(),
  ]);
  const places = [0, 1, 2].map((column) => {
    const seen = [...new Set(keys.map((key) => key[column]))];
    return keys.map((key) => seen.indexOf(key[column]));
  });
  return lines
    .map((line, at) => ({
      line,
      order: [
        strictness.indexOf(toneOf(line.rows[0])),
        ...places.map((place) => place[at] ?? 0),
      ],
    }))
    .sort((one, other) => {
      const at = one.order.findIndex((place, i) => place !== other.order[i]);
      return at < 0 ? 0 : (one.order[at] ?? 0) - (other.order[at] ?? 0);
    })
    .map(({ line }) => line);
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

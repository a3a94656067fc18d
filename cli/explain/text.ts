import Table from "cli-table3";
import { createColors } from "picocolors";
import wrapAnsi from "wrap-ansi";
import { dispositionHeaders } from "../../lib/mail-flow/message";
import type { Row, Step } from "../../lib/mail-flow/path";
import type { Changed, Explanation } from "./explanation";
import {
  endKey,
  nameIn,
  recipientsOf,
  rulesOf,
  type Line,
  type Recipients,
} from "./lines";
import { printable } from "./markup";
import {
  endOf,
  mergedChanges,
  nobody,
  readableTime,
  shortened,
} from "./phrases";
import {
  actionName,
  dispositionNames,
  handling,
  shortHeaderNames,
  toneOf,
  verdictNames,
  type Tone,
} from "./words";

/** How the text is written. */
export interface TextOptions {
  /** Whether colours are for the eyes of a person at a terminal. */
  colours: boolean;
  /** Whether each row's steps are told. */
  steps: boolean;
}

/** The width that every line fits in. */
const width = 100;

/** An explanation as text for a terminal: few lines, as rows that are alike stand together. */
export function asText(
  unsafe: Explanation,
  { colours, steps }: TextOptions,
): string {
  const explanation = printable(unsafe);
  const colour = createColors(colours);
  const paint: Readonly<Record<Tone, (text: string) => string>> = {
    administrator: colour.magenta,
    recipient: colour.blue,
    inbox: colour.green,
    junk: colour.yellow,
    gone: colour.gray,
    elsewhere: colour.cyan,
    unknown: colour.red,
  };
  const painted: Painted = {
    bold: colour.bold,
    end: (row) =>
      [paint[toneOf(row)](endOf(row)), handling(row).join("; ")]
        .filter(Boolean)
        .join("\n"),
  };
  const { changes, notes, unread, rows } = explanation;
  const blocks = [
    heading(explanation, painted),
    ...unread.map(({ part, reason }) =>
      colour.yellow(wrapped(`Not read: ${part}. ${reason}`)),
    ),
    ...notes.map((note) => colour.yellow(wrapped(`${note}.`))),
    ...(rows.length === 0 ? [wrapped(nobody)] : []),
    ...(changes
      ? changed(changes, painted)
      : recipientsOf(rows).map((group) => flow(group, painted, steps))),
    ...findingsLine(explanation),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** What is painted, in colours or without. */
interface Painted {
  bold: (text: string) => string;
  /** Where a row ends, and what may be done there. */
  end: (row: Row) => string;
}

function flow(
  { recipient, sourceIp, lines }: Recipients,
  painted: Painted,
  steps: boolean,
): string {
  const from = sourceIp === "" ? "" : `, from ${sourceIp}`;
  return [
    wrapped(painted.bold(`To ${recipient}`) + from),
    table(
      ["Cloudflare finds", "SCL", "Verdict", "Policy", "Where it ends"],
      [20, 5, 22, 17, 36],
      merged(lines).map(({ label, row }) => [
        label,
        row.scl ?? "–",
        row.verdict === null ? "–" : verdictNames[row.verdict],
        decider(row),
        painted.end(row),
      ]),
    ),
    ...(steps ? lines.flatMap((line) => told(line, painted)) : []),
  ].join("\n");
}

/** The policy that acts, or the rule that ends a message's way, and what it does. */
function decider(row: Row): string {
  const { policy, action } = row;
  const rule = rulesOf(row).at(-1);
  const name = policy ?? (action === null || !rule ? "–" : nameIn(rule.object));
  return action === null ? name : `${name}\n${actionName(action)}`;
}

function findingsLine({ findings }: Explanation): string[] {
  const bad = findings.filter(
    ({ status }) => status === "failed" || status === "warning",
  );
  if (bad.length === 0) return [];
  return [
    bad.length === 1
      ? "1 finding: area1-m365 doctor tells what it is, and what to do."
      : `${bad.length} findings: area1-m365 doctor tells what they are, and what to do.`,
  ];
}

function heading(
  { tenant, tenantId, takenAt, planned, changes }: Explanation,
  { bold }: Painted,
): string {
  const of = tenant ?? tenantId ?? "the snapshot";
  const what = changes
    ? "What an up would change"
    : planned
      ? "Where mail will go"
      : "Where mail goes";
  return wrapped(
    `${bold(what)}: ${of}, read ${readableTime(takenAt)}. Microsoft is taken to find nothing by itself.`,
  );
}

function changed(
  changes: readonly Changed[],
  { bold, end }: Painted,
): string[] {
  const merged = mergedChanges(changes);
  if (merged.length === 0)
    return ["Nothing: all mail ends where it ends today."];
  const recipients = [...new Set(merged.map(({ recipient }) => recipient))];
  return recipients.map((to) =>
    [
      wrapped(bold(`To ${to}`)),
      table(
        ["Cloudflare finds", "Today", "After the up"],
        [20, 40, 40],
        merged
          .filter(({ recipient }) => recipient === to)
          .map(({ label, before, after }) => [label, end(before), end(after)]),
      ),
    ].join("\n"),
  );
}

/** Lines that end alike, as one. */
function merged(lines: readonly Line[]): { label: string; row: Row }[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.header ?? ""} ${endKey(line.rows[0])}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const names = [first, ...others].map(
      ({ disposition }) => dispositionNames[disposition],
    );
    return [
      {
        label:
          names.join(", ") +
          (first.header ? `\n${shortHeaderNames[first.header]}` : ""),
        row: first.rows[0],
      },
    ];
  });
}

function told({ disposition, rows }: Line, { bold }: Painted): string[] {
  const told = rows.filter(
    ({ steps }, at) =>
      rows.findIndex(
        (row) => JSON.stringify(row.steps) === JSON.stringify(steps),
      ) === at,
  );
  return told.map((row) =>
    [
      "",
      wrapped(
        bold(
          `${dispositionNames[disposition]}${told.length < rows.length ? "" : ` in ${dispositionHeaders[row.header]}`}`,
        ),
      ),
      table(
        [],
        [4, 42, 54],
        row.steps.map((step, at) => [`${at + 1}.`, decided(step), step.why]),
      ),
    ].join("\n"),
  );
}

/** What decided, as an object, its property and the value. */
function decided({ object, property, value }: Step): string {
  const setting = property === "" ? "" : `\n${property}`;
  const of = Array.isArray(value) ? shortened(value) : value;
  return `${object}${setting}${of === null || of === "" ? "" : `: ${of}`}`;
}

type Cell = string | number;

/** Columns apart by two spaces, without lines: what is wider than its column is wrapped, an empty line parts what is long. */
function table(
  head: string[],
  colWidths: number[],
  rows: readonly Cell[][],
): string {
  const made = new Table({
    head,
    colWidths,
    chars: Object.fromEntries(
      [
        ...["top", "bottom"].flatMap((edge) =>
          ["", "-mid", "-left", "-right"].map((at) => edge + at),
        ),
        ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
        "middle",
      ].map((place) => [place, ""]),
    ),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  made.push(
    ...rows.map((cells) =>
      cells.map((cell, at) =>
        wrapAnsi(String(cell), (colWidths[at] ?? width) - 2, { hard: true }),
      ),
    ),
  );
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}

const wrapped = (text: string): string => wrapAnsi(text, width, { hard: true });

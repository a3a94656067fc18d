import Table from "cli-table3";
import { createColors } from "picocolors";
import type { Colors } from "picocolors/types";
import wrapAnsi from "wrap-ansi";
import { dispositionHeaders } from "../../mail-flow/message";
import type { Row, Step } from "../../mail-flow/path";
import type { RowPair } from "../../mail-flow/rows";
import { groupsOf } from "../../mail-flow/grouped";
import type { Explanation } from "./explanation";
import {
  endKey,
  mergedChanges,
  nameIn,
  recipientsOf,
  rulesOf,
  withOtherSteps,
  type Line,
  type Recipients,
} from "./lines";
import { visible } from "../../mail-flow/visible";
import {
  actionName,
  dispositionName,
  endOf,
  handling,
  noRecipients,
  readableTime,
  settingOf,
  shortHeaderNames,
  toneOf,
  verdictNames,
  type Tone,
} from "./words";

/** The greatest width of a line. */
const width = 100;

const toneColours = {
  administrator: "magenta",
  recipient: "blue",
  inbox: "green",
  junk: "yellow",
  gone: "gray",
  elsewhere: "cyan",
  unknown: "red",
} as const satisfies Record<Tone, keyof Colors>;

/** Returns an explanation as text for a terminal. Rows that end alike are merged. Optionally with the steps of each. */
export function asText(
  unsafe: Explanation,
  { colours, steps }: { colours: boolean; steps: boolean },
): string {
  const explanation = visible(unsafe);
  const colour = createColors(colours);
  const { changes, notes, unread, rows } = explanation;
  const blocks = [
    heading(explanation, colour),
    ...unread.map(({ part, reason }) =>
      colour.yellow(wrapped(`Not read: ${part}. ${reason}`)),
    ),
    ...notes.map((note) => colour.yellow(wrapped(`${note}.`))),
    ...(rows.length === 0 ? [wrapped(noRecipients)] : []),
    ...(changes
      ? changed(changes, colour)
      : recipientsOf(rows).map((group) => flow(group, colour, steps))),
    ...findingsLine(explanation),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Returns where a row ends, and who may do what there. */
const end = (row: Row, colour: Colors): string =>
  [colour[toneColours[toneOf(row)]](endOf(row)), handling(row).join("; ")]
    .filter(Boolean)
    .join("\n");

function flow(
  { recipient, sourceIp, lines }: Recipients,
  colour: Colors,
  steps: boolean,
): string {
  const from = sourceIp === "" ? "" : `, from ${sourceIp}`;
  return [
    wrapped(colour.bold(`To ${recipient}`) + from),
    table(
      ["Cloudflare finds", "SCL", "Verdict", "Policy", "Where it ends"],
      [20, 5, 22, 17, 36],
      merged(lines).map(({ label, row }) => [
        label,
        row.scl ?? "–",
        row.verdict === null ? "–" : verdictNames[row.verdict],
        decider(row),
        end(row, colour),
      ]),
    ),
    ...(steps ? lines.flatMap((line) => stepsText(line, colour)) : []),
  ].join("\n");
}

/** Returns the policy that acts, or the rule that ends the delivery, with its action. */
function decider(row: Row): string {
  const { policy, action } = row;
  const rule = rulesOf(row).at(-1);
  const name = policy ?? (action === null || !rule ? "–" : nameIn(rule.object));
  return action === null ? name : `${name}\n${actionName(action)}`;
}

function findingsLine({ findings }: Explanation): string[] {
  const { length } = findings.filter(({ status }) => status !== "skipped");
  if (length === 0) return [];
  return [
    length === 1
      ? "1 finding: area1-m365 doctor shows it, and what to do."
      : `${length} findings: area1-m365 doctor shows them, and what to do.`,
  ];
}

function heading(
  { tenant, tenantId, takenAt, planned, changes, useCase }: Explanation,
  { bold }: Colors,
): string {
  const of = tenant ?? tenantId ?? "the snapshot";
  const what = changes
    ? "What an up would change"
    : planned
      ? "Where mail will go"
      : "Where mail goes";
  return wrapped(
    `${bold(what)}: ${of}, read ${readableTime(takenAt)}. Assumes that Microsoft has no verdict of its own. ${planned ? useCase.replace("The tenant is in", "The tenant will be in") : useCase}`,
  );
}

function changed(changes: readonly RowPair[], colour: Colors): string[] {
  const merged = mergedChanges(changes);
  if (merged.length === 0)
    return ["Nothing: all mail ends where it ends today."];
  return groupsOf(merged, ({ after }) => after.recipient).map((group) =>
    [
      wrapped(colour.bold(`To ${group[0].after.recipient}`)),
      table(
        ["Cloudflare finds", "Today", "After the up"],
        [20, 40, 40],
        group.map(({ label, before, after }) => [
          label,
          end(before, colour),
          end(after, colour),
        ]),
      ),
    ].join("\n"),
  );
}

/** Merges lines that end alike. */
function merged(lines: readonly Line[]): { label: string; row: Row }[] {
  return groupsOf(
    lines,
    ({ header = "", rows }) => `${header} ${endKey(rows[0])}`,
  ).map((group) => {
    const [{ header, rows }] = group;
    const names = group.map(({ disposition }) => dispositionName(disposition));
    return {
      label: names.join(", ") + (header ? `\n${shortHeaderNames[header]}` : ""),
      row: rows[0],
    };
  });
}

function stepsText({ disposition, rows }: Line, { bold }: Colors): string[] {
  const shown = withOtherSteps(rows);
  return shown.map((row) =>
    [
      "",
      wrapped(
        bold(
          `${dispositionName(disposition)}${shown.length < rows.length ? "" : ` in ${dispositionHeaders[row.header]}`}`,
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

/** Returns the object, property and value that decided. */
function decided(step: Step): string {
  const { object, property } = step;
  const setting = property === "" ? "" : `\n${property}`;
  const value = settingOf(step);
  return `${object}${setting}${value && `: ${value}`}`;
}

type Cell = string | number;

/** Returns columns separated by two spaces. Wraps cells that are too wide, and separates long rows by an empty line. */
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

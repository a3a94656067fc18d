import { createColors } from "picocolors";
import wrap from "wrap-ansi";

import type { Finding, Status } from "../../lib/mail-flow/finding";
import { printable } from "../../providers/errors";
import type { Diagnosis } from "./diagnosis";

/** Readable where a terminal is as narrow as it gets. */
const width = 80;
const margin = "  ";

/** How a diagnosis is told. */
export interface Telling {
  /** Tells of every check that is fine, and not only their names. */
  readonly verbose: boolean;
  readonly colours: boolean;
}

/** A diagnosis for people: the failures first, then what may become one, what could not be looked at, and what is fine. */
export function diagnosisText(
  { subject, findings }: Diagnosis,
  { verbose, colours }: Telling,
): string {
  const colour = createColors(colours);
  const titles: Readonly<Record<Status, (count: number) => string>> = {
    failed: (count) => colour.bold(colour.red(`FAILED (${count})`)),
    warning: (count) => colour.bold(colour.yellow(`WARNING (${count})`)),
    skipped: (count) => colour.bold(colour.dim(`SKIPPED (${count})`)),
    ok: (count) => colour.bold(colour.green(`OK (${count})`)),
  };
  const of = (status: Status): Finding[] =>
    findings
      .filter((finding) => finding.status === status)
      // Names of objects are somebody's, and may hold what moves a cursor.
      .map((finding) => ({
        ...finding,
        object: printable(finding.object),
        reason: printable(finding.reason),
        fix: printable(finding.fix),
      }));
  const section = (status: Status, lines: readonly string[]): string[] =>
    of(status).length > 0
      ? [titles[status](of(status).length), ...lines, ""]
      : [];
  const whole = (finding: Finding): string[] => [
    "",
    indented(
      `${colour.bold(finding.check)}  ${finding.object}${finding.property && `, ${finding.property}`}`,
      1,
    ),
    indented(finding.reason, 2),
    ...(finding.fix ? toDo(finding.fix, colour.bold("Do:")) : []),
    // A link that is broken in two cannot be clicked.
    ...(finding.fix ? [`${margin.repeat(2)}${colour.dim(finding.url)}`] : []),
  ];
  return [
    indented(`Mail flow of ${subject}`, 0),
    "",
    ...section("failed", of("failed").flatMap(whole)),
    ...section("warning", of("warning").flatMap(whole)),
    ...section("skipped", byReason(of("skipped"))),
    ...section(
      "ok",
      verbose
        ? of("ok").map(({ check, reason }) =>
            indented(`${check}: ${reason}`, 1),
          )
        : [
            indented(
              of("ok")
                .map(({ check }) => check)
                .join(", "),
              1,
            ),
          ],
    ),
    indented(summary(findings), 0),
    "",
  ].join("\n");
}

/** One reason keeps several checks from looking. */
function byReason(findings: readonly Finding[]): string[] {
  const reasons = new Map<string, Finding[]>();
  for (const finding of findings)
    reasons.set(finding.reason, [
      ...(reasons.get(finding.reason) ?? []),
      finding,
    ]);
  return [...reasons].flatMap(([reason, some]) => [
    "",
    indented(some.map(({ check }) => check).join(", "), 1),
    indented(reason, 2),
  ]);
}

/** What to do, with every command whole on a line of its own, so that it can be copied. */
function toDo(fix: string, label: string): string[] {
  const lines: string[] = [];
  let prose = `${label} `;
  for (const [at, part] of fix.split("`").entries()) {
    const isCommand = at % 2 === 1 && /^[A-Z][a-z]+-[A-Z]/.test(part);
    if (!isCommand) prose += at % 2 === 1 ? `\`${part}\`` : part;
    else {
      if (prose.trim()) lines.push(indented(prose.trim(), 2));
      lines.push(margin.repeat(4) + part);
      prose = "";
    }
  }
  const rest = prose.trim();
  return /\w/.test(rest)
    ? [...lines, indented(rest.replace(/^[.,;] */, ""), 2)]
    : lines;
}

function summary(findings: readonly Finding[]): string {
  const checks = new Set(findings.map(({ check }) => check)).size;
  const count = (status: Status): number =>
    findings.filter((finding) => finding.status === status).length;
  return `${checks} checks: ${count("failed")} failed, ${count("warning")} warnings, ${count("skipped")} skipped, ${count("ok")} ok. Nothing was changed.`;
}

const indented = (text: string, depth: number): string =>
  wrap(text, width - margin.length * depth, { hard: false })
    .split("\n")
    .map((line) => margin.repeat(depth) + line)
    .join("\n");

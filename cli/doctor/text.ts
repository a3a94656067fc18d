import { createColors } from "picocolors";
import wrap from "wrap-ansi";

import type { Finding, Status } from "../../mail-flow/finding";
import { visible } from "../../mail-flow/visible";
import { groupsOf } from "../../mail-flow/grouped";
import type { Diagnosis } from "./diagnosis";

/** The width of the narrowest common terminal. */
const width = 80;
const margin = "  ";

/**
 * Returns a diagnosis as text: failures, warnings, skipped checks, and passed checks, of which only `verbose` shows more than the
 * names.
 */
export function diagnosisText(
  unsafe: Diagnosis,
  { verbose, colours }: { verbose: boolean; colours: boolean },
): string {
  const { subject, judgement, findings } = visible(unsafe);
  const colour = createColors(colours);
  const paint: Readonly<Record<Status, (text: string) => string>> = {
    failed: colour.red,
    warning: colour.yellow,
    skipped: colour.dim,
    ok: colour.green,
  };
  const section = (
    status: Status,
    textOf: (some: readonly Finding[]) => string[],
  ): string[] => {
    const some = findings.filter((finding) => finding.status === status);
    const title = `${status.toUpperCase()} (${some.length})`;
    return some.length > 0
      ? [colour.bold(paint[status](title)), ...textOf(some), ""]
      : [];
  };
  const whole = (some: readonly Finding[]): string[] =>
    some.flatMap(({ check, object, property, reason, fix, url }) => [
      "",
      indented(
        `${colour.bold(check)}  ${object}${property && `, ${property}`}`,
        1,
      ),
      indented(reason, 2),
      ...(fix
        ? [
            ...toDo(fix, colour.bold("Do:")),
            // Not wrapped, because a broken link cannot be clicked.
            `${margin.repeat(2)}${colour.dim(url)}`,
          ]
        : []),
    ]);
  return [
    indented(`Mail flow of ${subject}`, 0),
    indented(judgement, 0),
    "",
    ...section("failed", whole),
    ...section("warning", whole),
    ...section("skipped", byReason),
    ...section("ok", (some) =>
      verbose
        ? some.map(({ check, reason }) => indented(`${check}: ${reason}`, 1))
        : [indented(namesOf(some), 1)],
    ),
    indented(summary(findings), 0),
    "",
  ].join("\n");
}

const namesOf = (findings: readonly Finding[]): string =>
  findings.map(({ check }) => check).join(", ");

/** Groups skipped checks by their common reason. */
const byReason = (findings: readonly Finding[]): string[] =>
  groupsOf(findings, ({ reason }) => reason).flatMap((some) => [
    "",
    indented(namesOf(some), 1),
    indented(some[0].reason, 2),
  ]);

/** Returns the fix. Every command is on a line of its own and not wrapped, so that it can be copied. */
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

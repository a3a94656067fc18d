import wrapAnsi from "wrap-ansi";
import type {
  Evidence,
  Expected,
  Found,
  RuleEvidence,
} from "../../lib/mail-flow/evidence";
import { dispositionHeaders } from "../../lib/mail-flow/message";
import { printable } from "../../providers/errors";

/** Days that are listed one by one; those before are summed up. */
const listedDays = 14;

/** Evidence for a person, in lines of at most 100 characters where names allow it. It ends with a line break. */
export function evidenceText(evidence: Evidence): string {
  const { rules, findings, couldNotLook, limits } = evidence;
  const sections = [
    [
      `Mail that rules on Cloudflare's headers matched, ${day(evidence.hitsSince)} to ${day(evidence.takenAt)} (UTC);`,
      `message by message since ${day(evidence.matchesSince)}.`,
    ],
    ...(rules.length === 0
      ? [["No mail flow rule tests a disposition header of Cloudflare's."]]
      : rules.map(ruleLines)),
    findings.length === 0
      ? ["Nothing that was found contradicts the configuration."]
      : findings.flatMap((finding) => [
          ...wrapped(
            `${finding.status.toUpperCase()}  ${finding.check}: ${finding.object}`,
          ),
          ...wrapped(`${finding.reason}.`, "  "),
          ...wrapped(finding.fix, "  "),
          ...(finding.details ?? []).map(
            ({ at, messageId, sender, recipient, subject }) =>
              `  ${shown(`${at}  ${messageId}  ${sender} -> ${recipient}  ${subject}`)}`,
          ),
        ]),
    ...(couldNotLook.length === 0
      ? []
      : [
          [
            "Could not look at:",
            ...couldNotLook.flatMap(({ part, reason }) =>
              wrapped(`${part}: ${reason}`, "  "),
            ),
          ],
        ]),
    ["What this cannot show:", ...limits.flatMap((one) => item(`${one}.`))],
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function ruleLines(rule: RuleEvidence): string[] {
  const { words, header, setScl, enabled, mode } = rule;
  const state = [
    ...(enabled ? [] : ["disabled"]),
    ...(mode === "Enforce" ? [] : [mode]),
  ];
  return [
    shown(rule.rule),
    ...wrapped(
      `${dispositionHeaders[header]}: ${words.join(", ")}${setScl === null ? "" : ` -> SCL ${setScl}`}${state.length > 0 ? ` (${state.join(", ")})` : ""}`,
      "  ",
    ),
    ...wrapped(matchedLine(rule), "  "),
    ...(rule.lookedAt === null || rule.lookedAt === 0
      ? []
      : [
          `  One by one: ${messages(rule.lookedAt)}`,
          ...rule.expected.flatMap((one) =>
            item(`should be: ${expectedLine(one)}`),
          ),
          ...rule.found.flatMap((one) => item(foundLine(one))),
        ]),
  ];
}

function matchedLine({ matched, perDay }: RuleEvidence): string {
  if (matched === null) return "Matched: could not be looked at";
  if (matched === 0) return "Matched: nothing";
  const listed = perDay.slice(-listedDays);
  const before = perDay.slice(0, -listedDays);
  const sum = before.reduce((all, one) => all + one.messages, 0);
  return `Matched: ${messages(matched)} on ${perDay.length} ${perDay.length === 1 ? "day" : "days"}: ${[
    ...(before.length > 0 ? [`before ${listed[0]?.date ?? ""} ${sum}`] : []),
    ...listed.map((one) => `${one.date} ${one.messages}`),
  ].join(", ")}`;
}

const expectedLine = (one: Expected): string =>
  `${one.outcome}${one.policy === null ? "" : ` by ${one.policy}`}${
    one.quarantinePolicy === null ? "" : ` under ${one.quarantinePolicy}`
  }${one.release === null ? "" : `, released by ${releasers[one.release]}`} (${one.messages})`;

const releasers = {
  self: "the recipient",
  request: "an administrator whom the recipient asks",
  none: "an administrator",
} as const;

function foundLine(one: Found): string {
  const where = one.inQuarantine
    ? `in quarantine by ${one.policy ?? "an unnamed policy"}${one.type === null ? "" : ` as ${one.type}`}${one.quarantinePolicy === null ? "" : ` under ${one.quarantinePolicy}`}`
    : "not in quarantine";
  const by = [
    ...(one.releasedByRecipient > 0
      ? [`${one.releasedByRecipient} by the recipient`]
      : []),
    ...(one.releasedByUnknown > 0
      ? [`${one.releasedByUnknown} by somebody that Exchange does not name`]
      : []),
  ];
  const released =
    one.released === 0
      ? ""
      : `; ${one.released} released${by.length > 0 ? ` (${by.join(", ")})` : ""}`;
  return `${one.messages} ${where}${released}: ${agreement(one)}`;
}

function agreement({ agrees, why }: Found): string {
  switch (agrees) {
    case "yes":
      return "as it should be";
    case "ownVerdict":
      return "Microsoft's own verdict went first";
    case "no":
      return "NOT as it should be";
    case "unknown":
      return `says nothing: ${why}`;
  }
}

const item = (text: string): string[] =>
  wrapped(text, "    ").map((line, at) =>
    at === 0 ? `  - ${line.slice(4)}` : line,
  );

/** Lines of at most 100 characters with spaces before each. */
const wrapped = (text: string, indent = ""): string[] =>
  wrapAnsi(shown(text), 100 - indent.length, { hard: true })
    .split("\n")
    .map((line) => `${indent}${line}`);

/** A text of the tenant's, without what moves a terminal's cursor or turns its direction. */
const shown = (text: string): string =>
  printable(text.replace(/[\u202a-\u202e\u2066-\u2069]/g, ""));

const messages = (count: number): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? "message" : "messages"}`;

const day = (iso: string): string => iso.slice(0, 10);

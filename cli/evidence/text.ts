import wrapAnsi from "wrap-ansi";
import type {
  Evidence,
  Expected,
  Found,
  RuleEvidence,
} from "../../mail-flow/evidence";
import { dispositionHeaders } from "../../mail-flow/message";
import { visible } from "../../mail-flow/visible";
import { counted, releasers } from "../explain/words";

/** Number of days that are listed separately. Earlier days are summed up. */
const listedDays = 14;

/** Returns evidence as text, in lines of at most 100 characters unless a name is longer. It ends with a line break. */
export function evidenceText(unsafe: Evidence): string {
  const evidence = visible(unsafe);
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
      ? ["The reports do not contradict the configuration."]
      : findings.flatMap((finding) => [
          ...wrapped(
            `${finding.status.toUpperCase()} ${finding.check}: ${finding.object}`,
          ),
          ...wrapped(`${finding.reason}.`, "  "),
          ...wrapped(finding.fix, "  "),
          ...(finding.details ?? []).map(
            ({ at, messageId, sender, recipient, subject }) =>
              `  ${at}  ${messageId}  ${sender} -> ${recipient}  ${subject}`,
          ),
        ]),
    ...(couldNotLook.length === 0
      ? []
      : [
          [
            "Could not read:",
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
  const state = [!enabled && "disabled", mode !== "Enforce" && mode];
  return [
    rule.rule,
    ...wrapped(
      `${dispositionHeaders[header]}: ${words.join(", ")}${setScl === null ? "" : ` -> SCL ${setScl}`}${inBrackets(state)}`,
      "  ",
    ),
    ...wrapped(matchedLine(rule), "  "),
    ...(rule.lookedAt === null || rule.lookedAt === 0
      ? []
      : [
          `  Checked one by one: ${messages(rule.lookedAt)}`,
          ...rule.expected.flatMap((one) =>
            item(`should be: ${expectedLine(one)}`),
          ),
          ...rule.found.flatMap((one) => item(foundLine(one))),
        ]),
  ];
}

function matchedLine({ matched, perDay }: RuleEvidence): string {
  if (matched === null) return "Matched: could not be read";
  if (matched === 0) return "Matched: nothing";
  const listed = perDay.slice(-listedDays);
  const before = perDay.slice(0, -listedDays);
  const sum = before.reduce((all, one) => all + one.messages, 0);
  return `Matched: ${messages(matched)} on ${counted(perDay.length, "day")}: ${[
    ...(before.length > 0 ? [`before ${listed[0]?.date ?? ""} ${sum}`] : []),
    ...listed.map((one) => `${one.date} ${one.messages}`),
  ].join(", ")}`;
}

const expectedLine = (one: Expected): string =>
  `${one.outcome}${one.policy === null ? "" : ` by ${one.policy}`}${
    one.quarantinePolicy === null ? "" : ` under ${one.quarantinePolicy}`
  }${one.release === null ? "" : `, released by ${releasers[one.release]}`} (${one.messages})`;

function foundLine(one: Found): string {
  const where = one.inQuarantine
    ? `in quarantine by ${one.policy ?? "an unnamed policy"}${one.type === null ? "" : ` as ${one.type}`}${one.quarantinePolicy === null ? "" : ` under ${one.quarantinePolicy}`}`
    : "not in quarantine";
  const by = [
    one.releasedByRecipient > 0 &&
      `${one.releasedByRecipient} by the recipient`,
    one.releasedByUnknown > 0 &&
      `${one.releasedByUnknown} by a person whom Exchange does not name`,
  ];
  const released =
    one.released === 0 ? "" : `; ${one.released} released${inBrackets(by)}`;
  return `${one.messages} ${where}${released}: ${agreement(one)}`;
}

const agreement = ({ agrees, why }: Found): string =>
  ({
    yes: "as it should be",
    ownVerdict: "Microsoft's own verdict took precedence",
    no: "NOT as it should be",
    unknown: `not decidable: ${why}`,
  })[agrees];

/** Returns the true entries of a list in brackets, or an empty text. */
function inBrackets(list: readonly (string | false)[]): string {
  const so = list.filter(Boolean);
  return so.length > 0 ? ` (${so.join(", ")})` : "";
}

const item = (text: string): string[] =>
  wrapped(text, "    ").map((line, at) =>
    at === 0 ? `  - ${line.slice(4)}` : line,
  );

/** Wraps a text into lines of at most 100 characters, each indented. */
const wrapped = (text: string, indent = ""): string[] =>
  wrapAnsi(text, 100 - indent.length, { hard: true })
    .split("\n")
    .map((line) => `${indent}${line}`);

const messages = (count: number): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? "message" : "messages"}`;

const day = (iso: string): string => iso.slice(0, 10);

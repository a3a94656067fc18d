import type { Finding } from "../../../mail-flow/finding";
import type { Snapshot } from "../../../mail-flow/snapshot";

/** The characters that PowerShell treats as a single quotation mark. */
const marks = "'\u2018\u2019\u201a\u201b";

/** A text in double quotation marks, in which nothing is put in but characters by their numbers. */
const expandable =
  /^"((?:[^`$"\u201c-\u201e]|\$\(\[char\]0x[0-9a-f]+\))*)"(?=[\s,}]|$)/;

/**
 * The words of a command, as PowerShell reads them: within single quotation marks everything is as it stands, and two marks are one.
 *
 * @throws Error where a text does not end, or where something outside of quotation marks would run as another command.
 * @see https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
 */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < command.length;) {
    const [whole, text] = expandable.exec(command.slice(at)) ?? [];
    if (whole !== undefined && text !== undefined) {
      words.push(
        text.replace(/\$\(\[char\](0x[0-9a-f]+)\)/g, (_, number: string) =>
          String.fromCharCode(Number(number)),
        ),
      );
      at += whole.length;
      continue;
    }
    if (!marks.includes(command[at]!)) {
      const plain = new RegExp(`^[^${marks}"]+|^"`).exec(command.slice(at))![0];
      if (/[;|&`"\n]|\$\(/.test(plain))
        throw new Error(`another command in ${plain}`);
      words.push(...plain.split(/[\s,]+/).filter(Boolean));
      at += plain.length;
      continue;
    }
    let literal = "";
    for (at += 1; ; at++) {
      const [mark, next] = [command[at], command[at + 1]];
      if (mark === undefined) throw new Error(`no end of ${literal}`);
      if (!marks.includes(mark)) literal += mark;
      else if (next !== undefined && marks.includes(next)) {
        literal += mark;
        at += 1;
      } else break;
    }
    at += 1;
    words.push(literal);
  }
  return words;
}

/** Returns the commands in the fix of a finding. */
export const commandsIn = ({ fix }: Finding): string[] =>
  [...fix.matchAll(/`([A-Z][a-z]+-[A-Z][^`]*)`/g)].map(([, one = ""]) => one);

/** What names may end with that PowerShell reads otherwise than a person, or that a person does not see. */
export const hostile = [
  "\u2019; Remove-TransportRule -Identity * -Confirm:$false; \u2018'",
  '\u202e\u0007"; Remove-TransportRule $(Remove-Item x) `\u201d\u2019',
];

/** A snapshot whose objects have names that end so, wherever they are named. */
export function withNamesThatEnd(snapshot: Snapshot, ending: string): Snapshot {
  const names = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { name } = value as { name?: unknown };
    if (typeof name === "string" && name !== "Default") names.add(name);
    Object.values(value).forEach(collect);
  };
  collect(snapshot);
  return JSON.parse(JSON.stringify(snapshot), (_, value: unknown) =>
    typeof value === "string" && names.has(value) ? value + ending : value,
  ) as Snapshot;
}

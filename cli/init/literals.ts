import { visibleJson } from "../../mail-flow/visible";
import type { Value } from "../../providers/codecs";
import type { ProgramResource } from "./takeover";

/** A value in a program. */
export type ProgramValue = ProgramResource["inputs"][string];

/**
 * Returns a text as a literal in double quotes. JSON's escapes mean the same in TypeScript, Python and YAML. Characters that control a
 * terminal, change the direction of the text or end a line are escaped, too.
 */
export const quoted = (text: string): string => visibleJson(text);

/** How a language writes values. */
export interface Notation {
  readonly true: string;
  readonly false: string;
  /** The indentation of an entry in a list. */
  readonly indent: string;
}

/** Maximum length of a list on one line. */
const line = 76;

/** Returns the literal of a scalar or a list of texts. A long list has an entry per line. */
export function literal(
  value: Value,
  indent: string,
  notation: Notation,
): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "boolean") return notation[`${value}`];
  if (!Array.isArray(value)) return String(value);
  const entries = (value as readonly string[]).map(quoted);
  const short = `[${entries.join(", ")}]`;
  return indent.length + short.length <= line
    ? short
    : list(entries, indent, notation);
}

/** Returns a list with an entry per line. */
export const list = (
  entries: readonly string[],
  indent: string,
  notation: Notation,
): string =>
  [
    "[",
    ...entries.map((entry) => `${indent}${notation.indent}${entry},`),
    `${indent}]`,
  ].join("\n");

import ts from "typescript";

/** A doc comment, ready for the schema. */
export interface Comment {
  /** The comment without its tags, on one line. Links are code. */
  readonly text: string;
  /** The text of `@default`. */
  readonly byDefault?: string;
  /** The names in the comment's links. */
  readonly links: readonly string[];
  /** The address in `@see`. */
  readonly see?: string;
}

/** Returns the doc comment of a declaration; an empty one if there is none. */
export function commentOf(symbol: ts.Symbol, checker: ts.TypeChecker): Comment {
  const raw = ts.displayPartsToString(symbol.getDocumentationComment(checker));
  const tag = (name: string): string | undefined => {
    const found = symbol.getJsDocTags(checker).find((one) => one.name === name);
    return found && oneLine(ts.displayPartsToString(found.text));
  };
  const byDefault = tag("default");
  const see = tag("see");
  return {
    text: oneLine(raw).replace(link, "`$1`"),
    links: [...raw.matchAll(link)].map(([, name = ""]) => name),
    ...(byDefault !== undefined && { byDefault }),
    ...(see !== undefined && { see }),
  };
}

const link = /\{@link\s+(\w+)\s*\}/g;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Returns the description of a property: its comment and its default. */
export const described = ({ text, byDefault }: Comment): string =>
  sentences(
    text,
    byDefault === undefined ? undefined : `Defaults to ${shown(byDefault)}.`,
  );

/** Joins sentences, some of which may be missing. */
export const sentences = (...texts: readonly (string | undefined)[]): string =>
  texts.filter((text) => text).join(" ");

/** Formats a value as code, and leaves words unchanged. */
const shown = (text: string): string =>
  /^(["[{\d]|true$|false$)/.test(text) ? `\`${text}\`` : text;

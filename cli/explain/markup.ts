/** Text that is HTML already. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: text is escaped, markup is not, a list is put together, nothing is left out. */
export type Content =
  Markup | string | number | undefined | false | readonly Content[];

/** A template of HTML or SVG: whatever is put into it stands there as text, unless it is such a template itself. */
export function html(
  parts: TemplateStringsArray,
  ...contents: readonly Content[]
): Markup {
  return new Markup(
    parts.map((part, at) => part + written(contents[at])).join(""),
  );
}

function written(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(written).join("");
  return String(content).replace(
    /[&<>"'`]/g,
    (character) => `&#${character.codePointAt(0)};`,
  );
}

/**
 * Every text of a document with control characters, and those that turn the direction of what follows, made visible: a name of
 * a tenant's object must neither steer a terminal nor show itself as something else.
 */
export function printable<T>(document: T): T {
  if (typeof document === "string")
    return document.replace(
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    ) as T;
  if (Array.isArray(document))
    return document.map((one: unknown) => printable(one)) as T;
  if (typeof document === "object" && document !== null)
    return Object.fromEntries(
      Object.entries(document).map(([key, value]) => [key, printable(value)]),
    ) as T;
  return document;
}

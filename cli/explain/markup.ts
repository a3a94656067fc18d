/** Text that is HTML. */
export class Markup {
  constructor(readonly text: string) {}
}

/** A value in a template: text is escaped, markup is not, a list is concatenated, undefined and false are omitted. */
export type Content =
  Markup | string | number | undefined | false | readonly Content[];

/** Returns HTML or SVG from a template. Values are escaped, unless they are markup themselves. */
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

/** Returns a table that scrolls if it is too wide, and whose cells are stacked on a phone. */
export const stackTable = (heads: readonly string[], rows: Content): Markup =>
  html`<div class="scroll">
    <table class="stack">
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;

/** Returns text in which the parts between backticks are code. */
export const prose = (text: string): Content =>
  text
    .split("`")
    .map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));

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

/** A table that scrolls where it is too wide, and whose cells stand below each other on a phone. */
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

/** Text with what stands between backticks as code. */
export const prose = (text: string): Content =>
  text
    .split("`")
    .map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));

/** The widths of Helvetica's letters in thousandths of the font size. Most sans serif fonts are not wider. */
const widths: readonly [letters: RegExp, width: number][] = [
  [/[ijl'|.,:;!]/u, 0.28],
  [/[ ftrI/\\()[\]{}"-]/u, 0.36],
  [/[mMW@%]/u, 0.92],
  [/[A-Z&#+=<>~_]/u, 0.71],
  [/[a-z0-9$?*^]/u, 0.57],
];

/** Estimates the width of a text in a sans serif font of this size. Overestimates, because the reader's font is unknown. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text)
    width += widths.find(([letters]) => letters.test(letter))?.[1] ?? 1;
  return width * size * 1.03;
}

/** Breaks a text into lines of the given width: at spaces, hyphens and dots if possible, or else inside a word. */
export function lettered(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=[ @._\-,;])/u)) {
    if (widthOf((line + word).trimEnd(), size) <= width) {
      line += word;
      continue;
    }
    if (line.trim()) lines.push(line.trim());
    line = "";
    for (const letter of word) {
      if (line && widthOf(line + letter, size) > width) {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  if (line.trim()) lines.push(line.trim());
  return lines;
}

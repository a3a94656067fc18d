/** The widths of Helvetica's letters in thousandths of the size, by how wide they are; most sans serifs are no wider. */
const widths: readonly [letters: RegExp, width: number][] = [
  [/[ijl'|.,:;!]/u, 0.28],
  [/[ ftrI/\\()[\]{}"-]/u, 0.36],
  [/[mMW@%]/u, 0.92],
  [/[A-Z&#+=<>~_]/u, 0.71],
  [/[a-z0-9$?*^]/u, 0.57],
];

/** About how wide a text is in a sans serif of this size: rather too wide, as nobody knows which font a reader has. */
export function widthOf(text: string, size: number): number {
  let width = 0;
  for (const letter of text)
    width += widths.find(([letters]) => letters.test(letter))?.[1] ?? 1;
  return width * size * 1.03;
}

/** Breaks a text into lines that fit: at spaces, hyphens and dots where it can, else inside a word. */
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

import type { Table } from "./tables";

const mark = /<!-- table: ([\w-]+) -->\n([\s\S]*?)<!-- end -->/g;

/** Returns the cells of the tables of a text between `<!-- table: name -->` and `<!-- end -->`, by name. */
export function tablesIn(text: string): Record<string, Table> {
  return Object.fromEntries(
    [...text.matchAll(mark)].map(([, name = "", body = ""]) => [
      name,
      body
        .split("\n")
        .filter((line) => line.startsWith("|") && !/^[|\s:-]+$/.test(line))
        .map((line) =>
          line
            .replace(/^\||\|$/g, "")
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim().replaceAll("\\|", "|")),
        ),
    ]),
  );
}

/** Returns the text with its tables replaced. Prettier aligns their columns later. */
export function withTables(
  text: string,
  tables: Record<string, Table>,
): string {
  return text.replace(mark, (whole, name: string) => {
    const table = tables[name];
    if (!table) return whole;
    const row = (cells: string[]) =>
      `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    const [head = [], ...rows] = table;
    return [
      `<!-- table: ${name} -->`,
      "",
      row(head),
      row(head.map(() => "---")),
      ...rows.map(row),
      "",
      "<!-- end -->",
    ].join("\n");
  });
}

/** A block of code of a document. */
export interface Block {
  language: string;
  text: string;
  /** The heading above it. */
  section: string;
}

/** Returns every fenced block, in order. */
export function blocksIn(text: string): Block[] {
  const blocks: Block[] = [];
  let section = "";
  let open: Block | undefined;
  for (const line of text.split("\n")) {
    const fence = /^```(\w*)$/.exec(line);
    if (open && fence) {
      blocks.push(open);
      open = undefined;
    } else if (open) open.text += `${line}\n`;
    else if (fence) open = { language: fence[1] ?? "", text: "", section };
    else section = /^#+ (.*)$/.exec(line)?.[1] ?? section;
  }
  return blocks;
}

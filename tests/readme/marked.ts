import type { Table } from "./tables";

const mark = /<!-- table: ([\w-]+) -->\n([\s\S]*?)<!-- end -->/g;

/** The tables of a text that stand between `<!-- table: name -->` and `<!-- end -->`, as cells. */
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

/** The text with its tables written anew; prettier puts them in columns. */
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
  /** The heading that it stands under. */
  section: string;
}

/** Every fenced block, in order. */
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

// Reads and writes the table of docs/compatibility.md, between the same marks as other tables of the documentation.
import { format } from "prettier";

const mark = /(<!-- table: matrix -->\n)([\s\S]*?)(<!-- end -->)/;
const head = [
  ...["name", "Node.js", "`@pulumi/pulumi`", "Pulumi", "package manager"],
  ...["program", "TypeScript", "result", "tried"],
];

/** Returns the rows of the page's table, without the head. */
export function rowsIn(text) {
  const lines = (mark.exec(text)?.[2] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  return lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((each) => each.trim()),
  );
}

/** Returns the page with other rows. */
export function withRows(text, rows) {
  const table = [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
  return format(
    text.replace(
      mark,
      (_, before, __, after) => `${before}\n${table}\n\n${after}`,
    ),
    { parser: "markdown" },
  );
}

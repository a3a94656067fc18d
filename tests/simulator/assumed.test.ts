import { readFileSync } from "node:fs";
import path from "node:path";
import { defaultQuirks } from "../../simulator/quirks";

const readme = readFileSync(
  path.resolve(__dirname, "../../simulator/README.md"),
  "utf8",
);

/** The cells of a section's rows. */
function cells(heading: string): string[][] {
  const [, rest = ""] = readme.split(`${heading}\n`);
  const [section = ""] = rest.split(/^#{2,3} /m);
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const assumptions = cells("## What is assumed, and how to check it");

test("everything that is assumed or unknown is in one table, with a way to check it", () => {
  const listed = assumptions.map(([number]) => number);
  const wanted = (letter: string, heading: string) =>
    cells(heading)
      .filter(([number, , mark = ""]) => number && /assumed|unknown/.test(mark))
      .map(([number]) => `${letter}${number}`);
  const all = [
    ...wanted("E", "### Exchange Online, Entra and Graph"),
    ...wanted("C", "### Cloudflare"),
  ];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((number) => !listed.includes(number))).toEqual([]);
  for (const [number, does = "", check = ""] of assumptions)
    expect([number, does.length > 10, check.length > 10]).toEqual([
      number,
      true,
      true,
    ]);
});

test("the switches that the table names are there", () => {
  const named = assumptions.flatMap(([, , , switches = ""]) =>
    [...switches.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ""),
  );
  expect(
    named.filter((name) => !(name in defaultQuirks) && name !== "body"),
  ).toEqual([]);
});

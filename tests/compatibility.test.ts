import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import { tablesIn } from "./readme/marked";

interface Manifest {
  engines: { node: string };
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const root = path.resolve(__dirname, "..");
const read = (file: string): string =>
  readFileSync(path.join(root, file), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const page = read("docs/compatibility.md");
const { supported = [], matrix = [] } = tablesIn(page);
const [head = [], ...rows] = matrix;

const sdk = "`@pulumi/pulumi`";
const developedSdk = manifest.devDependencies["@pulumi/pulumi"] ?? "";
const lowestSdk = /^>=(\S+) <4$/.exec(
  manifest.peerDependencies["@pulumi/pulumi"] ?? "",
)?.[1];

/** A cell of the first table: the row by its first cell, the column by its head. */
const claim = (what: string, column: string): string | undefined =>
  supported.find(([first]) => first === what)?.[
    supported[0]?.indexOf(column) ?? -1
  ];
const column = (name: string): string[] => {
  const index = head.indexOf(name);
  return rows.map((row) => row[index] ?? "");
};
const greatest = (versions: string[]): string | undefined =>
  [...versions].sort(new Intl.Collator("en", { numeric: true }).compare).at(-1);

test("docs/compatibility.md has a row for everything that the matrix tries, by the versions that the cell is about", async () => {
  const { cells } = await import("../scripts/matrix/cells.mjs");
  expect(column("name")).toEqual(
    Object.keys(cells).map((name) => `\`${name}\``),
  );
  const named: Record<string, string | undefined> = {
    lowest: lowestSdk,
    developed: developedSdk,
    newest: claim(sdk, "newest tested"),
  };
  expect(
    column("Node.js").map((version, index) => [
      version.split(".")[0],
      column(sdk)[index],
    ]),
  ).toEqual(Object.values(cells).map((cell) => [cell.node, named[cell.sdk]]));
});

test("every row has passed, but for what Pulumi itself does not support", () => {
  const others = rows.filter((row) => row[head.indexOf("result")] !== "passed");
  expect(
    others.map((row) => [
      row[head.indexOf("name")],
      row[head.indexOf("result")],
    ]),
  ).toEqual([
    ["`node20-newest`", "not supported by Pulumi, which asks for Node.js >=22"],
  ]);
});

test("the lowest versions are those of package.json, of the simulator's too", async () => {
  const { nodes } = await import("../scripts/matrix/cells.mjs");
  const simulator = JSON.parse(read("simulator/package.json")) as Manifest;
  for (const { engines } of [manifest, simulator])
    expect(engines.node).toBe(`>=${claim("Node.js", "lowest")}`);
  expect(nodes[0]).toBe(claim("Node.js", "lowest"));
  expect(nodes.at(-1)).toBe(claim("Node.js", "newest tested"));
  expect(page).toContain(
    `**Node.js**: ${nodes.slice(0, -1).join(", ")} and ${nodes.at(-1)}.`,
  );
  expect(lowestSdk).toBe(claim(sdk, "lowest"));
  const brought = `vendor/typescript@${claim("TypeScript", "lowest")}`;
  expect(
    existsSync(path.join(root, "node_modules/@pulumi/pulumi", brought)),
  ).toBe(true);
});

test("the versions that the project is developed on, and the newest that was tested, are those of the matrix", async () => {
  const { engineVersion } = await import("../scripts/engine.mjs");
  expect(claim(sdk, "developed on")).toBe(developedSdk);
  expect(claim("Pulumi, the command itself", "developed on")).toBe(
    await engineVersion(),
  );
  expect(claim("TypeScript", "developed on")).toBe(
    manifest.devDependencies.typescript,
  );
  expect(claim("TypeScript", "newest tested")).toBe(
    greatest(column("TypeScript").filter((each) => each !== "none")),
  );
  expect(new Set(column("Pulumi"))).toEqual(
    new Set([claim("Pulumi, the command itself", "newest tested")]),
  );
});

test("the README names the last release of Pulumi's SDK for Node.js 20", () => {
  expect(page).toContain(`after ${developedSdk} ask for Node.js 22`);
  expect(read("README.md")).toContain(`@pulumi/pulumi@${developedSdk}`);
});

import { readFileSync } from "node:fs";
import path from "node:path";

import { addedBy, installedFor, type Lock } from "./installed-packages";
import { tablesIn } from "./readme/marked";

const root = path.resolve(__dirname, "..");
const read = (file: string): string =>
  readFileSync(path.join(root, file), "utf8");

const { packages: lock } = JSON.parse(read("package-lock.json")) as {
  packages: Lock;
};
const dependenciesOf = (manifest: string): string[] =>
  Object.keys(
    (JSON.parse(read(manifest)) as { dependencies: Record<string, string> })
      .dependencies,
  );
const library = dependenciesOf("package.json");
const simulator = dependenciesOf("simulator/package.json");
const page = read("docs/dependencies.md");

test("the library adds at most 55 packages to an ops repo, including itself", () => {
  const added = addedBy(lock, library);
  expect(added.length + 1).toBeLessThanOrEqual(55);
  // Packages in other sections of a lock file would not be counted.
  expect(added).toContain("node_modules/@azure/msal-node");
  expect(added).not.toContain("node_modules/@pulumi/pulumi");
});

test("the library installs no package that only the simulator needs", () => {
  const installed = installedFor(lock, library);
  const names = ["ajv", "env-paths", "find-my-way", "selfsigned"];
  expect(names.filter((name) => installed.has(`node_modules/${name}`))).toEqual(
    [],
  );
});

test.each([
  ["library", library],
  ["simulator", simulator],
])(
  "docs/dependencies.md lists every direct dependency of the %s, with version and licence",
  (table, names) => {
    const [, ...rows] = tablesIn(page)[table] ?? [];
    expect(rows.map(([name, , , , licence]) => [name, licence])).toEqual(
      names.map((name) => {
        const { version, license } = lock[`node_modules/${name}`] ?? {};
        return [`\`${name}\` ${version}`, license];
      }),
    );
  },
);

test("docs/dependencies.md says how many packages there are in all", () => {
  const added = addedBy(lock, library).length + 1;
  expect(page).toContain(`adds ${added} packages`);
  const own = installedFor(lock, simulator).size + 1;
  expect(page).toContain(`installs ${own} packages`);
});

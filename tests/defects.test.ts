import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import type { Defect } from "../scripts/defects-list.mjs" with {
  "resolution-mode": "import",
};
import { promises } from "./promises/promises";

const root = path.resolve(__dirname, "..");
let defects: readonly Defect[];
beforeAll(async () => {
  ({ defects } = await import("../scripts/defects-list.mjs"));
});

/** Returns the problems of all defects. `reasonOf` returns the problem of one, or undefined. */
const wrong = (reasonOf: (defect: Defect) => string | undefined): string[] =>
  defects.flatMap((one) => reasonOf(one) ?? []);

test("every defect changes text that its file has once", () => {
  expect(
    wrong(({ file, find, replace }) => {
      const parts = readFileSync(path.join(root, file), "utf8").split(find);
      return parts.length === 2 && find !== replace
        ? undefined
        : `${file} has ${parts.length - 1} times: ${find}`;
    }),
  ).toEqual([]);
});

test("every defect has a test that `npm test` runs", () => {
  const left = ignoredInNpmTest();
  expect(left.length).toBeGreaterThan(5);
  expect(
    wrong(({ test }) =>
      existsSync(path.join(root, test)) &&
      test.endsWith(".test.ts") &&
      !left.some((pattern) => pattern.test(path.join(root, test)))
        ? undefined
        : test,
    ),
  ).toEqual([]);
});

test("every promise has a defect that its own test notices", () => {
  const missing = Object.keys(promises).filter(
    (number) =>
      !defects.some(({ test }) =>
        test.startsWith(`tests/promises/${number.padStart(2, "0")}-`),
      ),
  );
  expect(missing).toEqual([]);
});

test("every folder of sources has a defect", () => {
  const folders = [
    "lib",
    "cli",
    "simulator",
    ...["providers", "mail-flow"].flatMap((room) => [
      room,
      ...foldersIn(room).map((name) => `${room}/${name}`),
    ]),
  ];
  const missing = folders.filter(
    (folder) =>
      !defects.some(({ file }) =>
        // If the list has a folder's subfolders too, only files directly in the folder count.
        folders.some((one) => one.startsWith(`${folder}/`))
          ? path.posix.dirname(file) === folder
          : file.startsWith(`${folder}/`),
      ),
  );
  expect(missing).toEqual([]);
});

const foldersIn = (room: string): string[] =>
  readdirSync(path.join(root, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** Returns patterns of the library's test files that jest skips in `npm test` without arguments. */
function ignoredInNpmTest(): RegExp[] {
  const before = process.env["AREA1_QUICK"];
  process.env["AREA1_QUICK"] = "1";
  try {
    let patterns: readonly string[] = [];
    jest.isolateModules(() => {
      const { projects } = jest.requireActual<{
        projects: { testPathIgnorePatterns: string[] }[];
      }>("../jest.config.js");
      patterns = projects[0]?.testPathIgnorePatterns ?? [];
    });
    return patterns.map(
      (pattern) => new RegExp(pattern.replace("<rootDir>", root)),
    );
  } finally {
    if (before === undefined) delete process.env["AREA1_QUICK"];
    else process.env["AREA1_QUICK"] = before;
  }
}

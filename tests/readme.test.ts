import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { propertiesOf, repository } from "./readme/documented";
import {
  exceptionsFile,
  exceptionsOfRules,
  writeExceptions,
} from "./readme/exceptions";
import { tablesIn, withTables } from "./readme/marked";
import {
  contradictions,
  tables,
  undeclaredOutputs,
  useCaseInputs,
} from "./readme/tables";

// UPDATE_DOCS=1 npm test -- tests/readme.test.ts && npm run format
if (process.env.UPDATE_DOCS)
  beforeAll(async () => {
    await writeExceptions();
    for (const [file, made] of Object.entries(tables)) {
      const at = path.join(repository, file);
      await writeFile(at, withTables(await readFile(at, "utf8"), made()));
    }
  });

test.each(Object.entries(tables))(
  "the tables of %s say what the code says",
  async (file, made) => {
    expect(tablesIn(await read(file))).toEqual(made());
  },
);

test("the exceptions of a transport rule are its conditions, with their comments", () => {
  expect(propertiesOf(exceptionsFile, "TransportRuleExceptions")).toEqual(
    exceptionsOfRules(),
  );
});

test("the README can be read in one go, and names every input of UseCase4", async () => {
  const text = await read("README.md");
  expect(text.length).toBeLessThanOrEqual(10_000);
  const missing = useCaseInputs(4).filter(
    ({ name }) => !text.includes(`\`${name}\``),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test("docs/troubleshooting.md quotes messages as they are", async () => {
  const messages = await read("tests/golden/messages.txt");
  const quoted = [
    ...(await read("docs/troubleshooting.md")).matchAll(/^> `(.*)`$/gm),
  ].map(([, quote = ""]) => quote);
  expect(quoted.length).toBeGreaterThanOrEqual(15);
  expect(quoted.filter((quote) => !messages.includes(quote))).toEqual([]);
});

test("every class declares an output for each property of its kind", () => {
  expect(undeclaredOutputs()).toEqual([]);
});

test("the defaults that doc comments name are those of the field tables", () => {
  expect(contradictions()).toEqual([]);
});

test.each([
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(path.join(repository, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
])(
  "every link within the repository that %s has leads somewhere",
  async (file) => {
    const text = await read(file);
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(
      ([, link = ""]) => link,
    );
    const broken = [];
    for (const link of links) {
      const [target = "", anchor] = link.split("#");
      const at = target
        ? path.join(path.dirname(path.join(repository, file)), target)
        : path.join(repository, file);
      if (!existsSync(at)) broken.push(link);
      else if (anchor && !anchors(await readFile(at, "utf8")).includes(anchor))
        broken.push(link);
    }
    expect(broken).toEqual([]);
  },
);

const read = (file: string): Promise<string> =>
  readFile(path.join(repository, file), "utf8");

/** The anchors that GitHub makes of headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { refuseExisting, writePrivate } from "../private-file";
import type { Language } from "./language";
import { quoted } from "./literals";
import { pythonProgram } from "./python";
import type { Takeover } from "./takeover";
import { typescriptProgram } from "./typescript";
import { yamlProgram } from "./yaml";

/** The file with the program. */
const programFiles: Readonly<Record<Language, string>> = {
  typescript: "index.ts",
  yaml: "Pulumi.yaml",
  python: "__main__.py",
};

/** The value of `runtime` in a project file. */
const runtimes: Readonly<Record<Language, string>> = {
  typescript: " nodejs",
  yaml: " yaml",
  python: "\n  name: python\n  options:\n    virtualenv: venv",
};

const importFile = "import.json";
const projectFile = "Pulumi.yaml";

/** The lines of a project file that name the provider's folder in the npm package. */
export const pluginLines = `plugins:
  providers:
    - name: area1
      path: node_modules/pulumi-area1-m365/plugin
`;

/** What a package needs, from the `package.json` of this library. */
export interface Versions {
  readonly library: string;
  /** The range of the Pulumi SDK. */
  readonly sdk: string;
}

/** The written files. */
export interface Written {
  readonly files: readonly string[];
  /** What the user must add to files that existed. */
  readonly remarks: readonly string[];
}

/**
 * Checks that the program and the import file can be written.
 *
 * @throws Error if one of them exists, unless `force` is given.
 */
export async function refuseExistingProgram(
  directory: string,
  language: Language,
  force: boolean,
): Promise<void> {
  for (const file of [programFiles[language], importFile])
    await refuseExisting(path.join(directory, file), force);
}

/** Writes the program, the import file, and the files of a Pulumi project that are missing. */
export async function writeProject(
  { program, imports }: Takeover,
  {
    directory,
    language,
    force,
    versions,
  }: {
    directory: string;
    language: Language;
    force: boolean;
    versions: Versions;
  },
): Promise<Written> {
  await mkdir(directory, { recursive: true });
  const before = await textIn(path.join(directory, projectFile));
  const name = (before && projectName(before)) ?? nameFor(directory);
  const project = `name: ${quoted(name)}\nruntime:${runtimes[language]}\ndescription: Cloudflare Email Security in front of Microsoft 365\n${pluginLines}`;
  const code = {
    typescript: () => typescriptProgram(program),
    yaml: () => `${project}${yamlProgram(program)}`,
    python: () => pythonProgram(program),
  }[language]();
  const files: [name: string, text: string][] = [
    [programFiles[language], code],
    [importFile, `${JSON.stringify({ resources: imports }, null, 2)}\n`],
  ];
  const ifMissing: [name: string, text: string][] = [
    [projectFile, project],
    ["package.json", packageJson(name, versions)],
    ...(language === "python"
      ? [
          ["requirements.txt", "pulumi>=3.231.0,<4.0.0\n./sdks/python\n"] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  for (const [file, text] of ifMissing)
    if (
      !files.some(([name]) => name === file) &&
      !existsSync(path.join(directory, file))
    )
      files.push([file, text]);
  for (const [file, text] of files)
    await writePrivate(path.join(directory, file), text, force);
  return {
    files: files.map(([file]) => path.join(directory, file)),
    remarks:
      language !== "yaml" &&
      before !== undefined &&
      !/name:\s*["']?area1\b/.test(before)
        ? [
            `${projectFile} existed. Add these lines to it:\n${pluginLines.trimEnd()}`,
          ]
        : [],
  };
}

const packageJson = (name: string, { library, sdk }: Versions): string =>
  `${JSON.stringify(
    {
      name,
      private: true,
      dependencies: { "@pulumi/pulumi": sdk, "pulumi-area1-m365": library },
    },
    null,
    2,
  )}\n`;

/** Returns the name of the project in a project file, so that its stacks remain. */
const projectName = (text: string): string | undefined =>
  /^name:\s*["']?([\w.-]+)["']?\s*$/m.exec(text)?.[1];

/** Returns a name for a project in a folder, which may have any name. */
function nameFor(directory: string): string {
  const name = path
    .basename(path.resolve(directory))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return name.slice(0, 50) || "mail";
}

async function textIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

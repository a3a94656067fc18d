import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** What was done. */
export interface Written {
  /** How many files were not there, or differed. */
  written: number;
  /** Messages in the directory that are of another plan. */
  others: string[];
}

/**
 * Writes files into a directory, which is made where it is missing. What is there already stays where it is the same.
 *
 * @throws Error, before anything is written, where a file is there and differs, unless `force` is given.
 */
export async function writeAll(
  directory: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<Written> {
  await mkdir(directory, { recursive: true });
  const states = await Promise.all(
    [...files].map(async ([name, text]) => ({
      name,
      text,
      before: await contentOf(path.join(directory, name)),
    })),
  );
  const changed = states.filter(({ text, before }) => before !== text);
  const [first] = changed.filter(({ before }) => before !== undefined);
  if (first && !force)
    throw new Error(
      `${path.join(directory, first.name)} is there and differs: choose another directory, or overwrite it with --force`,
    );
  await Promise.all(
    changed.map(({ name, text }) =>
      writeFile(path.join(directory, name), text),
    ),
  );
  const there = await readdir(directory);
  return {
    written: changed.length,
    others: there
      .filter((name) => name.endsWith(".eml") && !files.has(name))
      .sort(),
  };
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

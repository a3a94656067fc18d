import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { writePrivate } from "../private-file";

/**
 * Writes files into a directory, which is created if it does not exist. Files with the same content are not written again.
 *
 * @returns how many files were new or differed, and the messages in the directory that belong to another plan
 * @throws Error, before anything is written, if a file exists and differs, unless `force` is given.
 */
export async function writeAll(
  directory: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<{ written: number; others: string[] }> {
  await mkdir(directory, { recursive: true });
  const changed = new Map<string, string>();
  for (const [name, text] of files) {
    const file = path.join(directory, name);
    const before = await contentOf(file);
    if (before === text) continue;
    if (before !== undefined && !force)
      throw new Error(
        `${file} is there and differs: choose another directory, or overwrite it with --force`,
      );
    changed.set(file, text);
  }
  for (const [file, text] of changed) await writePrivate(file, text, force);
  const there = await readdir(directory);
  return {
    written: changed.size,
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

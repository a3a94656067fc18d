import { open, stat } from "node:fs/promises";

/**
 * Checks that a file does not exist, unless it may be overwritten.
 *
 * @throws Error that names the file and what to do.
 */
export async function refuseExisting(
  file: string,
  force: boolean,
): Promise<void> {
  if (!force && (await kindOf(file)) === "file") throw alreadyExists(file);
}

/**
 * Writes a file with data of a tenant. Only its owner can read it.
 *
 * @throws Error if the file exists, unless `force` is given.
 */
export async function writePrivate(
  file: string,
  text: string,
  force: boolean,
): Promise<void> {
  // A device or a pipe, such as /dev/null, has no content that could be lost.
  const isNew = !force && (await kindOf(file)) !== "device";
  const handle = await open(file, isNew ? "wx" : "w", 0o600).catch(
    (error: unknown) => {
      throw (error as NodeJS.ErrnoException).code === "EEXIST"
        ? alreadyExists(file)
        : error;
    },
  );
  try {
    // `open` sets the mode of new files only.
    if ((await handle.stat()).isFile()) await handle.chmod(0o600);
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

async function kindOf(file: string): Promise<"file" | "device" | undefined> {
  try {
    return (await stat(file)).isFile() ? "file" : "device";
  } catch {
    return undefined;
  }
}

const alreadyExists = (file: string): Error =>
  new Error(
    `${file} already exists. Nothing was written to it. Choose another name, or overwrite it with --force.`,
  );

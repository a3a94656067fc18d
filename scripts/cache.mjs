// The folder for what is downloaded or built once for demo, tests and benchmarks.
import { mkdir, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import lockfile from "proper-lockfile";

/** Returns this project's cache folder, in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheDirectory(env = process.env) {
  const root =
    env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), ".cache");
  return path.join(root, "pulumi-area1-m365");
}

/**
 * Fills a folder of the cache unless it is complete. A second caller waits for the first, in other processes too. A folder that could
 * not be filled is removed.
 *
 * @template T
 * @param {string} directory
 * @param {object} options
 * @param {string} options.what what is in the folder, for the line of progress
 * @param {() => boolean | Promise<boolean>} options.isComplete
 * @param {(building: string) => Promise<T>} options.fill fills another folder, which is then renamed
 * @param {(line: string) => void} options.log
 * @returns {Promise<T | undefined>} what `fill` returned; undefined if the folder was complete
 */
export async function fillOnce(directory, { what, isComplete, fill, log }) {
  if (await isComplete()) return undefined;
  await mkdir(path.dirname(directory), { recursive: true });
  const release = await lock(directory, what, log);
  const building = `${directory}.${process.pid}`;
  try {
    // The previous holder of the lock may have filled it meanwhile.
    if (await isComplete()) return undefined;
    const result = await fill(building);
    await rm(directory, { recursive: true, force: true });
    await rename(building, directory);
    return result;
  } finally {
    await rm(building, { recursive: true, force: true });
    await release();
  }
}

/** Waits while another process fills the same folder. Takes over the lock of a process that has ended. */
async function lock(directory, what, log) {
  const options = { realpath: false, stale: 20_000, update: 4_000 };
  for (let announced = false; ; announced = true) {
    try {
      return await lockfile.lock(directory, options);
    } catch (error) {
      if (error.code !== "ELOCKED") throw error;
      if (!announced) log(`another process is getting ${what}: waiting for it`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

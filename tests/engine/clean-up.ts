import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";

const pending: (() => unknown)[] = [];

/** Runs `work` after the last test of the file, in reverse order of registration. */
export function afterwards(work: () => unknown): void {
  pending.push(work);
}

/**
 * Removes a folder after the last test, and kills the processes that still run in it: providers outlive an engine that a test has
 * killed. With `AREA1_KEEP` the folder stays and its path is printed.
 */
export function removeAfterwards(directory: string): void {
  afterwards(async () => {
    for (const pid of processesIn(directory)) kill(pid);
    if (process.env.AREA1_KEEP) {
      process.stderr.write(`kept ${directory}\n`);
      return;
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
}

function processesIn(directory: string): number[] {
  // Only Linux shows the working directory of a process.
  if (!existsSync("/proc/self/cwd")) return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        const folder = readlinkSync(`/proc/${pid}/cwd`);
        return `${folder}${path.sep}`.startsWith(`${directory}${path.sep}`);
      } catch {
        return false; // It has ended, or belongs to another user.
      }
    });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Ended meanwhile.
  }
}

afterAll(async () => {
  while (pending.length > 0) await pending.pop()?.();
});

import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";

const pending: (() => unknown)[] = [];

/** Runs `work` after the last test of the file that imports the harness, the latest first. */
export function afterwards(work: () => unknown): void {
  pending.push(work);
}

/**
 * Removes a folder after the last test, with the processes that still work in it: providers outlive an engine that a test
 * has killed. With `AREA1_KEEP` the folder stays and is printed.
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
  // Elsewhere than on Linux nobody tells where a process works.
  if (!existsSync("/proc/self/cwd")) return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .filter((pid) => {
      try {
        const folder = readlinkSync(`/proc/${pid}/cwd`);
        return `${folder}${path.sep}`.startsWith(`${directory}${path.sep}`);
      } catch {
        return false; // Ended meanwhile, or somebody else's.
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

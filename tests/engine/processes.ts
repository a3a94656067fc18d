import { existsSync, readFileSync } from "node:fs";

/** Returns whether a process has not ended. */
export function isAlive(pid: number): boolean {
  // An ended process stays listed until its new parent has collected it, which may never happen in a container.
  const stat = `/proc/${pid}/stat`;
  if (existsSync(stat)) return !/\) Z /.test(readFileSync(stat, "utf8"));
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat");
  } catch {
    return false;
  }
}

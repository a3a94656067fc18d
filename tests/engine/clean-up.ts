import { rm } from "node:fs/promises";

const pending: (() => unknown)[] = [];

/** Runs `work` after the last test of the file that imports the harness, the latest first. */
export function afterwards(work: () => unknown): void {
  pending.push(work);
}

/** Removes a folder after the last test, unless `AREA1_KEEP` is set, which prints it instead. */
export function removeAfterwards(directory: string): void {
  afterwards(async () => {
    if (process.env.AREA1_KEEP) {
      process.stderr.write(`kept ${directory}\n`);
      return;
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
}

afterAll(async () => {
  while (pending.length > 0) await pending.pop()?.();
});

import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { nouns } from "../mail-flow/part";
import type { Snapshot } from "../mail-flow/snapshot";

/** Reads a snapshot: from a file that `explain --save` wrote or, without a file, from the tenant, which a stack may name. */
export async function snapshotOf(
  file: string | undefined,
  stack: string | undefined,
): Promise<Snapshot> {
  if (file !== undefined) return readSnapshotFile(file);
  // Loaded only here, so that commands with a file start faster.
  const [{ readLive }, { readSnapshot }] = await Promise.all([
    import("./live.js"),
    import("../providers/snapshot/snapshot.js"),
  ]);
  return readLive("Cannot read the mail configuration", stack, readSnapshot);
}

/**
 * Reads a snapshot that `area1-m365 explain --save` has written.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readSnapshotFile(file: string): Promise<Snapshot> {
  const found = await readJson(file);
  const wrong =
    typeof found !== "object" || found === null
      ? "it is no object"
      : Object.keys(nouns)
          .filter((part) => !isPart((found as Record<string, unknown>)[part]))
          .map((part) => `${part} is missing or wrong`)[0];
  if (wrong !== undefined)
    throw new Error(
      `${file} is no snapshot: ${wrong}. Take one with area1-m365 explain --save`,
    );
  return found as Snapshot;
}

/** Reads JSON from a file, or from stdin for `-`. @throws Error that names the file if it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await (file === "-"
    ? textOf(process.stdin)
    : readFile(file, "utf8"));
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch (error) {
    throw new Error(
      `${file === "-" ? "stdin" : file} is not JSON: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

const isPart = (part: unknown): boolean =>
  typeof part === "object" &&
  part !== null &&
  ("value" in part ||
    ("unavailable" in part && typeof part.unavailable === "string"));

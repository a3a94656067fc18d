import { readFile, writeFile } from "node:fs/promises";
import type { Snapshot } from "../lib/mail-flow/snapshot";

const parts: readonly (keyof Snapshot)[] = [
  "domains",
  "acceptedDomains",
  "inboundConnectors",
  "connectionFilters",
  "transportRules",
  "antiSpamPolicies",
  "antiSpamRules",
  "presetRules",
  "antiPhishPolicies",
  "malwarePolicies",
  "quarantinePolicies",
  "quarantineNotification",
  "organization",
  "mailExchanges",
];

/**
 * Reads what `area1-m365 explain --save` has written.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readSnapshotFile(file: string): Promise<Snapshot> {
  const found = await readJson(file);
  const wrong =
    typeof found !== "object" || found === null
      ? "it is no object"
      : parts
          .filter((part) => !isPart((found as Record<string, unknown>)[part]))
          .map((part) => `${part} is missing or wrong`)[0];
  if (wrong !== undefined)
    throw new Error(
      `${file} is no snapshot: ${wrong}. Take one with area1-m365 explain --save`,
    );
  return found as Snapshot;
}

/** Writes a snapshot, for people to look at as well. */
export function writeSnapshotFile(
  file: string,
  snapshot: Snapshot,
): Promise<void> {
  return writeFile(file, `${JSON.stringify(snapshot, null, 2)}\n`);
}

/** Reads a file, or stdin for `-`. @throws Error that names it where it is no JSON */
export async function readJson(file: string): Promise<unknown> {
  const text =
    file === "-"
      ? await everythingOf(process.stdin)
      : await readFile(file, "utf8");
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch (error) {
    throw new Error(
      `${file === "-" ? "stdin" : file} is not JSON: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function everythingOf(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString("utf8");
}

const isPart = (part: unknown): boolean =>
  typeof part === "object" &&
  part !== null &&
  ("value" in part ||
    ("unavailable" in part && typeof part.unavailable === "string"));

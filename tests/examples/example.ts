import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import type { Seed } from "../../simulator/index";
import {
  essence,
  tenantWithStack,
  type TenantWithStack,
} from "../engine/tenant-with-stack";

/** Where the examples are. */
export const examples = path.resolve(__dirname, "../../examples");

/** An example, applied by the real engine in an ops folder to a simulated tenant. */
export interface Example extends TenantWithStack {
  /** The objects of tenant and account before. */
  before: ReturnType<typeof essence>;
  /** Returns their current objects. */
  now(): ReturnType<typeof essence>;
}

/** What is there by hand before an example is applied, and what `up` makes of it. */
export interface ExampleCase {
  readonly seed?: Seed;
  readonly outputs: Record<string, unknown>;
  /** Expects what stands at the vendors after `up`. */
  readonly stands: (at: Example) => void;
  /** Expects what destroy leaves on purpose, and removes it. */
  readonly leaves?: (at: Example) => void;
}

/** Starts a tenant and applies an example to it, optionally changed. */
export async function apply(
  name: string,
  options: Parameters<typeof tenantWithStack>[1] & {
    change?: (program: string) => string;
  } = {},
): Promise<Example> {
  const { change = (program: string) => program, ...more } = options;
  const program = await readFile(path.join(examples, name, "index.ts"), "utf8");
  const at = await tenantWithStack(change(program), more);
  const before = essence(at.simulator);
  await at.stack.up();
  return { ...at, before, now: () => essence(at.simulator) };
}

/** Starts a tenant and applies an example in another language to it. */
export async function applyIn(
  runtime: "yaml" | "python" | "go",
  name: string,
): Promise<Example> {
  const folder = path.join(examples, name);
  const files: Record<string, string> = {};
  for (const file of await readdir(folder)) {
    files[file] = await readFile(path.join(folder, file), "utf8");
  }
  const at = await tenantWithStack(undefined, { runtime, files, sdk: true });
  const before = essence(at.simulator);
  await at.stack.up([], { timeout: 300_000 });
  return { ...at, before, now: () => essence(at.simulator) };
}

/** Expects that a preview and a refresh show nothing and write nothing. */
export async function expectNothingToDo(at: Example): Promise<void> {
  at.writes();
  await at.stack.preview(["--expect-no-changes"]);
  await at.stack.refresh(["--preview-only", "--expect-no-changes"]);
  expect(at.writes()).toEqual([]);
}

import { differing } from "../conformance/resource";
import type { Stack, StackState } from "../sweep/stack";
import { difference, isAlike } from "./alike";
import type { CleanRun, Objects } from "./clean-run";
import type { World } from "./world";

/** Returns what a message lacks: it must say in one line what was tried, the reason, and what to do. */
export function unclear(message: string): string[] {
  const wrong: string[] = [];
  if (!/^Cannot [a-z]+ .+?: .+/.test(message))
    wrong.push(`does not say what was tried and why it failed: ${message}`);
  if (
    !/\b(try again|check|set|run|raise|needs?|give|mend|nothing is concluded)\b/i.test(
      message,
    )
  )
    wrong.push(`does not say what to do: ${message}`);
  if (/\n| {4}at |undefined|\[object|NaN|aka\.ms/.test(message))
    wrong.push(`is not for people: ${message}`);
  return wrong;
}

/** Whether the state records a write that no read has confirmed, so that the next run continues with it. */
export async function isUnfinished(stack: Stack): Promise<boolean> {
  const owed = stack.state.resources.some(
    ({ kept }) => kept.outputs["pending"] !== undefined,
  );
  return owed && (await stack.warnings()).length > 0;
}

/** Returns what a successful run has not done, or has stored differently. */
export async function unlike(
  world: World,
  clean: CleanRun,
  stack: Stack,
  answer: unknown,
): Promise<string[]> {
  const wrong: string[] = [];
  const objects = world.objects();
  if (!isAlike(objects, clean.after))
    wrong.push(
      `success, but the vendors hold ${difference(clean.after, objects)}`,
    );
  const [kept, wanted] = [stack.state, clean.keptAfter].map(settled);
  // A reported part that could not be read may be missing.
  const warned = (await stack.warnings()).length > 0;
  if (!warned && !isAlike(kept, wanted))
    wrong.push(`success, but the state holds ${difference(wanted, kept)}`);
  if (!isAlike(answer, clean.answer))
    wrong.push(`success, but it answers ${JSON.stringify(answer)}`);
  return wrong;
}

/** Returns resources that were removed from the state because of the fault. */
export function dropped(
  { keptBefore, keptAfter }: CleanRun,
  stack: Stack,
): string[] {
  const names = ({ resources }: StackState) =>
    resources.map(({ name }) => name);
  const now = names(stack.state);
  return names(keptBefore)
    .filter((name) => names(keptAfter).includes(name) && !now.includes(name))
    .map((name) => `${name} was dropped from the state`);
}

/** Returns members of live objects that have neither the old nor the new value. */
export function wronglyWritten(
  { before, after }: CleanRun,
  now: Objects,
): string[] {
  const [old, wanted, live] = [
    membersOf(before),
    membersOf(after),
    membersOf(now),
  ];
  return [...new Set([...old.keys(), ...wanted.keys(), ...live.keys()])]
    .filter(
      (member) =>
        // A new or removed rule changes the priorities of others.
        !member.endsWith(" Priority") &&
        live.get(member) !== old.get(member) &&
        live.get(member) !== wanted.get(member),
    )
    .map((member) => `${member} was written as ${live.get(member)}`);
}

/** Returns all members by path, in three levels: list, object, member. */
function membersOf(
  objects: Objects,
  path = "",
  depth = 0,
): Map<string, string> {
  const members = new Map<string, string>();
  for (const [name, value] of Object.entries(objects)) {
    const at = `${path} ${name}`;
    members.set(at, depth < 3 ? "is there" : JSON.stringify(value));
    if (depth < 3 && typeof value === "object" && value !== null)
      for (const entry of membersOf(value as Objects, at, depth + 1))
        members.set(...entry);
  }
  return members;
}

/** Whether a refresh after the fault may show a line, because the operation was about to change this. */
export function mayShow(clean: CleanRun, line: string): boolean {
  if (Array.isArray(clean.answer) && clean.answer.includes(line)) return true;
  const [name, property = ""] = line.split(": ");
  const [before, after] = [clean.keptBefore, clean.keptAfter].map(
    ({ resources }) => resources.find((one) => one.name === name)?.kept,
  );
  // It was being created, replaced or removed.
  if (!before || !after || before.id !== after.id) return true;
  return differing(before.inputs, after.inputs).includes(property);
}

/** Outputs whose values differ in every run. */
const passing = ["guid", "domainId", "changedAt", "takenAt", "verification"];

/** Returns a state without the values that differ in every run. */
export const settled = ({ resources, leftovers }: StackState): unknown => ({
  leftovers: leftovers.map(({ name }) => name),
  resources: resources.map(({ name, kept }) => ({
    name,
    inputs: kept.inputs,
    outputs: Object.fromEntries(
      Object.entries(kept.outputs).map(([key, value]) => [
        key,
        passing.includes(key) ? typeof value : value,
      ]),
    ),
  })),
});

import type { Outcome, Path, Step } from "./path";
import type { RuleValue } from "./snapshot";

/** The result for a message, without the steps. */
export type Result = Omit<Path, "steps">;

/** One possible way of a message. There are several if the way is not documented or cannot be determined. */
export interface Way {
  readonly result: Result;
  readonly steps: readonly Step[];
}

const nowhere: Result = {
  outcome: "notDocumented",
  scl: null,
  verdict: null,
  policy: null,
  action: null,
  quarantinePolicy: null,
  release: null,
  preview: false,
  delete: false,
  notified: false,
  notificationFrequency: null,
  retentionDays: null,
};

/** Returns a result with this outcome and these values; all others are empty. */
export function result(outcome: Outcome, known: Partial<Result> = {}): Result {
  return { ...nowhere, ...known, outcome };
}

/** Returns a step. */
export function step(
  object: string,
  property: string,
  value: RuleValue | null | undefined,
  why: string,
): Step {
  return { object, property, value: value ?? null, why };
}

/** Returns the step for a part that was not read. */
export function unread(noun: string, what: string, unavailable: string): Step {
  return step(noun, "", null, `${what}: ${unavailable.replace(/\.$/, "")}`);
}

/** Returns the vendor's noun and the name, as in findings and paths. */
export function named(noun: string, name: string): string {
  return `${noun} "${name}"`;
}

/** The properties that a recipient or an administrator notices. Ways that differ only in other properties have the same result. */
const noticed = [
  "outcome",
  "quarantinePolicy",
  "release",
  "preview",
  "delete",
  "notified",
  "retentionDays",
] as const satisfies readonly (keyof Result)[];

/**
 * Returns the path of a message if all ways have the same result. Otherwise the outcome is `notDocumented`, and the other properties are
 * those that the ways have in common. The last common step should explain the doubt.
 */
export function oneOf(ways: readonly Way[]): Path {
  const [first, ...others] = ways;
  if (!first) throw new Error("A message has no way");
  if (others.length === 0) return { ...first.result, steps: first.steps };
  const common: Record<string, unknown> = { ...first.result };
  for (const { result } of others)
    for (const key of Object.keys(nowhere) as (keyof Result)[])
      if (common[key] !== result[key]) common[key] = nowhere[key];
  if (distinctResults(ways).length === 1)
    return { ...(common as unknown as Result), steps: first.steps };
  const shared = commonSteps(ways.map(({ steps }) => steps));
  const outcomes = [...new Set(ways.map(({ result }) => describe(result)))];
  const doubt = shared[shared.length - 1];
  return {
    ...(common as unknown as Result),
    outcome: "notDocumented",
    steps: [
      ...shared,
      step(
        doubt?.object ?? "message",
        doubt?.property ?? "",
        doubt?.value,
        `nobody has documented, or nobody can tell, where it ends: ${outcomes.join(", or ")}`,
      ),
    ],
  };
}

/** Returns the results that a recipient or an administrator can distinguish, the first of each. */
export function distinctResults(ways: readonly Way[]): Result[] {
  const [only] = ways;
  if (only && ways.length === 1) return [only.result];
  const found: Result[] = [];
  for (const { result } of ways)
    if (!found.some((one) => noticed.every((key) => one[key] === result[key])))
      found.push(result);
  return found;
}

/** Returns the steps with which all lists begin. */
export function commonSteps(lists: readonly (readonly Step[])[]): Step[] {
  const [first = [], ...others] = lists;
  const same = first.findIndex((one, index) =>
    others.some((list) => !equal(list[index], one)),
  );
  return first.slice(0, same < 0 ? first.length : same);
}

function equal(a: Step | undefined, b: Step): boolean {
  return (
    a === b ||
    (a?.object === b.object &&
      a.property === b.property &&
      a.why === b.why &&
      String(a.value) === String(b.value))
  );
}

function describe({ outcome, quarantinePolicy }: Result): string {
  if (outcome === "quarantine")
    return quarantinePolicy === null
      ? "in quarantine"
      : `in quarantine under ${quarantinePolicy}`;
  return {
    inbox: "in the inbox",
    junk: "in the Junk Email folder",
    deleted: "deleted",
    rejected: "rejected",
    redirected: "redirected",
    hostedQuarantine: "in the hosted quarantine",
    droppedByCloudflare: "dropped by Cloudflare",
    notDocumented: "not known",
  }[outcome];
}

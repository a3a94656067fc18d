/** Begins the text by which people, and we, see who made an object. Part of users' tenants: never changed. */
const markPrefix = "Managed by Pulumi: ";

/** `Managed by Pulumi: <project>/<stack>/<resource name>`. */
export const markFor = (
  project: string,
  stack: string,
  resource: string,
): string => `${markPrefix}${project}/${stack}/${resource}`;

/**
 * The mark that the resource of one state writes: project, stack and resource names may be the same in another state, as in the backend
 * of a colleague, and the id of its restore point is not. A restore point of an earlier version has no id of its own.
 */
export function markOfState(mark: string, restorePointId: string): string {
  const [, unique] = /^restore-point-(.+)$/.exec(restorePointId) ?? [];
  if (unique === undefined) return mark;
  const end = ` (${unique})`;
  return mark.slice(0, longest - end.length) + end;
}

/** Characters that the description of a policy takes. */
const longest = 255;

const ending = / \([0-9a-f]{12}\)$/;

/** A mark without the state that wrote it. */
export const withoutState = (mark: string): string => mark.replace(ending, "");

/** True for a text that counts as the default. */
export const isMark = (text: unknown): text is string =>
  typeof text === "string" && text.startsWith(markPrefix);

/**
 * Whose mark stands on an object, as seen by the one whose mark is `own`. A namesake is the same resource in another state: in another
 * backend, or in a state that was lost.
 */
export type Owner = "nobody" | "us" | "namesake" | "thisStack" | "anotherStack";

export function ownerOf(found: unknown, own: unknown): Owner {
  if (!isMark(found)) return "nobody";
  if (found === own) return "us";
  if (!isMark(own)) return "anotherStack";
  if (isSameState(found, own)) return "us";
  if (withoutState(found) === withoutState(own)) return "namesake";
  return stackOf(found) === stackOf(own) ? "thisStack" : "anotherStack";
}

/** Whether a mark may be of the state whose own is known. One without an ending is that of a resource without a restore point. */
export const isOfState = (found: string, own: string): boolean =>
  isSameState(found, own) ||
  (stackOf(found) === stackOf(own) && !ending.test(found));

/**
 * Whether two marks end with the id of the same restore point. The names before it may differ: the component or the stack may have been
 * renamed since, and Microsoft takes no other description of a quarantine policy.
 */
function isSameState(found: string, own: string): boolean {
  const state = ending.exec(own)?.[0];
  return state !== undefined && found.endsWith(state);
}

/** Project and stack: names of neither contain a slash. */
const stackOf = (mark: string): string =>
  mark.slice(markPrefix.length).split("/", 2).join("/");

/** `project/stack/name` of a mark, for messages. */
export const nameIn = (mark: string): string =>
  withoutState(mark).slice(markPrefix.length);

/** Those from whom an object is taken with `adopt: true` alone, as messages call them. */
export const otherOwners = {
  anotherStack: "another stack",
  namesake: "a state of the same names in another backend",
} as const satisfies Partial<Record<Owner, string>>;

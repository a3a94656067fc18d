/** The prefix of the text that shows who manages an object. It is stored in users' tenants and must never change. */
const markPrefix = "Managed by Pulumi: ";

/** Returns `Managed by Pulumi: <project>/<stack>/<resource name>`. */
export const markFor = (
  project: string,
  stack: string,
  resource: string,
): string => `${markPrefix}${project}/${stack}/${resource}`;

/**
 * Returns the mark that a resource writes, with the id of the state's restore point. Another state, such as one in a colleague's
 * backend, may have the same project, stack and resource names, but not this id. A restore point of an earlier version has no unique id.
 */
export function markOfState(mark: string, restorePointId: string): string {
  const [, unique] = /^restore-point-(.+)$/.exec(restorePointId) ?? [];
  if (unique === undefined) return mark;
  const end = ` (${unique})`;
  return mark.slice(0, longest - end.length) + end;
}

/** Maximum number of characters in the description of a policy. */
const longest = 255;

const ending = / \([0-9a-f]{12}\)$/;

/** Removes the id of the state from a mark. */
export const withoutState = (mark: string): string => mark.replace(ending, "");

/** Returns whether a text is a mark, which is the default description. */
export const isMark = (text: unknown): text is string =>
  typeof text === "string" && text.startsWith(markPrefix);

/**
 * The owner of an object by its mark, from the point of view of the resource with the mark `own`. A namesake is a resource with the
 * same names in another state: in another backend, or in a state that was lost.
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

/** Returns whether a mark may be from the same state as `own`. A mark without an id is from a resource without a restore point. */
export const isOfState = (found: string, own: string): boolean =>
  isSameState(found, own) ||
  (stackOf(found) === stackOf(own) && !ending.test(found));

/**
 * Returns whether two marks end with the id of the same restore point. The names before it may differ: the component or the stack may
 * have been renamed since, and Microsoft does not allow a change of a quarantine policy's description.
 */
function isSameState(found: string, own: string): boolean {
  const state = ending.exec(own)?.[0];
  return state !== undefined && found.endsWith(state);
}

/** Returns project and stack, whose names contain no slashes. */
const stackOf = (mark: string): string =>
  mark.slice(markPrefix.length).split("/", 2).join("/");

/** Returns `project/stack/name` of a mark, for messages. */
export const nameIn = (mark: string): string =>
  withoutState(mark).slice(markPrefix.length);

/** The owners whose objects are adopted only with `adopt: true`, as messages name them. */
export const otherOwners = {
  anotherStack: "another stack",
  namesake: "a state of the same names in another backend",
} as const satisfies Partial<Record<Owner, string>>;

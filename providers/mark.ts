/** Begins the text by which people, and we, see who made an object. Part of users' tenants: never changed. */
export const markPrefix = "Managed by Pulumi: ";

/** `Managed by Pulumi: <project>/<stack>/<resource name>`. */
export const markFor = (
  project: string,
  stack: string,
  resource: string,
): string => `${markPrefix}${project}/${stack}/${resource}`;

/** True for a text that counts as the default. */
export const isMark = (text: unknown): text is string =>
  typeof text === "string" && text.startsWith(markPrefix);

/** Whose mark stands on an object, as seen by the one whose mark is `own`. */
export type Owner = "nobody" | "us" | "thisStack" | "anotherStack";

export function ownerOf(found: unknown, own: unknown): Owner {
  if (!isMark(found)) return "nobody";
  if (found === own) return "us";
  return isMark(own) && stackOf(found) === stackOf(own)
    ? "thisStack"
    : "anotherStack";
}

/** Project and stack: names of neither contain a slash. */
const stackOf = (mark: string): string =>
  mark.slice(markPrefix.length).split("/", 2).join("/");

/** `project/stack/name` of a mark, for messages. */
export const nameIn = (mark: string): string => mark.slice(markPrefix.length);

/**
 * Characters that control a terminal or disguise a text: control characters, characters that change the direction of the following text,
 * and characters without width.
 */
const steering =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Returns whether a text contains such a character. */
export const steers = (text: string): boolean => text.search(steering) >= 0;

/** Returns a text in which each such character is escaped, as in `\u{202e}`. */
const withoutSteering = (text: string): string =>
  steers(text)
    ? text.replace(
        steering,
        (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
      )
    : text;

/**
 * Returns a document in which these characters are escaped in all texts: the name of a tenant's object must neither control a terminal nor
 * look like something else.
 */
export function visible<T>(document: T): T {
  // Most documents have no such character, and are searched as one text much faster. JSON escapes some of the characters itself.
  const text = JSON.stringify(document) ?? "";
  return steers(text) || /\\[bfnrtu]/.test(text) ? escaped(document) : document;
}

function escaped<T>(document: T): T {
  if (typeof document === "string") return withoutSteering(document) as T;
  if (Array.isArray(document))
    return document.map((one: unknown) => escaped(one)) as T;
  if (typeof document !== "object" || document === null) return document;
  const shown = { ...document } as Record<string, unknown>;
  for (const key of Object.keys(shown)) shown[key] = escaped(shown[key]);
  return shown as T;
}

/** Returns {@link visible} for a message with several lines. */
export const visibleLines = (message: string): string =>
  message.split("\n").map(withoutSteering).join("\n");

/** Returns a text in which each such character is replaced with a space. */
export const spaced = (text: string): string => text.replace(steering, " ");

/** Returns a document as JSON that parses to the same value but does not control a terminal. */
export const visibleJson = (document: unknown, keys?: string[]): string =>
  JSON.stringify(document, keys).replace(
    steering,
    (character) =>
      `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );

/**
 * Characters that steer a terminal or show a text as something else: control characters, those that turn the direction of what follows,
 * and those without width.
 */
const steering =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Whether a text has such a character. */
export const steers = (text: string): boolean => text.search(steering) >= 0;

/** A text with each such character as `\u{202e}`. */
const withoutSteering = (text: string): string =>
  steers(text)
    ? text.replace(
        steering,
        (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
      )
    : text;

/**
 * Every text of a document with control characters, and those that turn the direction of what follows, made visible: a name of
 * a tenant's object must neither steer a terminal nor show itself as something else.
 */
export function visible<T>(document: T): T {
  if (typeof document === "string") return withoutSteering(document) as T;
  if (Array.isArray(document))
    return document.map((one: unknown) => visible(one)) as T;
  if (typeof document !== "object" || document === null) return document;
  const shown = { ...document } as Record<string, unknown>;
  for (const key of Object.keys(shown)) shown[key] = visible(shown[key]);
  return shown as T;
}

/** {@link visible} for a message of several lines. */
export const visibleLines = (message: string): string =>
  message.split("\n").map(withoutSteering).join("\n");

/** A text with each such character as a space. */
export const spaced = (text: string): string => text.replace(steering, " ");

/** A document as JSON that is the same to a program, and steers no terminal. */
export const visibleJson = (document: unknown, keys?: string[]): string =>
  JSON.stringify(document, keys).replace(
    steering,
    (character) =>
      `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );

/** Returns whether a value is an object with members: not null, not an array. */
export const isRecord = (
  value: unknown,
): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns whether a value is a list, with entries of unknown types. */
export const isList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value);

/** Returns a value that is a text; an empty text for any other value. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : "";

/** Returns the texts in a list; an empty list for any other value. */
export const textsOf = (value: unknown): string[] =>
  isList(value)
    ? value.filter((entry): entry is string => typeof entry === "string")
    : [];

/** Returns the value of a JSON text, or undefined for any other text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

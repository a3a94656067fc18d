/** True for an object with members: not null, not an array. */
export const isRecord = (
  value: unknown,
): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** True for a list, of which nothing else is known. */
export const isList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value);

/** A value that is a text; empty for any other. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : "";

/** The texts of a list; none where it is no list. */
export const textsOf = (value: unknown): string[] =>
  isList(value)
    ? value.filter((entry): entry is string => typeof entry === "string")
    : [];

/** The value of a JSON text, or undefined for a text that is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Any value that JSON can hold. */
export type Json =
  string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** Whether a value is a JSON object: neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is an array of strings. */
export function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((entry) => typeof entry === "string")
  );
}

/** Returns a JSON value as text: a string unchanged, anything else as JSON. */
export function inWords(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Parses JSON. Returns undefined if the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Checks that a value is an object with no other keys than these. @throws Error that names `where` and the keys. */
export function refuseUnknownKeys(
  where: string,
  value: unknown,
  names: string[],
): void {
  if (!isObject(value)) throw new Error(`${where} is not an object`);
  const strange = Object.keys(value).filter((name) => !names.includes(name));
  if (strange.length > 0)
    throw new Error(
      `${where}: ${strange.join(", ")} is unknown; known are ${names.join(", ")}`,
    );
}

/** Whether a value is neither missing, nor null, nor false, nor an empty list. */
export function isSet(value: Json | undefined): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : value !== undefined && value !== null && value !== false && value !== "";
}

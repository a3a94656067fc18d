import { isRecord } from "./json";

/** Pulumi's placeholder for a value that is unknown in a preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns whether a value contains an unknown value at any depth. */
export const isUnknown = (value: unknown): boolean =>
  value === unknownValue ||
  (Array.isArray(value) && value.some(isUnknown)) ||
  (isRecord(value) && Object.values(value).some(isUnknown));

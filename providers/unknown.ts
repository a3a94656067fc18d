import { isRecord } from "./json";

/** What stands for a value that a preview does not know yet. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when a value, at any depth, is not known yet. */
export const isUnknown = (value: unknown): boolean =>
  value === unknownValue ||
  (Array.isArray(value) && value.some(isUnknown)) ||
  (isRecord(value) && Object.values(value).some(isUnknown));

import { isRecord } from "../json";
import type { Kind, State } from "../kind";
import { changedProperties, pendingOf } from "./state";

/** @param isProgram whether a program asks: a refresh has a diff of its own, with what it has just read as old. */
export function diff(kind: Kind, olds: State, news: State, isProgram: boolean) {
  const changed = changedProperties(kind, olds, news);
  const replaces = changed.filter(
    (property) => kind.fields[property]?.replaces,
  );
  if (
    pendingOf(olds).length > 0 ||
    (isProgram && takesOverDrift(olds, news, changed))
  )
    return { changes: true, replaces };
  // Left out where something differs: then the engine compares old and new inputs itself and shows them one by one.
  return changed.length > 0 ? { replaces } : { changes: false };
}

/**
 * Whether the program now says what somebody changed by hand and a refresh found: then it is ours, which an update notes
 * without a write.
 */
const takesOverDrift = (
  { wrote }: State,
  news: State,
  changed: readonly string[],
): boolean =>
  isRecord(wrote) &&
  Object.keys(wrote).some(
    (property) => news[property] !== undefined && !changed.includes(property),
  );

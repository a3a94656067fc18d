import { isRecord } from "../json";
import type { Kind, State } from "../kind";
import { changedProperties, pendingOf } from "./state";

/** @param isProgram whether a program is running; false for the diff in a refresh, whose old values are those just read. */
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
  // `changes` is missing if something differs: then the engine itself compares old and new inputs and shows each difference.
  return changed.length > 0 ? { replaces } : { changes: false };
}

/**
 * Returns whether the program now has a value that somebody set by hand and a refresh found. An update then records, without a write,
 * that the value is ours.
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

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
    (isProgram && takenOver(olds, news, changed).length > 0)
  )
    return { changes: true, replaces };
  // `changes` is missing if something differs: then the engine itself compares old and new inputs and shows each difference.
  return changed.length > 0 ? { replaces } : { changes: false };
}

/**
 * Returns the properties for which the program now has the value that somebody set by hand and a refresh found. An update then records,
 * without a write, that the value is ours.
 */
export const takenOver = (
  { wrote }: State,
  news: State,
  changed: readonly string[],
): string[] =>
  isRecord(wrote)
    ? Object.keys(wrote).filter(
        (property) =>
          news[property] !== undefined && !changed.includes(property),
      )
    : [];

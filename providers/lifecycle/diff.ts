import type { Kind, State } from "../kind";
import type { Session } from "../session";
import { changedProperties, keyOf, pendingOf } from "./state";

export function diff(
  kind: Kind,
  session: Session,
  id: string,
  olds: State,
  news: State,
) {
  const changed = changedProperties(kind, olds, news);
  const replaces = changed.filter(
    (property) => kind.fields[property]?.replaces,
  );
  if (replaces.length > 0) session.replaced.add(keyOf(kind, id));
  if (pendingOf(olds).length > 0) return { changes: true, replaces };
  // Left out where something differs: then the engine compares old and new inputs itself and shows them one by one.
  return changed.length > 0 ? { replaces } : { changes: false };
}

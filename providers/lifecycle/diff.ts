import { isRecord } from "../json";
import type { Kind, State } from "../kind";
import type { Session } from "../session";
import { changedProperties, objectOf, pendingOf, text } from "./state";

export function diff(kind: Kind, session: Session, olds: State, news: State) {
  const changed = changedProperties(kind, olds, news);
  const replaces = changed.filter(
    (property) => kind.fields[property]?.replaces,
  );
  if (kind.home === "tenantId" && text(olds["tenantId"]))
    session.tenantInState ??= text(olds["tenantId"]);
  if (pendingOf(olds).length > 0 || takesOverDrift(kind, session, olds, news))
    return { changes: true, replaces };
  // Left out where something differs: then the engine compares old and new inputs itself and shows them one by one.
  return changed.length > 0 ? { replaces } : { changes: false };
}

/**
 * Whether the program now says what somebody changed by hand and a refresh found: then it is ours, which an update notes
 * without a write. Asked for programs only: a refresh has a diff of its own.
 */
function takesOverDrift(
  kind: Kind,
  session: Session,
  olds: State,
  news: State,
): boolean {
  const { wrote } = olds;
  if (!isRecord(wrote) || !session.living.has(objectOf(kind, news)))
    return false;
  const changed = changedProperties(kind, olds, news);
  return Object.keys(wrote).some(
    (property) => news[property] !== undefined && !changed.includes(property),
  );
}

import { folded } from "./mail";
import type { Row } from "./path";
import {
  classes,
  fate,
  key,
  list,
  type Circumstances,
  type Fate,
} from "./recipients";
import { groupsIn } from "./representatives";
import { mailFlow, type MailFlow } from "./route";
import type { Snapshot } from "./snapshot";

/** Which rows. */
export interface RowOptions extends Circumstances {
  /** Addresses; which groups they are members of is not known. @default a sample of each class of recipients */
  recipients?: readonly string[];
}

/** All dispositions in both generations of headers, for each class of recipients or for the recipients given. */
export function rows(snapshot: Snapshot, options: RowOptions = {}): Row[] {
  const follow = mailFlow(snapshot);
  const { recipients } = options;
  const found = recipients
    ? recipients.flatMap((recipient) =>
        cases(snapshot, follow, recipient, options),
      )
    : classes(snapshot, follow, options);
  return found.flatMap(({ label, rows }) =>
    rows.map((row) => ({ ...row, recipient: label })),
  );
}

/** How a recipient of unknown groups fares: once if that is the same for members of each, else case by case. */
function cases(
  snapshot: Snapshot,
  follow: MailFlow,
  recipient: string,
  options: RowOptions,
): { label: string; rows: Fate }[] {
  const address = folded(recipient);
  const alone = fate(follow, { recipient: address, groups: [] }, options);
  const different = new Map<string, { groups: string[]; rows: Fate }>();
  for (const group of groupsIn(snapshot)) {
    const rows = fate(follow, { recipient: address, groups: [group] }, options);
    if (key(rows) === key(alone)) continue;
    const same = different.get(key(rows));
    if (same) same.groups.push(group);
    else different.set(key(rows), { groups: [group], rows });
  }
  if (different.size === 0) return [{ label: recipient, rows: alone }];
  const groups = [...different.values()].flatMap(({ groups }) => groups);
  return [
    { label: `${recipient}, if no member of ${list(groups)}`, rows: alone },
    ...[...different.values()].map(({ groups, rows }) => ({
      label: `${recipient}, if a member of ${groups.length > 1 ? "one of " : ""}${list(groups)}`,
      rows,
    })),
  ];
}

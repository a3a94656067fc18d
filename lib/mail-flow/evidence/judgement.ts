import type { Path } from "../path";
import type {
  Change,
  QuarantinedMessage,
  Reports,
  RuleMatch,
} from "../reports";
import type { Snapshot } from "../snapshot";
import { whys, type Account } from "./account";
import { agreesWith, hasPolicy, isQuarantined } from "./agreement";
import type { Possibilities } from "./possibilities";

/** How long a change may take until it acts on mail (documented: 30 minutes or more; an hour was seen). */
const effectMs = 3_600_000;

/** How long the lists may be late: hours to a day, as is said. */
const lagMs = 24 * 3_600_000;

const day = 24 * 3_600_000;

/** Whether where a message is agrees with the model. */
export type Judgement = Pick<Account, "agrees" | "why" | "explainedBy">;

/** A judgement that nothing follows, and why. */
export const unknown = (why: string): Judgement => ({ agrees: "unknown", why });

/** Judges a message that is in quarantine. */
export function judgePresent(
  entry: QuarantinedMessage,
  match: RuleMatch,
  all: readonly Possibilities[],
  snapshot: Snapshot,
  reports: Reports,
): Judgement {
  if (/^admintriggered$/i.test(entry.type))
    return unknown("an administrator moved it there");
  const fits = (path: Path): boolean => agreesWith(path, entry);
  const expected = all.flatMap((one) => one.expected);
  if (expected.some(fits)) return { agrees: "yes", why: "" };
  const silent = [...expected, ...all.flatMap((one) => one.circumstances())];
  if (silent.some(fits)) return { agrees: "yes", why: "" };
  const explainedBy = all.flatMap((one) => one.ownVerdicts()).find(fits);
  if (explainedBy) return { agrees: "ownVerdict", why: "", explainedBy };
  const open = silent.find(({ outcome }) => outcome === "notDocumented");
  if (open || expected.length === 0) return unknown(notSaid(open));
  if (!hasPolicy(snapshot, entry))
    return unknown(`the policy ${entry.policy} is not there any more`);
  return changedSince(match, reports) ?? { agrees: "no", why: "" };
}

/** Judges a message that is not in quarantine. */
export function judgeAbsent(
  match: RuleMatch,
  all: readonly Possibilities[],
  reports: Reports,
): Judgement {
  if ("unavailable" in reports.quarantine)
    return unknown("the quarantine could not be looked at");
  if (!match.messageId && !match.traceId)
    return unknown("it has no Message-ID to find it by");
  const expected = all.flatMap((one) => one.expected);
  const silent = [...expected, ...all.flatMap((one) => one.circumstances())];
  const open = silent.find(({ outcome }) => outcome === "notDocumented");
  if (open || expected.length === 0) return unknown(notSaid(open));
  if (silent.some((path) => !isQuarantined(path)))
    return { agrees: "yes", why: "" };
  const age = Date.parse(reports.takenAt) - Date.parse(match.at);
  if (age < lagMs)
    return unknown("it is younger than a day, and the lists may be late");
  const kept = Math.min(
    ...silent.map(({ retentionDays }) => retentionDays ?? Infinity),
  );
  if (age > kept * day - lagMs)
    return unknown("it is as old as the quarantine keeps messages");
  const changed = changedSince(match, reports);
  if (changed) return changed;
  return unknown(whys.deleted);
}

const notSaid = (path: Path | undefined): string =>
  path?.steps.at(-1)?.why ?? "the model does not know the rule's words";

function changedSince(
  { at }: RuleMatch,
  { changes }: Reports,
): Judgement | undefined {
  if ("unavailable" in changes)
    return unknown("nobody told whether the configuration was changed since");
  const last = changes.value.reduce<Change | undefined>(
    (latest, one) =>
      latest && Date.parse(latest.at) >= Date.parse(one.at) ? latest : one,
    undefined,
  );
  return last && Date.parse(last.at) + effectMs > Date.parse(at)
    ? unknown(`${last.object} was changed afterwards`)
    : undefined;
}

import { same } from "../names";
import type { Path } from "../path";
import type { QuarantinedMessage, Reports, RuleMatch } from "../reports";
import type { Snapshot } from "../snapshot";
import { whys, type Account } from "./account";
import { agreesWith, hasPolicy, isQuarantined } from "./agreement";
import type { Possibilities } from "./possibilities";

/** The time in milliseconds until a change acts on mail (documented: 30 minutes or more; observed: an hour). */
const effectMs = 3_600_000;

const day = 24 * 3_600_000;

/** The possible delay of the lists in milliseconds (said to be hours to a day). */
const lagMs = day;

/** Whether the place of a message agrees with the model, and what the model returns without a verdict of Microsoft's own. */
export type Judgement = Pick<
  Account,
  "agrees" | "why" | "explainedBy" | "expected"
>;

const reading =
  (expected: readonly Path[]) =>
  (agrees: Judgement["agrees"], why = "", explainedBy?: Path): Judgement => ({
    expected,
    agrees,
    why,
    ...(explainedBy && { explainedBy }),
  });

/** Returns the judgement for a message that is in quarantine only for another recipient. */
export const judgeElsewhere = (all: readonly Possibilities[]): Judgement =>
  reading(all.flatMap((one) => one.expected))("unknown", whys.elsewhere);

/** Judges a message that is in quarantine. */
export function judgePresent(
  entry: QuarantinedMessage,
  match: RuleMatch,
  all: readonly Possibilities[],
  snapshot: Snapshot,
  reports: Reports,
): Judgement {
  const fits = (path: Path): boolean => agreesWith(path, entry);
  const usual = all.flatMap((one) => one.expected);
  if (usual.some(fits)) return reading(usual)("yes");
  const expected = all.flatMap((one) => one.precisely());
  const say = reading(expected);
  if (expected.some(fits)) return say("yes");
  if (same(entry.type, "AdminTriggered"))
    return say("unknown", "an administrator moved it there");
  const silent = all.flatMap((one) => one.circumstances());
  if (silent.some(fits)) return say("yes");
  const explainedBy = all.flatMap((one) => one.ownVerdicts()).find(fits);
  if (explainedBy) return say("ownVerdict", "", explainedBy);
  const open = [...expected, ...silent].find(isOpen);
  if (open || expected.length === 0) return say("unknown", notSaid(open));
  if (!hasPolicy(snapshot, entry))
    return say("unknown", `the policy ${entry.policy} is not there any more`);
  const changed = changedSince(match, reports);
  return changed === undefined ? say("no") : say("unknown", changed);
}

/** Judges a message that is not in quarantine. */
export function judgeAbsent(
  match: RuleMatch,
  all: readonly Possibilities[],
  reports: Reports,
): Judgement {
  const expected = all.flatMap((one) => one.precisely());
  const say = reading(expected);
  if ("unavailable" in reports.quarantine)
    return say("unknown", "the quarantine could not be looked at");
  if (!match.messageId && !match.traceId)
    return say("unknown", "it has no Message-ID to find it by");
  const open = expected.find(isOpen);
  if (open || expected.length === 0) return say("unknown", notSaid(open));
  if (!expected.some(isQuarantined)) return say("yes");
  const silent = [...expected, ...all.flatMap((one) => one.circumstances())];
  const elsewhere = silent.find((path) => !isQuarantined(path));
  if (elsewhere) return say("unknown", undecided(elsewhere));
  const age = Date.parse(reports.takenAt) - Date.parse(match.at);
  if (age < lagMs)
    return say(
      "unknown",
      "it is younger than a day, and the lists may be late",
    );
  const kept = Math.min(
    ...silent.map(({ retentionDays }) => retentionDays ?? Infinity),
  );
  if (age > kept * day - lagMs)
    return say("unknown", "it is as old as the quarantine keeps messages");
  return say("unknown", changedSince(match, reports) ?? whys.deleted);
}

const isOpen = ({ outcome }: Path): boolean => outcome === "notDocumented";

const undecided = (path: Path): string =>
  isOpen(path)
    ? notSaid(path)
    : "for members of some group, or from some address, it would not come there";

const notSaid = (path: Path | undefined): string =>
  path?.steps.at(-1)?.why ?? "the model does not know the rule's words";

/**
 * Returns the last change since a message arrived, as a sentence: the message may have been processed with another configuration. Undefined
 * if there is none.
 */
function changedSince(
  { at }: RuleMatch,
  { changes }: Reports,
): string | undefined {
  const [last] = changes.toSorted(
    (one, other) => Date.parse(other.at) - Date.parse(one.at),
  );
  return last && Date.parse(last.at) + effectMs > Date.parse(at)
    ? `${last.object} was changed afterwards`
    : undefined;
}

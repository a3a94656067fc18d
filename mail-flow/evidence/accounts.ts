import { collected } from "../grouped";
import { same } from "../names";
import { valueOf } from "../part";
import type { QuarantinedMessage, Reports, RuleMatch } from "../reports";
import type { Snapshot } from "../snapshot";
import type { Account } from "./account";
import { indexOf } from "./join";
import { judgeAbsent, judgeElsewhere, judgePresent } from "./judgement";
import { notQuarantined } from "./not-quarantined";
import type { OurRule } from "./our-rules";
import { modelOf } from "./possibilities";

/** Returns all messages that the rules matched, each with its place and whether this agrees with the model. */
export function accountsOf(
  snapshot: Snapshot,
  reports: Reports,
  rules: readonly OurRule[],
): Account[] {
  const matches = valueOf(reports.matches);
  const byName = new Map(
    rules.map((one) => [one.rule.name.toLowerCase(), one]),
  );
  const possible = modelOf(snapshot, matches);
  const together = rulesByMessage(matches, rules);
  const inQuarantine = indexOf(valueOf(reports.quarantine));
  const judged = matches.flatMap((match): Account[] => {
    const rule = byName.get(match.rule.toLowerCase());
    if (!rule) return [];
    // Several rules may have matched the message. Usually the last one decides, but the result of any of them counts as agreement.
    const all = (together.get(messageKey(match)) ?? [rule]).map((one) =>
      possible(one, match),
    );
    const { entry, elsewhere } = inQuarantine(match);
    const judgement = entry
      ? judgePresent(entry, match, all, snapshot, reports)
      : elsewhere
        ? judgeElsewhere(all)
        : judgeAbsent(match, all, reports);
    const found = entry && { entry, ...releaseOf(entry, match) };
    return [{ rule, match, ...found, ...judgement }];
  });
  return notQuarantined(judged);
}

const messageKey = ({ messageId, recipient, traceId }: RuleMatch): string =>
  `${messageId || traceId}\n${recipient.toLowerCase()}`;

/** Returns the rules that matched each message, the last in Exchange's order first. */
function rulesByMessage(
  matches: readonly RuleMatch[],
  rules: readonly OurRule[],
): ReadonlyMap<string, readonly OurRule[]> {
  return collected(
    rules
      .toReversed()
      .flatMap((rule) =>
        matches
          .filter(
            (match) =>
              same(match.rule, rule.rule.name) &&
              (match.messageId || match.traceId),
          )
          .map((match) => [messageKey(match), rule]),
      ),
  );
}

/** Returns who released the message, as far as Exchange returns it. */
function releaseOf(
  entry: QuarantinedMessage,
  match: RuleMatch,
): Pick<Account, "released"> {
  if (entry.releaseStatus !== "RELEASED" && entry.releaseStatus !== "APPROVED")
    return {};
  const theirs = [...entry.recipients, match.recipient];
  const by = entry.releasedBy ?? [];
  if (by.some((one) => theirs.some((address) => same(one, address))))
    return { released: "recipient" };
  return by.length > 0 ||
    entry.systemReleased ||
    entry.releaseStatus === "APPROVED"
    ? { released: "somebodyElse" }
    : { released: "unknown" };
}

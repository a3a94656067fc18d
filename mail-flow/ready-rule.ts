import type { Condition, Looked } from "./conditions";
import { effectOf, type Effect } from "./rule-effect";
import { allHold, requirementsOf } from "./rule-match";
import type { TransportRule } from "./snapshot";

/** A mail flow rule with its requirements, grouped by what they depend on. */
export interface ReadyRule {
  readonly rule: TransportRule;
  readonly effect: Effect;
  /** Requirements that do not depend on the recipient, the headers, or earlier rules. */
  readonly ofOrigin: readonly Condition[];
  readonly ofRecipient: readonly Condition[];
  /** Requirements on headers that no rule changes. */
  readonly ofHeaders: readonly Condition[];
  /** Requirements on the SCL, and on headers that earlier rules may change. */
  readonly ofState: readonly Condition[];
}

/** A rule that may match a message. */
export interface Candidate {
  readonly ready: ReadyRule;
  /** Whether the requirements tested so far are met; undefined if unknown. */
  readonly truth: true | undefined;
}

/** Returns the rules by priority, without those that are disabled or do not affect a message's path. */
export function readyRules(rules: readonly TransportRule[]): Candidate[] {
  const inOrder = rules
    .filter(({ enabled }) => enabled)
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => ({ rule, effect: effectOf(rule) }))
    .filter(({ effect }) => effect.steps.length > 0);
  const changed = new Set(
    inOrder.flatMap(({ effect }) => effect.changedHeaders),
  );
  return inOrder.map(({ rule, effect }) => {
    const ofOrigin: Condition[] = [];
    const ofRecipient: Condition[] = [];
    const ofHeaders: Condition[] = [];
    const ofState: Condition[] = [];
    for (const one of requirementsOf(rule)) {
      const { on, header } = one;
      if (on === "recipient") ofRecipient.push(one);
      else if (on === "scl" || (header !== undefined && changed.has(header)))
        ofState.push(one);
      else if (on === "headers") ofHeaders.push(one);
      else ofOrigin.push(one);
    }
    const ready = { rule, effect, ofOrigin, ofRecipient, ofHeaders, ofState };
    return { ready, truth: true };
  });
}

/** Returns the candidates whose requirements of the given kind are met, or may be met. */
export function mayMeet(
  candidates: readonly Candidate[],
  which: "ofOrigin" | "ofHeaders" | "ofRecipient",
  looked: Looked,
): Candidate[] {
  const left: Candidate[] = [];
  for (const { ready, truth: sofar } of candidates) {
    const truth = allHold(sofar, ready[which], looked);
    if (truth !== false) left.push({ ready, truth });
  }
  return left;
}

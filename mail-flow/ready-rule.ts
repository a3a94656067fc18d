import type { Condition } from "./conditions";
import type { Headers, Mail } from "./mail";
import { effectOf, type Effect } from "./rule-effect";
import { allHold, requirementsOf } from "./rule-match";
import type { TransportRule } from "./snapshot";
import type { Truth } from "./truth";

/** A mail flow rule with its requirements of a message, separated by what they depend on. */
export interface ReadyRule {
  readonly rule: TransportRule;
  readonly effect: Effect;
  /** Requirements that are the same for all recipients, and whatever the rules before did. */
  readonly ofMessage: readonly Condition[];
  readonly ofRecipient: readonly Condition[];
  /** Requirements of headers and the SCL that rules before it can have changed. */
  readonly ofState: readonly Condition[];
}

/** Returns the rules in the order of their priority, without those that are disabled or change nothing on the way. */
export function readyRules(rules: readonly TransportRule[]): ReadyRule[] {
  const inOrder = rules
    .filter(({ enabled }) => enabled)
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => ({ rule, effect: effectOf(rule) }))
    .filter(({ effect }) => effect.steps.length > 0);
  const changed = new Set(
    inOrder.flatMap(({ effect }) => effect.changedHeaders),
  );
  return inOrder.map(({ rule, effect }) => {
    const ofMessage: Condition[] = [];
    const ofRecipient: Condition[] = [];
    const ofState: Condition[] = [];
    for (const one of requirementsOf(rule)) {
      const { on, header } = one;
      if (on === "recipient") ofRecipient.push(one);
      else if (on === "scl" || (header !== undefined && changed.has(header)))
        ofState.push(one);
      else ofMessage.push(one);
    }
    return { rule, effect, ofMessage, ofRecipient, ofState };
  });
}

/** A rule that may match messages of a kind. */
export interface Candidate extends ReadyRule {
  /** Whether the requirements of the message are met. */
  readonly truth: true | undefined;
}

/** Returns the rules that may match a message, whoever its recipient is. */
export function candidatesOf(
  rules: readonly ReadyRule[],
  mail: Mail,
  headers: Headers,
): Candidate[] {
  const looked = { mail, headers, scl: null };
  const candidates: Candidate[] = [];
  for (const ready of rules) {
    const truth = allHold(true, ready.ofMessage, looked);
    if (truth !== false) candidates.push({ ...ready, truth });
  }
  return candidates;
}

/** Whether each of the rules that have requirements of the recipient is for this one. */
export function truthsFor(
  candidates: readonly Candidate[],
  mail: Mail,
): Truth[] {
  const looked = { mail, headers: new Map(), scl: null };
  return candidates
    .filter(({ ofRecipient }) => ofRecipient.length > 0)
    .map(({ ofRecipient }) => allHold(true, ofRecipient, looked));
}

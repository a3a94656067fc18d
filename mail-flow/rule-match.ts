import {
  conditionsOf,
  unprefixed,
  type Condition,
  type Looked,
} from "./conditions";
import { rememberedOf } from "./remembered";
import type { RuleValue, TransportRule } from "./snapshot";
import type { ThreeValued } from "./three-valued";

/** Returns a rule's requirements on a message: its conditions hold, and its exceptions do not. */
export const requirementsOf = rememberedOf(required);

function required({ conditions, unread }: TransportRule): readonly Condition[] {
  const own: Record<string, RuleValue> = {};
  const exceptions: Record<string, RuleValue> = {};
  for (const [name, value] of Object.entries(conditions)) {
    const plain = unprefixed(name);
    if (plain === name) own[name] = value;
    else exceptions[plain] = value;
  }
  return conditionsOf(own).concat(
    conditionsOf(exceptions).map((exception) => ({
      ...exception,
      holds: (looked: Looked) => not(exception.holds(looked)),
    })),
    unread.length > 0 ? [unreadable] : [],
  );
}

const unreadable: Condition = { on: "message", holds: () => undefined };

function not(truth: ThreeValued): ThreeValued {
  return truth === undefined ? undefined : !truth;
}

/** Returns whether `sofar` is true and all conditions hold; undefined if unknown. */
export function allHold(
  sofar: ThreeValued,
  conditions: readonly Condition[],
  looked: Looked,
): ThreeValued {
  let result = sofar;
  for (const { holds } of conditions) {
    if (result === false) return false;
    const truth = holds(looked);
    if (truth !== true) result = truth;
  }
  return result;
}

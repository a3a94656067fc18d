import {
  conditionsOf,
  unprefixed,
  type Condition,
  type Looked,
} from "./conditions";
import type { RuleValue, TransportRule } from "./snapshot";
import type { Truth } from "./truth";

/** Whether a rule is for a message. */
export interface RuleMatch {
  /** Whether something that only depends on these keeps the rule from matching, whatever the rest is. */
  readonly excludedBy: (
    looked: Looked,
    on: ReadonlySet<Condition["on"]>,
  ) => boolean;
  /** All conditions hold, and no exception; undefined where nobody can tell. */
  readonly matches: (looked: Looked) => Truth;
}

/** Reads a rule's conditions when it is first asked. */
export function ruleMatch(rule: TransportRule): RuleMatch {
  let read: Predicates | undefined;
  const predicates = () => (read ??= predicatesOf(rule));
  return {
    excludedBy(looked, on) {
      const { conditions, exceptions } = predicates();
      return (
        conditions.some(
          (one) => on.has(one.on) && one.holds(looked) === false,
        ) ||
        exceptions.some((one) => on.has(one.on) && one.holds(looked) === true)
      );
    },
    matches(looked) {
      const { conditions, exceptions } = predicates();
      let result: Truth = rule.unread.length > 0 ? undefined : true;
      for (const { holds } of conditions) {
        const truth = holds(looked);
        if (truth === false) return false;
        if (truth === undefined) result = undefined;
      }
      for (const { holds } of exceptions) {
        const truth = holds(looked);
        if (truth === true) return false;
        if (truth === undefined) result = undefined;
      }
      return result;
    },
  };
}

interface Predicates {
  readonly conditions: readonly Condition[];
  readonly exceptions: readonly Condition[];
}

function predicatesOf({ conditions }: TransportRule): Predicates {
  const own: Record<string, RuleValue> = {};
  const exceptions: Record<string, RuleValue> = {};
  for (const [name, value] of Object.entries(conditions)) {
    const plain = unprefixed(name);
    if (plain === name) own[name] = value;
    else exceptions[plain] = value;
  }
  return {
    conditions: conditionsOf(own),
    exceptions: conditionsOf(exceptions),
  };
}

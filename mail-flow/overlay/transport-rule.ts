import { valueOf } from "../part";
import type { Values } from "../preview";
import type { RuleValue, Snapshot, TransportRule } from "../snapshot";
import {
  clearedWith,
  isRuleAction,
  otherRuleSettings,
  ruleSchedule,
  ruleSettings,
} from "../rule-properties";
import { move, renumber } from "./order";
import { list, type ObjectTable } from "./object-table";

const schedule: readonly string[] = ruleSchedule;
const settings: readonly string[] = ruleSettings;
/** Settings that a snapshot does not have, and inputs of the resource that are not properties of the rule. */
const aside: readonly string[] = [
  ...otherRuleSettings,
  "adopt",
  "restorePoint",
  "guardedMail",
  "allowExposure",
  "pending",
];

/** Returns the table of mail flow rules. Every property that is neither a setting of the rule nor an action is a condition or an exception. */
export function transportRules({
  transportRules: part,
}: Snapshot): ObjectTable {
  const rules = valueOf(part);
  const table = list<TransportRule>(
    part,
    "mail flow rules",
    "name",
    settings,
    (name) => ({
      name,
      priority: rules.length,
      enabled: true,
      mode: "Enforce",
      stopRuleProcessing: false,
      ruleErrorAction: "Ignore",
      conditions: {},
      unread: [],
      actions: {},
    }),
  );
  return {
    ...table,
    remove(object, before) {
      table.remove(object, before);
      renumber(rules);
      return undefined;
    },
    has: (property) => !property.startsWith("_") && !aside.includes(property),
    read: (object, property) => holderOf(object, property)[property],
    put(object, property, value) {
      const holder = holderOf(object, property);
      if (property === "priority")
        move(rules, object as unknown as TransportRule, Number(value));
      else if (value === null || (holder !== object && isNone(value))) {
        const half = clearedWith(property, (name) => holder[name]);
        delete holder[property];
        if (half !== undefined) delete holder[half];
      } else holder[property] = value;
    },
    sparse: (object) => [
      ...Object.keys(object["conditions"] as Values),
      ...Object.keys(object["actions"] as Values),
      ...schedule,
    ],
    // Conditions, exceptions and dates that the program does not have would narrow the rule, so an `up` removes them.
    impliedOf: (object) => [
      ...Object.keys(object["conditions"] as Values),
      ...schedule,
    ],
    implied: (property) =>
      settings.includes(property) || isRuleAction(property) ? undefined : null,
    obscure(object, property) {
      if (property === "comments") return undefined;
      const { conditions, unread } = object as unknown as TransportRule;
      if (holderOf(object, property) !== (conditions as Values))
        return table.obscure(object, property);
      delete conditions[property];
      unread.push(property);
      return "nobody can say yet when the rule matches";
    },
  };
}

function holderOf(object: Values, property: string): Values {
  if (settings.includes(property) || schedule.includes(property)) return object;
  return object[isRuleAction(property) ? "actions" : "conditions"] as Values;
}

/** Returns whether a condition, an exception or an action with this value is not set. */
const isNone = (value: RuleValue): boolean =>
  value === false ||
  value === "" ||
  (Array.isArray(value) && value.length === 0);

import { valueOf } from "../part";
import type { Values } from "../preview";
import type { RuleValue, Snapshot, TransportRule } from "../snapshot";
import { move, renumber } from "./order";
import { list, type ObjectTable } from "./object-table";

const own = [
  "name",
  "enabled",
  "mode",
  "comments",
  "stopRuleProcessing",
  "ruleErrorAction",
];
const schedule = ["activationDate", "expiryDate"];
const actions = ["setScl", "quarantine"];
/** Inputs of the resource that are not properties of the rule. */
const aside = [
  "adopt",
  "restorePoint",
  "guardedMail",
  "allowExposure",
  "pending",
];

/** Returns the table of mail flow rules. Every property that is neither the rule's own nor an action is a condition or an exception. */
export function transportRules({
  transportRules: part,
}: Snapshot): ObjectTable {
  const rules = valueOf(part);
  const table = list<TransportRule>(
    part,
    "mail flow rules",
    "name",
    own,
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
      else if (isAbsent(property, value)) delete holder[property];
      else holder[property] = value;
    },
    // Conditions, exceptions and dates that the program does not have would narrow the rule, so an `up` removes them.
    impliedOf: (object) => [
      ...Object.keys(object["conditions"] as Values),
      ...schedule,
    ],
    implied: (property) =>
      [...own, ...actions, "priority"].includes(property) ? undefined : null,
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
  if ([...own, ...schedule, "priority"].includes(property)) return object;
  return object[
    actions.includes(property) ? "actions" : "conditions"
  ] as Values;
}

/** Returns whether a rule does not have a property: it is null, or an action that is false. */
const isAbsent = (property: string, value: RuleValue | null): boolean =>
  value === null || (value === false && actions.includes(property));

import { valueOf } from "../part";
import {
  adminOnlyAccess,
  antiSpamDefaults,
  fullAccess,
  policyRuleDefaults,
} from "../policy-defaults";
import { same } from "../names";
import type { Values } from "../preview";
import type { AntiSpamPolicy, PolicyRule, Snapshot } from "../snapshot";
import { move, renumber } from "./order";
import { list, reasonOf, type ObjectTable } from "./object-table";

/** The properties of a policy that belong to its rule. */
const ofScope = Object.keys(policyRuleDefaults);

/** The properties with the recipients that a policy applies to, and its exceptions. */
const recipients = ofScope.filter(
  (property) => !["priority", "enabled"].includes(property),
);

/** Returns the table of anti-spam policies, each with the rule that selects its recipients. */
export function antiSpamPolicies(snapshot: Snapshot): ObjectTable {
  const { antiSpamPolicies: part, antiSpamRules } = snapshot;
  const rules = valueOf(antiSpamRules);
  const ruleOf = (policy: Values) =>
    rules.find((rule) => same(rule.hostedContentFilterPolicy, policy["name"]));
  const addRule = (name: string, enabled: boolean): PolicyRule => {
    const rule = {
      ...structuredClone(policyRuleDefaults),
      name,
      enabled,
      priority: rules.length,
      hostedContentFilterPolicy: name,
    };
    rules.push(rule);
    return rule;
  };
  const table = list<AntiSpamPolicy>(
    part,
    "anti-spam policies",
    "name",
    Object.keys(freshPolicy("", "")),
    (name) =>
      freshPolicy(name, fullAccess(valueOf(snapshot.quarantinePolicies))),
  );
  return {
    ...table,
    unavailable: table.unavailable ?? reasonOf(antiSpamRules),
    has: (property) => table.has(property) || ofScope.includes(property),
    make(name) {
      addRule(name, true);
      return table.make(name);
    },
    remove(object, before) {
      const rule = ruleOf(object);
      if (rule) {
        rules.splice(rules.indexOf(rule), 1);
        renumber(rules);
      }
      return table.remove(object, before);
    },
    read: (object, property) =>
      ofScope.includes(property)
        ? ruleOf(object)?.[property as keyof PolicyRule]
        : table.read(object, property),
    put(object, property, value) {
      if (!ofScope.includes(property))
        return table.put(object, property, value);
      const rule =
        ruleOf(object) ??
        // A policy without a rule is not in force. If the rule is added, it is disabled unless the program enables it.
        (value === null ? undefined : addRule(String(object["name"]), false));
      if (rule && typeof value === "number") move(rules, rule, value);
      else if (rule && property !== "priority")
        Object.assign(rule, {
          [property]: value ?? (property === "enabled" ? true : []),
        });
    },
    // The policy applies only to the recipients that the program names.
    impliedOf: () => recipients,
    implied: (property) => (recipients.includes(property) ? null : undefined),
    restored(property, previous) {
      const tags = valueOf(snapshot.quarantinePolicies);
      return !property.endsWith("QuarantineTag") ||
        reasonOf(snapshot.quarantinePolicies) !== undefined ||
        tags.some(({ name }) => same(name, previous))
        ? previous
        : property === "highConfidencePhishQuarantineTag"
          ? adminOnlyAccess
          : fullAccess();
    },
  };
}

/** Returns a policy with the defaults that Microsoft documents for `New-HostedContentFilterPolicy`. */
function freshPolicy(name: string, tag: string): AntiSpamPolicy {
  return {
    ...antiSpamDefaults,
    name,
    isDefault: false,
    recommendedPolicyType: "Custom",
    spamQuarantineTag: tag,
    highConfidenceSpamQuarantineTag: tag,
    phishQuarantineTag: tag,
    highConfidencePhishQuarantineTag: adminOnlyAccess,
    bulkQuarantineTag: tag,
    markAsSpamSpfRecordHardFail: "Off",
    allowedSenders: [],
    allowedSenderDomains: [],
    blockedSenders: [],
    blockedSenderDomains: [],
    redirectToRecipients: [],
    spamZapEnabled: true,
    phishZapEnabled: true,
  };
}

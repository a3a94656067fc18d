import type { Values } from "../preview";
import type { AntiSpamPolicy, PolicyRule, Snapshot } from "../snapshot";
import { move, renumber } from "./order";
import { list, reasonOf, same, type Place } from "./place";

const scopes = [
  "sentTo",
  "sentToMemberOf",
  "recipientDomainIs",
  "exceptIfSentTo",
  "exceptIfSentToMemberOf",
  "exceptIfRecipientDomainIs",
];
const ofScope = [...scopes, "priority", "enabled"];

/** Anti-spam policies, each with the rule that says whom it is for. */
export function antiSpamPolicies(snapshot: Snapshot): Place {
  const { antiSpamPolicies: part, antiSpamRules } = snapshot;
  const rules = "value" in antiSpamRules ? antiSpamRules.value : [];
  const ruleOf = (policy: Values) =>
    rules.find((rule) => same(rule.hostedContentFilterPolicy, policy["name"]));
  const place = list<AntiSpamPolicy>(
    part,
    "anti-spam policies",
    "name",
    [
      ...["spam", "highConfidenceSpam", "phishSpam", "highConfidencePhish"].map(
        (verdict) => `${verdict}Action`,
      ),
      ...["spam", "highConfidenceSpam", "phish", "highConfidencePhish"].map(
        (verdict) => `${verdict}QuarantineTag`,
      ),
      "bulkSpamAction",
      "bulkQuarantineTag",
      "bulkThreshold",
      "markAsSpamBulkMail",
      "quarantineRetentionPeriod",
      "redirectToRecipients",
      "spamZapEnabled",
      "phishZapEnabled",
    ],
    (name) => freshPolicy(name, fullAccess(snapshot)),
  );
  return {
    ...place,
    unavailable: place.unavailable ?? reasonOf(antiSpamRules),
    has: (property) => place.has(property) || ofScope.includes(property),
    make(name) {
      rules.push(freshRule(name, rules.length));
      return place.make(name);
    },
    remove(object, before) {
      const rule = ruleOf(object);
      if (rule) {
        rules.splice(rules.indexOf(rule), 1);
        renumber(rules);
      }
      return place.remove(object, before);
    },
    read: (object, property) =>
      ofScope.includes(property)
        ? ruleOf(object)?.[property as keyof PolicyRule]
        : place.read(object, property),
    put(object, property, value) {
      const rule = ruleOf(object);
      if (!ofScope.includes(property)) place.put(object, property, value);
      else if (rule && property === "priority" && typeof value === "number")
        move(rules, rule, value);
      else if (rule && property !== "priority")
        Object.assign(rule, {
          [property]: value ?? (property === "enabled" ? true : []),
        });
    },
    unset: (property) => (property.startsWith("exceptIf") ? null : undefined),
  };
}

/** With the defaults that Microsoft documents for `New-HostedContentFilterPolicy`. */
const freshPolicy = (name: string, tag: string): AntiSpamPolicy => ({
  name,
  isDefault: false,
  recommendedPolicyType: "Custom",
  spamAction: "MoveToJmf",
  spamQuarantineTag: tag,
  highConfidenceSpamAction: "MoveToJmf",
  highConfidenceSpamQuarantineTag: tag,
  phishSpamAction: "MoveToJmf",
  phishQuarantineTag: tag,
  highConfidencePhishAction: "Quarantine",
  highConfidencePhishQuarantineTag: "AdminOnlyAccessPolicy",
  bulkSpamAction: "MoveToJmf",
  bulkQuarantineTag: tag,
  bulkThreshold: 7,
  markAsSpamBulkMail: "On",
  markAsSpamSpfRecordHardFail: "Off",
  quarantineRetentionPeriod: 15,
  allowedSenders: [],
  allowedSenderDomains: [],
  blockedSenders: [],
  blockedSenderDomains: [],
  redirectToRecipients: [],
  spamZapEnabled: true,
  phishZapEnabled: true,
});

const freshRule = (name: string, priority: number): PolicyRule => ({
  name,
  enabled: true,
  priority,
  hostedContentFilterPolicy: name,
  sentTo: [],
  sentToMemberOf: [],
  recipientDomainIs: [],
  exceptIfSentTo: [],
  exceptIfSentToMemberOf: [],
  exceptIfRecipientDomainIs: [],
});

/** What Microsoft takes where no tag is given: older tenants have a policy of their own for it. */
function fullAccess({ quarantinePolicies }: Snapshot): string {
  const policies =
    "value" in quarantinePolicies ? quarantinePolicies.value : [];
  const older = "NotificationEnabledPolicy";
  return policies.some(({ name }) => name === older)
    ? older
    : "DefaultFullAccessPolicy";
}

import type { Simulator } from "../../../simulator/index";
import type { JsonObject } from "../../../simulator/json";
import {
  choice,
  flag,
  name,
  set,
  state,
  text,
  whole,
} from "../../promises/meanings";
import type { ByHand, KindUnderTest, Subject } from "../subject";
import { exchangeObjects, objectOf } from "./by-hand";
import { marks, ourMark } from "./marks";

const policies = exchangeObjects("HostedContentFilterPolicy");
const rules = exchangeObjects("HostedContentFilterRule");
const prefix = "Rule:";

/** Separates the members of the policy from those of its rule. */
function parted(values: JsonObject): { policy: JsonObject; rule: JsonObject } {
  const policy: JsonObject = {};
  const rule: JsonObject = {};
  for (const [wire, value] of Object.entries(values))
    if (wire.startsWith(prefix)) rule[wire.slice(prefix.length)] = value;
    else policy[wire] = value;
  return { policy, rule };
}

/** Handles policies together with their rules. `Default` always exists, and has no rule. */
const byHand: Required<ByHand> = {
  add(simulator, name, values) {
    const { policy, rule } = parted(values);
    if (name === "Default") return policies.edit(simulator, name, policy);
    const defaults: JsonObject = policies.find(simulator, "Default") ?? {};
    for (const own of ["Name", "Guid", "ExchangeObjectId"])
      delete defaults[own];
    policies.add(simulator, name, { ...defaults, IsDefault: false, ...policy });
    rules.add(simulator, name, { HostedContentFilterPolicy: name, ...rule });
  },
  find(simulator, name) {
    const policy = policies.find(simulator, name);
    return (
      policy && {
        ...policy,
        ...Object.fromEntries(
          Object.entries(rules.find(simulator, name) ?? {})
            .filter(([wire]) => wire !== "WhenChanged")
            .map(([wire, value]) => [`${prefix}${wire}`, value]),
        ),
      }
    );
  },
  edit(simulator, name, values) {
    const { policy, rule } = parted(values);
    if (Object.keys(rule).length > 0) rules.edit(simulator, name, rule);
    if (Object.keys(policy).length > 0) policies.edit(simulator, name, policy);
  },
  remove(simulator, name) {
    if (name !== "Default") rules.remove(simulator, name);
    policies.remove(simulator, name);
  },
  replace: policies.replace,
};

const tags = {
  spamQuarantineTag: "DefaultFullAccessWithNotificationPolicy",
  highConfidenceSpamQuarantineTag: "AdminOnlyAccessPolicy",
  phishQuarantineTag: "AdminOnlyAccessPolicy",
  highConfidencePhishQuarantineTag: "DefaultFullAccessPolicy",
  bulkQuarantineTag: "DefaultFullAccessWithNotificationPolicy",
};
const actions = {
  spamAction: "Quarantine",
  highConfidenceSpamAction: "Quarantine",
  phishSpamAction: "Quarantine",
  highConfidencePhishAction: "Quarantine",
  bulkSpamAction: "Quarantine",
};
const verdicts = {
  ...actions,
  ...tags,
  redirectToRecipients: ["security@example.com"],
  modifySubjectValue: "[spam]",
  addXHeaderValue: "X-Looks-Like-Spam",
  bulkThreshold: 6,
  quarantineRetentionPeriod: 20,
  markAsSpamBulkMail: "Off",
  spamZapEnabled: false,
  phishZapEnabled: false,
};
/** `verdicts` in the vendor's names. */
const wireVerdicts: JsonObject = Object.fromEntries(
  Object.entries(verdicts).map(([name, value]) => [
    `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    value,
  ]),
);
const otherTags = Object.fromEntries(
  Object.keys(tags).map((tag) => [tag, "Some Policy"]),
);
const otherActions = Object.fromEntries(
  Object.keys(actions).map((action) => [action, "Redirect"]),
);
/** For each action its tag, which must be removed when the action changes: with another action it has no effect, and is refused. */
const tagsOfActions = Object.fromEntries(
  Object.keys(actions).map((action, at) => [
    action,
    [Object.keys(tags)[at] ?? ""],
  ]),
);
/** The policy that {@link otherTags} point at. */
function addSomePolicy({ tenant }: Simulator): void {
  if (!tenant.find("QuarantinePolicy", "Some Policy"))
    tenant.add("QuarantinePolicy", {
      Name: "Some Policy",
      EndUserQuarantinePermissionsValue: 11,
    });
}

export const antiSpamDefault: Subject = {
  kind: "AntiSpamPolicy",
  label: "Default",
  existence: "once",
  least: { name: "Default", quarantineRetentionPeriod: 20 },
  inputs: { name: "Default", ...verdicts },
  others: { ...otherTags, ...otherActions, modifySubjectValue: "[bulk]" },
  without: tagsOfActions,
  absent: [
    "recipientDomainIs",
    "sentTo",
    "sentToMemberOf",
    "exceptIfRecipientDomainIs",
    "exceptIfSentTo",
    "exceptIfSentToMemberOf",
    "priority",
    "enabled",
    "adminDisplayName",
  ],
  makes: [{ cmdlet: "Set-HostedContentFilterPolicy" }],
  prepare: addSomePolicy,
  ...objectOf(byHand, "Default", wireVerdicts),
};

const custom = "Finance";

export const antiSpamCustom: Subject = {
  kind: "AntiSpamPolicy",
  label: "custom",
  existence: "made",
  mark: "adminDisplayName",
  least: {
    name: custom,
    recipientDomainIs: ["example.com"],
    adminDisplayName: ourMark,
  },
  inputs: {
    name: custom,
    recipientDomainIs: ["example.com"],
    // No recipient of the tenant, because a change that removes one from the scope would expose mail, and is refused.
    sentTo: ["cfo@elsewhere.example"],
    sentToMemberOf: ["finance@example.com"],
    exceptIfRecipientDomainIs: ["example.net"],
    exceptIfSentTo: ["intern@example.com"],
    exceptIfSentToMemberOf: ["interns@example.com"],
    priority: 1,
    enabled: true,
    adminDisplayName: ourMark,
    ...verdicts,
  },
  others: {
    ...otherTags,
    ...otherActions,
    name: "Payroll",
    modifySubjectValue: "[bulk]",
    adminDisplayName: "for people",
    priority: 0,
  },
  without: tagsOfActions,
  prepare(simulator) {
    addSomePolicy(simulator);
    const { tenant } = simulator;
    tenant.add("HostedContentFilterPolicy", { Name: "Board" });
    tenant.add("HostedContentFilterRule", {
      Name: "Board",
      HostedContentFilterPolicy: "Board",
      RecipientDomainIs: ["example.org"],
    });
  },
  notSamples: ["priority", "enabled"],
  makes: [
    { cmdlet: "New-HostedContentFilterPolicy" },
    { cmdlet: "New-HostedContentFilterRule" },
  ],
  ...objectOf(byHand, custom, {
    ...wireVerdicts,
    AdminDisplayName: "made by hand",
    "Rule:RecipientDomainIs": ["example.com"],
    "Rule:SentTo": ["cfo@elsewhere.example"],
    "Rule:SentToMemberOf": ["finance@example.com"],
    "Rule:ExceptIfRecipientDomainIs": ["example.net"],
    "Rule:ExceptIfSentTo": ["intern@example.com"],
    "Rule:ExceptIfSentToMemberOf": ["interns@example.com"],
  }),
};

const action = choice(
  "MoveToJmf",
  "AddXHeader",
  "ModifySubject",
  "Redirect",
  "Delete",
  "Quarantine",
);
const tag = name(
  "Some Policy",
  "AdminOnlyAccessPolicy",
  "DefaultFullAccessPolicy",
);
const domains = set(
  ["example.com", "example.org", "other.example"],
  (entry) => [{ Domain: entry, IncludeSubDomains: false }],
);
const people = set(["cfo@example.com", "ceo@example.com", "x@other.example"]);
export const antiSpamPolicies: KindUnderTest = {
  subjects: [antiSpamDefault, antiSpamCustom],
  byHand,
  nounOf: (wire) =>
    wire.startsWith(prefix)
      ? "HostedContentFilterRule"
      : "HostedContentFilterPolicy",
  requests: /-HostedContentFilter(Policy|Rule)$/,
  meanings: {
    recipientDomainIs: domains,
    sentTo: people,
    sentToMemberOf: people,
    exceptIfRecipientDomainIs: domains,
    exceptIfSentTo: people,
    exceptIfSentToMemberOf: people,
    priority: whole(0, 1),
    enabled: state,
    adminDisplayName: marks,
    spamAction: action,
    spamQuarantineTag: tag,
    highConfidenceSpamAction: action,
    highConfidenceSpamQuarantineTag: tag,
    phishSpamAction: action,
    phishQuarantineTag: tag,
    highConfidencePhishAction: choice("Redirect", "Quarantine"),
    highConfidencePhishQuarantineTag: tag,
    bulkSpamAction: action,
    bulkQuarantineTag: tag,
    redirectToRecipients: people,
    modifySubjectValue: text("[SPAM]", "Spam:"),
    addXHeaderValue: text("X-Spam", "X-Junk"),
    bulkThreshold: whole(1, 9),
    quarantineRetentionPeriod: whole(1, 30),
    markAsSpamBulkMail: choice("On", "Off", "Test"),
    spamZapEnabled: flag(),
    phishZapEnabled: flag(),
  },
  withoutMeaning: ["name"],
  example: {
    outputs: { name: "Mail of example.org", guid: expect.any(String) },
    stands({ simulator: { tenant } }) {
      expect(
        tenant.find("HostedContentFilterPolicy", "Mail of example.org"),
      ).toMatchObject({
        SpamAction: "MoveToJmf",
        HighConfidenceSpamAction: "Quarantine",
        HighConfidenceSpamQuarantineTag: "Strict",
        PhishSpamAction: "Quarantine",
        PhishQuarantineTag: "Strict",
        QuarantineRetentionPeriod: 30,
      });
      expect(
        tenant.find("HostedContentFilterRule", "Mail of example.org"),
      ).toMatchObject({
        HostedContentFilterPolicy: "Mail of example.org",
        RecipientDomainIs: ["example.org"],
        State: "Enabled",
      });
    },
  },
};

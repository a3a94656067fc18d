import type { Simulator } from "../../simulator/index";
import type { JsonObject } from "../../simulator/json";
import type { ExchangeKind } from "../../simulator/index";
import type { Subject } from "./subject";

/** The mark of the resource that the suite makes. */
export const ourMark = "Managed by Pulumi: ops/dev/mail";
/** The mark of another resource of the same stack. */
export const siblingsMark = "Managed by Pulumi: ops/dev/other";
/** The mark of another stack. */
export const foreignMark = "Managed by Pulumi: ops/prod/mail";

const exchangeObject = (kind: ExchangeKind, name: string) => ({
  live: ({ tenant }: Simulator): JsonObject | undefined => {
    const found = tenant.find(kind, name);
    return found && structuredClone(found);
  },
  edit: ({ tenant }: Simulator, wire: string, value: unknown): void =>
    void tenant.edit(kind, name, { [wire]: value } as JsonObject),
  remove: ({ tenant }: Simulator): void => void tenant.remove(kind, name),
  remake: ({ tenant }: Simulator): void => void tenant.replace(kind, name),
});

const rule = "Area 1 User Quarantine Message";

export const transportRule: Subject = {
  kind: "TransportRule",
  mark: "comments",
  least: {
    name: rule,
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["SPOOF", "UCE"],
    setScl: 5,
    comments: ourMark,
  },
  inputs: {
    name: rule,
    enabled: true,
    mode: "Enforce",
    priority: 2,
    comments: ourMark,
    headerContainsMessageHeader: "X-Area1Security-Disposition",
    headerContainsWords: ["SPOOF", "UCE"],
    senderIpRanges: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
    setScl: 5,
    quarantine: false,
    stopRuleProcessing: false,
    ruleErrorAction: "Ignore",
  },
  others: { name: "Renamed", priority: 0, setScl: 6, comments: "for people" },
  ...exchangeObject("TransportRule", rule),
  live({ tenant }) {
    const found =
      tenant.find("TransportRule", rule) ??
      tenant.find("TransportRule", "Renamed");
    return found && structuredClone(found);
  },
  prepare({ tenant }) {
    for (const Name of ["First of somebody", "Second of somebody"])
      tenant.add("TransportRule", { Name, SubjectContainsWords: ["x"] });
  },
  add({ tenant }, different = {}) {
    tenant.add("TransportRule", {
      Name: rule,
      Mode: "Enforce",
      Comments: "made by hand",
      HeaderContainsMessageHeader: "X-Area1Security-Disposition",
      HeaderContainsWords: ["UCE", "SPOOF"],
      SenderIpRanges: ["52.11.209.211", "52.89.255.11", "203.0.113.0/28"],
      SetSCL: 5,
      Quarantine: false,
      StopRuleProcessing: false,
      RuleErrorAction: "Ignore",
      ...different,
    });
  },
};

const quarantine = "UserNotifyUserRelease";

export const quarantinePolicy: Subject = {
  kind: "QuarantinePolicy",
  mark: "adminDisplayName",
  least: {
    name: quarantine,
    endUserQuarantinePermissions: ["Delete", "Preview", "Release"],
    adminDisplayName: ourMark,
  },
  inputs: {
    name: quarantine,
    endUserQuarantinePermissions: ["Delete", "Preview", "Release"],
    esnEnabled: true,
    includeMessagesFromBlockedSenderAddress: false,
    adminDisplayName: ourMark,
  },
  others: { name: "Another", endUserQuarantinePermissions: ["RequestRelease"] },
  ...exchangeObject("QuarantinePolicy", quarantine),
  live({ tenant }) {
    const found = tenant.find("QuarantinePolicy", quarantine);
    // Read under one name, written under another.
    return (
      found && {
        ...structuredClone(found),
        EndUserQuarantinePermissions:
          found["EndUserQuarantinePermissionsValue"] ?? 0,
      }
    );
  },
  edit: ({ tenant }, wire, value) =>
    void tenant.edit("QuarantinePolicy", quarantine, {
      [wire === "EndUserQuarantinePermissions"
        ? "EndUserQuarantinePermissionsValue"
        : wire]: value,
    } as JsonObject),
  add({ tenant }, different = {}) {
    tenant.add("QuarantinePolicy", {
      Name: quarantine,
      AdminDisplayName: "made by hand",
      EndUserQuarantinePermissionsValue: 7,
      ESNEnabled: true,
      IncludeMessagesFromBlockedSenderAddress: false,
      ...different,
    });
  },
};

const globalTag = exchangeObject("QuarantinePolicy", "DefaultGlobalTag");

export const quarantineNotification: Subject = {
  kind: "QuarantineNotification",
  given: true,
  least: { endUserSpamNotificationFrequency: "04:00:00" },
  inputs: { endUserSpamNotificationFrequency: "04:00:00" },
  others: { endUserSpamNotificationFrequency: "7.00:00:00" },
  live: globalTag.live,
  edit: globalTag.edit,
  remove: globalTag.remove,
  add({ tenant }, different = {}) {
    tenant.edit("QuarantinePolicy", "DefaultGlobalTag", {
      EndUserSpamNotificationFrequency: "04:00:00",
      ...different,
    });
  },
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
/** A tag has no effect beside another action, and is refused. */
const tagsOfActions = Object.fromEntries(
  Object.keys(actions).map((action, at) => [
    action,
    [Object.keys(tags)[at] ?? ""],
  ]),
);
const addSomePolicy = ({ tenant }: Simulator): void =>
  void tenant.add("QuarantinePolicy", {
    Name: "Some Policy",
    EndUserQuarantinePermissionsValue: 11,
  });

export const antiSpamDefault: Subject = {
  kind: "AntiSpamPolicy",
  label: "Default",
  given: true,
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
  prepare: addSomePolicy,
  ...exchangeObject("HostedContentFilterPolicy", "Default"),
  add({ tenant }, different = {}) {
    tenant.edit("HostedContentFilterPolicy", "Default", {
      ...wireVerdicts,
      ...different,
    });
  },
};

const custom = "Finance";
const customPolicy = exchangeObject("HostedContentFilterPolicy", custom);
const customRule = exchangeObject("HostedContentFilterRule", custom);

export const antiSpamCustom: Subject = {
  kind: "AntiSpamPolicy",
  label: "custom",
  mark: "adminDisplayName",
  least: {
    name: custom,
    recipientDomainIs: ["example.com"],
    adminDisplayName: ourMark,
  },
  inputs: {
    name: custom,
    recipientDomainIs: ["example.com"],
    // Nobody of the tenant: whoever left the scope would be exposed, and that is refused.
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
  add({ tenant }, different = {}) {
    const ofRule: JsonObject = {};
    const ofPolicy: JsonObject = {};
    for (const [wire, value] of Object.entries(different))
      if (wire.startsWith("Rule:")) ofRule[wire.slice("Rule:".length)] = value;
      else ofPolicy[wire] = value;
    tenant.add("HostedContentFilterPolicy", {
      ...structuredClone(tenant.find("HostedContentFilterPolicy", "Default")),
      Guid: "4dd3b0a1-4a8e-4bb6-9f00-7f7dbbbb0001",
      ExchangeObjectId: "4dd3b0a1-4a8e-4bb6-9f00-7f7dbbbb0001",
      IsDefault: false,
      ...wireVerdicts,
      AdminDisplayName: "made by hand",
      ...ofPolicy,
      Name: custom,
    });
    tenant.add("HostedContentFilterRule", {
      Name: custom,
      HostedContentFilterPolicy: custom,
      RecipientDomainIs: ["example.com"],
      SentTo: ["cfo@elsewhere.example"],
      SentToMemberOf: ["finance@example.com"],
      ExceptIfRecipientDomainIs: ["example.net"],
      ExceptIfSentTo: ["intern@example.com"],
      ExceptIfSentToMemberOf: ["interns@example.com"],
      ...ofRule,
    });
  },
  live(simulator) {
    const policy = customPolicy.live(simulator);
    const rule = customRule.live(simulator);
    return (
      policy && {
        ...policy,
        ...Object.fromEntries(
          Object.entries(rule ?? {})
            .filter(([name]) => name !== "WhenChanged")
            .map(([name, value]) => [`Rule:${name}`, value]),
        ),
      }
    );
  },
  edit(simulator, wire, value) {
    if (wire.startsWith("Rule:"))
      customRule.edit(simulator, wire.slice("Rule:".length), value);
    else customPolicy.edit(simulator, wire, value);
  },
  remove(simulator) {
    customRule.remove(simulator);
    customPolicy.remove(simulator);
  },
  remake: customPolicy.remake,
};

const domain = "example.com";

export const area1Domain: Subject = {
  kind: "Area1Domain",
  given: true,
  least: { domain },
  inputs: {
    domain,
    transport: "mx1.example.net",
    lookbackHops: 2,
    ipRestrictions: ["192.0.2.1", "2001:db8::/32"],
    requireTlsInbound: true,
    requireTlsOutbound: true,
    dropDispositions: ["SPAM"],
    allowedDeliveryModes: ["BCC", "DIRECT"],
    regions: ["GLOBAL"],
    integrationId: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01",
    folder: "Inbox",
  },
  absent: ["accountId"],
  others: {
    domain: "example.org",
    regions: ["DE"],
    integrationId: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a02",
    dropDispositions: ["BULK", "SUSPICIOUS"],
    allowedDeliveryModes: ["API", "DIRECT"],
  },
  live({ account }) {
    const found = account.find(domain);
    return found && structuredClone(found);
  },
  edit: ({ account }, wire, value) =>
    void account.edit(domain, { [wire]: value } as JsonObject),
  remove: ({ account }) => void account.remove(domain),
  remake: ({ account }) => void account.replace(domain),
  add({ account }, different = {}) {
    account.add({
      domain,
      transport: "mx1.example.net",
      lookback_hops: 2,
      ip_restrictions: ["2001:db8::/32", "192.0.2.1"],
      require_tls_inbound: true,
      require_tls_outbound: true,
      drop_dispositions: ["SPAM"],
      allowed_delivery_modes: ["DIRECT", "BCC"],
      regions: ["GLOBAL"],
      integration_id: "6a2f7a3e-7df0-4b0c-8c53-0d2f6f5f9a01",
      folder: "Inbox",
      ...different,
    });
  },
};

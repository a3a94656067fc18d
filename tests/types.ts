import * as pulumi from "@pulumi/pulumi";
import {
  AntiSpamPolicy,
  Area1Domain,
  Area1Provider,
  MailFlowCheck,
  QuarantineNotification,
  QuarantinePolicy,
  RestorePoint,
  TransportRule,
  UseCase4,
  egressIpRanges,
  type QuarantinePolicyArgs,
  type SpamAction,
  type TransportRuleArgs,
  type UseCase4Args,
} from "pulumi-area1-m365";

// Compiled, never run: lines as programs have them, and below each class what the compiler must reject. See types.test.ts.

declare const isProd: pulumi.Output<boolean>;
declare const text: pulumi.Output<string>;
declare const maybeText: pulumi.Output<string | undefined>;
declare const texts: pulumi.Output<string[]>;
declare const promised: Promise<number>;

// A choice between literals is one input, whatever it is computed from.
export const rule = new TransportRule("rule", {
  name: pulumi.interpolate`Rule of ${text}`,
  mode: isProd.apply((p) => (p ? "Enforce" : "Audit")),
  enabled: isProd,
  ruleErrorAction: isProd.apply((p) => (p ? "Defer" : undefined)),
  headerContainsMessageHeader: text,
  headerContainsWords: ["UCE", text, text.apply((word) => word.toUpperCase())],
  senderIpRanges: egressIpRanges,
  setScl: promised,
  comments: maybeText,
  adopt: isProd.apply((p) => (p ? undefined : true)),
});

// Outputs keep their literals.
export const mode: pulumi.Output<"Enforce" | "Audit" | "AuditAndNotify"> =
  rule.mode;
export const errorAction: pulumi.Output<"Ignore" | "Defer" | undefined> =
  rule.ruleErrorAction;

// Each property of one resource fits the same property of another.
export const sameRule = new TransportRule("same-rule", {
  name: rule.name,
  enabled: rule.enabled,
  mode: rule.mode,
  priority: rule.priority,
  comments: rule.comments,
  headerContainsMessageHeader: rule.headerContainsMessageHeader,
  headerContainsWords: rule.headerContainsWords,
  senderIpRanges: rule.senderIpRanges,
  setScl: rule.setScl,
  quarantine: rule.quarantine,
  stopRuleProcessing: rule.stopRuleProcessing,
  ruleErrorAction: rule.ruleErrorAction,
  from: rule.from,
  sclOver: rule.sclOver,
  messageTypeMatches: rule.messageTypeMatches,
  exceptIfFromScope: rule.exceptIfFromScope,
  deleteMessage: rule.deleteMessage,
  incidentReportContent: rule.incidentReportContent,
  expiryDate: rule.expiryDate,
});

export const scope: pulumi.Output<
  "InOrganization" | "NotInOrganization" | undefined
> = rule.exceptIfFromScope;

const quarantine = new QuarantinePolicy("quarantine", {
  name: "Finance",
  endUserQuarantinePermissions: [
    isProd.apply((p) => (p ? "RequestRelease" : "Release")),
    "Preview",
  ],
});
export const sameQuarantine = new QuarantinePolicy("same-quarantine", {
  name: quarantine.name,
  endUserQuarantinePermissions: quarantine.endUserQuarantinePermissions,
  esnEnabled: quarantine.esnEnabled,
  includeMessagesFromBlockedSenderAddress:
    quarantine.includeMessagesFromBlockedSenderAddress,
  adminDisplayName: quarantine.adminDisplayName,
});

const policy = new AntiSpamPolicy("policy", {
  spamAction: isProd.apply((p): SpamAction => (p ? "Quarantine" : "MoveToJmf")),
  spamQuarantineTag: quarantine.name,
});
export const samePolicy = new AntiSpamPolicy("same-policy", {
  name: policy.name,
  recipientDomainIs: policy.recipientDomainIs,
  sentTo: policy.sentTo,
  sentToMemberOf: policy.sentToMemberOf,
  exceptIfRecipientDomainIs: policy.exceptIfRecipientDomainIs,
  exceptIfSentTo: policy.exceptIfSentTo,
  exceptIfSentToMemberOf: policy.exceptIfSentToMemberOf,
  priority: policy.priority,
  enabled: policy.enabled,
  adminDisplayName: policy.adminDisplayName,
  spamAction: policy.spamAction,
  spamQuarantineTag: policy.spamQuarantineTag,
  highConfidenceSpamAction: policy.highConfidenceSpamAction,
  highConfidenceSpamQuarantineTag: policy.highConfidenceSpamQuarantineTag,
  phishSpamAction: policy.phishSpamAction,
  phishQuarantineTag: policy.phishQuarantineTag,
  highConfidencePhishAction: policy.highConfidencePhishAction,
  highConfidencePhishQuarantineTag: policy.highConfidencePhishQuarantineTag,
  bulkSpamAction: policy.spamAction,
  bulkQuarantineTag: policy.bulkQuarantineTag,
  redirectToRecipients: policy.redirectToRecipients,
  modifySubjectValue: policy.modifySubjectValue,
  addXHeaderValue: policy.addXHeaderValue,
  bulkThreshold: policy.bulkThreshold,
  quarantineRetentionPeriod: policy.quarantineRetentionPeriod,
  markAsSpamBulkMail: policy.markAsSpamBulkMail,
  spamZapEnabled: policy.spamZapEnabled,
  phishZapEnabled: policy.phishZapEnabled,
});

const notification = new QuarantineNotification("notification", {
  endUserSpamNotificationFrequency: isProd.apply((p) =>
    p ? "04:00:00" : "1.00:00:00",
  ),
});
export const sameNotification = new QuarantineNotification("same", {
  endUserSpamNotificationFrequency:
    notification.endUserSpamNotificationFrequency,
});

const domain = new Area1Domain("domain", {
  domain: text,
  regions: [isProd.apply((p) => (p ? "DE" : "US"))],
  folder: undefined,
});
export const sameDomain = new Area1Domain("same-domain", {
  domain: domain.domain,
  accountId: domain.accountId,
  transport: domain.transport,
  lookbackHops: domain.lookbackHops,
  ipRestrictions: domain.ipRestrictions,
  requireTlsInbound: domain.requireTlsInbound,
  requireTlsOutbound: domain.requireTlsOutbound,
  dropDispositions: domain.dropDispositions,
  allowedDeliveryModes: domain.allowedDeliveryModes,
  regions: domain.regions,
  integrationId: domain.integrationId,
  folder: domain.folder,
  offboardOnDestroy: domain.offboardOnDestroy,
  readVerification: domain.readVerification,
});
export const forwarded = new Area1Domain("forwarded", {
  domain: "example.org",
  transport: domain.mailExchange,
});

const check = new MailFlowCheck("check", {
  failOn: isProd.apply((p) => (p ? "failed" : undefined)),
  domains: [domain.domain, "example.org"],
  ruleNames: [rule.name],
  userQuarantineName: quarantine.name,
});
export const sameCheck = new MailFlowCheck("same-check", {
  findings: check.findings,
  failOn: check.failOn,
  domains: check.domains,
  domainsWithTransport: check.domainsWithTransport,
  headers: check.headers,
  senderIpRanges: check.senderIpRanges,
  ruleNames: check.ruleNames,
  userQuarantineName: check.userQuarantineName,
  adminQuarantineName: check.adminQuarantineName,
  accountId: check.accountId,
  digest: check.digest,
});

const point = new RestorePoint("point", {
  objects: [{ kind: "TransportRule", name: rule.name }],
  accountId: domain.accountId,
  guardedMail: { words: texts },
});
export const samePoint = new RestorePoint("same-point", {
  objects: point.objects,
  guardedMail: point.guardedMail,
  allowExposure: point.allowExposure,
  accountId: point.accountId,
});
export const restorable = new TransportRule("restorable", {
  name: "Restorable",
  setScl: 9,
  comments: point.mark("restorable"),
  restorePoint: point.of("TransportRule", "Restorable"),
});

const mail = new UseCase4("mail", {
  domains: ["example.com", { domain: "example.org", transport: maybeText }],
  spamWords: ["UCE", text],
  maliciousScl: isProd.apply((p) => (p ? 9 : undefined)),
  senderIpRanges: rule.senderIpRanges,
  quarantineRetentionPeriod: policy.quarantineRetentionPeriod,
  endUserSpamNotificationFrequency:
    notification.endUserSpamNotificationFrequency,
  userQuarantineName: maybeText,
  adopt: isProd,
  failOn: check.failOn,
  acceptedFindings: check.findings,
});
export const subsidiary = new AntiSpamPolicy("subsidiary", {
  name: "Subsidiary",
  recipientDomainIs: mail.area1Domains.map((one) => one.domain),
  spamAction: mail.antiSpamPolicy.spamAction,
  spamQuarantineTag: mail.userQuarantine.name,
  quarantineRetentionPeriod: mail.antiSpamPolicy.quarantineRetentionPeriod,
});
export const released: pulumi.Output<("self" | "request" | "admin" | null)[]> =
  mail.routes.apply((routes) => routes.map(({ release }) => release));
export const level: pulumi.Output<number | undefined> | undefined =
  mail.rules.cloudflare?.admin?.setScl;

export const tenant = new Area1Provider("tenant", {
  tenantId: text,
  patienceMs: promised,
});
export const read = TransportRule.get("read", rule.guid, { provider: tenant });

// What has no such value, or no value where one is required, stays an error.
export const wrongRules: TransportRuleArgs[] = [
  // @ts-expect-error: a name is required
  {},
  // @ts-expect-error: a required name may not be an output without a value
  { name: maybeText },
  // @ts-expect-error: there is no such mode
  { name: "x", mode: "Enforced" },
  // @ts-expect-error: any text is no mode
  { name: "x", mode: text },
  // @ts-expect-error: one of the two is no mode
  { name: "x", mode: isProd.apply((p) => (p ? "Enforce" : "Off")) },
  // @ts-expect-error: a level is a number
  { name: "x", setScl: text },
  // @ts-expect-error: words are a list
  { name: "x", headerContainsWords: "UCE" },
  // @ts-expect-error: words are texts
  { name: "x", headerContainsWords: [5] },
  // @ts-expect-error: there is no such property
  { name: "x", setSCL: 5 },
];
// @ts-expect-error: the outputs of another kind are not its actions
export const wrongAction = new AntiSpamPolicy("x", { spamAction: rule.mode });
export const wrongPermissions: QuarantinePolicyArgs = {
  name: "x",
  // @ts-expect-error: a text is no permission
  endUserQuarantinePermissions: texts,
};
export const wrongComponents: UseCase4Args[] = [
  // @ts-expect-error: domains are required
  {},
  // @ts-expect-error: the names of domains must be known before anything runs
  { domains: texts },
  // @ts-expect-error: so must the header
  { domains: ["example.com"], header: text },
  // @ts-expect-error: a level is a number
  { domains: ["example.com"], spamScl: "5" },
  // @ts-expect-error: whether there are notification settings must be known before anything runs
  { domains: ["x.example"], endUserSpamNotificationFrequency: maybeText },
];
// @ts-expect-error: an output may have no value
export const notKnown: pulumi.Output<number> = rule.setScl;
// @ts-expect-error: an output is read, not written
rule.mode = mode;
